import { type Call, isLinearizable } from './linearizability.ts';

/** An allocation (spare, or −1 for "none") or a release, as the thread saw it. */
export interface AllocationCall extends Call {
  readonly kind: 'allocate' | 'release';
  readonly spare: number;
}

/**
 * Whether an area of `count` spares from `first` on could have answered so, had the calls come one
 * at a time: an allocation takes any free spare, and says "none" only when there is none.
 */
export function isAllocationHistoryLegal(
  calls: readonly AllocationCall[],
  first: number,
  count: number,
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
    if (free === null) return isLinearizable(calls, all, apply);
  }
  return true;
}
