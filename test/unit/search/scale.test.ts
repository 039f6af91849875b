import { describe, expect, test } from 'vitest';
import { scaleOf } from '../../../src/search/scale.ts';

const plan = {
  key: 'load.threads',
  conditions: [],
  from: 1,
  to: 8,
  unit: '',
  isWhole: true,
  tolerance: 0.1,
  scale: 'geometric',
} as const;

describe('the middle', () => {
  test('of 1 and 100 is 10 or 50', () => {
    expect(scaleOf(plan).middleOf(1, 100)).toBe(10);
    expect(scaleOf({ ...plan, scale: 'arithmetic' }).middleOf(0, 100)).toBe(50);
  });

  test('of neighbours is nothing, and of 1 and 3 is 2 although rounding says 2 or 1', () => {
    const scale = scaleOf(plan);
    expect(scale.middleOf(4, 5)).toBeNull();
    expect(scale.middleOf(1, 3)).toBe(2);
    expect(scale.middleOf(1, 2)).toBeNull();
  });

  test('has six digits where it need not be whole', () => {
    expect(scaleOf({ ...plan, isWhole: false }).middleOf(1, 3)).toBe(1.73205);
  });
});

test('values are near when they differ by the tolerance, as a share of the lower', () => {
  const scale = scaleOf(plan);
  expect(scale.areNear(100, 110)).toBe(true);
  expect(scale.areNear(100, 111)).toBe(false);
});
