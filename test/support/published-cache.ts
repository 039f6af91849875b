/**
 * The published allocation cache once more, written from its description alone: plain arrays, one
 * caller, nothing shared with the product. What both say is likely to be right.
 */
export interface PublishedGeometry {
  readonly end: number;
  /** One entry a spare of the whole area: true = metadata. */
  readonly reserved: readonly boolean[];
  readonly slotCount: number;
  readonly batchCount: number;
  readonly searchLimit: number;
}

/** One refill: where the cursor was, where it was left, and what went into the ring. */
export interface Refill {
  readonly from: number;
  readonly to: number;
  readonly cached: readonly number[];
}

export class PublishedCacheModel {
  hits = 0;
  misses = 0;
  cursor = 0;
  readonly refills: Refill[] = [];
  readonly #geometry: PublishedGeometry;
  readonly #bits: boolean[];
  /** Oldest first; a ring of so many slots is a queue that ends there. */
  #queue: number[] = [];

  constructor(geometry: PublishedGeometry) {
    this.#geometry = geometry;
    this.#bits = [...geometry.reserved];
  }

  /** The spare, or null for "none". */
  allocate(): number | null {
    if (this.#queue.length > 0) {
      this.hits++;
      return this.#pop();
    }
    this.misses++;
    this.#refill();
    return this.#queue.length > 0 ? this.#pop() : null;
  }

  #pop(): number {
    const spare = this.#queue.shift() as number;
    this.#bits[spare] = true;
    return spare;
  }

  #refill(): void {
    const { end, slotCount, batchCount, searchLimit } = this.#geometry;
    if (this.#queue.length >= batchCount) return;
    const from = this.cursor;
    const room = slotCount - this.#queue.length;
    const cached: number[] = [];
    let candidate = from;
    let iterations = 0;
    while (cached.length < room && iterations < searchLimit) {
      const batchEnd = Math.min(candidate + batchCount, end);
      for (let spare = candidate; spare < batchEnd && cached.length < room; spare++) {
        if (this.#bits[spare] !== true) cached.push(spare);
      }
      candidate = batchEnd;
      if (candidate >= end) candidate = 0;
      iterations += 1;
      if (candidate <= from && iterations > 1) break;
    }
    this.#queue.push(...cached);
    if (cached.length > 0) this.cursor = candidate;
    this.refills.push({ from, to: this.cursor, cached });
  }
}
