import { describe, expect, test } from 'vitest';
import { streamFor } from '../../../src/random.ts';
import { labelingsOf } from '../../../src/statistics/labelings.ts';
import {
  holm,
  meanDifferenceInterval,
  midRanks,
  rankTest,
  riseTests,
  shapeTest,
} from '../../../src/statistics/two-sides.ts';

const random = () => streamFor(1, null, 'test');

describe('labelings', () => {
  test.each([
    [3, 3, 20],
    [5, 5, 252],
    [2, 6, 28],
  ])('of %i and %i runs are %i, each once, the observed one first', (first, second, count) => {
    const { seconds, isExact } = labelingsOf(first, second, random());
    expect(isExact).toBe(true);
    expect(new Set(seconds.map((one) => one.join())).size).toBe(count);
    expect(seconds).toHaveLength(count);
    expect([...(seconds[0] as Int32Array)]).toEqual(
      Array.from({ length: second }, (_, index) => first + index),
    );
  });

  test('of very many runs are a sample, with the observed one', () => {
    const { seconds, isExact } = labelingsOf(20, 20, random());
    expect([isExact, seconds.length, seconds[0]?.[0]]).toEqual([false, 10_000, 20]);
    expect(seconds.every((one) => new Set(one).size === 20)).toBe(true);
  });
});

describe('tests', () => {
  const labelings = labelingsOf(5, 5, random());
  test('ranks: as the tables of Mann and Whitney have it', () => {
    expect(rankTest([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], labelings)).toBeCloseTo(1 / 252, 12);
    // U = 21 of 25: 12 of the 252 divisions reach as much.
    expect(rankTest([1, 2, 3, 6, 7, 4, 5, 8, 9, 10], labelings)).toBeCloseTo(0.0476, 4);
    expect(rankTest([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], labelings)).toBe(1);
  });

  test('ties share the mean of their ranks', () => {
    expect([...midRanks([5, 1, 5, 9])]).toEqual([2.5, 1, 2.5, 4]);
  });

  test('rises: of one measure, the share of divisions that reach its t', () => {
    expect(riseTests([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], labelings)).toEqual([1 / 252]);
    const [p] = riseTests([[6, 7, 8, 9, 10, 1, 2, 3, 4, 5]], labelings);
    expect(p).toBe(1);
  });

  test('a measure beside others is never surer than alone', () => {
    const one = [3, 1, 4, 1, 5, 9, 2, 6, 5, 8];
    const other = [2, 7, 1, 8, 2, 8, 1, 8, 2, 9];
    const [alone] = riseTests([one], labelings);
    const [beside] = riseTests([one, other], labelings);
    expect(beside).toBeGreaterThanOrEqual(alone as number);
  });

  test('shape: the largest gap of the mean distribution functions, and where', () => {
    const row = (...shares: number[]) => Float64Array.from(shares);
    const rows = [
      ...Array.from({ length: 5 }, () => row(0.1, 0.5, 1)),
      ...Array.from({ length: 5 }, () => row(0.1, 0.9, 1)),
    ];
    const { distance, place, p } = shapeTest(rows, labelings);
    expect([distance, place]).toEqual([expect.closeTo(0.4, 12), 1]);
    // The division with the sides exchanged is as far apart.
    expect(p).toBeCloseTo(2 / 252, 12);
  });

  test('Holm: the smallest by all, the next by one less, never falling', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([])).toEqual([]);
  });
});

test('the interval of a difference of means covers it about as often as it says', () => {
  const draws = streamFor(5, null, 'draws');
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - draws.uniform53())) * Math.cos(2 * Math.PI * draws.uniform53());
  const covered = Array.from({ length: 200 }, () => {
    const first = Array.from({ length: 5 }, () => 10 + normal());
    const second = Array.from({ length: 5 }, () => 12 + normal());
    const { low, high } = meanDifferenceInterval(first, second, draws);
    return low <= 2 && 2 <= high;
  }).filter(Boolean);
  expect(covered.length).toBeGreaterThanOrEqual(180);
  expect(covered.length).toBeLessThan(200);
});
