import { LockWord } from '../memory/layout.ts';
import type { Lock } from './lock.ts';
import { IN_LINE, relax } from './relax.ts';

/**
 * Ticket lock: threads are served in the order in which they asked (Linux before 4.2 used it for
 * its spinlocks). Two words on separate lines, (next, serving):
 *
 *     n,n     free
 *     n+1,n   held, nobody waiting
 *     n+k,n   held, k − 1 threads waiting; the owner's ticket is n
 *
 * Tickets wrap at 2^32; only equality is asked of them. All waiters watch `serving`, so each
 * release touches every waiter's cache: the cost that McsLock removes.
 */
export class TicketLock implements Lock {
  readonly #words: Int32Array;
  readonly #next: number;
  readonly #serving: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#next = base + LockWord.word;
    this.#serving = base + LockWord.serving;
  }

  /** n+k,n -> n+k+1,n; then waits for *,n+k. */
  acquire(): number {
    const ticket = Atomics.add(this.#words, this.#next, 1);
    let waited = 0;
    for (;;) {
      // Pairs with the add in release(): seeing our number, we see all that its writer wrote.
      const serving = Atomics.load(this.#words, this.#serving);
      if (serving === ticket) return waited;
      waited += relax(this.#words, this.#serving, serving, IN_LINE);
    }
  }

  /** *,n -> *,n+1. Only the owner calls this, so nobody else can be writing `serving`. */
  release(): void {
    Atomics.add(this.#words, this.#serving, 1);
  }
}
