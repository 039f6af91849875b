import { Allocator, type Layout } from '../../memory/layout.ts';
import type { Fault } from '../engine/fault.ts';
import type { Program } from '../program/program.ts';

/** The memory when the last thread has come to its end, and what the threads keep. */
export interface Quiescence {
  readonly program: Program;
  readonly words: Int32Array;
  readonly layout: Layout;
  readonly kept: ReadonlySet<number>;
  /** Spares released at any time: as published, their bits stay set. */
  readonly released: ReadonlySet<number>;
}

/**
 * Every spare is reserved, kept, cached or free, and one of them only; the ring is a ring. What
 * holds between calls holds when no call is under way.
 */
export function faultAtQuiescence(state: Quiescence): Fault | null {
  const { allocator, protocol } = state.program;
  const ring = allocator === 'cached' ? ringOf(state) : null;
  if (ring !== null) {
    const fault = faultInRing(state, ring);
    if (fault !== null) return fault;
  }
  // As published, the linear allocator marks nothing.
  if (allocator === 'linear' && protocol === 'as-published') return null;
  return faultInBitmap(state, new Set(protocol === 'guarded' && ring !== null ? ring.spares : []));
}

interface Ring {
  readonly head: number;
  readonly tail: number;
  readonly count: number;
  readonly spares: readonly number[];
}

function ringOf({ program, words, layout }: Quiescence): Ring {
  const { slotCount } = program;
  const at = (field: number) => words[layout.allocator + field] as number;
  const head = at(Allocator.head);
  const count = at(Allocator.count);
  const filled = Math.max(0, Math.min(count, slotCount));
  return {
    head,
    tail: at(Allocator.tail),
    count,
    spares: Array.from({ length: filled }, (_, n) =>
      at(Allocator.slots + ((head + n) % slotCount)),
    ),
  };
}

function faultInRing({ program, kept }: Quiescence, ring: Ring): Fault | null {
  const { head, tail, count, spares } = ring;
  const { slotCount, spareCount, reservedCount } = program;
  const say = (text: string): Fault => ({ kind: 'cache', text });
  if (count < 0 || count > slotCount)
    return say(`The ring of ${slotCount} has a count of ${count}.`);
  if ((head + count) % slotCount !== tail) {
    return say(
      `Head ${head} and count ${count} do not lead to tail ${tail} in ${slotCount} slots.`,
    );
  }
  for (const [place, spare] of spares.entries()) {
    if (spares.indexOf(spare) !== place) return say(`Spare ${spare} is in the ring twice.`);
    if (kept.has(spare)) return say(`Spare ${spare} is in the ring, and a thread has it.`);
    if (spare < reservedCount) return say(`Spare ${spare}, a metadata sector, is in the ring.`);
    if (spare >= spareCount) return say(`Spare ${spare} is in the ring and outside the area.`);
  }
  return null;
}

/** Bits beyond the end of the area are born set and not looked at. */
function faultInBitmap(state: Quiescence, cached: ReadonlySet<number>): Fault | null {
  const { program, words, layout, kept, released } = state;
  for (let spare = 0; spare < program.spareCount; spare++) {
    const word = words[layout.bitmap + (spare >>> 5)] as number;
    const isSet = ((word >>> (spare & 31)) & 1) === 1;
    const isReserved = spare < program.reservedCount;
    const isTaken = isReserved || kept.has(spare) || cached.has(spare);
    if (isSet && !isTaken && !released.has(spare)) {
      return {
        kind: 'lost sector',
        text: `Spare ${spare} is marked, and nobody has it: no allocation will find it again.`,
      };
    }
    if (!isSet && isTaken) {
      const holder = isReserved ? 'reserved' : kept.has(spare) ? 'kept by a thread' : 'cached';
      return { kind: 'bitmap', text: `Spare ${spare} is ${holder}, and its bit is clear.` };
    }
  }
  return null;
}
