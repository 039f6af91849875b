import { Booking, type HealthWords } from './health-words.ts';
import type { RemapQueue } from './remap-queue.ts';

/** What the issuer of a request that failed should do. */
export const Advice = {
  /** The sector has not failed often: perhaps it will not the next time. */
  waitAndRetry: 0,
  /** The sector has been moved meanwhile. */
  retry: 1,
  /** It could not be moved, and will go on failing. */
  giveUp: 2,
} as const;

/**
 * Books failed requests, corrected: the error with the sector's health, the sector into the queue
 * if it has become bad, and then the issuer waits until a worker has decided about it. The issuer
 * holds no lock and is not in flight, so nobody waits for it.
 */
export class FailureBooks {
  readonly #health: HealthWords;
  readonly #queue: RemapQueue;

  constructor(health: HealthWords, queue: RemapQueue) {
    this.#health = health;
    this.#queue = queue;
  }

  /** A request failed because of this sector, at `spare` or ON_MAIN. Returns an Advice. */
  book(lba: number, spare: number): number {
    const health = this.#health;
    const booking = health.failed(lba, spare);
    if (booking === Booking.overtaken) return Advice.retry;
    if (booking === Booking.mustQueue && !this.#queue.put(lba)) health.giveUp(lba);
    const wasQueued = health.isQueued(lba);
    if (wasQueued) health.awaitServed(lba);
    if (health.spareOf(lba) !== spare) return Advice.retry;
    return wasQueued ? Advice.giveUp : Advice.waitAndRetry;
  }
}
