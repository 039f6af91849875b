import type { Lock } from '../lock/lock.ts';
import { Allocator } from '../memory/layout.ts';
import type { ReservationBitmap } from './reservation-bitmap.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';

/**
 * The linear allocator as published: the next clear bit from the cursor, once round. It takes no
 * lock and never sets the bit, so it skips metadata but does not remember what it handed out: after
 * a full cycle it hands out every spare again, and it never says "none".
 */
export class PublishedLinearAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #cursor: number;
  readonly #bitmap: ReservationBitmap;
  readonly #end: number;

  constructor(words: Int32Array, state: number, bitmap: ReservationBitmap, end: number) {
    this.#words = words;
    this.#cursor = state + Allocator.cursor;
    this.#bitmap = bitmap;
    this.#end = end;
  }

  allocate(): number {
    const start = this.#words[this.#cursor] as number;
    let spare = this.#nextClear(start, this.#end);
    if (spare === NO_SPARE) spare = this.#nextClear(0, start);
    if (spare !== NO_SPARE) this.#words[this.#cursor] = spare + 1;
    return spare;
  }

  /** Nothing in the published code gives a spare back. */
  release(): void {}

  /** Nor takes one by its number: its restore sets no bit. */
  take(): boolean {
    return false;
  }

  flush(): void {}

  #nextClear(from: number, to: number): number {
    for (let spare = from; spare < to; spare++) {
      if (!this.#bitmap.isSet(spare)) return spare;
    }
    return NO_SPARE;
  }
}

/** The linear allocator, corrected: search, set and cursor under one lock; the bit is set. */
export class GuardedLinearAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #cursor: number;
  readonly #bitmap: ReservationBitmap;
  readonly #lock: Lock;
  readonly #end: number;

  constructor(
    words: Int32Array,
    state: number,
    bitmap: ReservationBitmap,
    lock: Lock,
    end: number,
  ) {
    this.#words = words;
    this.#cursor = state + Allocator.cursor;
    this.#bitmap = bitmap;
    this.#lock = lock;
    this.#end = end;
  }

  allocate(thread: number): number {
    this.#lock.acquire(thread);
    const wordCount = (this.#end + 31) >>> 5;
    let wordIndex = (this.#words[this.#cursor] as number) % wordCount;
    let spare = NO_SPARE;
    for (let examined = 0; examined < wordCount; examined++) {
      const free = this.#bitmap.freeMask(wordIndex, this.#end);
      if (free !== 0) {
        spare = wordIndex * 32 + (31 - Math.clz32(free & -free));
        this.#bitmap.setPlainly(spare);
        this.#words[this.#cursor] = wordIndex;
        break;
      }
      wordIndex = wordIndex + 1 === wordCount ? 0 : wordIndex + 1;
    }
    this.#lock.release(thread);
    return spare;
  }

  release(thread: number, spare: number): void {
    this.#lock.acquire(thread);
    this.#bitmap.clearPlainly(spare);
    this.#lock.release(thread);
  }

  take(thread: number, spare: number): boolean {
    this.#lock.acquire(thread);
    const isFree = spare < this.#end && !this.#bitmap.isSet(spare);
    if (isFree) this.#bitmap.setPlainly(spare);
    this.#lock.release(thread);
    return isFree;
  }

  flush(): void {}
}
