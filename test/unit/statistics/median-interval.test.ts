import { describe, expect, test } from 'vitest';
import { medianInterval, valuesNeededFor } from '../../../src/statistics/median-interval.ts';

/** Values 1, 2, … so that a value is its own rank. */
const ranks = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** How often the median lies between two ranks, by every way in which values can fall around it. */
function countedCoverage(count: number, low: number, high: number): number {
  let held = 0;
  for (let sides = 0; sides < 2 ** count; sides++) {
    let below = 0;
    for (let value = 0; value < count; value++) below += (sides >>> value) & 1;
    // The median lies above so many values: between ranks `below` and `below + 1`.
    if (below >= low && below < high) held++;
  }
  return held / 2 ** count;
}

describe('the interval of a median', () => {
  test.each([2, 3, 5, 6, 9, 12, 14])('of %d values has the coverage that counting gives', (n) => {
    const { low, high, coverage } = medianInterval(ranks(n));
    expect(coverage).toBeCloseTo(countedCoverage(n, low, high), 8);
  });

  test.each([6, 9, 12, 14])('of %d values reaches 95 %%, and none within it does', (n) => {
    const { low, high, coverage } = medianInterval(ranks(n));
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    expect(low + high).toBe(n + 1);
    expect(countedCoverage(n, low + 1, high - 1)).toBeLessThan(0.95);
  });

  test('of five values is all of them, and says that it holds too little', () => {
    expect(medianInterval([10, 20, 30, 40, 50])).toEqual({ low: 10, high: 50, coverage: 0.9375 });
  });

  test('of one value is that value and holds nothing', () => {
    expect(medianInterval([7])).toEqual({ low: 7, high: 7, coverage: 0 });
  });

  test('of ten thousand values keeps its digits', () => {
    const { low, high, coverage } = medianInterval(ranks(10_000));
    expect([low, high]).toEqual([4902, 5099]);
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    expect(coverage).toBeLessThan(0.953);
  });
});

test('six values are needed for 95 %, eight for 99 %', () => {
  expect([valuesNeededFor(0.95), valuesNeededFor(0.99)]).toEqual([6, 8]);
});
