import { expect, test } from 'vitest';
import { quantileOf, rankOf, restsOnFew } from '../../../src/statistics/quantile.ts';

const HUNDRED = Float64Array.from({ length: 100 }, (_, index) => index + 1);

test.each([
  [0.5, 50],
  [0.9, 90],
  [0.99, 99],
  [0.999, 100],
  [1, 100],
])('%d of 1 … 100 is %d', (share, value) => {
  expect(quantileOf(HUNDRED, share)).toBe(value);
});

test('a share that binary fractions overshoot has the rank it should', () => {
  expect(rankOf(1000, 0.999)).toBe(999);
  expect(rankOf(10, 0.7)).toBe(7);
});

test.each([
  { count: 20, share: 0.5, few: false },
  { count: 19, share: 0.5, few: true },
  { count: 100, share: 0.9, few: false },
  { count: 99, share: 0.9, few: true },
  { count: 1000, share: 0.99, few: false },
  { count: 999, share: 0.99, few: true },
  { count: 10_000, share: 0.999, few: false },
  { count: 9_999, share: 0.999, few: true },
])('$share of $count samples rests on fewer than ten: $few', ({ count, share, few }) => {
  expect(restsOnFew(count, share)).toBe(few);
});
