import { describe, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { ThreadFloat, ThreadStatus, WAITING_FOR } from '../../../src/memory/layout.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { Watchdog } from '../../../src/run/watchdog.ts';
import { planWith } from '../../support/plans.ts';

const PATIENCE = 1_000_000;
const plan = planWith({ watchdogNs: PATIENCE, load: { threadCount: 3 } });

/** Three threads that run since moment 0. */
function watched() {
  const memory = createMemory(plan);
  const threads = [0, 1, 2].map((thread) => new ThreadCounters(memory, thread));
  for (const counters of threads) counters.status = ThreadStatus.running;
  const [first, second, third] = threads as [ThreadCounters, ThreadCounters, ThreadCounters];
  const work = (...who: ThreadCounters[]) => {
    for (const counters of who) counters.add(ThreadFloat.operations, 1);
  };
  return {
    memory,
    threads,
    first,
    second,
    third,
    work,
    dog: new Watchdog(plan, memory, threads, 0),
  };
}

describe('stalledThread', () => {
  test('names the thread that stands still while the others work', () => {
    const { dog, first, third, work } = watched();
    for (let now = 0; now <= PATIENCE; now += PATIENCE / 4) {
      work(first, third);
      expect(dog.stalledThread(now)).toBeNull();
    }
    work(first, third);
    expect(dog.stalledThread(PATIENCE + 1)).toBe(1);
  });

  test('is patient again after each operation', () => {
    const { dog, first, second, third, work } = watched();
    for (let now = 0; now < 10 * PATIENCE; now += PATIENCE) {
      work(first, second, third);
      expect(dog.stalledThread(now)).toBeNull();
    }
  });

  test('lets a thread sleep as long as it means to, and for its patience after that', () => {
    const { dog, first, second, third, work } = watched();
    second.set(ThreadFloat.idleUntilNs, 20 * PATIENCE);
    for (let now = 0; now <= 21 * PATIENCE; now += PATIENCE / 2) {
      work(first, third);
      expect(dog.stalledThread(now)).toBeNull();
    }
    work(first, third);
    expect(dog.stalledThread(21 * PATIENCE + 1)).toBe(1);
  });

  test('measures from the end of the sleep once the thread is awake', () => {
    const { dog, first, second, third, work } = watched();
    second.set(ThreadFloat.idleUntilNs, 3 * PATIENCE);
    work(first, third);
    expect(dog.stalledThread(3 * PATIENCE)).toBeNull();
    second.set(ThreadFloat.idleUntilNs, 0);
    work(first, third);
    expect(dog.stalledThread(4 * PATIENCE)).toBeNull();
    work(first, third);
    expect(dog.stalledThread(4 * PATIENCE + 1)).toBe(1);
  });

  test.each([ThreadStatus.ready, ThreadStatus.finished, ThreadStatus.failed])(
    'asks nothing of a thread in status %i',
    (status) => {
      const { dog, threads } = watched();
      for (const counters of threads) counters.status = status;
      expect(dog.stalledThread(100 * PATIENCE)).toBeNull();
    },
  );
});

describe('describe', () => {
  test('says who holds which lock and what each thread does', () => {
    const { dog, memory, first, second, third, work } = watched();
    const { words, layout } = memory;
    work(first);
    dog.stalledThread(5e6);
    words[layout.allocationHolder] = 3;
    first.waitingFor = WAITING_FOR.allocationLock;
    second.waitingFor = WAITING_FOR.targetLock;
    third.set(ThreadFloat.idleUntilNs, 9e9);
    expect(dog.describe(7e6)).toEqual([
      'allocation lock: held by thread 2',
      'target lock: free',
      'thread 0: waiting for the allocation lock; 1 operations, the last 2 ms ago',
      'thread 1: waiting for the target lock; 0 operations, the last 7 ms ago',
      'thread 2: asleep until its next arrival; 0 operations, the last 7 ms ago',
    ]);
  });

  test('tells threads apart that never ran, have ended, or died', () => {
    const { dog, first, second, third } = watched();
    first.status = ThreadStatus.absent;
    second.status = ThreadStatus.finished;
    third.status = ThreadStatus.running;
    const lines = dog.describe(0, 2).slice(2);
    expect(lines.map((line) => line.split(';')[0])).toEqual([
      'thread 0: never started',
      'thread 1: finished',
      'thread 2: dead',
    ]);
  });
});

describe('blameFor', () => {
  test('names the lock and its holder', () => {
    const { dog, memory, first, second } = watched();
    first.waitingFor = WAITING_FOR.allocationLock;
    second.waitingFor = WAITING_FOR.targetLock;
    memory.words[memory.layout.allocationHolder] = 2;
    expect(dog.blameFor(0)).toBe(': it waits for the allocation lock, held by thread 1');
    expect(dog.blameFor(1)).toBe(': it waits for the target lock, which nobody holds');
    expect(dog.blameFor(2)).toBe('');
  });
});
