import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { rehearse } from '../../../src/load/rehearsal.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import type { Memory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { Control, LockCounter, ThreadFloat } from '../../../src/memory/layout.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { Collector } from '../../../src/run/collect.ts';
import { sweepData } from '../../../src/run/data-sweep.ts';
import { drainSpares } from '../../../src/run/drain.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import {
  ALLOCATOR_KINDS,
  LOCK_KINDS,
  LOOKUPS,
  type MixPlan,
  NO_FAULTS,
  type Plan,
} from '../../../src/scenario/plan.ts';
import { markedSpares, PUBLISHED_CACHE, planWith, sectorIn } from '../../support/plans.ts';
import { withLoad } from '../../support/run-record.ts';

/**
 * Goal: a whole load of one thread, from the gate to its records: what it did, what it wrote down
 * and what it left in memory agree.
 *
 * Method: the loop on the test's own thread, on memory prepared as a run prepares it. Several
 * threads take their turns one after the other.
 */
const NOTHING_DRAINED = { claims: [], conflicts: [] };

interface Loaded {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly collector: Collector;
}

function load(plan: Plan): Loaded {
  const memory = prepareMemory(plan);
  for (let thread = 0; thread < plan.load.threadCount; thread++) {
    new ThreadLoop(plan, memory, thread).run(nowNs());
  }
  return { plan, memory, collector: new Collector(plan, memory) };
}

const mixed = planWith({
  device: { sectorCount: 512, spare: { sectorCount: 128, placement: 'v4-dynamic' } },
  load: { operationCount: 3000, mix: { read: 50, write: 40, remap: 8, unremap: 2 } },
});

describe('a mixed load', () => {
  const { plan, memory, collector } = load(mixed);
  const operations = collector.operations();
  const { claims, conflictCount, unloggedCount } = collector.claims(NOTHING_DRAINED);

  test('does as many operations as the plan says, each counted once', () => {
    const counts = Object.values(operations).map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    expect(collector.threads()[0]?.operationCount).toBe(3000);
    expect(operations.read.count).toBeGreaterThan(1200);
    expect(operations.sync.count + operations.trim.count).toBe(0);
  });

  test('times each that was done, and no other', () => {
    for (const { count, refusedCount, errorCount, service } of Object.values(operations)) {
      expect(service.count).toBe(count - refusedCount - errorCount);
    }
    const allocation = collector.allocation(NOTHING_DRAINED);
    expect(allocation.service.count).toBe(allocation.requestedCount);
  });

  test('counts the bytes of what it moved', () => {
    expect(operations.read.bytes).toBe(operations.read.service.count * 4096);
    expect(operations.write.bytes).toBe(operations.write.service.count * 4096);
    expect(operations.remap.bytes).toBe(operations.remap.service.count * 512);
  });

  test('writes down every grant and every return, in order', () => {
    const granted = claims.filter(({ kind }) => kind === 'claim');
    const returned = claims.filter(({ kind }) => kind === 'release');
    expect(granted).toHaveLength(collector.allocation(NOTHING_DRAINED).grantedCount);
    expect(granted).toHaveLength(operations.remap.service.count);
    expect(returned).toHaveLength(operations.unremap.service.count);
    expect(returned.length).toBeGreaterThan(0);
    expect([conflictCount, unloggedCount]).toEqual([0, 0]);
    expect(claims.map(({ order }) => order)).toEqual(claims.map((_, index) => index));
    for (const [index, claim] of claims.entries()) {
      expect(claim.completionNs).toBeGreaterThanOrEqual(claim.issueNs);
      expect(claim.issueNs).toBeGreaterThanOrEqual(claims[index - 1]?.completionNs ?? 0);
    }
  });

  test('leaves the table and the bitmap as its claims say', () => {
    const live = new Map<number, number>();
    for (const { kind, lba, spare } of claims) {
      if (kind === 'claim') live.set(lba as number, spare);
      else expect(live.delete(lba as number)).toBe(true);
    }
    const table = collector.remapTable().map(({ lba, spare }) => [lba, spare] as const);
    expect(new Map(table)).toEqual(live);
    const { ring, reserved } = collector.spares();
    const reservedCount = reserved.reduce((sum, bit) => sum + bit, 0);
    expect(reservedCount).toBe(40);
    expect(markedSpares(plan, memory)).toHaveLength(
      live.size + (ring?.count as number) + reservedCount,
    );
  });

  test('reads nothing but what was written, and so does the sweep', () => {
    const sweep = sweepData(plan, memory);
    expect(sweep.sectorCount).toBe(512);
    const data = collector.data(sweep);
    expect(Object.values(data?.faultCounts ?? {})).toEqual([0, 0, 0, 0, 0, 0]);
    expect(data?.readSectorCount).toBe(operations.read.service.count * 8);
  });

  test('a byte flipped afterwards is found by the sweep', () => {
    for (const { lba, spare } of collector.remapTable().slice(0, 3)) {
      const sector = sectorIn(memory, 'spare', spare);
      sector[50] = (sector[50] as number) ^ 0x00ff0000;
      expect(sweepData(plan, memory).findings).toMatchObject([{ fault: 'bit-flip', lba, spare }]);
      sector[50] = (sector[50] as number) ^ 0x00ff0000;
    }
    expect(sweepData(plan, memory).findings).toEqual([]);
  });

  test('takes the allocation lock once a call and once a return', () => {
    const { acquisitionCount, contendedCount, overlapCount } = collector.lock('allocationLock');
    const { requestedCount } = collector.allocation(NOTHING_DRAINED);
    const returned = claims.filter(({ kind }) => kind === 'release').length;
    expect(acquisitionCount).toBe(requestedCount + returned);
    expect([contendedCount, overlapCount]).toEqual([0, 0]);
  });
});

