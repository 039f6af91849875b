import { describe, expect, test, vi } from 'vitest';
import { allocatorOn } from '../../../src/device/index.ts';
import { NO_SPARE } from '../../../src/device/spare-allocator.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { Allocator } from '../../../src/memory/layout.ts';
import type { Placement } from '../../../src/scenario/plan.ts';
import {
  allocatorIn,
  markedSpares,
  memoryFor,
  PUBLISHED_CACHE,
  planWith,
} from '../../support/plans.ts';

/**
 * Goal: single-threaded, the published cache does to the sector what the published code was seen to
 * do: the figures here were measured on it.
 *
 * Not covered: threads; see the canaries for what they do to it.
 */
interface Area {
  readonly spareCount: number;
  readonly limit?: number;
  readonly placement?: Placement;
}

function cacheOn({ spareCount, limit, placement = 'v4-dynamic' }: Area) {
  const plan = planWith({
    device: {
      sectorCount: 64,
      spare: { sectorCount: spareCount, start: 0, limit: limit ?? null, placement },
    },
    allocator: { kind: 'cached', protocol: 'as-published', cache: PUBLISHED_CACHE },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const allocator = allocatorIn(plan, memory);
  const { words, layout } = memory;
  const state = (field: number): number => words[layout.allocator + field] as number;
  return {
    plan,
    memory,
    state,
    allocate: () => allocator.allocate(0),
    set(field: number, value: number): void {
      words[layout.allocator + field] = value;
    },
    /** Calls until the first "none"; that call is not in the list. */
    exhaust(most = 200_000): number[] {
      const spares: number[] = [];
      for (let call = 0; call < most; call++) {
        const spare = allocator.allocate(0);
        if (spare === NO_SPARE) return spares;
        spares.push(spare);
      }
      throw new Error(`still granted after ${most} calls`);
    },
  };
}

/** What each refill cached, and where it moved the cursor. */
function refillsOf(cache: ReturnType<typeof cacheOn>) {
  const refills: { from: number; to: number; cached: number[] }[] = [];
  for (;;) {
    const isEmpty = cache.state(Allocator.count) === 0;
    const from = cache.state(Allocator.cursor);
    const spare = cache.allocate();
    if (isEmpty) {
      // The refiller has taken one already; the rest stands in the ring from head on.
      const head = cache.state(Allocator.head);
      const rest = Array.from({ length: cache.state(Allocator.count) }, (_, index) =>
        cache.state(Allocator.slots + ((head + index) % PUBLISHED_CACHE.slotCount)),
      );
      const cached = spare === NO_SPARE ? [] : [spare, ...rest];
      refills.push({ from, to: cache.state(Allocator.cursor), cached });
    }
    if (spare === NO_SPARE) return refills;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('16384 spares with five metadata copies', () => {
  test('grants 16344, with 16087 hits and 258 misses, the last of them the call that fails', () => {
    const cache = cacheOn({ spareCount: 16384 });
    const spares = cache.exhaust();
    expect(spares).toHaveLength(16344);
    expect(new Set(spares).size).toBe(16344);
    expect(cache.state(Allocator.hits)).toBe(16087);
    expect(cache.state(Allocator.misses)).toBe(258);
    expect(cache.state(Allocator.refills)).toBe(258);
    expect(markedSpares(cache.plan, cache.memory)).toHaveLength(16384);
  });

  const refills = refillsOf(cacheOn({ spareCount: 16384 }));

  test('the first refill caches 8 to 71 and passes over 72 to 95', () => {
    expect(refills[0]).toEqual({ from: 0, to: 96, cached: range(8, 71) });
    expect(refills[1]).toEqual({ from: 96, to: 160, cached: range(96, 159) });
    expect(refills[2]).toEqual({ from: 160, to: 224, cached: range(160, 223) });
  });

  test.each([
    [992, 1088, [...range(992, 1023), ...range(1032, 1063)]],
    [2048, 2144, range(2056, 2119)],
    [4064, 4160, [...range(4064, 4095), ...range(4104, 4135)]],
    [8192, 8288, range(8200, 8263)],
  ])('a metadata copy costs 24 more that are passed over: %i to %i', (from, to, cached) => {
    expect(refills.find((refill) => refill.from === from)).toEqual({ from, to, cached });
  });

  test('what was passed over is handed out after the end was reached', () => {
    const passedOver = [...range(72, 95), ...range(1064, 1087), ...range(2120, 2143)];
    const [last32, leftovers, more, rest, nothing] = refills.slice(-5);
    expect(last32).toEqual({ from: 16352, to: 32, cached: range(16352, 16383) });
    // The ring is full in the middle of what was passed over behind the third copy.
    expect(leftovers).toEqual({ from: 32, to: 2144, cached: passedOver.slice(0, 64) });
    expect(leftovers?.cached.at(-1)).toBe(2135);
    expect(more).toEqual({
      from: 2144,
      to: 0,
      cached: [...range(4136, 4159), ...range(8264, 8287)],
    });
    expect(rest).toEqual({ from: 0, to: 0, cached: range(2136, 2143) });
    expect(nothing).toEqual({ from: 0, to: 0, cached: [] });
  });
});

describe('capacities', () => {
  test.each([
    [{ spareCount: 512 }, 472],
    [{ spareCount: 16384, limit: 1000 }, 992],
    [{ spareCount: 16384 }, 16344],
    [{ spareCount: 65536 }, 65488],
  ])('%j: %i spares, none twice', (area, capacity) => {
    const spares = cacheOn(area).exhaust();
    expect(spares).toHaveLength(capacity);
    expect(new Set(spares).size).toBe(capacity);
  });

  test('of 65536 spares, 2136 to 2143 stay clear for ever', () => {
    const cache = cacheOn({ spareCount: 65536 });
    cache.exhaust();
    const marked = new Set(markedSpares(cache.plan, cache.memory));
    const clear = range(0, 65535).filter((spare) => !marked.has(spare));
    expect(clear).toEqual(range(2136, 2143));
  });

  test('behind a limit nothing is handed out, although its bits are clear', () => {
    const cache = cacheOn({ spareCount: 16384, limit: 1000 });
    expect(Math.max(...cache.exhaust())).toBe(999);
    expect(markedSpares(cache.plan, cache.memory)).toHaveLength(1000 + 4 * 8);
  });

  test('100 spares: 60 grants from 40 on, 59 hits in 61 calls', () => {
    const cache = cacheOn({ spareCount: 100 });
    expect(cache.exhaust()).toEqual(range(40, 99));
    expect(cache.state(Allocator.hits)).toBe(59);
    expect(cache.state(Allocator.misses)).toBe(2);
  });
});

test('an exhausted allocator keeps failing, one miss a call, and grants nothing new', () => {
  const cache = cacheOn({ spareCount: 512 });
  const granted = cache.exhaust().length;
  const misses = cache.state(Allocator.misses);
  for (let call = 0; call < 20; call++) expect(cache.allocate()).toBe(NO_SPARE);
  expect(cache.state(Allocator.misses)).toBe(misses + 20);
  expect(cache.state(Allocator.hits)).toBe(granted - (misses - 1));
});

describe('sequential faults of the published refill', () => {
  test.each([
    [20, 40, 20],
    [32, 64, 32],
    [33, 33, 33],
  ])('an area of %i spares grants %i, of which %i differ', (spareCount, granted, different) => {
    const spares = cacheOn({ spareCount, placement: 'none' }).exhaust();
    expect(spares).toHaveLength(granted);
    expect(new Set(spares).size).toBe(different);
  });

  test('with the cursor near the end and the start taken, 64 free spares are refused for ever', () => {
    const cache = cacheOn({ spareCount: 100, placement: 'none' });
    const { words, layout } = cache.memory;
    words[layout.bitmap] = -1;
    words[layout.bitmap + 3] = -1;
    cache.set(Allocator.cursor, 96);
    for (let call = 0; call < 5; call++) expect(cache.allocate()).toBe(NO_SPARE);
    expect(cache.state(Allocator.cursor)).toBe(96);
    expect(markedSpares(cache.plan, cache.memory)).toHaveLength(36);
  });

  test('a spare in the ring has its bit clear until it is taken', () => {
    const cache = cacheOn({ spareCount: 16384 });
    cache.allocate();
    expect(cache.state(Allocator.count)).toBe(63);
    expect(markedSpares(cache.plan, cache.memory)).toHaveLength(41);
  });
});

describe('a thread that has missed, and finds that another one has filled the ring', () => {
  /** What a thread leaves that came to refill a ring that held `count` spares by then. */
  function missedBeside(count: number) {
    const { plan, memory, state, set } = cacheOn({ spareCount: 512, placement: 'none' });
    const { words, layout } = memory;
    let releases = 0;
    const lock: Lock = {
      acquire: () => 0,
      release: () => void (++releases === 1 && set(Allocator.count, count)),
    };
    const spare = allocatorOn(plan, words, layout, lock).allocate(0);
    const fields = ['refills', 'count', 'tail', 'head', 'cursor', 'hits', 'misses'] as const;
    return { spare, ...Object.fromEntries(fields.map((name) => [name, state(Allocator[name])])) };
  }

  test('refills what is left, from as few as one below a batch', () => {
    expect(missedBeside(31)).toEqual({
      spare: 0,
      refills: 1,
      count: 63,
      tail: 33,
      head: 1,
      cursor: 64,
      hits: 0,
      misses: 1,
    });
  });

  test('takes one where there is a batch, and refills nothing', () => {
    expect(missedBeside(32)).toEqual({
      spare: 0,
      refills: 0,
      count: 31,
      tail: 0,
      head: 1,
      cursor: 0,
      hits: 0,
      misses: 1,
    });
  });
});

test('what is counted is counted atomically, as published, whatever lock there is', () => {
  const { memory, allocate } = cacheOn({ spareCount: 512 });
  const add = vi.spyOn(Atomics, 'add');
  allocate();
  allocate();
  const counted = add.mock.calls.map(([, at, by]) => [at - memory.layout.allocator, by]);
  add.mockRestore();
  expect(counted).toEqual([
    [Allocator.misses, 1],
    [Allocator.refills, 1],
    [Allocator.hits, 1],
  ]);
});

test('giving a spare back does nothing, as published', () => {
  const { plan, memory, allocate } = cacheOn({ spareCount: 512 });
  const spare = allocate();
  allocatorIn(plan, memory).release(0, spare);
  expect(markedSpares(plan, memory)).toContain(spare);
});
