import { Allocator, type Layout, TargetSlot } from '../../memory/layout.ts';
import type { FaultCause } from '../../scenario/plan.ts';
import type { Site } from '../access.ts';
import { Access } from '../access.ts';
import type { Fault } from '../engine/fault.ts';
import type { Step } from '../search/replay.ts';

/** An execution that ended in a fault, access by access. */
export interface FaultyTrace {
  readonly steps: readonly Step[];
  readonly sites: readonly Site[];
  readonly layout: Layout;
  readonly fault: Fault;
}

/** One refill of the published cache; numbers are steps. */
interface Refill {
  readonly thread: number;
  /** Read the cursor, and what it was. */
  readonly from: number;
  readonly cursor: number;
  to: number;
  /** Spares that went into the ring: when its bit was tested, and when it was written where. */
  readonly cached: { spare: number; tested: number; written: number; slot: number }[];
  /** Readings of the count, and the sum that was stored at the end. */
  readonly counts: { step: number; value: number }[];
  stored: number | null;
  cursorStored: number | null;
}

/** One spare taken from the ring. */
interface Take {
  readonly thread: number;
  readonly at: number;
  readonly slot: number;
  readonly spare: number;
  /** Stored the count. */
  stored: number | null;
  /** Set the bit; null if it never came to that. */
  marked: number | null;
}

interface CacheHistory {
  readonly refills: readonly Refill[];
  readonly takes: readonly Take[];
}

/**
 * By which of the published faults an execution went wrong: not what came of it, which many have in
 * common (a double grant is a double grant), but which accesses of two threads were in whose midst.
 * Each cause excludes its neighbours, so that a hazard shows by itself or not at all.
 */
export function causesOf(trace: FaultyTrace): readonly FaultCause[] {
  const { fault } = trace;
  if (fault.kind === 'self-deadlock') return ['interrupted holder'];
  if (fault.kind === 'data lost') return isWriteInFlight(trace) ? ['write in flight'] : [];
  if (fault.kind === 'wrong mapping saved') return isReadHalfMade(trace) ? ['read half made'] : [];
  const history = historyOf(trace);
  switch (fault.kind) {
    case 'double grant':
      return causesOfDoubleGrant(trace, history);
    case 'reserved granted':
      return isUnwritten(history) ? ['unwritten slot'] : [];
    case 'false exhaustion':
      return causesOfExhaustion(trace, history);
    case 'cache':
      return history.refills.some(isShort) ? ['short refill'] : [];
    default:
      return [];
  }
}

function historyOf({ steps, sites, layout }: FaultyTrace): CacheHistory {
  const refills: Refill[] = [];
  const takes: Take[] = [];
  const refillOf: (Refill | undefined)[] = [];
  const takeOf: (Take | undefined)[] = [];
  const testedAt: number[] = [];
  const { allocator } = layout;
  const [count, cursor, slots] = [Allocator.count, Allocator.cursor, Allocator.slots].map(
    (field) => allocator + field,
  ) as [number, number, number];
  for (const [index, { thread, site, word, before, after }] of steps.entries()) {
    const { kind, place = '' } = sites[site] ?? {};
    const isRead = kind === Access.read;
    if (place === 'ReservationBitmap.isSet') testedAt[thread] = index;
    if (place === 'ReservationBitmap.set') {
      const take = takeOf[thread];
      if (take !== undefined) take.marked ??= index;
    }
    if (place.endsWith('.#take')) {
      if (isRead && word >= slots) {
        const take = { thread, at: index, slot: word, spare: before, stored: null, marked: null };
        takes.push(take);
        takeOf[thread] = take;
      } else if (!isRead && word === count) (takeOf[thread] as Take).stored = index;
    }
    if (!place.endsWith('.#refill')) continue;
    if (isRead && word === cursor) {
      const begun: Refill = {
        thread,
        from: index,
        cursor: before,
        to: index,
        cached: [],
        counts: [],
        stored: null,
        cursorStored: null,
      };
      refills.push(begun);
      refillOf[thread] = begun;
    }
    const refill = refillOf[thread] as Refill;
    refill.to = index;
    if (isRead && word === count) refill.counts.push({ step: index, value: before });
    if (isRead || kind !== Access.write) continue;
    if (word === count) refill.stored = index;
    else if (word === cursor) refill.cursorStored = index;
    else if (word >= slots) {
      const tested = testedAt[thread] as number;
      refill.cached.push({ spare: after, tested, written: index, slot: word });
    }
  }
  return { refills, takes };
}

