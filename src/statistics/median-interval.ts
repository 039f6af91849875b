import type { Interval } from './bootstrap.ts';
import { incompleteBeta } from './incomplete-beta.ts';

/** An interval of a median, and how likely it holds the truth. */
export interface MedianInterval extends Interval {
  /** At least the level that was asked for, or all that so few values can give. */
  readonly coverage: number;
}

/**
 * The interval between two values of a sample, as many from below as from above, that holds the
 * median of what they were drawn from (W. Thompson, "On confidence ranges for the median and other
 * expectation distributions", Annals of Mathematical Statistics 7(3), 1936). The coverage is exact
 * for any continuous distribution and no less for others: it only counts on which side of the
 * median each value fell, and that is a coin.
 *
 * Five values cannot reach 95 %: that all five fall on one side happens in one case of sixteen.
 *
 * @param sorted ascending, not empty
 */
export function medianInterval(sorted: ArrayLike<number>, level = 0.95): MedianInterval {
  const { length } = sorted;
  let rank = 1;
  while (rank < length / 2 && coverageOf(rank + 1, length) >= level) rank++;
  return {
    low: sorted[rank - 1] as number,
    high: sorted[length - rank] as number,
    coverage: coverageOf(rank, length),
  };
}

/** Fewest values with which an interval of the median reaches a level. */
export function valuesNeededFor(level: number): number {
  let count = 1;
  while (coverageOf(1, count) < level) count++;
  return count;
}

/**
 * That the median lies between the values of this rank from below and from above: one minus twice
 * the chance that of `count` tosses fewer than `rank` fall on one side.
 */
function coverageOf(rank: number, count: number): number {
  if (2 * rank > count) return 0;
  // To nine digits: 15 / 16 is 0.9375 and not a little more.
  return Math.round((1 - 2 * incompleteBeta(0.5, count - rank + 1, rank)) * 1e9) / 1e9;
}
