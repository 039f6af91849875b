import { expect, test } from 'vitest';
import { streamFor } from '../../../src/random.ts';
import { quantileIntervals } from '../../../src/statistics/bootstrap.ts';
import { incompleteBeta } from '../../../src/statistics/incomplete-beta.ts';
import { rankOf } from '../../../src/statistics/quantile.ts';

/**
 * Of a percentile, what infinitely many resamples come to is known: the sample of rank k in a
 * resample is at most the j-th sample with probability I(j/n; k, n − k + 1).
 */
function exactEnds(n: number, share: number): { low: number; high: number } {
  const k = rankOf(n, share);
  const rankAt = (probability: number): number => {
    let j = 1;
    while (incompleteBeta(j / n, k, n - k + 1) < probability) j++;
    return j;
  };
  return { low: rankAt(0.025), high: rankAt(0.975) };
}

test.each([
  [30, 0.5],
  [101, 0.5],
  [101, 0.9],
  [400, 0.99],
])('the interval of %d samples at %d is that of infinitely many resamples', (n, share) => {
  const ranks = Float64Array.from({ length: n }, (_, index) => index + 1);
  const random = streamFor(1, null, 'bootstrap.test');
  const [found] = quantileIntervals(ranks, [share], random, 20_000);
  const exact = exactEnds(n, share);
  expect(Math.abs((found?.low ?? 0) - exact.low)).toBeLessThanOrEqual(1);
  expect(Math.abs((found?.high ?? 0) - exact.high)).toBeLessThanOrEqual(1);
});

test('of equal samples nothing is uncertain', () => {
  const random = streamFor(1, null, 'bootstrap.test');
  const found = quantileIntervals(new Float64Array(20).fill(5), [0.5, 0.99], random);
  expect(found).toEqual([
    { low: 5, high: 5 },
    { low: 5, high: 5 },
  ]);
});
