import { LockNode, LockWord, STRIDE } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { IN_LINE, relax } from './relax.ts';

const LOCKED = 1;
const PENDING = 1 << 8;
const TAIL_SHIFT = 9;
const OWNED_OR_PENDING = 0x1ff;

/**
 * Queued lock, after Linux's qspinlock (kernel/locking/qspinlock.c, described here, not copied):
 * one word holds (tail, pending, locked), so that an uncontended lock costs one operation and the
 * first waiter needs no queue node; from the second waiter on they queue as in McsLock.
 *
 *     bits 0–7   locked    1 while somebody owns it
 *     bit  8     pending   one thread is next and waits for the owner alone
 *     bits 9–    tail      thread + 1 of the last in the queue, 0 for no queue
 *
 * Departures: no bounded wait for a pending hand-over, and no nesting by interrupt level, since a
 * thread here waits for one lock at a time. The queue node's `locked` is 1 when the node has become
 * the head (the kernel's sense; the reverse of McsLock's).
 */
export class QueuedLock implements Lock {
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #nodes: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#word = base + LockWord.word;
    this.#nodes = base + LockWord.nodes;
  }

  /** 0,0,0 -> 0,0,1 when free; else pends or queues. */
  acquire(thread: number): number {
    const words = this.#words;
    const word = this.#word;
    const seen = Atomics.compareExchange(words, word, 0, LOCKED);
    if (seen === 0) return 0;
    if (seen === LOCKED) {
      // 0,0,1 -> 0,1,1, unless somebody was faster.
      const before = Atomics.or(words, word, PENDING);
      if ((before & ~LOCKED) === 0) return this.#awaitOwner();
      // n,0,* -> n,1,* was ours to undo; n,1,* was another's bit all along.
      if ((before & PENDING) === 0) Atomics.and(words, word, ~PENDING);
    }
    return this.#queue(thread);
  }

  /** *,*,1 -> *,*,0. Leaves pending and tail to those who stand there. */
  release(): void {
    Atomics.sub(this.#words, this.#word, LOCKED);
  }

  /** *,1,1 -> *,1,0 by the owner's release; then *,1,0 -> *,0,1, ours. */
  #awaitOwner(): number {
    let waited = 1;
    for (;;) {
      const value = Atomics.load(this.#words, this.#word);
      if ((value & LOCKED) === 0) break;
      waited += relax(this.#words, this.#word, value, IN_LINE);
    }
    // Only the pending thread may take a lock that has its pending bit set.
    Atomics.add(this.#words, this.#word, LOCKED - PENDING);
    return waited;
  }

  #queue(thread: number): number {
    const words = this.#words;
    const word = this.#word;
    const node = this.#nodes + thread * STRIDE;
    Atomics.store(words, node + LockNode.locked, 0);
    Atomics.store(words, node + LockNode.next, 0);
    const previous = this.#swapTail(thread + 1);
    let waited = 1;
    if (previous !== 0) {
      // Pairs with the load of `next` by our predecessor: our node is whole before it is found.
      Atomics.store(words, this.#nodes + (previous - 1) * STRIDE + LockNode.next, thread + 1);
      while (Atomics.load(words, node + LockNode.locked) === 0) {
        waited += relax(words, node + LockNode.locked, 0, IN_LINE);
      }
    }

    // Head of the queue: n,*,* -> n,0,0 by owner and pending thread.
    let value = Atomics.load(words, word);
    while ((value & OWNED_OR_PENDING) !== 0) {
      waited += relax(words, word, value, IN_LINE);
      value = Atomics.load(words, word);
    }

    // thread,0,0 -> 0,0,1 if nobody stands behind us. The exchange also fails on a pending bit set
    // in error; whoever set it sees our tail and will queue behind us, so `next` is sure to come.
    if (value >>> TAIL_SHIFT === thread + 1) {
      if (Atomics.compareExchange(words, word, value, LOCKED) === value) return waited;
    }
    // n,*,0 -> n,*,1. Nobody else can take it: a tail keeps newcomers from it, and we are the head.
    Atomics.or(words, word, LOCKED);
    let next = Atomics.load(words, node + LockNode.next);
    while (next === 0) {
      waited += relax(words, node + LockNode.next, 0, IN_LINE);
      next = Atomics.load(words, node + LockNode.next);
    }
    Atomics.store(words, this.#nodes + (next - 1) * STRIDE + LockNode.locked, 1);
    return waited;
  }

  /** n,*,* -> tail,*,*; returns n. */
  #swapTail(tail: number): number {
    let value = Atomics.load(this.#words, this.#word);
    for (;;) {
      const swapped = (value & OWNED_OR_PENDING) | (tail << TAIL_SHIFT);
      const seen = Atomics.compareExchange(this.#words, this.#word, value, swapped);
      if (seen === value) return value >>> TAIL_SHIFT;
      value = seen;
    }
  }
}
