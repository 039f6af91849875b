import { Allocator, STRIDE, Strip } from '../memory/layout.ts';
import type { ReservationBitmap } from './reservation-bitmap.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';

/**
 * Each thread allocates from whole words of the bitmap that only it is likely to touch: a strip of
 * consecutive words, dealt out by one shared counter. Within its strip a thread claims bits with
 * the same atomic OR as BitmapAllocator, but meets nobody, so its cache lines stay its own.
 *
 * A strip is a preference, not a property: bits are free until somebody sets them, and once the
 * strips are dealt out a thread whose own is empty searches the whole area. So nothing is hidden
 * from anybody, and "none" means the same as in BitmapAllocator, by the same argument.
 *
 * Words of thread t in `strips`, written and read by t only:
 *
 *     position   word of the bitmap that it takes from, + 1; 0 when it never looked
 *     stripEnd   first word past its strip
 *     free       bits of that word that were clear when it last looked: what it will try next. The
 *                OR decides, and says what else was taken meanwhile; a bit that came free since is
 *                left to the search.
 */
export class PerWorkerAllocator implements SpareAllocator {
  readonly #words: Int32Array;
  readonly #nextStrip: number;
  readonly #frees: number;
  readonly #strips: number;
  readonly #stripWords: number;
  readonly #bitmap: ReservationBitmap;
  readonly #end: number;
  readonly #wordCount: number;

  constructor(
    words: Int32Array,
    state: number,
    strips: { readonly word: number; readonly stripWords: number },
    bitmap: ReservationBitmap,
    end: number,
  ) {
    this.#words = words;
    this.#nextStrip = state + Allocator.nextStrip;
    this.#frees = state + Allocator.frees;
    this.#strips = strips.word;
    this.#stripWords = strips.stripWords;
    this.#bitmap = bitmap;
    this.#end = end;
    this.#wordCount = (end + 31) >>> 5;
  }

  allocate(thread: number): number {
    const own = this.#strips + thread * STRIDE;
    for (;;) {
      const spare = this.#takeFromStrip(own);
      if (spare !== NO_SPARE) return spare;
      if (!this.#nextStripFor(own)) return this.#search();
    }
  }

  /** Pairs with the second load of `frees` in #search(): the bit is clear before it is counted. */
  release(_thread: number, spare: number): void {
    this.#bitmap.clear(spare);
    Atomics.add(this.#words, this.#frees, 1);
  }

  take(_thread: number, spare: number): boolean {
    const bit = 1 << (spare & 31);
    return spare < this.#end && (this.#bitmap.take(spare >>> 5, bit) & bit) === 0;
  }

  flush(): void {}

  #takeFromStrip(own: number): number {
    const words = this.#words;
    const position = words[own + Strip.position] as number;
    // Without a strip: before the first word, where nothing is free and the end has come.
    let wordIndex = position - 1;
    let free = words[own + Strip.free] as number;
    const stripEnd = words[own + Strip.end] as number;
    while (wordIndex < stripEnd) {
      while (free !== 0) {
        const bit = free & -free;
        const before = this.#bitmap.take(wordIndex, bit);
        free &= ~(before | bit);
        if ((before & bit) !== 0) continue;
        words[own + Strip.free] = free;
        words[own + Strip.position] = wordIndex + 1;
        return wordIndex * 32 + (31 - Math.clz32(bit));
      }
      wordIndex++;
      if (wordIndex < stripEnd) free = this.#bitmap.freeNow(wordIndex, this.#end);
    }
    // Emptied: a thread that comes back looks at no word of it twice.
    words[own + Strip.position] = stripEnd + 1;
    return NO_SPARE;
  }

  /** False when all strips are dealt out; the shared counter is then only read. */
  #nextStripFor(own: number): boolean {
    if (Atomics.load(this.#words, this.#nextStrip) * this.#stripWords >= this.#wordCount) {
      return false;
    }
    const first = Atomics.add(this.#words, this.#nextStrip, 1) * this.#stripWords;
    if (first >= this.#wordCount) return false;
    this.#words[own + Strip.position] = first + 1;
    this.#words[own + Strip.end] = Math.min(first + this.#stripWords, this.#wordCount);
    this.#words[own + Strip.free] = this.#bitmap.freeNow(first, this.#end);
    return true;
  }

  /** Every word, until one pass during which nothing was given back has found nothing. */
  #search(): number {
    for (;;) {
      const frees = Atomics.load(this.#words, this.#frees);
      for (let wordIndex = 0; wordIndex < this.#wordCount; wordIndex++) {
        const spare = this.#bitmap.takeLowest(wordIndex, this.#end);
        if (spare !== NO_SPARE) return spare;
      }
      if (Atomics.load(this.#words, this.#frees) === frees) return NO_SPARE;
    }
  }
}
