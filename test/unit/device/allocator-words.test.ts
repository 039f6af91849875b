import { describe, expect, test } from 'vitest';
import { allocatorOn } from '../../../src/device/index.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { Allocator } from '../../../src/memory/layout.ts';
import { ALLOCATOR_KINDS, type Plan } from '../../../src/scenario/plan.ts';
import { allocatorIn, memoryFor, planWith } from '../../support/plans.ts';

/**
 * Goal: an allocator writes its own words and the bitmap's, and no others; and nobody takes by its
 * number what is not there to be had.
 */
function planOf(
  kind: Plan['allocator']['kind'],
  spare: Partial<Plan['device']['spare']> = {},
  protocol: Plan['allocator']['protocol'] = 'guarded',
) {
  return planWith({
    device: { sectorCount: 64, spare: { sectorCount: 96, ...spare } },
    allocator: { kind, protocol },
    load: { threadCount: 2 },
    integrity: 'off',
  });
}

function changedSince(before: Int32Array, words: Int32Array): number[] {
  const changed: number[] = [];
  for (let at = 0; at < words.length; at++) if (words[at] !== before[at]) changed.push(at);
  return changed;
}

describe.each(ALLOCATOR_KINDS)('%s', (kind) => {
  test('writes no word that is not its own', () => {
    const plan = planOf(kind);
    const memory = memoryFor(plan);
    const { words, layout } = memory;
    const allocator = allocatorIn(plan, memory);
    const before = words.slice();
    for (let call = 0; call < 40; call++) allocator.allocate(call % 2);
    allocator.release(0, allocator.allocate(0));
    const mine = layout.regions.filter(({ name }) => /^(allocator|reservation|strips)/.test(name));
    const isMine = (at: number) =>
      mine.some(({ word, wordCount }) => at >= word && at < word + wordCount);
    const changed = changedSince(before, words);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((at) => !isMine(at))).toEqual([]);
  });

  test('takes a spare that is free, once, and none beyond the end', () => {
    for (const spare of [
      { sectorCount: 64 },
      { sectorCount: 96, limit: 64 },
      { sectorCount: 70, limit: 64 },
    ]) {
      const plan = planOf(kind, spare);
      const memory = memoryFor(plan);
      const allocator = allocatorIn(plan, memory);
      const before = memory.words.slice();
      expect([64, 65, 69, 95].map((past) => allocator.take(0, past))).toEqual(Array(4).fill(false));
      expect(changedSince(before, memory.words)).toEqual([]);
      expect([0, 0, 63, 63].map((one) => allocator.take(1, one))).toEqual([
        true,
        false,
        true,
        false,
      ]);
      allocator.release(1, 63);
      expect(allocator.take(0, 63)).toBe(true);
    }
  });

  test('finds what comes free behind the place where it searches', () => {
    const plan = planOf(kind, { sectorCount: 64 });
    const allocator = allocatorIn(plan, memoryFor(plan));
    for (let spare = 0; spare < 64; spare++) allocator.allocate(0);
    expect(allocator.allocate(0)).toBe(-1);
    for (const spare of [3, 40, 0, 63]) {
      allocator.release(0, spare);
      expect(allocator.allocate(0)).toBe(spare);
      expect(allocator.allocate(0)).toBe(-1);
    }
  });
});

describe.each(['linear', 'cached'] as const)('%s as published', (kind) => {
  test('takes nothing by its number, and is given nothing back', () => {
    const plan = planOf(kind, { sectorCount: 96 }, 'as-published');
    const memory = memoryFor(plan);
    const allocator = allocatorIn(plan, memory);
    const fresh = memory.words.slice();
    const spare = allocator.allocate(0);
    const mine = memory.layout.regions.filter(({ name }) => /^(allocator|reservation)/.test(name));
    for (const at of changedSince(fresh, memory.words)) {
      expect(mine.some(({ word, wordCount }) => at >= word && at < word + wordCount)).toBe(true);
    }
    const before = memory.words.slice();
    expect([allocator.take(0, 90), allocator.take(0, spare)]).toEqual([false, false]);
    allocator.release(0, spare);
    allocator.flush(0);
    expect(changedSince(before, memory.words)).toEqual([]);
  });
});

test.each(['linear', 'cached'] as const)('%s takes, gives and finds under its lock', (kind) => {
  const plan = planOf(kind);
  const { words, layout } = memoryFor(plan);
  const held: string[] = [];
  const lock: Lock = {
    acquire: () => held.push('acquire'),
    release: () => void held.push('release'),
  };
  const allocator = allocatorOn(plan, words, layout, lock);
  for (const call of [
    () => allocator.allocate(0),
    () => allocator.release(0, 0),
    () => allocator.take(0, 50),
    () => allocator.take(0, 50),
  ]) {
    held.length = 0;
    call();
    expect(held).toEqual(['acquire', 'release']);
  }
});

test('the linear one as published comes round to the very first', () => {
  const plan = planOf('linear', { sectorCount: 4 }, 'as-published');
  const allocator = allocatorIn(plan, memoryFor(plan));
  const given = Array.from({ length: 6 }, () => allocator.allocate(0));
  expect(given).toEqual([0, 1, 2, 3, 0, 1]);
});

test('the guarded cache counts hits, misses and refills', () => {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 8 } },
    allocator: { kind: 'cached', cache: { slotCount: 4, batchCount: 4 } },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const allocator = allocatorIn(plan, memory);
  const given = Array.from({ length: 9 }, () => allocator.allocate(0));
  expect(given).toEqual([0, 1, 2, 3, 4, 5, 6, 7, -1]);
  const { words, layout } = memory;
  const count = (field: 'hits' | 'misses' | 'refills') =>
    words[layout.allocator + Allocator[field]];
  expect([count('hits'), count('misses'), count('refills')]).toEqual([6, 3, 3]);
});
