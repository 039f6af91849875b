import { afterEach, describe, expect, test, vi } from 'vitest';
import { lockOn } from '../../../src/lock/index.ts';
import { PARKED, parksOf } from '../../../src/lock/relax.ts';
import { LockNode, LockWord, STRIDE } from '../../../src/memory/layout.ts';
import { LOCK_KINDS, type LockKind } from '../../../src/scenario/plan.ts';

/**
 * Goal: each lock goes through the states that its file describes, and hands itself over.
 *
 * Method: one thread plays all of them. Where a thread would wait, what the others do meanwhile
 * happens inside the Atomics call it waits in.
 *
 * Not covered: exclusion between real threads (see the integration tests) and all interleavings.
 */
const THREADS = 4;
const BASE = STRIDE;
const TAIL_SHIFT = 9;
const PENDING = 1 << 8;

function lockWords(): Int32Array {
  const wordCount = BASE + LockWord.nodes + THREADS * STRIDE;
  return new Int32Array(new SharedArrayBuffer(4 * wordCount));
}

function nodeOf(thread: number): number {
  return BASE + LockWord.nodes + thread * STRIDE;
}

/** Runs `others` inside the n-th call of Atomics.load, counted from 1. */
function atLoad(nth: number, others: () => void): void {
  const load = Atomics.load.bind(Atomics) as (view: Int32Array, index: number) => number;
  let calls = 0;
  vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, index: number) => {
    if (++calls === nth) others();
    return load(view, index);
  }) as typeof Atomics.load);
}

afterEach(() => {
  vi.restoreAllMocks();
});

const REAL_KINDS = LOCK_KINDS.filter((kind) => kind !== 'none');

describe.each(LOCK_KINDS)('%s', (kind) => {
  test('is taken at once when free, and free again afterwards, whoever comes', () => {
    const words = lockWords();
    for (let turn = 0; turn < 3 * THREADS; turn++) {
      // Any number of objects may stand over the same words.
      const lock = lockOn(kind, words, BASE);
      expect(lock.acquire(turn % THREADS)).toBe(0);
      lockOn(kind, words, BASE).release(turn % THREADS);
    }
  });

  test('touches nothing outside its words', () => {
    const words = lockWords();
    const lock = lockOn(kind, words, BASE);
    lock.acquire(THREADS - 1);
    lock.release(THREADS - 1);
    expect(words.subarray(0, BASE).every((word) => word === 0)).toBe(true);
  });
});

describe('a free lock, after use', () => {
  test.each<[LockKind]>([['test-and-set'], ['test-and-test-and-set'], ['queued'], ['mutex']])(
    '%s is all zero again',
    (kind) => {
      const words = lockWords();
      const lock = lockOn(kind, words, BASE);
      for (const thread of [0, 3, 1]) {
        lock.acquire(thread);
        expect(words.some((word) => word !== 0)).toBe(true);
        lock.release(thread);
        expect(words.every((word) => word === 0)).toBe(true);
      }
    },
  );

  test('mcs has an empty queue again', () => {
    const words = lockWords();
    const lock = lockOn('mcs', words, BASE);
    lock.acquire(2);
    expect(words[BASE + LockWord.word]).toBe(3);
    lock.release(2);
    expect(words[BASE + LockWord.word]).toBe(0);
  });

  test('ticket has served as many as have asked, past the wrap too', () => {
    const words = lockWords();
    words[BASE + LockWord.word] = 2 ** 31 - 2;
    words[BASE + LockWord.serving] = 2 ** 31 - 2;
    const lock = lockOn('ticket', words, BASE);
    for (let turn = 0; turn < 4; turn++) {
      expect(lock.acquire(turn)).toBe(0);
      lock.release(turn);
    }
    expect(words[BASE + LockWord.serving]).toBe(words[BASE + LockWord.word]);
    expect(words[BASE + LockWord.word]).toBe(-(2 ** 31) + 2);
  });
});

test.each(REAL_KINDS)('%s makes a thread wait until the owner lets go', (kind) => {
  const words = lockWords();
  const lock = lockOn(kind, words, BASE);
  lock.acquire(0);
  let released = false;
  atLoad(5, () => {
    released = true;
    lock.release(0);
  });
  expect(lock.acquire(1)).toBeGreaterThan(0);
  expect(released).toBe(true);
  vi.restoreAllMocks();
  lock.release(1);
  expect(lock.acquire(2)).toBe(0);
});

test('a wait that lasts longer than spinning is a park, and is counted as one', () => {
  const words = lockWords();
  const lock = lockOn('test-and-set', words, BASE);
  lock.acquire(0);
  // One spin is 400 looks; the second begins after the nap.
  atLoad(450, () => lock.release(0));
  const waited = lock.acquire(1);
  expect(parksOf(waited)).toBe(1);
  expect(waited % PARKED).toBe(1);
});

