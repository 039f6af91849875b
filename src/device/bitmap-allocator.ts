import { Allocator } from '../memory/layout.ts';
import type { ReservationBitmap } from './reservation-bitmap.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';

/**
 * No lock: a spare belongs to whoever turns its bit from 0 to 1 with an atomic OR. All threads
 * search from one shared cursor, a hint that may be stale without harm.
 *
 * "None" must mean that nothing was free at some moment of the call. One pass that found nothing is
 * not enough where spares are given back: one may come free behind the search while another is
 * taken ahead of it. So a pass counts only if `frees` stood still; bits then only went from 0 to 1,
 * and at the end of the pass every bit was 1.
 */
export class BitmapAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #cursor: number;
  readonly #frees: number;
  readonly #bitmap: ReservationBitmap;
  readonly #end: number;

  constructor(words: Int32Array, state: number, bitmap: ReservationBitmap, end: number) {
    this.#words = words;
    this.#cursor = state + Allocator.nextStrip;
    this.#frees = state + Allocator.frees;
    this.#bitmap = bitmap;
    this.#end = end;
  }

  allocate(): number {
    const wordCount = (this.#end + 31) >>> 5;
    for (;;) {
      const frees = Atomics.load(this.#words, this.#frees);
      const start = Atomics.load(this.#words, this.#cursor);
      let wordIndex = start;
      for (let examined = 0; examined < wordCount; examined++) {
        const spare = this.#bitmap.takeLowest(wordIndex, this.#end);
        if (spare !== NO_SPARE) {
          if (wordIndex !== start) Atomics.store(this.#words, this.#cursor, wordIndex);
          return spare;
        }
        wordIndex = wordIndex + 1 === wordCount ? 0 : wordIndex + 1;
      }
      if (Atomics.load(this.#words, this.#frees) === frees) return NO_SPARE;
    }
  }

  /** Pairs with the second load of `frees` in allocate(): the bit is clear before it is counted. */
  release(_thread: number, spare: number): void {
    this.#bitmap.clear(spare);
    Atomics.add(this.#words, this.#frees, 1);
  }

  take(_thread: number, spare: number): boolean {
    const bit = 1 << (spare & 31);
    return spare < this.#end && (this.#bitmap.take(spare >>> 5, bit) & bit) === 0;
  }

  flush(): void {}
}
