import { afterEach, describe, expect, test, vi } from 'vitest';
import { allocatorOn } from '../../../src/device/index.ts';
import { PerWorkerAllocator } from '../../../src/device/per-worker-allocator.ts';
import { ReservationBitmap } from '../../../src/device/reservation-bitmap.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { Allocator, STRIDE } from '../../../src/memory/layout.ts';
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

test('the guarded cache goes on where it stopped, with what is behind it last', () => {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 96 } },
    allocator: { kind: 'cached', cache: { slotCount: 40, batchCount: 4 } },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const { words, layout } = memory;
  const allocator = allocatorIn(plan, memory);
  const cursor = () => words[layout.allocator + Allocator.cursor];
  const take = (count: number) => Array.from({ length: count }, () => allocator.allocate(0));
  const from = (first: number, count: number) =>
    Array.from({ length: count }, (_, at) => first + at);
  expect([take(40), cursor()]).toEqual([from(0, 40), 1]);
  allocator.release(0, 0);
  expect([take(40), cursor()]).toEqual([from(40, 40), 2]);
  expect([take(16), cursor()]).toEqual([from(80, 16), 2]);
  expect(take(2)).toEqual([0, -1]);
});

describe('per-worker, in strips', () => {
  const STATE = 0;
  const BITMAP = 300;
  const STRIPS = 400;

  afterEach(() => {
    vi.restoreAllMocks();
  });

  function stripped(end: number, stripWords: number) {
    const words = new Int32Array(new SharedArrayBuffer(4 * (STRIPS + 8 * STRIDE)));
    const allocator = new PerWorkerAllocator(
      words,
      STATE,
      { word: STRIPS, stripWords },
      new ReservationBitmap(words, BITMAP),
      end,
    );
    /** Words of the bitmap that were looked at, in order. */
    const looked: number[] = [];
    /** What another thread does just after the next look at how many strips are dealt out. */
    const beside: { act: (() => void) | null } = { act: null };
    for (const method of ['load', 'or'] as const) {
      const real = Atomics[method].bind(Atomics) as (...args: unknown[]) => number;
      vi.spyOn(Atomics, method).mockImplementation(((...args: [Int32Array, number]) => {
        const [, at] = args;
        if (at >= BITMAP && at < STRIPS) looked.push(at - BITMAP);
        const answer = real(...args);
        const { act } = beside;
        if (act !== null && at === STATE + Allocator.nextStrip) {
          beside.act = null;
          act();
        }
        return answer;
      }) as never);
    }
    const all = Math.ceil(end / 32);
    return {
      words,
      allocator,
      beside,
      take: (thread: number, count: number) =>
        Array.from({ length: count }, () => allocator.allocate(thread)),
      own: (thread: number) => {
        const at = STRIPS + thread * STRIDE;
        return [...words.subarray(at, at + 3)];
      },
      dealt: () => words[STATE + Allocator.nextStrip],
      beyond: () => looked.filter((word) => word >= all),
    };
  }

  test('a thread takes from its own, and from all when these are dealt out', () => {
    // Strips of words 0 and 1, 2 and 3, and 4.
    const { take, own, dealt, beyond } = stripped(150, 2);
    expect([0, 1, 2, 3].map((thread) => take(thread, 1))).toEqual([[0], [64], [128], [1]]);
    expect([own(0), own(1), own(2), dealt()]).toEqual([
      [1, 2, -2],
      [3, 4, -2],
      [5, 5, (1 << 22) - 2],
      3,
    ]);
    // One that has none looks at all of it, and has none afterwards either.
    expect(own(3).slice(1)).toEqual([0, 0]);
    // What the other took is passed over, and not tried again.
    expect([take(0, 1), own(0)]).toEqual([[2], [1, 2, -8]]);
    expect(take(0, 61)).toEqual(Array.from({ length: 61 }, (_, at) => 3 + at));
    expect(own(0)).toEqual([2, 2, 0]);
    expect([take(0, 1), own(0), dealt()]).toEqual([[65], [3, 2, 0], 3]);
    expect(take(2, 22)).toEqual([...Array.from({ length: 21 }, (_, at) => 129 + at), 66]);
    expect([own(2), dealt()]).toEqual([[6, 5, 0], 3]);
    // All that is left, and not a word more is looked at.
    expect(take(0, 62).slice(-2)).toEqual([127, -1]);
    expect([dealt(), beyond()]).toEqual([3, []]);
  });

  test('a strip a word, as many as there are words', () => {
    const { take, own, dealt, beyond } = stripped(150, 1);
    expect([0, 1, 2, 3, 4, 5].map((thread) => take(thread, 1))).toEqual([
      [0],
      [32],
      [64],
      [96],
      [128],
      [1],
    ]);
    expect([dealt(), own(4), beyond()]).toEqual([5, [5, 5, (1 << 22) - 2], []]);
  });

  test('a strip that others have emptied is left for good', () => {
    const { take, own, allocator } = stripped(64, 1);
    expect([take(0, 1), take(1, 1)]).toEqual([[0], [32]]);
    expect(take(2, 31)).toEqual(Array.from({ length: 31 }, (_, at) => 1 + at));
    expect([take(0, 1), own(0)]).toEqual([[33], [2, 1, -2]]);
    expect([take(0, 1), own(0)]).toEqual([[34], [2, 1, -2]]);
    allocator.release(0, 7);
    expect([take(0, 1), own(0)]).toEqual([[7], [2, 1, -2]]);
  });

  test('the last strip goes to one of two who ask for it', () => {
    const { take, own, allocator, beside, beyond, dealt } = stripped(150, 1);
    for (const thread of [0, 1, 2, 3]) take(thread, 1);
    let other = -1;
    beside.act = () => {
      other = allocator.allocate(5);
    };
    expect([take(4, 1), other]).toEqual([[1], 128]);
    expect([own(4).slice(1), own(5), beyond()]).toEqual([[0, 0], [5, 5, (1 << 22) - 2], []]);
    expect(dealt()).toBe(6);
  });

  test('what comes free is counted, and changes no other word', () => {
    const { words, take, allocator } = stripped(64, 1);
    take(0, 3);
    const before = words.slice();
    allocator.release(0, 1);
    expect(changedSince(before, words)).toEqual([STATE + Allocator.frees, BITMAP]);
  });
});

describe('the reservation bitmap', () => {
  test('metadata, and what lies past the end, is reserved', () => {
    const words = new Int32Array(5);
    new ReservationBitmap(words, 1).reserve(
      Uint8Array.from({ length: 40 }, (_, at) => +(at === 3)),
      3,
    );
    expect([...words]).toEqual([0, 1 << 3, -1 << 8, -1, 0]);
  });

  test.each([
    [0, 40, -1],
    [0, 32, -1],
    [0, 31, 0x7fffffff],
    [0, 1, 1],
    [1, 40, 255],
    [1, 32, 0],
    [1, 31, 0],
    [3, 40, 0],
    [3, 64, 0],
  ])('of word %i, with the end at %i, it shows what lies below it', (word, end, mask) => {
    const bitmap = new ReservationBitmap(new Int32Array(4), 0);
    expect([bitmap.freeMask(word, end), bitmap.freeNow(word, end)]).toEqual([mask, mask]);
    expect(bitmap.takeLowest(word, end)).toBe(mask === 0 ? -1 : word * 32);
  });
});
