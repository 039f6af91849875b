import type { RandomStream } from '../random.ts';
import { quantileOf, rankOf } from './quantile.ts';

/**
 * Percentile bootstrap (B. Efron, "Bootstrap methods: another look at the jackknife", Annals of
 * Statistics 7(1), 1979): samples of the same size are drawn from the samples with replacement, and
 * the middle 95 % of what the statistic comes to are its interval. Drawn from a seeded stream, so
 * the same samples have the same interval.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;
const LEVEL = 0.95;

/**
 * Intervals of several percentiles of one set of samples.
 *
 * A resample of sorted samples is how often each of them was drawn; the percentile is found by
 * adding up, so that nothing is sorted again.
 *
 * @param sorted ascending, not empty
 * @param shares of the percentiles, 0 < share ≤ 1, ascending
 */
export function quantileIntervals(
  sorted: ArrayLike<number>,
  shares: readonly number[],
  random: RandomStream,
  resamples = RESAMPLES,
): Interval[] {
  const { length } = sorted;
  const ranks = shares.map((share) => rankOf(length, share));
  const drawn = new Uint32Array(length);
  const found = shares.map(() => new Float64Array(resamples));
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (let draw = 0; draw < length; draw++) {
      const index = random.below(length);
      drawn[index] = (drawn[index] as number) + 1;
    }
    let index = -1;
    let below = 0;
    for (const [position, rank] of ranks.entries()) {
      while (below < rank) {
        index++;
        below += drawn[index] as number;
      }
      (found[position] as Float64Array)[resample] = sorted[index] as number;
    }
  }
  return found.map(middleOf);
}

/** Ascending in place; the middle of them. */
function middleOf(values: Float64Array): Interval {
  values.sort();
  return {
    low: quantileOf(values, (1 - LEVEL) / 2),
    high: quantileOf(values, (1 + LEVEL) / 2),
  };
}
