import { describe, expect, test } from 'vitest';
import { kneeOf } from '../../../src/statistics/knee.ts';

const xs = Array.from({ length: 21 }, (_, index) => index);

describe('a knee', () => {
  test.each([5, 10, 17])('is where two straight lines meet, here at %d', (at) => {
    expect(
      kneeOf(
        xs,
        xs.map((x) => (x <= at ? x : at + 20 * (x - at))),
      ),
    ).toBe(at);
  });

  test('of a queue lies where its tangent is that of the whole: M/M/1 up to 95 % load', () => {
    const loads = Array.from({ length: 95 }, (_, index) => (index + 1) / 100);
    const times = loads.map((load) => 1 / (1 - load));
    // d/dρ of 1/(1−ρ) is that of the chord at 1 − √((1−0.01)(1−0.95)).
    const expected = 1 - Math.sqrt(0.99 * 0.05);
    expect(loads[kneeOf(loads, times) as number]).toBeCloseTo(expected, 2);
  });

  test.each([
    ['a straight line', xs],
    ['a falling curve', xs.map((x) => -x)],
    ['a curve that flattens', xs.map(Math.sqrt)],
    ['a level one', xs.map(() => 3)],
  ])('%s has none', (_, ys) => {
    expect(kneeOf(xs, ys)).toBeNull();
  });

  test('needs four points', () => {
    expect(kneeOf([1, 2, 3], [0, 0, 9])).toBeNull();
  });
});
