import { LockWord } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { relax } from './relax.ts';

/**
 * Test-and-set lock: whoever exchanges 1 into the word and gets 0 back has it.
 *
 *     0  free
 *     1  held
 *
 * Unfair: a thread that just released is the likeliest to win the next round, since it has the word
 * in its cache. Each attempt writes the word, whether it wins or not.
 */
export class TestAndSetLock implements Lock {
  readonly #words: Int32Array;
  readonly #word: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#word = base + LockWord.word;
  }

  /** 0 -> 1. Pairs with the store in release(): what the last owner wrote is seen from here on. */
  acquire(): number {
    let waited = 0;
    while (Atomics.exchange(this.#words, this.#word, 1) !== 0) {
      waited += relax(this.#words, this.#word, 1);
    }
    return waited;
  }

  /** 1 -> 0. */
  release(): void {
    Atomics.store(this.#words, this.#word, 0);
  }
}
