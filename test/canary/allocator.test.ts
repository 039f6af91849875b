import { describe, expect, test, vi } from 'vitest';
import { nowNs } from '../../src/clock.ts';
import { allocatorOn } from '../../src/device/index.ts';
import { NO_SPARE } from '../../src/device/spare-allocator.ts';
import { ThreadLoop } from '../../src/load/thread-loop.ts';
import type { Lock } from '../../src/lock/lock.ts';
import { Allocator } from '../../src/memory/layout.ts';
import { Collector } from '../../src/run/collect.ts';
import { drainSpares } from '../../src/run/drain.ts';
import { prepareMemory } from '../../src/run/prepare.ts';
import { memoryFor, PUBLISHED_CACHE, planWith } from '../support/plans.ts';

const NOTHING_DRAINED = { claims: [], conflicts: [] };

/**
 * Goal: a spare that two hold is seen by the owner table, whoever allocated it and however.
 *
 * Method: a correct allocator over a bitmap from which a bit is wiped by hand between two threads'
 * turns.
 */
describe('a bit of the bitmap that is lost', () => {
  const plan = planWith({
    device: { sectorCount: 512, spare: { sectorCount: 64 } },
    allocator: { kind: 'bitmap' },
    load: { threadCount: 2, mix: { read: 0, write: 0, remap: 1, unremap: 0 }, operationCount: 40 },
  });

  function afterFirstThread() {
    const memory = prepareMemory(plan);
    new ThreadLoop(plan, memory, 0).run(nowNs());
    return { memory, collector: new Collector(plan, memory) };
  }

  test('makes a conflict that names both claims', () => {
    const { memory, collector } = afterFirstThread();
    const [lost] = collector.claims(NOTHING_DRAINED).claims.map(({ spare }) => spare);
    expect(lost).toBe(0);
    const { words, layout } = memory;
    words[layout.bitmap] = (words[layout.bitmap] as number) & ~1;
    new ThreadLoop(plan, memory, 1).run(nowNs());
    const { claims, conflicts, conflictCount } = collector.claims(NOTHING_DRAINED);
    expect(conflictCount).toBe(1);
    const [conflict] = conflicts;
    expect(conflict?.spare).toBe(0);
    expect(claims[conflict?.firstClaim as number]).toMatchObject({ thread: 0, spare: 0 });
    expect(claims[conflict?.secondClaim as number]).toMatchObject({ thread: 1, spare: 0 });
  });

  test('is seen by the drain too', () => {
    const { memory, collector } = afterFirstThread();
    const { words, layout } = memory;
    words[layout.bitmap] = (words[layout.bitmap] as number) & ~(1 << 3);
    const drain = drainSpares(plan, memory, 0);
    expect(drain.claims).toHaveLength(45);
    const { claims, conflicts, conflictCount } = collector.claims(drain);
    expect(conflictCount).toBe(1);
    expect(claims[conflicts[0]?.firstClaim as number]).toMatchObject({ thread: 0, spare: 3 });
    expect(claims[conflicts[0]?.secondClaim as number]).toMatchObject({ kind: 'drain', spare: 3 });
  });

  test('without it there is no conflict', () => {
    const { memory, collector } = afterFirstThread();
    new ThreadLoop(plan, memory, 1).run(nowNs());
    expect(collector.claims(drainSpares(plan, memory, 0)).conflictCount).toBe(0);
  });
});

/**
 * Goal: the modelled races are in the published cache: each of them, made to happen once.
 *
 * Method: one thread plays two. Thread 1 makes its whole call at the moment named, which is inside
 * thread 0's call: at the lock, or at the one atomic counter in the refill.
 */
describe('races of the published cache', () => {
  function published(spareCount: number) {
    const plan = planWith({
      device: { sectorCount: 64, spare: { sectorCount: spareCount, placement: 'v4-dynamic' } },
      allocator: { kind: 'cached', protocol: 'as-published', cache: PUBLISHED_CACHE },
      integrity: 'off',
    });
    const memory = memoryFor(plan);
    const { words, layout } = memory;
    const state = (field: number): number => words[layout.allocator + field] as number;
    /** An allocator that lets others in at its n-th acquire or release. */
    const allocatorWith = (at: 'acquire' | 'release', nth: number, others: () => void) => {
      let calls = 0;
      const hook = (which: string) => {
        if (which === at && ++calls === nth) others();
      };
      const lock: Lock = {
        acquire() {
          hook('acquire');
          return 0;
        },
        release: () => hook('release'),
      };
      return allocatorOn(plan, words, layout, lock);
    };
    const plain = allocatorWith('acquire', 0, () => {});
    const exhaust = (): number[] => {
      const spares: number[] = [];
      for (let spare = plain.allocate(1); spare !== NO_SPARE; spare = plain.allocate(1)) {
        spares.push(spare);
      }
      return spares;
    };
    return { state, allocatorWith, plain, exhaust };
  }

  test('a refill that was overtaken caches the same spares again, and sets the cursor back', () => {
    const { state, plain, exhaust } = published(16384);
    const given: number[] = [];
    const add = Atomics.add.bind(Atomics) as (view: Int32Array, at: number, by: number) => number;
    let calls = 0;
    // The second atomic addition of a call that misses counts the refill: the cursor is read.
    const spy = vi.spyOn(Atomics, 'add').mockImplementation(((
      view: Int32Array,
      at: number,
      by: number,
    ) => {
      if (++calls === 2) given.push(plain.allocate(1));
      return add(view, at, by);
    }) as typeof Atomics.add);
    given.push(plain.allocate(0));
    spy.mockRestore();
    expect(state(Allocator.cursor)).toBe(32);
    given.push(...exhaust());
    expect(new Set(given).size).toBeLessThan(given.length);
  });

  test('between a take and its mark, another refill may cache the same spare', () => {
    const { state, allocatorWith, exhaust, plain } = published(100);
    const first = Array.from({ length: 59 }, () => plain.allocate(0));
    expect(state(Allocator.count)).toBe(1);
    let others: number[] = [];
    const last = allocatorWith('release', 1, () => {
      others = exhaust();
    }).allocate(0);
    expect(first).not.toContain(last);
    expect(others).toEqual([last]);
  });

  test('a thread whose refill was emptied by others is refused, with spares free', () => {
    const { allocatorWith, plain } = published(16384);
    const taken: number[] = [];
    const refused = allocatorWith('acquire', 2, () => {
      for (let call = 0; call < 64; call++) taken.push(plain.allocate(1));
    }).allocate(0);
    expect(new Set(taken).size).toBe(64);
    expect(refused).toBe(NO_SPARE);
    expect(plain.allocate(0)).not.toBe(NO_SPARE);
  });
});
