import type { Memory } from '../memory/attach.ts';
import { HistogramFloat, type HistogramName, histogramWordOf } from '../memory/layout.ts';
import { bucketIndexOf, type Histogram } from './histogram.ts';

/**
 * One thread's histogram in shared memory. Only its thread records; anybody may take a snapshot,
 * which may then be an operation or two out of step with itself while the thread goes on.
 *
 * About 3 ns a record: hdr-histogram-js's own record costs 30 to 130.
 */
export class SharedHistogram {
  readonly #floats: Float64Array;
  readonly #base: number;
  readonly #counts: number;
  readonly #bucketCount: number;

  private constructor(floats: Float64Array, word: number, bucketCount: number) {
    this.#floats = floats;
    this.#base = word / 2;
    this.#counts = word / 2 + HistogramFloat.counts;
    this.#bucketCount = bucketCount;
  }

  /** null when the plan keeps no histogram of that name. */
  static of(memory: Memory, thread: number, name: HistogramName): SharedHistogram | null {
    const word = histogramWordOf(memory.layout, thread, name);
    return word < 0 ? null : new SharedHistogram(memory.floats, word, memory.layout.bucketCount);
  }

  /** The one of pauses of the machine; the plan must watch for them. */
  static ofJitter({ floats, layout }: Memory): SharedHistogram {
    return new SharedHistogram(floats, layout.jitterHistogram, layout.bucketCount);
  }

  /** Whole nanoseconds, 0 ≤ ns < 2^53. */
  record(ns: number): void {
    const floats = this.#floats;
    const base = this.#base;
    const index = bucketIndexOf(ns);
    const at = index < this.#bucketCount ? this.#counts + index : base + HistogramFloat.overflow;
    floats[at] = (floats[at] as number) + 1;
    floats[base + HistogramFloat.sum] = (floats[base + HistogramFloat.sum] as number) + ns;
    // Stored as min + 1, so that zero means that nothing was recorded.
    const min = floats[base + HistogramFloat.min] as number;
    if (ns + 1 < min || min === 0) floats[base + HistogramFloat.min] = ns + 1;
    if (ns > (floats[base + HistogramFloat.max] as number)) {
      floats[base + HistogramFloat.max] = ns;
    }
  }

  /**
   * Adds its counts up by groups of buckets: `groupOf` names each bucket's. Looks only at buckets
   * between the smallest and the largest latency, so that it may be done often; what overflowed
   * the range is left out.
   */
  addTo(sums: Float64Array, groupOf: Uint16Array): void {
    const floats = this.#floats;
    const storedMin = floats[this.#base + HistogramFloat.min] as number;
    if (storedMin === 0) return;
    const max = floats[this.#base + HistogramFloat.max] as number;
    const end = Math.min(bucketIndexOf(max) + 1, this.#bucketCount);
    for (let index = bucketIndexOf(storedMin - 1); index < end; index++) {
      const count = floats[this.#counts + index] as number;
      if (count === 0) continue;
      const group = groupOf[index] as number;
      sums[group] = (sums[group] as number) + count;
    }
  }

  snapshot(): Histogram {
    const { min, max, sum, overflow } = HistogramFloat;
    const counts = this.#floats.slice(this.#counts, this.#counts + this.#bucketCount);
    const overflowCount = this.#floats[this.#base + overflow] as number;
    let count = overflowCount;
    for (const occurrences of counts) count += occurrences;
    const storedMin = this.#floats[this.#base + min] as number;
    return {
      counts,
      count,
      sumNs: this.#floats[this.#base + sum] as number,
      minNs: storedMin === 0 ? 0 : storedMin - 1,
      maxNs: this.#floats[this.#base + max] as number,
      overflowCount,
    };
  }
}
