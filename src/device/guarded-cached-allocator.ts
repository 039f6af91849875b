import type { Lock } from '../lock/lock.ts';
import { Allocator } from '../memory/layout.ts';
import type { CacheShape } from './published-cached-allocator.ts';
import type { ReservationBitmap } from './reservation-bitmap.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';

/**
 * The allocation cache, corrected: one lock around take, refill, cursor and bits.
 *
 * A spare is free, reserved, cached or used, and its bit is set in all states but free: free ->
 * cached sets the bit, so nobody can mistake a cached spare for a free one. cached -> used is the
 * take. The cursor stands at the first spare not examined, so none is passed over. A refill ends
 * when the ring is full or the whole area was examined once, and the refiller takes its own spare
 * before it lets go of the lock; so "none" means that at this moment nothing was free or cached.
 *
 * Invariant outside the lock: 0 ≤ count ≤ slotCount, (head + count) mod slotCount = tail, filled
 * slots hold different spares, each with its bit set and owned by nobody.
 */
export class GuardedCachedAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #state: number;
  readonly #slots: number;
  readonly #bitmap: ReservationBitmap;
  readonly #lock: Lock;
  readonly #slotCount: number;
  readonly #end: number;

  constructor(
    words: Int32Array,
    state: number,
    bitmap: ReservationBitmap,
    lock: Lock,
    shape: CacheShape,
  ) {
    this.#words = words;
    this.#state = state;
    this.#slots = state + Allocator.slots;
    this.#bitmap = bitmap;
    this.#lock = lock;
    this.#slotCount = shape.slotCount;
    this.#end = shape.end;
  }

  allocate(thread: number): number {
    const words = this.#words;
    const state = this.#state;
    this.#lock.acquire(thread);
    let count = words[state + Allocator.count] as number;
    if (count > 0) {
      words[state + Allocator.hits] = (words[state + Allocator.hits] as number) + 1;
    } else {
      words[state + Allocator.misses] = (words[state + Allocator.misses] as number) + 1;
      count = this.#refill();
      if (count === 0) {
        this.#lock.release(thread);
        return NO_SPARE;
      }
    }
    const head = words[state + Allocator.head] as number;
    const spare = words[this.#slots + head] as number;
    words[state + Allocator.head] = head + 1 === this.#slotCount ? 0 : head + 1;
    words[state + Allocator.count] = count - 1;
    this.#lock.release(thread);
    return spare;
  }

  /** used -> free. The ring may be full of other spares; a later refill will come by. */
  release(thread: number, spare: number): void {
    this.#lock.acquire(thread);
    this.#bitmap.clearPlainly(spare);
    this.#lock.release(thread);
  }

  /** free -> used. One that waits in the ring is not free; flush() makes it so. */
  take(thread: number, wanted: number): boolean {
    this.#lock.acquire(thread);
    const isFree = wanted < this.#end && !this.#bitmap.isSet(wanted);
    if (isFree) this.#bitmap.setPlainly(wanted);
    this.#lock.release(thread);
    return isFree;
  }

  /** cached -> free, for all of the ring. */
  flush(thread: number): void {
    const words = this.#words;
    const state = this.#state;
    this.#lock.acquire(thread);
    let head = words[state + Allocator.head] as number;
    let count = words[state + Allocator.count] as number;
    while (count > 0) {
      this.#bitmap.clearPlainly(words[this.#slots + head] as number);
      head = head + 1 === this.#slotCount ? 0 : head + 1;
      count--;
    }
    words[state + Allocator.head] = head;
    words[state + Allocator.count] = 0;
    this.#lock.release(thread);
  }

  /**
   * Under the lock, ring empty. Word by word from the cursor, once round; returns the new count.
   */
  #refill(): number {
    const words = this.#words;
    const state = this.#state;
    const bitmap = this.#bitmap;
    const wordCount = (this.#end + 31) >>> 5;
    words[state + Allocator.refills] = (words[state + Allocator.refills] as number) + 1;
    let tail = words[state + Allocator.tail] as number;
    let wordIndex = (words[state + Allocator.cursor] as number) % wordCount;
    let count = 0;
    for (let examined = 0; examined < wordCount; examined++) {
      let free = bitmap.freeMask(wordIndex, this.#end);
      while (free !== 0 && count < this.#slotCount) {
        const spare = wordIndex * 32 + (31 - Math.clz32(free & -free));
        free &= free - 1;
        bitmap.setPlainly(spare);
        words[this.#slots + tail] = spare;
        tail = tail + 1 === this.#slotCount ? 0 : tail + 1;
        count++;
      }
      // A full ring leaves the cursor on this word, whose rest has not been examined.
      if (count === this.#slotCount) break;
      wordIndex = wordIndex + 1 === wordCount ? 0 : wordIndex + 1;
    }
    words[state + Allocator.cursor] = wordIndex;
    words[state + Allocator.tail] = tail;
    words[state + Allocator.count] = count;
    return count;
  }
}
