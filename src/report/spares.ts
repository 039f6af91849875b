import type { Claim, RunRecord } from '../record/run-record.ts';
import { SPARE_STATES, type SpareState } from './details-schema.ts';
import type { Result } from './result-schema.ts';

/**
 * Where every spare was when the run had ended. Each allocatable spare is counted once, the first
 * of these that is true of it: in a live claim (used), in the ring (cached), marked in the bitmap
 * (used: nobody else can have it), none of them (free). Whether claims, ring and bitmap agree is
 * for the conservation check to say.
 */
export function sparesOf(run: RunRecord): Result['spares'] {
  const counts = new Array<number>(SPARE_STATES.length).fill(0);
  for (const state of statesOf(run)) counts[state] = (counts[state] as number) + 1;
  const of = (state: SpareState): number => counts[SPARE_STATES.indexOf(state)] as number;
  const [used, cached, free] = [of('used'), of('cached'), of('free')];
  const allocatable = used + cached + free;
  return {
    total: run.spares.reserved.length,
    reserved: of('reserved'),
    allocatable,
    used,
    cached,
    free,
  };
}

/** Index into SPARE_STATES of each spare; no spare is called a collision here. */
export function statesOf(run: RunRecord): Uint8Array {
  const { reserved, marked, allocatableEnd } = run.spares;
  const claimed = liveClaims(run);
  const ring = sparesInRing(run);
  const stateOf = (spare: number): SpareState => {
    if (reserved[spare] === 1) return 'reserved';
    if (spare >= allocatableEnd) return 'beyond the limit';
    if (claimed.has(spare)) return 'used';
    if (ring.has(spare)) return 'cached';
    return marked[spare] === 1 ? 'used' : 'free';
  };
  return Uint8Array.from(reserved, (_, spare) => SPARE_STATES.indexOf(stateOf(spare)));
}

/** Claims that no release undid, by spare: of one spare the first ones count as undone first. */
export function liveClaims(run: RunRecord): Map<number, Claim[]> {
  const live = new Map<number, Claim[]>();
  for (const claim of run.claims) {
    const holders = live.get(claim.spare) ?? [];
    if (claim.kind !== 'release') holders.push(claim);
    else {
      const own = holders.findIndex(({ lba }) => lba === claim.lba);
      holders.splice(Math.max(0, own), 1);
    }
    if (holders.length > 0) live.set(claim.spare, holders);
    else live.delete(claim.spare);
  }
  return live;
}

/**
 * The filled slots. Under a broken protocol head and count may be anything, and are not trusted.
 */
function sparesInRing({ spares: { ring } }: RunRecord): Set<number> {
  const found = new Set<number>();
  if (ring === null || ring.slotCount === 0) return found;
  const filled = Math.min(Math.max(0, ring.count), ring.slotCount);
  for (let step = 0; step < filled; step++) {
    const slot = (((ring.head + step) % ring.slotCount) + ring.slotCount) % ring.slotCount;
    const spare = ring.slots[slot];
    if (spare !== undefined) found.add(spare);
  }
  return found;
}
