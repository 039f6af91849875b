import { LockWord } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { PARKED, spin } from './relax.ts';

const ROUNDS = 4;

/**
 * Mutex: spins a little, then sleeps until it is woken (U. Drepper, "Futexes Are Tricky", 2011).
 *
 *     0  free
 *     1  held, nobody asleep
 *     2  held, somebody may be asleep
 *
 * Not what a kernel spinlock does; here for comparison, and the one to use when threads outnumber
 * cores by far. A woken thread takes the lock as 2, since others may still be asleep.
 */
export class Mutex implements Lock {
  readonly #words: Int32Array;
  readonly #word: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#word = base + LockWord.word;
  }

  /** 0 -> 1 while spinning; 0 -> 2 after a sleep, and 1 -> 2 before one. */
  acquire(): number {
    const words = this.#words;
    const word = this.#word;
    let seen = Atomics.compareExchange(words, word, 0, 1);
    if (seen === 0) return 0;
    let waited = 1;
    for (let round = 0; round < ROUNDS; round++) {
      if (!spin(words, word, seen)) break;
      seen = Atomics.compareExchange(words, word, 0, 1);
      if (seen === 0) return waited;
      waited++;
    }
    while (Atomics.exchange(words, word, 2) !== 0) {
      // Pairs with the notify in release(): the compare in wait() closes the gap before sleeping.
      Atomics.wait(words, word, 2);
      waited += PARKED;
    }
    return waited;
  }

  /** 1 -> 0, or 2 -> 0 and wake one. */
  release(): void {
    if (Atomics.exchange(this.#words, this.#word, 0) === 2) {
      Atomics.notify(this.#words, this.#word, 1);
    }
  }
}
