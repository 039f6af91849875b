import { LockWord } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { delay, relax } from './relax.ts';

const BACK_OFF_FIRST = 4;
const BACK_OFF_MOST = 256;

/**
 * Test-and-test-and-set lock with exponential back-off (T. E. Anderson, 1990): look before you
 * write, and after losing a race stay away for a while, longer each time.
 *
 *     0  free
 *     1  held
 *
 * Unfair, and for that reason the one that survives more threads than cores: whoever runs may take
 * it, and no descheduled waiter stands in front of anybody.
 */
export class TestAndTestAndSetLock implements Lock {
  readonly #words: Int32Array;
  readonly #word: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#word = base + LockWord.word;
  }

  /** 0 -> 1. Pairs with the store in release(). */
  acquire(): number {
    if (Atomics.compareExchange(this.#words, this.#word, 0, 1) === 0) return 0;
    let waited = 0;
    let backOff = BACK_OFF_FIRST;
    for (;;) {
      waited += relax(this.#words, this.#word, 1);
      if (Atomics.compareExchange(this.#words, this.#word, 0, 1) === 0) return waited;
      delay(backOff);
      backOff = Math.min(2 * backOff, BACK_OFF_MOST);
    }
  }

  /** 1 -> 0. */
  release(): void {
    Atomics.store(this.#words, this.#word, 0);
  }
}
