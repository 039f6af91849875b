import { relax } from '../lock/relax.ts';

/** What is known of a sector, by number. */
export const HEALTHS = ['unknown', 'suspect', 'bad', 'remapped'] as const;

const UNKNOWN = 0;
const SUSPECT = 1;
const BAD = 2;
const REMAPPED = 3;

const ERRORS_MASK = 0x7f;
const QUEUED = 1 << 7;
const PLACE_SHIFT = 8;

/** What booking a failure came to. */
export const Booking = {
  /** The sector is bad already, or not yet. */
  booked: 0,
  /** It has become bad by this, and whoever booked it has to put it into the queue. */
  mustQueue: 1,
  /** It no longer stands where the request failed: nothing was booked. */
  overtaken: 2,
} as const;

/**
 * The health of every sector, apart from the remap table, one word each:
 *
 *     bits 0–6   failed requests since the sector came to where it is; stays at its most
 *     bit 7      queued: a worker will move it, or give up
 *     bits 8–31  where it is: 0 on the main device, else its spare + 1
 *
 *     unknown   no failures, on the main device      suspect   fewer failures than the threshold
 *     bad       as many as the threshold             remapped  on a spare that has not failed yet
 *
 *     -> bad and queued          by the one failed() that answers mustQueue, and no other meanwhile
 *     queued -> remapped         by moved()
 *     queued -> bad, not queued  by giveUp(); the next failure queues it again
 *
 * Every change is one compare-and-exchange, so no failure is lost (as published they are counted
 * plainly, P9), and of those that find a sector bad only one queues it (as published each does,
 * P3). A failure is booked against the place where it happened: one that comes late, when the
 * sector has been moved already, must not move it once more.
 */
export class HealthWords {
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #threshold: number;

  /** @param errorThreshold 1 to 127 */
  constructor(words: Int32Array, base: number, errorThreshold: number) {
    this.#words = words;
    this.#base = base;
    this.#threshold = errorThreshold;
  }

  /** A request to this sector failed at `spare`, or ON_MAIN. Returns a Booking. */
  failed(lba: number, spare: number): number {
    const at = this.#base + lba;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if (placeOf(state) !== spare) return Booking.overtaken;
      const errorCount = Math.min((state & ERRORS_MASK) + 1, ERRORS_MASK);
      const becomesQueued = errorCount >= this.#threshold && (state & QUEUED) === 0;
      const next = (state & ~ERRORS_MASK) | errorCount | (becomesQueued ? QUEUED : 0);
      if (Atomics.compareExchange(this.#words, at, state, next) !== state) continue;
      return becomesQueued ? Booking.mustQueue : Booking.booked;
    }
  }

  isQueued(lba: number): boolean {
    return (Atomics.load(this.#words, this.#base + lba) & QUEUED) !== 0;
  }

  /** The spare that serves the sector, or ON_MAIN, as far as requests that fail are concerned. */
  spareOf(lba: number): number {
    return placeOf(Atomics.load(this.#words, this.#base + lba));
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
  moved(lba: number, spare: number): void {
    Atomics.store(this.#words, this.#base + lba, (spare + 1) << PLACE_SHIFT);
  }

  /** It stays where it is: there was no room in the queue, or no spare. */
  giveUp(lba: number): void {
    Atomics.and(this.#words, this.#base + lba, ~QUEUED);
  }

  /** Index into HEALTHS. */
  healthOf(lba: number): number {
    const state = Atomics.load(this.#words, this.#base + lba);
    const errorCount = state & ERRORS_MASK;
    if (errorCount >= this.#threshold) return BAD;
    if (state >>> PLACE_SHIFT !== 0) return REMAPPED;
    return errorCount === 0 ? UNKNOWN : SUSPECT;
  }
}

/** A spare, or −1 for the main device, which is ON_MAIN. */
function placeOf(state: number): number {
  return (state >>> PLACE_SHIFT) - 1;
}
