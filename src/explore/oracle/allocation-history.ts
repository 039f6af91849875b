import { isLinearizable } from './linearizability.ts';

/** An allocation (spare, or −1 for "none") or a release, as the thread saw it. */
export interface AllocationCall {
  readonly kind: 'allocate' | 'release';
  readonly spare: number;
  readonly end: number;
}

/**
 * Whether an area of `count` spares from `first` on could have answered so, had the calls come one
 * at a time: an allocation takes any free spare, and says "none" only when there is none.
 *
 * @param beginOf when a call began; asked for only if it matters
 */
export function isAllocationHistoryLegal<C extends AllocationCall>(
  calls: readonly C[],
  first: number,
  count: number,
  beginOf: (call: C) => number,
): boolean {
  const all = count === 32 ? -1 : (1 << count) - 1;
  const apply = (free: number, { kind, spare }: AllocationCall): number | null => {
    if (spare < 0) return free === 0 ? free : null;
    const bit = 1 << (spare - first);
    if (kind === 'allocate') return (free & bit) === 0 ? null : free & ~bit;
    return (free & bit) === 0 ? free | bit : null;
  };
  // Nearly always the order in which they ended will do, and then there is nothing to search.
  let free: number | null = all;
  for (const call of [...calls].sort((one, other) => one.end - other.end)) {
    free = apply(free, call);
    if (free === null) {
      const timed = calls.map((own) => ({ ...own, begin: beginOf(own) }));
      return isLinearizable(timed, all, apply);
    }
  }
  return true;
}