/** The last step claimed a spare whose owner's word was not empty. */
function causesOfDoubleGrant(
  { steps, layout }: FaultyTrace,
  { refills, takes }: CacheHistory,
): readonly FaultCause[] {
  const spare = (steps.at(-1)?.word ?? 0) - layout.owners;
  const cachings = refills
    .flatMap((refill) =>
      refill.cached.filter((one) => one.spare === spare).map((one) => ({ ...one, refill })),
    )
    .sort((one, other) => one.written - other.written);
  const [first, second] = cachings;
  const own = takes.filter((take) => take.spare === spare);
  const [earlier] = own;
  if (first === undefined || earlier === undefined) return [];
  if (second === undefined) {
    // Cached once and taken twice: the count said that there was one more.
    return refills.some((refill) => forgetsTake(refill, takes)) ? ['lost take'] : [];
  }
  if (cachings.length > 2 || refills.some((refill) => forgetsTake(refill, takes))) return [];
  const { refill: one } = first;
  const { refill: other } = second;
  if (one === other) return [];
  const isOverlapping = one.from < other.to && other.from < one.to;
  if (isOverlapping) return one.cursor === other.cursor ? ['double refill'] : [];
  if (second.tested < earlier.at) return ['cached unmarked'];
  const isUnmarked = earlier.marked === null || second.tested < earlier.marked;
  return isUnmarked && other.from > earlier.at ? ['take to mark'] : [];
}

/** A take stored its count after the refill had read it for the last time, and before it stored. */
function forgetsTake({ thread, counts, stored }: Refill, takes: readonly Take[]): boolean {
  const read = counts.filter(({ step }) => stored !== null && step < stored).at(-1)?.step;
  if (read === undefined || stored === null) return false;
  return takes.some(
    (take) =>
      take.thread !== thread && take.stored !== null && take.stored > read && take.stored < stored,
  );
}

/** The last to be taken came from a slot that nobody had written. */
function isUnwritten({ refills, takes }: CacheHistory): boolean {
  const last = takes.at(-1);
  if (last === undefined) return false;
  return !refills.some(({ cached }) =>
    cached.some(({ slot, written }) => slot === last.slot && written < last.at),
  );
}

/** Which thread was refused is not said: any whose last refill came to nothing. */
function causesOfExhaustion(
  { steps, sites }: FaultyTrace,
  { refills, takes }: CacheHistory,
): readonly FaultCause[] {
  const causes = new Set<FaultCause>();
  for (const refill of refills) {
    const next = (index: number) => index > refill.to && steps[index]?.thread === refill.thread;
    const isServed = takes.some(
      ({ thread, at }) =>
        thread === refill.thread &&
        at > refill.to &&
        !refills.some(
          (later) => later.thread === thread && later.from > refill.to && later.from < at,
        ),
    );
    // Refused: it looked at the count once more, and took nothing.
    const isBack = steps.some(
      ({ site }, index) =>
        next(index) &&
        sites[site]?.kind === Access.read &&
        sites[site]?.place.endsWith('.allocate') === true,
    );
    if (isServed || !isBack) continue;
    if (refill.cached.length > 0 && refill.stored !== null) causes.add('emptied meanwhile');
    else if (refills.some((earlier) => setsBack(earlier, refills) && earlier.to < refill.from)) {
      causes.add('cursor set back');
    }
  }
  return [...causes];
}

/** Stored a cursor that it had worked out from one that was not the last any more. */
function setsBack({ thread, from, cursorStored }: Refill, refills: readonly Refill[]): boolean {
  if (cursorStored === null) return false;
  return refills.some(
    (other) =>
      other.thread !== thread &&
      other.cursorStored !== null &&
      other.cursorStored > from &&
      other.cursorStored < cursorStored,
  );
}

/** Its bound changed while it was filling: another refill stored its sum. */
function isShort({ counts, cached }: Refill): boolean {
  const values = counts.slice(1, -1).map(({ value }) => value);
  return cached.length > 0 && values.some((value) => value > (values[0] as number));
}

/** A slot's spare was read for saving after others had written its LBA, and before its spare. */
function isReadHalfMade({ steps, sites }: FaultyTrace): boolean {
  const isWrite = ({ site }: Step) => sites[site]?.kind === Access.write;
  return steps.some((read, at) => {
    const { kind, place = '' } = sites[read.site] ?? {};
    if (kind !== Access.read || !place.endsWith('Metadata.sync')) return false;
    const lbaWord = read.word - TargetSlot.spare + TargetSlot.lba;
    const of = (step: Step, word: number) =>
      step.thread !== read.thread && step.word === word && isWrite(step);
    return (
      steps.slice(0, at).some((step) => of(step, lbaWord)) &&
      steps.slice(at).some((step) => of(step, read.word))
    );
  });
}

/** A write looked its sector up before a remap was published, and wrote after the remap copied. */
function isWriteInFlight({ steps, sites, layout }: FaultyTrace): boolean {
  const placeOf = ({ site }: Step) => sites[site]?.place ?? '';
  const isOnMain = (word: number) => word >= layout.main && word < layout.spare;
  return steps.some((moving, copied) => {
    if (moving.source < 0 || !isOnMain(moving.source) || isOnMain(moving.word)) return false;
    const isTaken = steps.findIndex(
      (step, index) =>
        index > copied && step.thread !== moving.thread && step.source >= 0 && isOnMain(step.word),
    );
    if (isTaken < 0) return false;
    const { thread } = steps[isTaken] as Step;
    return steps.some(
      (step, index) =>
        index < copied && step.thread === thread && placeOf(step).endsWith('.mayHold'),
    );
  });
}
