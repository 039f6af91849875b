import { LockNode, LockWord, STRIDE } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { IN_LINE, relax } from './relax.ts';

/**
 * MCS lock (Mellor-Crummey and Scott, 1991): waiters form a queue, and each watches a word of its
 * own, so that a release touches one waiter's cache and not all of them. First come, first served.
 *
 *     tail 0        free
 *     tail t+1      held; thread t is the last in the queue, or the owner if it is alone
 *
 * Node of thread t, written by t and by its neighbours in the queue:
 *
 *     locked  1 while t waits; its predecessor stores 0 to hand the lock over
 *     next    0 unknown or none, u+1 when u stands behind t
 */
export class McsLock implements Lock {
  readonly #words: Int32Array;
  readonly #tail: number;
  readonly #nodes: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#tail = base + LockWord.word;
    this.#nodes = base + LockWord.nodes;
  }

  /** tail p -> thread+1; with p ≠ 0, links behind p and waits for the hand-over. */
  acquire(thread: number): number {
    const node = this.#nodes + thread * STRIDE;
    Atomics.store(this.#words, node + LockNode.next, 0);
    Atomics.store(this.#words, node + LockNode.locked, 1);
    const previous = Atomics.exchange(this.#words, this.#tail, thread + 1);
    if (previous === 0) return 0;
    const ahead = this.#nodes + (previous - 1) * STRIDE;
    // Pairs with the loads of `next` in release(): our node is whole before it can be found.
    Atomics.store(this.#words, ahead + LockNode.next, thread + 1);
    let waited = 0;
    while (Atomics.load(this.#words, node + LockNode.locked) === 1) {
      waited += relax(this.#words, node + LockNode.locked, 1, IN_LINE);
    }
    return Math.max(waited, 1);
  }

  /** Alone: tail thread+1 -> 0. Else waits until the next one has linked itself, and hands over. */
  release(thread: number): void {
    const node = this.#nodes + thread * STRIDE;
    let next = Atomics.load(this.#words, node + LockNode.next);
    if (next === 0) {
      if (Atomics.compareExchange(this.#words, this.#tail, thread + 1, 0) === thread + 1) return;
      for (;;) {
        next = Atomics.load(this.#words, node + LockNode.next);
        if (next !== 0) break;
        relax(this.#words, node + LockNode.next, 0, IN_LINE);
      }
    }
    Atomics.store(this.#words, this.#nodes + (next - 1) * STRIDE + LockNode.locked, 0);
  }
}
