import { describe, expect, test } from 'vitest';
import { addressSourceFor, disjointSlice, sliceFor } from '../../../src/load/addresses.ts';
import type { AddressPlan, Plan } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

describe('slices', () => {
  test('disjoint slices cover the device, in order, and differ by one sector at most', () => {
    const slices = [0, 1, 2].map((thread) =>
      disjointSlice({ sectorCount: 1000, threadCount: 3, thread }),
    );
    expect(slices).toEqual([
      { firstLba: 0, sectorCount: 333 },
      { firstLba: 333, sectorCount: 333 },
      { firstLba: 666, sectorCount: 334 },
    ]);
  });

  test('a shared slice is the whole device', () => {
    expect(sliceFor(planOf({ slices: 'shared' }), 3)).toEqual({ firstLba: 0, sectorCount: 1000 });
  });

  test('a slice that no block fits into is refused', () => {
    expect(() => addressSourceFor(planOf({ slices: 'disjoint', sizes: [8, 251] }), 0)).toThrow(
      'thread 0 addresses 250 sectors, fewer than a block of 251',
    );
  });
});

describe('sequential', () => {
  test('a thread walks its slice block by block and begins again where the next does not fit', () => {
    const source = sourceOf({ distribution: 'sequential', slices: 'disjoint', sizes: [100] }, 1);
    expect(take(5, () => source.next(100))).toEqual([250, 350, 250, 350, 250]);
  });

  test('threads on a shared slice start evenly spaced, at whole positions', () => {
    const starts = [0, 1, 2, 3].map((thread) =>
      sourceOf({ distribution: 'sequential', sizes: [8] }, thread).next(8),
    );
    expect(starts).toEqual([0, 31 * 8, 62 * 8, 93 * 8]);
  });

  test('blocks of several sizes follow each other without gaps', () => {
    const source = sourceOf({ distribution: 'sequential', sizes: [8, 24] }, 0);
    expect([8, 24, 8, 8].map((size) => source.next(size))).toEqual([0, 8, 32, 40]);
  });
});

describe('uniform', () => {
  test('every whole position comes up and nothing else, for each size', () => {
    const source = sourceOf({ distribution: 'uniform', slices: 'disjoint', sizes: [8, 24] }, 2);
    for (const size of [8, 24]) {
      const seen = new Set(take(5000, () => source.next(size)));
      const positions = Array.from({ length: Math.floor(250 / size) }, (_, n) => 500 + n * size);
      expect([...seen].sort((a, b) => a - b)).toEqual(positions);
    }
  });
});

describe('zipf', () => {
  test('the hottest block is the same for all threads of a shared slice', () => {
    const hottest = [0, 1, 2].map((thread) => {
      const source = sourceOf({ distribution: 'zipf', theta: 2, sizes: [8] }, thread);
      return mostFrequent(take(2000, () => source.next(8)));
    });
    expect(new Set(hottest).size).toBe(1);
  });

  test('threads do not draw the same sequence, and the same thread always does', () => {
    const [first, again, second] = [0, 0, 1].map((thread) => {
      const source = sourceOf({ distribution: 'zipf', sizes: [8] }, thread);
      return take(50, () => source.next(8));
    });
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
  });

  test('a larger block lies at a multiple of its own size and contains its item', () => {
    const small = sourceOf({ distribution: 'zipf', sizes: [8, 24] }, 0);
    const large = sourceOf({ distribution: 'zipf', sizes: [8, 24] }, 0);
    for (let draw = 0; draw < 2000; draw++) {
      const item = small.next(8);
      const lba = large.next(24);
      expect(lba % 24).toBe(0);
      // 1000 sectors hold 41 blocks of 24; items past the last one's end go to the last one.
      expect(lba).toBe(Math.min(item - (item % 24), 40 * 24));
    }
  });

  test('items above the size of a table are drawn without one, inside the slice', () => {
    const plan = planOf({ distribution: 'zipf', sizes: [1], sectorCount: 2 ** 21 + 1 });
    const source = addressSourceFor(plan, 0);
    const lbas = take(20_000, () => source.next(1));
    expect(lbas.every((lba) => Number.isInteger(lba) && lba >= 0 && lba <= 2 ** 21)).toBe(true);
    expect(Math.max(...lbas) - Math.min(...lbas)).toBeGreaterThan(2 ** 20);
  });
});

function take(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function sourceOf(load: Parameters<typeof planOf>[0], thread: number) {
  return addressSourceFor(planOf(load), thread);
}

function planOf(load: {
  readonly distribution?: AddressPlan['distribution'];
  readonly slices?: AddressPlan['slices'];
  readonly theta?: number;
  readonly sizes?: readonly number[];
  readonly sectorCount?: number;
}): Plan {
  const { distribution = 'uniform', slices = 'shared', theta = 1.1, sizes = [8] } = load;
  return planWith({
    device: { sectorCount: load.sectorCount ?? 1000 },
    load: {
      threadCount: 4,
      blockSizes: sizes.map((sectorCount) => ({ sectorCount, weight: 1 })),
      addresses: { distribution, theta, slices },
    },
  });
}
