import type { Lock } from '../../lock/lock.ts';

/**
 * A lock that an interrupt of the same processor takes too, as spin_lock_irqsave() takes it:
 * interrupts are off before it is asked for, and on again after it was given back.
 *
 *     word  1 while the processor of this thread takes no interrupt; only this thread writes it
 */
export class InterruptsOffLock implements Lock {
  readonly #lock: Lock;
  readonly #words: Int32Array;
  readonly #word: number;

  constructor(lock: Lock, words: Int32Array, word: number) {
    this.#lock = lock;
    this.#words = words;
    this.#word = word;
  }

  acquire(thread: number): number {
    this.#words[this.#word] = 1;
    return this.#lock.acquire(thread);
  }

  release(thread: number): void {
    this.#lock.release(thread);
    this.#words[this.#word] = 0;
  }
}
