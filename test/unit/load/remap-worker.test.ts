import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { badWordOf } from '../../../src/device/bad-sectors.ts';
import { FaultControls } from '../../../src/device/fault-controls.ts';
import { Booking, HEALTHS, HealthWords } from '../../../src/device/health-words.ts';
import { RemapQueue } from '../../../src/device/remap-queue.ts';
import { RemapWorker } from '../../../src/load/remap-worker.ts';
import { serveNext } from '../../../src/load/serve-queue.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import { ThreadFloat } from '../../../src/memory/layout.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { Collector } from '../../../src/run/collect.ts';
import { sweepData } from '../../../src/run/data-sweep.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import { type AutoRemapPlan, NO_FAULTS } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

/**
 * Goal: what a worker does with a sector that waits for it, and what a thread of load does that
 * meets one, agree in table, claims, health and data.
 *
 * Method: load and worker take turns on one thread. Where a thread of load would wait for the
 * worker, integration tests take over.
 */
const AUTO_REMAP: AutoRemapPlan = {
  workerCount: 1,
  errorThreshold: 2,
  queueCount: 4,
  attemptCount: 1,
  backoffNs: 0,
};

function prepared(spareCount = 8, autoRemap: Partial<AutoRemapPlan> = {}) {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: spareCount, placement: 'none' } },
    load: { mix: { read: 1, write: 1, remap: 0, unremap: 0 }, operationCount: 200 },
    autoRemap: { ...AUTO_REMAP, ...autoRemap },
    faults: NO_FAULTS,
    events: [{ atNs: 1e15, action: { kind: 'crash' } }],
  });
  const { autoRemap: wanted } = plan;
  if (wanted === null) throw new Error('no auto-remap');
  const memory = prepareMemory(plan);
  const { words, layout } = memory;
  const controls = new FaultControls(words, layout);
  const health = new HealthWords(words, layout.healthWords, wanted.errorThreshold);
  const queue = new RemapQueue(words, layout.queue, wanted.queueCount);
  const worker = new RemapWorker(plan, wanted, memory, 1, nowNs());
  return {
    plan,
    health,
    worker,
    collector: new Collector(plan, memory),
    fail: (
      surface: 'main' | 'spare',
      sector: number,
      fails: 'reads' | 'writes' | 'both' = 'writes',
      lasts: 'once' | 'for-ever' = 'for-ever',
    ) => controls.setBad(surface, sector, badWordOf({ fails, lasts, failedWrites: 0 })),
    /** As so many failed requests leave it. */
    turnBad: (lba: number) => {
      const spare = health.spareOf(lba);
      while (health.failed(lba, spare) !== Booking.mustQueue);
      queue.put(lba);
    },
    /** Again and again the same 200 reads and writes. */
    load: () => {
      new ThreadCounters(memory, 0).set(ThreadFloat.operations, 0);
      new ThreadLoop(plan, memory, 0).run(nowNs());
    },
    sweep: () => sweepData(plan, memory),
    /** Claims, and what they are, without their times. */
    claims: () =>
      new Collector(plan, memory)
        .claims({ claims: [], conflicts: [] })
        .claims.map(({ kind, lba, spare, thread }) => ({ kind, lba, spare, thread })),
  };
}

