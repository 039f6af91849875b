import { expect, test } from 'vitest';
import { resolutionOf } from '../../../src/statistics/resolution.ts';

const hundred = (values: readonly number[]) =>
  Array.from({ length: 100 }, (_, index) => values[index % values.length] as number);

test.each([
  { values: [30, 31, 40, 41, 71, 50, 200], step: 9 },
  { values: [0, 41, 83, 125], step: 41 },
  { values: [1_000_000, 3_000_000, 0], step: 1_000_000 },
  { values: [5, 6, 7, 8, 9], step: 0 },
  { values: [40], step: 0 },
])('$values are in steps of $step', ({ values, step }) => {
  expect(resolutionOf(hundred(values))).toBe(step);
});

test('fewer than a hundred values say nothing', () => {
  expect(resolutionOf(hundred([30, 40]).slice(1))).toBe(0);
});
