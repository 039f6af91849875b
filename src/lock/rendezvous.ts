import { IN_LINE, relax } from './relax.ts';

/** Words of a Rendezvous: arrived, meetings held, and the ticket to draw next. */
export const RENDEZVOUS_WORDS = 3;

/**
 * Where threads meet again and again: nobody goes on before all have come. For small programs that
 * are run many times on real threads, which must begin within nanoseconds of each other.
 *
 *     arrived     threads that have come to this meeting; the last sets it back to 0
 *     meetings    held so far; raised by the last to come, which lets the others go
 *     ticket      an order of events that all threads agree on
 */
export class Rendezvous {
  readonly #words: Int32Array;
  readonly #threadCount: number;

  constructor(words: Int32Array, threadCount: number) {
    this.#words = words;
    this.#threadCount = threadCount;
  }

  /** @param spinNs how long a thread spins before it naps, until the last has come */
  meet(spinNs = IN_LINE): void {
    const words = this.#words;
    const held = Atomics.load(words, 1);
    if (Atomics.add(words, 0, 1) + 1 === this.#threadCount) {
      Atomics.store(words, 0, 0);
      // Pairs with the load below. Those that sleep wake by themselves: naps are short.
      Atomics.add(words, 1, 1);
      return;
    }
    while (Atomics.load(words, 1) === held) relax(words, 1, held, spinNs);
  }

  ticket(): number {
    return Atomics.add(this.#words, 2, 1);
  }
}
