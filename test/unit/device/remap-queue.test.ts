import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Advice, FailureBooks } from '../../../src/device/failure-books.ts';
import { Booking, HEALTHS, HealthWords } from '../../../src/device/health-words.ts';
import { NOTHING_WAITS, RemapQueue } from '../../../src/device/remap-queue.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
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
    const wait = vi.spyOn(Atomics, 'wait');
    queue.sleep(seen, 1);
    queue.put(7);
    queue.sleep(seen, 1);
    const then = queue.signal();
    queue.sleep(then, 1);
    queue.dismiss();
    queue.sleep(then, 1);
    expect(wait.mock.results.map(({ value }) => value)).toEqual([
      'timed-out',
      'not-equal',
      'timed-out',
      'not-equal',
    ]);
    wait.mockRestore();
    expect(queue.isDismissed()).toBe(true);
  });
});

describe('health', () => {
  const words = (threshold: number) => new HealthWords(new Int32Array(8), 0, threshold);
  const named = (health: HealthWords, lba = 3) => HEALTHS[health.healthOf(lba)];
  const { booked, mustQueue, overtaken } = Booking;

  test('unknown, suspect, bad: exactly one failure has to queue it', () => {
    const health = words(3);
    const bookings = [1, 2, 3, 4, 5].map(() => [health.failed(3, ON_MAIN), named(health)]);
    expect(bookings).toEqual([
      [booked, 'suspect'],
      [booked, 'suspect'],
      [mustQueue, 'bad'],
      [booked, 'bad'],
      [booked, 'bad'],
    ]);
    expect([health.isQueued(3), health.isQueued(4), named(health, 4)]).toEqual([
      true,
      false,
      'unknown',
    ]);
  });

  test('given up, it stays bad and the next failure queues it again', () => {
    const health = words(1);
    health.failed(3, ON_MAIN);
    health.giveUp(3);
    expect([health.isQueued(3), named(health)]).toEqual([false, 'bad']);
    expect([health.failed(3, ON_MAIN), health.isQueued(3)]).toEqual([mustQueue, true]);
  });

  test('moved, it begins anew: as many failures of its spare make it bad again', () => {
    const health = words(2);
    health.failed(3, ON_MAIN);
    health.failed(3, ON_MAIN);
    health.moved(3, 0);
    expect([health.isQueued(3), named(health), health.spareOf(3)]).toEqual([false, 'remapped', 0]);
    expect([health.failed(3, 0), named(health)]).toEqual([booked, 'remapped']);
    expect([health.failed(3, 0), named(health)]).toEqual([mustQueue, 'bad']);
  });

  test('a failure that comes late, from where the sector no longer is, counts for nothing', () => {
    const health = words(1);
    health.failed(3, ON_MAIN);
    health.moved(3, 8_000_000);
    expect(health.spareOf(3)).toBe(8_000_000);
    expect([health.failed(3, ON_MAIN), named(health)]).toEqual([overtaken, 'remapped']);
    health.failed(3, 8_000_000);
    health.moved(3, 7);
    expect([health.failed(3, 8_000_000), health.isQueued(3)]).toEqual([overtaken, false]);
  });

  test('nobody waits for a sector that is not queued', () => {
    const health = words(1);
    health.awaitServed(3);
    health.failed(3, ON_MAIN);
    health.moved(3, 1);
    health.awaitServed(3);
  });

  test('so many failures that they no longer fit stay at the most', () => {
    const health = words(100);
    for (let failure = 0; failure < 1000; failure++) health.failed(3, ON_MAIN);
    expect([named(health), health.isQueued(3), health.spareOf(3)]).toEqual(['bad', true, ON_MAIN]);
  });
});

describe('booking a failure', () => {
  function books(threshold: number, cellCount = 1) {
    const health = new HealthWords(new Int32Array(8), 0, threshold);
    const cells = new Int32Array(Queue.cells + cellCount * QueueCell.wordCount);
    const queue = new RemapQueue(cells, 0, cellCount);
    return { health, queue, books: new FailureBooks(health, queue) };
  }

  test('below the threshold: wait and try again', () => {
    const { books: of, queue } = books(2);
    expect(of.book(3, ON_MAIN)).toBe(Advice.waitAndRetry);
    expect(queue.take()).toBe(NOTHING_WAITS);
  });

  test('with no room in the queue: the same, and the next failure tries again', () => {
    const { books: of, queue, health } = books(1);
    queue.put(7);
    expect([of.book(3, ON_MAIN), health.isQueued(3)]).toEqual([Advice.waitAndRetry, false]);
    expect(queue.overflowCount()).toBe(1);
  });

  test('when it was moved meanwhile: try again at once', () => {
    const { books: of, health } = books(1);
    health.moved(3, 5);
    expect(of.book(3, ON_MAIN)).toBe(Advice.retry);
  });
});
