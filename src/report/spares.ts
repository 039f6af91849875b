import type { RunRecord } from '../record/run-record.ts';
import type { Result } from './result-schema.ts';

/**
 * Where every spare was when the run had ended. Each allocatable spare is counted once, the first
 * of these that is true of it: in a live claim (used), in the ring (cached), marked in the bitmap
 * (used: nobody else can have it), none of them (free). Whether claims, ring and bitmap agree is
 * for the conservation check to say.
 */
export function sparesOf(run: RunRecord): Result['spares'] {
  const { reserved, marked, allocatableEnd } = run.spares;
  const claimed = liveClaims(run);
  const ring = sparesInRing(run);
  let reservedCount = 0;
  let used = 0;
  let cached = 0;
  let free = 0;
  for (let spare = 0; spare < reserved.length; spare++) {
    if (reserved[spare] === 1) reservedCount++;
    else if (spare >= allocatableEnd) continue;
    else if (claimed.has(spare)) used++;
    else if (ring.has(spare)) cached++;
    else if (marked[spare] === 1) used++;
    else free++;
  }
  const allocatable = used + cached + free;
  return { total: reserved.length, reserved: reservedCount, allocatable, used, cached, free };
}

/** Spares with more claims than releases. */
function liveClaims(run: RunRecord): Set<number> {
  const balances = new Map<number, number>();
  for (const { kind, spare } of run.claims) {
    balances.set(spare, (balances.get(spare) ?? 0) + (kind === 'release' ? -1 : 1));
  }
  const live = new Set<number>();
  for (const [spare, balance] of balances) if (balance > 0) live.add(spare);
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