test('the same seed does the same again', () => {
  const [one, other] = [load(mixed), load(mixed)];
  expect(one.collector.threads()[0]?.operationDigest).toBe(
    other.collector.threads()[0]?.operationDigest,
  );
  const spares = ({ collector }: Loaded) =>
    collector.claims(NOTHING_DRAINED).claims.map(({ lba, spare }) => [lba, spare]);
  expect(spares(one)).toEqual(spares(other));
});

describe.each(LOOKUPS)('every allocator, %s lookup', (lookup) => {
  test.each(ALLOCATOR_KINDS.flatMap((kind) => [[kind, false] as const, [kind, true] as const]))(
    '%s, outer lock %s: holds its promises',
    (kind, outerLock) => {
      const { plan, memory, collector } = load({
        ...withLoad(mixed, { operationCount: 800, threadCount: 2 }),
        allocator: { ...mixed.allocator, kind, outerLock },
        remap: { ...mixed.remap, lookup },
      });
      const { claims, conflictCount } = collector.claims(NOTHING_DRAINED);
      expect(claims.length).toBeGreaterThan(20);
      expect(conflictCount).toBe(0);
      expect(sweepData(plan, memory).findings).toEqual([]);
      expect(collector.operations().remap.errorCount).toBe(0);
    },
  );
});

test.each(LOCK_KINDS)('every lock lets one thread through: %s', (kind) => {
  const { collector } = load({ ...withLoad(mixed, { operationCount: 300 }), lock: { kind } });
  expect(collector.threads()[0]?.operationCount).toBe(300);
});