describe('a worker', () => {
  test('finds nothing to do', () => {
    expect(serveNext(prepared().worker)).toBe(false);
  });

  test('moves a sector, and everybody knows', () => {
    const { worker, turnBad, collector, health, claims, load, sweep, fail } = prepared();
    load();
    fail('main', 10);
    turnBad(10);
    expect(serveNext(worker)).toBe(true);
    expect(collector.remapTable()).toEqual([{ lba: 10, spare: 0 }]);
    expect(claims()).toEqual([{ kind: 'claim', lba: 10, spare: 0, thread: 1 }]);
    expect([health.isQueued(10), health.spareOf(10) >= 0]).toEqual([false, true]);
    expect(collector.autoRemap()).toMatchObject({
      movedCount: 1,
      unreadableCount: 0,
      retiredCount: 0,
      queueDepthMax: 1,
      health: { suspect: 0, bad: 0, remapped: 1 },
    });
    load();
    expect(sweep()).toMatchObject({ sectorCount: 64, unreadableCount: 0, findings: [] });
    expect(collector.errors()).toMatchObject({ writeError: 0, readError: 0 });
  });

  test('leaves alone what was moved by hand since', () => {
    const { worker, turnBad, health, claims } = prepared();
    turnBad(10);
    health.moved(10, 3);
    expect(serveNext(worker)).toBe(true);
    expect(claims()).toEqual([]);
  });

  test('puts spares that cannot be written out of use, and takes the next', () => {
    const { worker, turnBad, collector, claims, fail } = prepared();
    fail('spare', 0);
    fail('spare', 1);
    turnBad(10);
    serveNext(worker);
    expect(claims()).toEqual([
      { kind: 'retired', lba: null, spare: 0, thread: 1 },
      { kind: 'retired', lba: null, spare: 1, thread: 1 },
      { kind: 'claim', lba: 10, spare: 2, thread: 1 },
    ]);
    expect(collector.autoRemap()).toMatchObject({ movedCount: 1, retiredCount: 2 });
  });

  test('moves a sector again when its spare fails, and that spare serves nobody any more', () => {
    const { worker, turnBad, collector, claims, load, sweep, fail } = prepared();
    turnBad(10);
    serveNext(worker);
    load();
    fail('spare', 0);
    turnBad(10);
    serveNext(worker);
    expect(claims()).toEqual([
      { kind: 'claim', lba: 10, spare: 0, thread: 1 },
      { kind: 'claim', lba: 10, spare: 1, thread: 1 },
      { kind: 'release', lba: 10, spare: 0, thread: 1 },
      { kind: 'retired', lba: null, spare: 0, thread: 1 },
    ]);
    expect(collector.remapTable()).toEqual([{ lba: 10, spare: 1 }]);
    load();
    expect(sweep().findings).toEqual([]);
  });

  test('without a spare gives up, and whoever waits hears of it', () => {
    const { worker, turnBad, collector, health, fail } = prepared(1);
    fail('spare', 0);
    turnBad(10);
    serveNext(worker);
    expect([health.isQueued(10), health.spareOf(10) >= 0]).toEqual([false, false]);
    expect(collector.autoRemap()).toMatchObject({
      movedCount: 0,
      noSpareCount: 1,
      retiredCount: 1,
    });
    expect(collector.allocation({ claims: [], conflicts: [] })).toMatchObject({
      grantedCount: 1,
      refusedCount: 1,
    });
  });

  test('data that cannot be read is not made up: reads fail until it is written', () => {
    const { worker, turnBad, collector, load, sweep, fail } = prepared();
    load();
    fail('main', 10, 'both');
    turnBad(10);
    serveNext(worker);
    expect(collector.autoRemap()).toMatchObject({ movedCount: 1, unreadableCount: 1 });
    expect(sweep()).toMatchObject({ sectorCount: 63, unreadableCount: 1, findings: [] });
    load();
    expect(sweep()).toMatchObject({ sectorCount: 64, unreadableCount: 0, findings: [] });
  });
});

describe('a thread of load', () => {
  test('issues again what failed once, and nobody is told of an error', () => {
    const { collector, load, health, fail, sweep } = prepared();
    load();
    for (const lba of [3, 11, 20]) fail('main', lba, 'both', 'once');
    load();
    expect(collector.faults()).toMatchObject({ retryCount: 3, recoveredCount: 3 });
    expect(collector.errors()).toMatchObject({ readError: 0, writeError: 0 });
    expect([3, 11, 20].map((lba) => HEALTHS[health.healthOf(lba)])).toEqual(
      Array(3).fill('suspect'),
    );
    expect(sweep().findings).toEqual([]);
  });

  test('gives up after so many attempts, below the threshold', () => {
    const { collector, load, fail, sweep } = prepared(8, {
      errorThreshold: 100,
      attemptCount: 2,
    });
    load();
    fail('main', 10, 'writes');
    load();
    const { mediumErrorCounts, retryCount, recoveredCount } = collector.faults();
    const { writeError } = collector.errors();
    expect(writeError).toBeGreaterThan(0);
    expect(mediumErrorCounts.write).toBe(3 * writeError);
    expect([retryCount, recoveredCount]).toEqual([2 * writeError, 0]);
    expect(sweep().findings).toEqual([]);
  });
});
