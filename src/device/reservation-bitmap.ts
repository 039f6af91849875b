/**
 * The reservation bitmap: one bit a spare; set = nobody may take it. One bit means both "metadata"
 * and "allocated", as in dm-remap. Bits beyond the area's end are born set, so that a search by
 * whole words needs no last-word case.
 *
 * Two ways in, never mixed on one allocator: single bits as the published code does it (an atomic
 * set, a plain test), and whole words for the allocators of ours.
 */
export class ReservationBitmap {
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
  }

  /** Before the gate, by the coordinator: metadata, and the bits past the end of the area. */
  reserve(reserved: Uint8Array, wordCount: number): void {
    for (let spare = 0; spare < wordCount * 32; spare++) {
      if (spare >= reserved.length || reserved[spare] === 1) this.setPlainly(spare);
    }
  }

  /** One volatile load in the original: no ordering with anything. */
  isSet(spare: number): boolean {
    return (((this.#words[this.#base + (spare >>> 5)] as number) >>> (spare & 31)) & 1) === 1;
  }

  /** Atomic; what the bit was before is thrown away, as published. */
  set(spare: number): void {
    Atomics.or(this.#words, this.#base + (spare >>> 5), 1 << (spare & 31));
  }

  /** Under a lock that every other access is under as well. */
  setPlainly(spare: number): void {
    const word = this.#base + (spare >>> 5);
    this.#words[word] = (this.#words[word] as number) | (1 << (spare & 31));
  }

  /** Under a lock that every other access is under as well. */
  clearPlainly(spare: number): void {
    const word = this.#base + (spare >>> 5);
    this.#words[word] = (this.#words[word] as number) & ~(1 << (spare & 31));
  }

  /**
   * Clear bits of a word as a mask, limited to spares below `end`. Plain load: a hint or guarded.
   */
  freeMask(wordIndex: number, end: number): number {
    return ~(this.#words[this.#base + wordIndex] as number) & maskBelow(wordIndex, end);
  }

  /** Clear bits of a word as a mask, limited to spares below `end`, by an atomic load. */
  freeNow(wordIndex: number, end: number): number {
    return ~Atomics.load(this.#words, this.#base + wordIndex) & maskBelow(wordIndex, end);
  }

  /**
   * Sets a bit atomically; whoever turns it from 0 to 1 has it. Returns the word as it was before.
   */
  take(wordIndex: number, bit: number): number {
    return Atomics.or(this.#words, this.#base + wordIndex, bit);
  }

  /**
   * Claims the lowest clear bit of a word below `end`, atomically: whoever turns the bit from 0 to
   * 1 has it. Returns the spare, or −1 when the word has none.
   */
  takeLowest(wordIndex: number, end: number): number {
    let free = this.freeNow(wordIndex, end);
    while (free !== 0) {
      const bit = free & -free;
      const before = this.take(wordIndex, bit);
      if ((before & bit) === 0) return wordIndex * 32 + (31 - Math.clz32(bit));
      // Another thread was faster; what it saw taken, we now see taken too.
      free &= ~(before | bit);
    }
    return -1;
  }

  /** Atomic: 1 -> 0. */
  clear(spare: number): void {
    Atomics.and(this.#words, this.#base + (spare >>> 5), ~(1 << (spare & 31)));
  }
}

/** Bits of a word that stand for spares below `end`. */
function maskBelow(wordIndex: number, end: number): number {
  const count = end - wordIndex * 32;
  if (count >= 32) return -1;
  return count <= 0 ? 0 : (1 << count) - 1;
}
