import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HEALTHS, HealthWords } from '../../../src/device/health-words.ts';
import { NOTHING_WAITS, RemapQueue } from '../../../src/device/remap-queue.ts';
import { Queue, QueueCell } from '../../../src/memory/layout.ts';

describe('the queue', () => {
  const queueOf = (cellCount: number) =>
    new RemapQueue(
      new Int32Array(new SharedArrayBuffer(4 * (Queue.cells + cellCount * QueueCell.wordCount))),
      0,
      cellCount,
    );

  test('is a first-in first-out queue of so many cells, over any number of laps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.option(fc.nat(), { nil: null }), { maxLength: 200 }),
        (cellCount, steps) => {
          const queue = queueOf(cellCount);
          const model: number[] = [];
          let deepest = 0;
          let overflows = 0;
          for (const lba of steps) {
            if (lba === null) {
              expect(queue.take()).toBe(model.shift() ?? NOTHING_WAITS);
              continue;
            }
            const hasRoom = model.length < cellCount;
            expect(queue.put(lba)).toBe(hasRoom);
            if (hasRoom) model.push(lba);
            else overflows++;
            deepest = Math.max(deepest, model.length);
          }
          expect([queue.deepest(), queue.overflowCount()]).toEqual([deepest, overflows]);
        },
      ),
    );
  });

  test('a put, and the dismissal, are seen by who read the signal before', () => {
    const queue = queueOf(2);
    const seen = queue.signal();
    queue.put(7);
    expect(queue.signal()).not.toBe(seen);
    // Would sleep for a minute if the put could be missed.
    queue.sleep(seen, 60_000);
    const then = queue.signal();
    queue.dismiss();
    queue.sleep(then, 60_000);
    expect(queue.isDismissed()).toBe(true);
  });
});

describe('health', () => {
  const table = (threshold: number) => new HealthWords(new Int32Array(8), 0, threshold);
  const named = (health: HealthWords, lba = 3) => HEALTHS[health.healthOf(lba)];

  test('unknown, suspect, bad: exactly one failure has to queue it', () => {
    const health = table(3);
    const queues = [1, 2, 3, 4, 5].map(() => [health.failed(3), named(health)]);
    expect(queues).toEqual([
      [false, 'suspect'],
      [false, 'suspect'],
      [true, 'bad'],
      [false, 'bad'],
      [false, 'bad'],
    ]);
    expect([health.isQueued(3), health.isQueued(4), named(health, 4)]).toEqual([
      true,
      false,
      'unknown',
    ]);
  });

  test('given up, it stays bad and the next failure queues it again', () => {
    const health = table(1);
    health.failed(3);
    health.giveUp(3);
    expect([health.isQueued(3), named(health)]).toEqual([false, 'bad']);
    expect([health.failed(3), health.isQueued(3)]).toEqual([true, true]);
  });

  test('moved, it begins anew: as many failures of its spare make it bad again', () => {
    const health = table(2);
    health.failed(3);
    health.failed(3);
    health.moved(3);
    expect([health.isQueued(3), named(health), health.isRemapped(3)]).toEqual([
      false,
      'remapped',
      true,
    ]);
    expect([health.failed(3), named(health)]).toEqual([false, 'remapped']);
    expect([health.failed(3), named(health)]).toEqual([true, 'bad']);
  });

  test('nobody waits for a sector that is not queued', () => {
    const health = table(1);
    health.awaitServed(3);
    health.failed(3);
    health.moved(3);
    health.awaitServed(3);
  });

  test('so many failures that they no longer fit stay at the most', () => {
    const health = table(100);
    for (let failure = 0; failure < 70_000; failure++) health.failed(3);
    expect([named(health), health.isQueued(3)]).toEqual(['bad', true]);
  });
});
