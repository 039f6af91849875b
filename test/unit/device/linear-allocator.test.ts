import { describe, expect, test } from 'vitest';
import { allocatorIn, markedSpares, memoryFor, planWith } from '../../support/plans.ts';

function linearOn(spareCount: number, limit: number | null = null) {
  const plan = planWith({
    device: {
      sectorCount: 64,
      spare: { sectorCount: spareCount, start: 0, limit, placement: 'v4-dynamic' },
    },
    allocator: { kind: 'linear', protocol: 'as-published' },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const allocator = allocatorIn(plan, memory);
  return {
    plan,
    memory,
    take: (count: number) => Array.from({ length: count }, () => allocator.allocate(0)),
  };
}

describe('linear as published', () => {
  test('goes through what is not metadata, in order', () => {
    const { take } = linearOn(1024);
    expect(take(250)).toEqual(
      Array.from({ length: 250 }, (_, index) => 8 + index + (index < 248 ? 0 : 8)),
    );
  });

  test('marks nothing', () => {
    const { plan, memory, take } = linearOn(512);
    take(472);
    expect(markedSpares(plan, memory)).toHaveLength(40);
  });

  test('the second pass hands out every spare again, and "none" is never said', () => {
    const { take } = linearOn(512);
    const first = take(472);
    expect(new Set(first).size).toBe(472);
    expect(take(472)).toEqual(first);
    expect(take(472)).toEqual(first);
  });

  test('with everything reserved it does say "none"', () => {
    expect(linearOn(512, 40).take(3)).toEqual([-1, -1, -1]);
  });
});
