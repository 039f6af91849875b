import type { Lock } from '../lock/lock.ts';
import { Allocator } from '../memory/layout.ts';
import type { ReservationBitmap } from './reservation-bitmap.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';

export interface CacheShape {
  readonly slotCount: number;
  readonly batchCount: number;
  readonly searchLimit: number;
  /** Spares below this may be handed out. */
  readonly end: number;
}

/**
 * The allocation cache of dm-remap v4.0 as published: a ring of spares believed free, in front of
 * the reservation bitmap.
 *
 *     take a spare         under the lock
 *     set its bit          after the lock was released
 *     refill the ring      without the lock: count, tail, slots and cursor are plain variables
 *
 * Single-threaded, or with an outer lock around every call, it never hands out a spare twice. That
 * its own lock is not enough is what the simulator is there to show; these orders are the modelled
 * faults, kept to the letter:
 *
 *  - two threads that find the ring empty both refill it; count doubles (H1)
 *  - a refill's count + found forgets the takes that happened meanwhile (H2)
 *  - slots past the filled ones hold 0: spare 0, a metadata sector (H3)
 *  - between take and set, another refill may cache the same spare again (H4)
 *  - a refill that was delayed sets the cursor back (H6)
 *
 * Sequential behaviour to the sector: 64-slot ring, batches of 32 tested bit by bit, the rest of a
 * batch skipped when the ring is full, 1000 batches at most, cursor unmoved when nothing was found.
 */
export class PublishedCachedAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #state: number;
  readonly #slots: number;
  readonly #bitmap: ReservationBitmap;
  readonly #lock: Lock;
  readonly #slotCount: number;
  readonly #batchCount: number;
  readonly #searchLimit: number;
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
    this.#batchCount = shape.batchCount;
    this.#searchLimit = shape.searchLimit;
    this.#end = shape.end;
  }

  allocate(thread: number): number {
    const words = this.#words;
    const state = this.#state;
    this.#lock.acquire(thread);
    if ((words[state + Allocator.count] as number) > 0) {
      const spare = this.#take();
      Atomics.add(words, state + Allocator.hits, 1);
      this.#lock.release(thread);
      this.#bitmap.set(spare);
      return spare;
    }
    this.#lock.release(thread);
    Atomics.add(words, state + Allocator.misses, 1);
    this.#refill();
    this.#lock.acquire(thread);
    if ((words[state + Allocator.count] as number) > 0) {
      const spare = this.#take();
      this.#lock.release(thread);
      this.#bitmap.set(spare);
      return spare;
    }
    this.#lock.release(thread);
    return NO_SPARE;
  }

  /** Nothing in the published code gives a spare back. */
  release(): void {}

  /** Nor takes one by its number: its restore sets no bit. */
  take(): boolean {
    return false;
  }

  flush(): void {}

  /** Under the lock. */
  #take(): number {
    const words = this.#words;
    const state = this.#state;
    const head = words[state + Allocator.head] as number;
    const spare = words[this.#slots + head] as number;
    words[state + Allocator.head] = (head + 1) % this.#slotCount;
    words[state + Allocator.count] = (words[state + Allocator.count] as number) - 1;
    return spare;
  }

  /** Without the lock. The bits of what it caches stay clear. */
  #refill(): void {
    const words = this.#words;
    const state = this.#state;
    const slotCount = this.#slotCount;
    const cursor = words[state + Allocator.cursor] as number;
    let candidate = cursor;
    let found = 0;
    let batches = 0;
    if ((words[state + Allocator.count] as number) >= this.#batchCount) return;
    Atomics.add(words, state + Allocator.refills, 1);
    while (found < slotCount - (words[state + Allocator.count] as number)) {
      if (batches >= this.#searchLimit) break;
      const batchEnd = Math.min(candidate + this.#batchCount, this.#end);
      for (let spare = candidate; spare < batchEnd; spare++) {
        if (found >= slotCount - (words[state + Allocator.count] as number)) break;
        if (this.#bitmap.isSet(spare)) continue;
        const slot = ((words[state + Allocator.tail] as number) + found) % slotCount;
        words[this.#slots + slot] = spare;
        found++;
      }
      // The rest of a batch that filled the ring is passed over all the same.
      candidate = batchEnd >= this.#end ? 0 : batchEnd;
      batches++;
      if (candidate <= cursor && batches > 1) break;
    }
    words[state + Allocator.tail] = ((words[state + Allocator.tail] as number) + found) % slotCount;
    words[state + Allocator.count] = (words[state + Allocator.count] as number) + found;
    if (found > 0) words[state + Allocator.cursor] = candidate;
  }
}