describe('the end of a load', () => {
  const only = (name: 'read' | 'remap') =>
    ({ read: 0, write: 0, remap: 0, unremap: 0, [name]: 1 }) as MixPlan;

  test('operations are shared out as evenly as they go', () => {
    const { collector } = load(planWith({ load: { threadCount: 3, operationCount: 8 } }));
    expect(collector.threads().map(({ operationCount }) => operationCount)).toEqual([3, 3, 2]);
  });

  test('a thread without a share does nothing', () => {
    const { collector } = load(planWith({ load: { threadCount: 2, operationCount: 1 } }));
    expect(collector.threads()[1]).toMatchObject({
      operationCount: 0,
      firstIssueNs: null,
      lastCompletionNs: null,
    });
  });

  test('until exhausted: the first "none" ends the thread, and the drain finds nothing', () => {
    const { plan, memory, collector } = load(
      planWith({
        load: { mix: only('remap'), operationCount: null, untilExhausted: true },
        device: { sectorCount: 512, spare: { sectorCount: 100, placement: 'v4-dynamic' } },
        allocator: { cache: PUBLISHED_CACHE },
      }),
    );
    // Before the drain, whose own call misses once more.
    expect(collector.cache()).toEqual({ hitCount: 59, missCount: 2, refillCount: 2 });
    const drain = drainSpares(plan, memory, nowNs());
    expect(drain).toEqual(NOTHING_DRAINED);
    const allocation = collector.allocation(drain);
    expect(allocation).toMatchObject({
      requestedCount: 61,
      grantedCount: 60,
      refusedCount: 1,
      drainedCount: 0,
      firstRefusal: { thread: 0 },
    });
    expect(collector.operations().remap).toMatchObject({ count: 61, refusedCount: 1 });
  });

  test('with remaps alone, the end of its LBAs is the end of the thread', () => {
    const { collector } = load(
      planWith({
        device: { sectorCount: 20, spare: { sectorCount: 100 } },
        load: { threadCount: 2, mix: only('remap'), operationCount: 1000 },
      }),
    );
    expect(collector.operations().remap).toMatchObject({ count: 20, skippedCount: 2 });
  });

  test('an unremap that comes before the first remap ends nothing', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { collector } = load(
        planWith({
          seed,
          device: { sectorCount: 64, spare: { sectorCount: 64 } },
          load: { mix: { read: 0, write: 0, remap: 1, unremap: 1 }, operationCount: 200 },
        }),
      );
      expect(collector.threads()[0]?.operationCount).toBe(200);
      expect(collector.operations().unremap.skippedCount).toBeGreaterThan(0);
    }
  });

  test('a stopped run ends before its next batch', () => {
    const plan = planWith({ load: { operationCount: 1_000_000 } });
    const memory = prepareMemory(plan);
    new Gate(memory.words, memory.floats, memory.layout).stop();
    new ThreadLoop(plan, memory, 0).run(nowNs());
    expect(new Collector(plan, memory).threads()[0]?.operationCount).toBe(0);
  });

  test('a time that is over already leaves one operation', () => {
    const plan = planWith({ load: { mix: only('read'), operationCount: null, durationNs: 1000 } });
    const memory = prepareMemory(plan);
    new ThreadLoop(plan, memory, 0).run(nowNs() - 1e9);
    expect(new Collector(plan, memory).operations().read.count).toBe(1);
  });

  test('a thought that would outlast the load ends it', () => {
    const plan = planWith({
      load: { mix: only('read'), operationCount: null, durationNs: 60e9, thinkTimeNs: 3600e9 },
    });
    expect(load(plan).collector.operations().read.count).toBe(1);
  });

  test('a planted fault strikes after the operations that the plan names', () => {
    const faults = { thread: { thread: 0, afterOperations: 100, does: 'throw' as const } };
    const plan = planWith({ load: { operationCount: 1000 }, faults });
    const memory = prepareMemory(plan);
    expect(() => new ThreadLoop(plan, memory, 0).run(nowNs())).toThrow('that the scenario plants');
    expect(new Collector(plan, memory).threads()[0]?.operationCount).toBe(100);
  });
});

describe('warm-up', () => {
  test('is in the thread its count and in the claims, and in no figure of the measured phase', () => {
    const plan = planWith({
      // More LBAs than can be remapped in the warm-up, which is so long that some remaps fall into
      // it even where the thread is put aside meanwhile.
      device: { sectorCount: 128 * 1024, spare: { sectorCount: 64 } },
      load: { mix: { read: 1, write: 1, remap: 1, unremap: 0 }, warmupNs: 60_000_000 },
    });
    const { collector } = load(withLoad(plan, { operationCount: 50 }));
    const measured = Object.values(collector.operations());
    expect(measured.reduce((sum, { count }) => sum + count, 0)).toBe(50);
    const thread = collector.threads()[0];
    expect(thread?.operationCount).toBeGreaterThan(50);
    const { grantedCount, service } = collector.allocation(NOTHING_DRAINED);
    expect(collector.claims(NOTHING_DRAINED).claims).toHaveLength(grantedCount);
    expect(service.count).toBe(collector.operations().remap.count);
    expect(service.count).toBeLessThan(grantedCount + (thread?.refusedCount as number));
  });

  test('skips are not counted during it either', () => {
    const plan = planWith({
      device: { sectorCount: 16, spare: { sectorCount: 64 } },
      load: { mix: { read: 1, write: 0, remap: 1, unremap: 0 }, warmupNs: 60e9 },
    });
    const memory = prepareMemory(plan);
    const gate = new Gate(memory.words, memory.floats, memory.layout);
    const loop = new ThreadLoop(
      {
        ...plan,
        faults: { ...NO_FAULTS, thread: { thread: 0, afterOperations: 300, does: 'throw' } },
      },
      memory,
      0,
    );
    expect(() => loop.run(nowNs())).toThrow();
    expect(gate.mustStop()).toBe(false);
    expect(new Collector(plan, memory).operations().remap.skippedCount).toBe(0);
  });
});

describe('first-sector match, as published', () => {
  test('a request that runs past the spare area is an error, and leaves no trace in its times', () => {
    const { collector } = load(
      planWith({
        device: { sectorCount: 64, spare: { sectorCount: 12 } },
        remap: { match: 'first-sector' },
        load: { mix: { read: 5, write: 5, remap: 1, unremap: 0 }, operationCount: 2000 },
      }),
    );
    const { read, write } = collector.operations();
    expect(read.errorCount).toBeGreaterThan(0);
    expect(write.errorCount).toBeGreaterThan(0);
    expect(read.service.count).toBe(read.count - read.errorCount);
    expect(read.bytes).toBe(read.service.count * 4096);
  });
});

