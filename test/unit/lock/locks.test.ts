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

describe('what a wait cost', () => {
  /** The owner lets go inside the n-th look of the one that waits. */
  function waitedFor(kind: LockKind, looks: number): number {
    const words = lockWords();
    const lock = lockOn(kind, words, BASE);
    lock.acquire(0);
    atLoad(looks, () => lock.release(0));
    return lock.acquire(1);
  }

  test.each<[LockKind, number]>([
    ['test-and-set', 1],
    ['test-and-test-and-set', 1],
    ['ticket', 1],
    ['mcs', 1],
    ['queued', 2],
    ['mutex', 1],
  ])('%s waits one turn, or some, as it counts them: %i', (kind, turns) => {
    expect(waitedFor(kind, 5)).toBe(turns);
  });

  test.each<[LockKind, number]>([
    ['test-and-test-and-set', 1],
    ['ticket', 1],
    ['mcs', 1],
    ['queued', 2],
  ])('%s parks once when the owner stays longer than it spins', (kind, turns) => {
    const spins = kind === 'test-and-test-and-set' ? 401 : 6001;
    expect(waitedFor(kind, spins + 50)).toBe(PARKED + turns);
  });

  test('one who comes third waits for two, and counts all turns', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    lock.acquire(0);
    Atomics.or(words, BASE + LockWord.word, PENDING);
    atLoad(4, () => {
      lock.release(0);
      Atomics.add(words, BASE + LockWord.word, 1 - PENDING);
      lock.release(1);
    });
    // One for the queue, one as its head.
    expect(lock.acquire(2)).toBe(2);
  });

  test('a test-and-test-and-set lock that was lost once more costs another turn', () => {
    const words = lockWords();
    const lock = lockOn('test-and-test-and-set', words, BASE);
    lock.acquire(0);
    let attempts = 0;
    const attempt = Atomics.compareExchange.bind(Atomics) as (...args: unknown[]) => number;
    vi.spyOn(Atomics, 'compareExchange').mockImplementation(((...args: unknown[]) => {
      // Somebody else is faster the first time.
      if (++attempts === 2) words[BASE] = 1;
      return attempt(...args);
    }) as typeof Atomics.compareExchange);
    const load = Atomics.load.bind(Atomics) as (view: Int32Array, index: number) => number;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, index: number) => {
      words[BASE] = 0;
      return load(view, index);
    }) as typeof Atomics.load);
    expect(lock.acquire(1)).toBe(2);
    expect(attempts).toBe(3);
  });
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

  test('who has queued before begins anew: neither head nor followed by anybody', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    words[nodeOf(2) + LockNode.locked] = 1;
    words[nodeOf(2) + LockNode.next] = 2;
    // Thread 0 owns it, and thread 3 heads the queue.
    words[word] = (4 << TAIL_SHIFT) | 1;
    let looks = 0;
    const load = Atomics.load.bind(Atomics) as (view: Int32Array, index: number) => number;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, index: number) => {
      looks++;
      if (looks === 4) lock.release(0);
      // Free, and not for us: thread 3 goes first.
      if (looks === 8) {
        expect(words[word]).toBe(3 << TAIL_SHIFT);
        words[nodeOf(2) + LockNode.locked] = 1;
      }
      return load(view, index);
    }) as typeof Atomics.load);
    expect(lock.acquire(2)).toBe(2);
    vi.restoreAllMocks();
    expect(looks).toBeGreaterThan(8);
    expect(words[word]).toBe(1);
    expect(words[nodeOf(1) + LockNode.locked]).toBe(0);
  });

  test('who is followed waits until the one behind it has linked itself', () => {
    const words = lockWords();
    const lock = lockOn('queued', words, BASE);
    // Thread 1 stood behind it last time.
    words[nodeOf(2) + LockNode.next] = 2;
    words[word] = PENDING | 1;
    let looks = 0;
    const load = Atomics.load.bind(Atomics) as (view: Int32Array, index: number) => number;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, index: number) => {
      looks++;
      // Free, and thread 3 is the last in the queue.
      if (looks === 4) words[word] = 4 << TAIL_SHIFT;
      if (looks === 9) words[nodeOf(2) + LockNode.next] = 4;
      return load(view, index);
    }) as typeof Atomics.load);
    // One for the queue, one as its head, one for the link.
    expect(lock.acquire(2)).toBe(3);
    vi.restoreAllMocks();
    expect(words[word]).toBe((4 << TAIL_SHIFT) | 1);
    expect(words[nodeOf(3) + LockNode.locked]).toBe(1);
    expect(words[nodeOf(1) + LockNode.locked]).toBe(0);
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
    expect(notify).toHaveBeenCalledWith(words, BASE, 1);
    expect(words[BASE]).toBe(0);
  });

  /** Asleep, until the owner has let go and woken us. */
  function sleepThrough(words: Int32Array): void {
    vi.spyOn(Atomics, 'wait').mockImplementation((() => {
      expect(words[BASE]).toBe(2);
      words[BASE] = 0;
      return 'ok';
    }) as typeof Atomics.wait);
  }

  test('goes to sleep at once when it has spun in vain, and takes the lock as 2', () => {
    const words = lockWords();
    const lock = lockOn('mutex', words, BASE);
    lock.acquire(0);
    sleepThrough(words);
    const load = vi.spyOn(Atomics, 'load');
    expect(lock.acquire(1)).toBe(PARKED + 1);
    expect(load).toHaveBeenCalledTimes(401);
    expect(words[BASE]).toBe(2);
  });

  test('spins four times while others are faster, and then sleeps', () => {
    const words = lockWords();
    const lock = lockOn('mutex', words, BASE);
    lock.acquire(0);
    sleepThrough(words);
    const load = Atomics.load.bind(Atomics) as (view: Int32Array, index: number) => number;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, index: number) => {
      // Let go and taken again, by one who sleeps and by one who does not.
      words[BASE] = 3 - (words[BASE] as number);
      return load(view, index);
    }) as typeof Atomics.load);
    expect(lock.acquire(1)).toBe(PARKED + 5);
  });
});
