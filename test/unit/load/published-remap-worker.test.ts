import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { badWordOf } from '../../../src/device/bad-sectors.ts';
import { FaultControls } from '../../../src/device/fault-controls.ts';
import { RemapQueue } from '../../../src/device/remap-queue.ts';
import { PublishedRemapWorker } from '../../../src/load/published-remap-worker.ts';
import { serveNext } from '../../../src/load/serve-queue.ts';
import { Collector } from '../../../src/run/collect.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import { NO_FAULTS } from '../../../src/scenario/plan.ts';
import { deviceIn, planWith } from '../../support/plans.ts';

/**
 * Goal: failing writes do to the published target what they do to dm-remap v4.0, from the
 * completion to the worker.
 *
 * Method: one thread writes and serves the queue in turn. The counts are those that the real code
 * was seen to come to.
 */
function published(spareCount = 16384, threadCount = 1) {
  const plan = planWith({
    device: {
      sectorCount: 4096,
      spare: { sectorCount: spareCount, limit: 1000, placement: 'v4-dynamic' },
    },
    allocator: { protocol: 'as-published', outerLock: true },
    remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
    target: { protocol: 'as-published' },
    load: { threadCount, mix: { read: 1, write: 1, remap: 1, unremap: 0 } },
    autoRemap: {
      workerCount: 2,
      errorThreshold: 3,
      queueCount: 1000,
      attemptCount: 0,
      backoffNs: 0,
    },
    faults: NO_FAULTS,
    events: [{ atNs: 1e15, action: { kind: 'crash' } }],
  });
  const { autoRemap } = plan;
  if (autoRemap === null) throw new Error('no auto-remap');
  const memory = prepareMemory(plan);
  const controls = new FaultControls(memory.words, memory.layout);
  const device = deviceIn(plan, memory);
  const workers = [1, 2].map(
    (thread) => new PublishedRemapWorker(plan, autoRemap, memory, thread, nowNs()),
  );
  const [worker] = workers as [PublishedRemapWorker];
  return {
    worker,
    device,
    queue: new RemapQueue(memory.words, memory.layout.queue, autoRemap.queueCount),
    /** Writes one sector that fails, so often. */
    failWrites: (lba: number, times = 1) => {
      controls.setBad(
        'main',
        lba,
        badWordOf({ fails: 'writes', lasts: 'for-ever', failedWrites: 0 }),
      );
      for (let time = 0; time < times; time++) device.write(0, lba, 1, 0);
    },
    serveAll: () => {
      while (serveNext(worker));
    },
    record: () => {
      const collector = new Collector(plan, memory);
      const { claims } = collector.claims({ claims: [], conflicts: [] });
      return {
        table: collector.remapTable(),
        target: collector.target(true),
        autoRemap: collector.autoRemap(),
        claims: claims.map(({ lba, spare, thread }) => ({ lba, spare, thread })),
      };
    },
  };
}

test('the third failed write queues work, and every further one until a worker has been', () => {
  const { failWrites, queue, record } = published();
  failWrites(700, 2);
  expect(queue.deepest()).toBe(0);
  failWrites(700, 3);
  expect(queue.deepest()).toBe(3);
  expect(record().target).toMatchObject({ writeErrors: 5, tracked: 1, autoRemaps: 0 });
});

test('three errors on LBA 700: spare 0, which is reserved (P1)', () => {
  const { failWrites, serveAll, record } = published();
  failWrites(700, 3);
  serveAll();
  const { table, claims, target } = record();
  expect(table).toEqual([{ lba: 700, spare: 0 }]);
  expect(claims).toEqual([{ lba: 700, spare: 0, thread: 1 }]);
  expect(target).toMatchObject({ autoRemaps: 1, onMetadata: 1 });
});

test.each([
  [1, 1, 0],
  [4, 4, 0],
  [16, 8, 8],
  [64, 8, 56],
])('%i automatic and as many manual remaps: %i on metadata, %i shared pairs', (n, meta, pairs) => {
  const { failWrites, serveAll, record, device } = published();
  for (let lba = 0; lba < n; lba++) failWrites(lba, 3);
  serveAll();
  // The cache hands out the spares from 8 on, the reserved ones left out.
  for (let remap = 0; remap < n; remap++) device.attach(1000 + remap, 8 + remap);
  expect(record().target).toMatchObject({ autoRemaps: n, onMetadata: meta, sharedPairs: pairs });
});

test('one error on 100, three on 200: success is reported, and 200 stays where it was (P2 b)', () => {
  const { failWrites, serveAll, record } = published();
  failWrites(100);
  failWrites(200, 3);
  serveAll();
  const { table, autoRemap, target } = record();
  expect(table).toEqual([]);
  expect(autoRemap).toMatchObject({ movedCount: 1, health: { suspect: 1, bad: 0, remapped: 1 } });
  expect(target).toMatchObject({ autoRemaps: 1, invisible: 1 });
});

test('a manual remap of 900, then an error on 700: 900 is back on the main device (P2 a)', () => {
  const { device, failWrites, record } = published();
  device.attach(900, 8);
  failWrites(700);
  expect(record().table).toEqual([{ lba: 700, spare: 0 }]);
});

describe('promoted twice (P3)', () => {
  test('a second entry in the queue finds the sector moved', () => {
    const { failWrites, serveAll, record } = published();
    failWrites(700, 5);
    serveAll();
    expect(record().autoRemap).toMatchObject({ movedCount: 1, repeatedCount: 0 });
  });
});

test('writes that are too large to be tracked, and reads, leave no trace', () => {
  const { device, failWrites, record } = published();
  failWrites(700);
  device.read(0, 700, 1, 0);
  expect(record().target).toMatchObject({ writeErrors: 1 });
});
