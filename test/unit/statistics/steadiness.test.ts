import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SeriesPoint, steadinessOf } from '../../../src/statistics/steadiness.ts';

/** Points at even distances, far from time 0. */
const series = (...values: readonly number[]): SeriesPoint[] =>
  values.map((value, index) => ({ at: 1e15 + index * 1e9, value }));

describe('a window of a series', () => {
  test('that is level has no slope and no deviation', () => {
    expect(steadinessOf(series(5, 5, 5))).toEqual({
      mean: 5,
      fitStart: 5,
      fitGain: 0,
      slope: 0,
      deviation: 0,
    });
  });

  test('on a line has the slope of the line, either way', () => {
    expect(steadinessOf(series(90, 100, 110))).toMatchObject({ slope: 0.2, deviation: 0.1 });
    expect(steadinessOf(series(110, 100, 90))).toMatchObject({ slope: -0.2, fitStart: 110 });
  });

  test('that jumps and comes back is level and still not even', () => {
    expect(steadinessOf(series(100, 160, 100))).toMatchObject({ slope: 0, deviation: 1 / 3 });
  });

  // By hand: sums of x y and x², x = −1.5, −0.5, 0.5, 1.5.
  test('off a line has the slope of least squares', () => {
    const found = steadinessOf(series(1, 3, 2, 4));
    expect(found?.fitGain).toBeCloseTo(2.4, 12);
    expect(found?.slope).toBeCloseTo(0.96, 12);
  });

  test('without anything in it cannot be judged', () => {
    expect(steadinessOf(series(0, 0, 0))).toBeNull();
  });

  test('has the same shares whatever its unit, and whenever it was', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 1_000_000 }), (list, factor) => {
        const one = steadinessOf(series(...list));
        const scaled = series(...list.map((value) => value * factor));
        const other = steadinessOf(scaled.map(({ at, value }) => ({ at: at - 1e15, value })));
        expect(other?.slope).toBeCloseTo(one?.slope ?? Number.NaN, 9);
        expect(other?.deviation).toBeCloseTo(one?.deviation ?? Number.NaN, 9);
      }),
      { numRuns: 50 },
    );
  });
});
