/** Percentiles of samples that were kept one by one. */

/** Fewer samples beyond a percentile than this, and it is little more than one of them. */
const FEW = 10;

/**
 * The smallest sample that at least such a share of all are at or below (nearest rank); no value is
 * made up between two. `sorted` ascends and is not empty; 0 < share ≤ 1.
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  return sorted[rankOf(sorted.length, share) - 1] as number;
}

/** Rank of that sample, from 1. */
export function rankOf(count: number, share: number): number {
  // 0.99 · 100 is a little more than 99 in binary, and its rank is 99.
  return Math.min(count, Math.max(1, Math.ceil(count * share - 1e-9)));
}

/** Whether fewer than ten samples lie beyond the percentile. */
export function restsOnFew(count: number, share: number): boolean {
  return count - rankOf(count, share) < FEW;
}
