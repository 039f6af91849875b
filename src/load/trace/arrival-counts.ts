/** Buckets that the time of a trace is divided into, at most. */
const BUCKET_COUNT = 8192;
/** The first width, ns: the longest recordings end with some minutes a bucket. */
const WIDTH_NS = 1024;

/** Arrivals by time, as plain data: bucket i counts those from i · widthNs on. */
export interface ArrivalCounts {
  readonly widthNs: number;
  readonly counts: Float64Array;
}

/**
 * Counts arrivals over time in bounded memory, without knowing how long the recording will be: when
 * one falls beyond the last bucket, neighbours are joined two by two and buckets are twice as wide.
 */
export class ArrivalCounter {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #widthNs = WIDTH_NS;

  add(arrivalNs: number): void {
    while (arrivalNs >= BUCKET_COUNT * this.#widthNs) this.#coarsen();
    const bucket = Math.floor(arrivalNs / this.#widthNs);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
  }

  get counted(): ArrivalCounts {
    const last = this.#counts.findLastIndex((count) => count > 0);
    return { widthNs: this.#widthNs, counts: this.#counts.slice(0, last + 1) };
  }

  #coarsen(): void {
    const counts = this.#counts;
    for (let bucket = 0; bucket < BUCKET_COUNT / 2; bucket++) {
      counts[bucket] = (counts[2 * bucket] as number) + (counts[2 * bucket + 1] as number);
    }
    counts.fill(0, BUCKET_COUNT / 2);
    this.#widthNs *= 2;
  }
}

/** How many arrived before a time; within a bucket, as if they were spread evenly. */
export function arrivedBy({ widthNs, counts }: ArrivalCounts, ns: number): number {
  const whole = Math.min(counts.length, Math.max(0, Math.floor(ns / widthNs)));
  let sum = 0;
  for (let bucket = 0; bucket < whole; bucket++) sum += counts[bucket] as number;
  if (whole === counts.length) return sum;
  return Math.floor(sum + (counts[whole] as number) * (Math.max(0, ns) / widthNs - whole));
}