describe('mcs, queue of two', () => {
  test('the owner hands over to the node behind it, and leaves the tail to it', () => {
    const words = lockWords();
    const lock = lockOn('mcs', words, BASE);
    lock.acquire(0);
    atLoad(1, () => {
      expect(words[BASE + LockWord.word]).toBe(2);
      expect(words[nodeOf(0) + LockNode.next]).toBe(2);
      expect(words[nodeOf(1) + LockNode.locked]).toBe(1);
      lock.release(0);
    });
    expect(lock.acquire(1)).toBeGreaterThan(0);
    vi.restoreAllMocks();
    expect(words[nodeOf(1) + LockNode.locked]).toBe(0);
    expect(words[BASE + LockWord.word]).toBe(2);
    lock.release(1);
    expect(words[BASE + LockWord.word]).toBe(0);
    // Whoever stood behind a node last time is forgotten.
    lock.acquire(0);
    lock.release(0);
    expect(words[BASE + LockWord.word]).toBe(0);
  });

  test('a release waits for a successor that has not linked itself yet', () => {
    const words = lockWords();
    const lock = lockOn('mcs', words, BASE);
    lock.acquire(0);
    // Thread 1 has exchanged the tail and comes no further until the release looks again.
    words[BASE + LockWord.word] = 2;
    words[nodeOf(1) + LockNode.locked] = 1;
    atLoad(3, () => {
      words[nodeOf(0) + LockNode.next] = 2;
    });
    lock.release(0);
    expect(words[nodeOf(1) + LockNode.locked]).toBe(0);
  });
});

describe('queued', () => {
  const word = BASE + LockWord.word;

  test('the first waiter is the pending one, without a node', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    lock.acquire(0);
    atLoad(1, () => {
      expect(words[word]).toBe(PENDING | 1);
      lock.release(0);
      expect(words[word]).toBe(PENDING);
    });
    lock.acquire(1);
    vi.restoreAllMocks();
    expect(words[word]).toBe(1);
    lock.release(1);
    expect(words[word]).toBe(0);
  });

  test('the second waiter queues, and takes the lock after owner and pending thread', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    lock.acquire(0);
    Atomics.or(words, word, PENDING);
    // The loads: the tail's exchange, then the head of the queue looking on.
    atLoad(4, () => {
      expect(words[word]).toBe((3 << TAIL_SHIFT) | PENDING | 1);
      lock.release(0);
      // The pending thread takes it and lets go.
      Atomics.add(words, word, 1 - PENDING);
      lock.release(1);
    });
    lock.acquire(2);
    vi.restoreAllMocks();
    expect(words[word]).toBe(1);
    lock.release(2);
    expect(words[word]).toBe(0);
  });

  test('the head of the queue makes the one behind it the head, and leaves it the tail', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    lock.acquire(0);
    Atomics.or(words, word, PENDING);
    atLoad(4, () => {
      // Thread 3 queues behind thread 2.
      words[word] = (words[word] as number) + (1 << TAIL_SHIFT);
      words[nodeOf(2) + LockNode.next] = 4;
      lock.release(0);
      Atomics.add(words, word, 1 - PENDING);
      lock.release(1);
    });
    lock.acquire(2);
    vi.restoreAllMocks();
    expect(words[word]).toBe((4 << TAIL_SHIFT) | 1);
    expect(words[nodeOf(3) + LockNode.locked]).toBe(1);
    lock.release(2);
    expect(words[word]).toBe(4 << TAIL_SHIFT);
  });

  test('a pending bit set in error is taken back, and does no harm', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    lock.acquire(0);
    const or = Atomics.or.bind(Atomics) as (
      view: Int32Array,
      index: number,
      bits: number,
    ) => number;
    vi.spyOn(Atomics, 'or').mockImplementationOnce(((
      view: Int32Array,
      index: number,
      bits: number,
    ) => {
      // Between our look and our bit, thread 3 has come and stands in the queue.
      Atomics.add(words, word, 4 << TAIL_SHIFT);
      return or(view, index, bits);
    }) as typeof Atomics.or);
    atLoad(2, () => {
      // We queue behind it, our bit is gone. The owner leaves, thread 3 has its turn.
      expect(words[word]).toBe((2 << TAIL_SHIFT) | 1);
      expect(words[nodeOf(3) + LockNode.next]).toBe(2);
      lock.release(0);
      words[nodeOf(1) + LockNode.locked] = 1;
    });
    lock.acquire(1);
    vi.restoreAllMocks();
    expect(words[word]).toBe(1);
  });
});

describe('mutex', () => {
  test('wakes nobody while nobody sleeps, and one when somebody may', () => {
    const words = lockWords();
    const lock = lockOn('mutex', words, BASE);
    const notify = vi.spyOn(Atomics, 'notify');
    lock.acquire(0);
    lock.release(0);
    expect(notify).not.toHaveBeenCalled();
    lock.acquire(0);
    words[BASE] = 2;
    lock.release(0);
    expect(notify).toHaveBeenCalledTimes(1);
    expect(words[BASE]).toBe(0);
  });
});
