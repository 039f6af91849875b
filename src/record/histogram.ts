/**
 * The bucket layout of every latency histogram: HdrHistogram's own for three significant digits
 * and a lowest discernible value of 1 ns, so that counts can be handed to hdr-histogram-js bucket
 * by bucket and encode to the same bytes (Gil Tene, HdrHistogram; 2048 sub-buckets, of which each
 * further power of two uses the upper half).
 *
 *     value v, e = max(0, floor(log2 v) − 10)      bucket = e · 1024 + floor(v / 2^e)
 *
 * Counts are 64-bit floats: exact to 2^53, and no run lasts long enough to wrap one. (A 32-bit
 * counter wraps after seven minutes at 10 M operations a second, and then reads 0.)
 */
const HALF = 1024;

/** Bucket of a latency in whole nanoseconds, 0 ≤ ns < 2^53. */
export function bucketIndexOf(ns: number): number {
  if (ns < 4294967296) {
    const exponent = 21 - Math.clz32(ns | HALF);
    return exponent * HALF + (ns >>> exponent);
  }
  const exponent = 21 - Math.clz32(Math.floor(ns / 4294967296)) + 32;
  return exponent * HALF + Math.floor(ns / 2 ** exponent);
}

/** Smallest latency that falls into a bucket. */
export function lowestOf(bucketIndex: number): number {
  const exponent = Math.max(0, Math.floor(bucketIndex / HALF) - 1);
  return (bucketIndex - exponent * HALF) * 2 ** exponent;
}

/** Largest latency that falls into a bucket. */
export function highestOf(bucketIndex: number): number {
  return lowestOf(bucketIndex + 1) - 1;
}

/** Buckets needed so that every latency up to highestNs has one. */
export function bucketCountFor(highestNs: number): number {
  return bucketIndexOf(highestNs) + 1;
}

/** A histogram taken out of shared memory. Immutable by convention. */
export interface Histogram {
  /** Occurrences by bucket; the length is the same for all histograms of a run. */
  readonly counts: Float64Array;
  readonly count: number;
  readonly sumNs: number;
  /** Exact, not rounded to a bucket. 0 when empty. */
  readonly minNs: number;
  readonly maxNs: number;
  /** Latencies above the histogram's range: in count, sum, min and max, but in no bucket. */
  readonly overflowCount: number;
}

export function emptyHistogram(bucketCount: number): Histogram {
  return {
    counts: new Float64Array(bucketCount),
    count: 0,
    sumNs: 0,
    minNs: 0,
    maxNs: 0,
    overflowCount: 0,
  };
}

/** Sum of histograms of equal length; merging is associative and order-independent. */
export function mergeHistograms(histograms: readonly Histogram[], bucketCount: number): Histogram {
  const counts = new Float64Array(bucketCount);
  let count = 0;
  let sumNs = 0;
  let minNs = Number.POSITIVE_INFINITY;
  let maxNs = 0;
  let overflowCount = 0;
  for (const part of histograms) {
    if (part.count === 0) continue;
    for (let index = 0; index < bucketCount; index++) {
      counts[index] = (counts[index] as number) + (part.counts[index] as number);
    }
    count += part.count;
    sumNs += part.sumNs;
    minNs = Math.min(minNs, part.minNs);
    maxNs = Math.max(maxNs, part.maxNs);
    overflowCount += part.overflowCount;
  }
  return { counts, count, sumNs, minNs: count === 0 ? 0 : minNs, maxNs, overflowCount };
}

/**
 * What is in the first and not in the second, which must be a part of it: what was recorded between
 * two snapshots, or all but some. Minimum and maximum of the difference are not known
 * exactly; they are those of its lowest and highest bucket. Empty buckets at the top are cut off.
 */
export function differenceOf(now: Histogram, before: Histogram): Histogram {
  const counts = now.counts.slice();
  for (const [index, count] of before.counts.entries()) {
    counts[index] = (counts[index] as number) - count;
  }
  const lowest = counts.findIndex((count) => count > 0);
  const highest = counts.findLastIndex((count) => count > 0);
  const overflowCount = now.overflowCount - before.overflowCount;
  const count = now.count - before.count;
  return {
    counts: counts.slice(0, highest + 1),
    count,
    sumNs: now.sumNs - before.sumNs,
    minNs: lowest < 0 ? 0 : Math.max(now.minNs, lowestOf(lowest)),
    maxNs:
      overflowCount > 0 || highest < 0
        ? count > 0
          ? now.maxNs
          : 0
        : Math.min(now.maxNs, highestOf(highest)),
    overflowCount,
  };
}

/** Histogram of exact samples; what tests and small tools use. */
export function histogramOf(samplesNs: Iterable<number>, bucketCount: number): Histogram {
  const counts = new Float64Array(bucketCount);
  let count = 0;
  let sumNs = 0;
  let minNs = Number.POSITIVE_INFINITY;
  let maxNs = 0;
  let overflowCount = 0;
  for (const ns of samplesNs) {
    const index = bucketIndexOf(ns);
    if (index < bucketCount) counts[index] = (counts[index] as number) + 1;
    else overflowCount++;
    count++;
    sumNs += ns;
    minNs = Math.min(minNs, ns);
    maxNs = Math.max(maxNs, ns);
  }
  return { counts, count, sumNs, minNs: count === 0 ? 0 : minNs, maxNs, overflowCount };
}