test('without integrity there is no data record, and the load runs all the same', () => {
  const { collector } = load({ ...mixed, integrity: 'off' });
  expect(collector.data(null)).toBeNull();
  expect(collector.threads()[0]?.operationCount).toBe(3000);
});

test('the drain takes what a thread that stopped early has left', () => {
  const { plan, memory, collector } = load(
    planWith({
      device: { sectorCount: 512, spare: { sectorCount: 100, placement: 'v4-dynamic' } },
      load: { mix: { read: 0, write: 0, remap: 1, unremap: 0 }, operationCount: 25 },
    }),
  );
  const drain = drainSpares(plan, memory, 0);
  expect(drain.claims).toHaveLength(35);
  expect(drain.conflicts).toEqual([]);
  const { claims } = collector.claims(drain);
  expect(new Set(claims.map(({ spare }) => spare)).size).toBe(60);
  expect(
    claims
      .slice(25)
      .every(({ kind, thread, lba }) => kind === 'drain' && thread === null && lba === null),
  ).toBe(true);
});

test('the drain of an allocator that never says "none" ends when it has had as many as there are', () => {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 100, placement: 'v4-dynamic' } },
    allocator: { kind: 'linear', protocol: 'as-published' },
  });
  const memory = prepareMemory(plan);
  const drain = drainSpares(plan, memory, 0);
  expect(drain.claims).toHaveLength(100);
  // 60 of them the first time; the other 40 somebody held already, which was the drain itself.
  expect(drain.conflicts).toHaveLength(40);
});

test('nothing is written outside the regions that the load owns', () => {
  const { plan, memory } = load(withLoad(mixed, { threadCount: 2 }));
  const { words, layout } = memory;
  for (const region of layout.regions) {
    const next = layout.regions.find(({ word }) => word >= region.word + region.wordCount);
    const gap = words.subarray(region.word + region.wordCount, next?.word ?? layout.wordCount);
    expect(gap.every((word) => word === 0)).toBe(true);
  }
  expect(words[layout.control + Control.ready]).toBe(0);
  const holder = [layout.allocationHolder, layout.targetHolder].map((word) => words[word]);
  // Nobody is inside; thread 1 was the last.
  expect(holder).toEqual([-2, -2]);
  for (let thread = 0; thread < plan.load.threadCount; thread++) {
    const counters = new ThreadCounters(memory, thread);
    expect(counters.get(ThreadFloat.allocationLock + LockCounter.overlaps)).toBe(0);
  }
});

describe('hits and misses of the cache', () => {
  test.each(['guarded', 'as-published'] as const)('are told apart, %s', (protocol) => {
    const { collector } = load({
      ...mixed,
      allocator: { kind: 'cached', protocol, outerLock: false, cache: PUBLISHED_CACHE },
    });
    const { service, hit, miss } = collector.allocation(NOTHING_DRAINED);
    // No warm-up: what the allocator counted over the whole run is what was timed.
    const cache = collector.cache();
    expect(cache?.missCount).toBeGreaterThan(1);
    expect([hit.count, miss.count]).toEqual([cache?.hitCount, cache?.missCount]);
    expect(hit.sumNs + miss.sumNs).toBe(service.sumNs);
  });

  test('are not told apart where there is no cache', () => {
    const { collector } = load({ ...mixed, allocator: { ...mixed.allocator, kind: 'bitmap' } });
    const { service, hit, miss } = collector.allocation(NOTHING_DRAINED);
    expect([hit.count, miss.count]).toEqual([service.count, 0]);
  });
});

describe('rehearsal', () => {
  test.each([
    ['a mixed load', mixed],
    [
      'first-sector and linear',
      { ...mixed, remap: { ...mixed.remap, match: 'first-sector', lookup: 'linear' } },
    ],
    [
      'a planted fault',
      {
        ...mixed,
        faults: { ...NO_FAULTS, thread: { thread: 0, afterOperations: 1, does: 'exit' } },
      },
    ],
    [
      'a load by time, with thoughts',
      planWith({
        load: { warmupNs: 1e9, durationNs: 1e9, operationCount: null, thinkTimeNs: 1e9 },
      }),
    ],
    [
      'disjoint slices of a small device',
      planWith({
        device: { sectorCount: 16 },
        load: { threadCount: 2, addresses: { slices: 'disjoint' } },
      }),
    ],
  ] as [string, Plan][])('of %s comes back', (_, plan) => {
    rehearse(plan, 0);
  });
});
