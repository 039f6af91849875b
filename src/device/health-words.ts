import { relax } from '../lock/relax.ts';

/** What is known of a sector, by number. */
export const HEALTHS = ['unknown', 'suspect', 'bad', 'remapped'] as const;

const SUSPECT = 1;
const BAD = 2;
const REMAPPED = 3;

const ERRORS_MASK = 0xffff;
const HEALTH_SHIFT = 16;
const HEALTH_MASK = 3 << HEALTH_SHIFT;
const QUEUED = 1 << 18;

/**
 * The health of every sector, apart from the remap table, one word each:
 *
 *     bits 0–15   failed requests since it was last moved; stays at its most
 *     bits 16–17  unknown, suspect (one failed), bad (as many as the threshold), remapped
 *     bit 18      queued: a worker will move it, or give up
 *
 *     unknown, suspect, remapped -> suspect or remapped, then bad, by failed()
 *     bad -> bad and queued         by the one failed() that answers true, and no other meanwhile
 *     queued -> remapped            by moved()
 *     queued -> bad, not queued     by giveUp(); the next failure queues it again
 *
 * Every change is one compare-and-exchange, so no failure is lost (as published they are counted
 * plainly, P9), and of those that find a sector bad only one queues it (as published each does,
 * P3).
 */
export class HealthWords {
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #threshold: number;

  constructor(words: Int32Array, base: number, errorThreshold: number) {
    this.#words = words;
    this.#base = base;
    this.#threshold = errorThreshold;
  }

  /** A request failed because of this sector. True: the caller has to put it into the queue. */
  failed(lba: number): boolean {
    const at = this.#base + lba;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      const errorCount = Math.min((state & ERRORS_MASK) + 1, ERRORS_MASK);
      const isBad = errorCount >= this.#threshold;
      const before = (state & HEALTH_MASK) >>> HEALTH_SHIFT;
      const health = isBad ? BAD : Math.max(before, SUSPECT);
      const queued = isBad ? QUEUED : state & QUEUED;
      const next = queued | (health << HEALTH_SHIFT) | errorCount;
      if (Atomics.compareExchange(this.#words, at, state, next) !== state) continue;
      return isBad && (state & QUEUED) === 0;
    }
  }

  isQueued(lba: number): boolean {
    return (Atomics.load(this.#words, this.#base + lba) & QUEUED) !== 0;
  }

  isRemapped(lba: number): boolean {
    return this.healthOf(lba) === REMAPPED;
  }

  /** Waits while the sector is queued. Pairs with moved() and giveUp(). */
  awaitServed(lba: number): void {
    const at = this.#base + lba;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if ((state & QUEUED) === 0) return;
      relax(this.#words, at, state);
    }
  }

  /** It has been moved to a spare that has not failed yet. After the table says so. */
  moved(lba: number): void {
    Atomics.store(this.#words, this.#base + lba, REMAPPED << HEALTH_SHIFT);
  }

  /** It stays where it is: there was no room in the queue, or no spare. */
  giveUp(lba: number): void {
    Atomics.and(this.#words, this.#base + lba, ~QUEUED);
  }

  /** Index into HEALTHS. */
  healthOf(lba: number): number {
    return (Atomics.load(this.#words, this.#base + lba) & HEALTH_MASK) >>> HEALTH_SHIFT;
  }
}
