import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { encodeHistogram, toHdr } from '../../src/record/hdr.ts';
import {
  bucketCountFor,
  bucketIndexOf,
  highestOf,
  histogramOf,
  lowestOf,
  mergeHistograms,
} from '../../src/record/histogram.ts';
import { latencySummaryOf, PERCENTILES, percentilesNs } from '../../src/record/latency-summary.ts';

const TOP_NS = 2 ** 40;
const BUCKETS = bucketCountFor(TOP_NS + 1);

/** Latencies of every order of magnitude, powers of two and their neighbours among them. */
const latencyNs = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.maxSafeInteger().map((value) => Math.abs(value) % (TOP_NS + 1)),
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(-1, 0, 1))
    .map(([power, offset]) => 2 ** power + offset),
);
const samples = fc.array(latencyNs, { maxLength: 300 });
const someSamples = fc.array(latencyNs, { minLength: 1, maxLength: 300 });

/** The exact rank of a percentile, in whole thousandths of a per cent so that nothing rounds. */
function exactRank(percentile: number, count: number): number {
  const thousandths = BigInt(Math.round(percentile * 1000));
  const rank = (BigInt(count) * thousandths + 99_999n) / 100_000n;
  return Math.max(1, Number(rank));
}

test('every latency has the bucket that the library gives it', () => {
  const library = build({
    bitBucketSize: 64,
    autoResize: false,
    highestTrackableValue: TOP_NS + 1,
    numberOfSignificantValueDigits: 3,
  }) as unknown as {
    countsArrayIndex(ns: number): number;
    lowestEquivalentValue(ns: number): number;
    highestEquivalentValue(ns: number): number;
  };
  const agree = (ns: number) => {
    const index = bucketIndexOf(ns);
    expect(index).toBe(library.countsArrayIndex(ns));
    expect(lowestOf(index)).toBe(library.lowestEquivalentValue(ns));
    expect(highestOf(index)).toBe(library.highestEquivalentValue(ns));
  };
  for (let power = 0; power <= 40; power++) {
    for (const offset of [-1, 0, 1]) agree(2 ** power + offset);
  }
  fc.assert(fc.property(latencyNs, agree), { numRuns: 2000 });
});

test('encoding buckets is encoding the samples', () => {
  fc.assert(
    fc.property(samples, (latencies) => {
      const library = build({
        bitBucketSize: 64,
        autoResize: false,
        highestTrackableValue: highestOf(BUCKETS - 1),
        numberOfSignificantValueDigits: 3,
      });
      for (const ns of latencies) library.recordValue(ns);
      const histogram = histogramOf(latencies, BUCKETS);
      expect(encodeHistogram(histogram)).toBe(
        (
          library as unknown as { encodeIntoCompressedBase64(): string }
        ).encodeIntoCompressedBase64(),
      );
      const ours = toHdr(histogram);
      for (const percentile of PERCENTILES) {
        expect(ours.getValueAtPercentile(percentile)).toBe(
          library.getValueAtPercentile(percentile),
        );
      }
    }),
  );
});

test('a percentile is the upper bound of the bucket of the sample at its rank, clamped', () => {
  fc.assert(
    fc.property(someSamples, (latencies) => {
      const sorted = Float64Array.from(latencies).sort();
      const reported = percentilesNs(histogramOf(latencies, BUCKETS), PERCENTILES);
      PERCENTILES.forEach((percentile, index) => {
        const exact = sorted[exactRank(percentile, sorted.length) - 1] as number;
        expect(reported[index]).toBe(
          Math.min(highestOf(bucketIndexOf(exact)), sorted.at(-1) as number),
        );
      });
    }),
  );
});

test('ranks are exact for every count up to billions', () => {
  // The library computes ranks in floating point and takes one unit of least precision back. That
  // is exact while two such units of the rank are less than the finest fraction that a rank may
  // have, 1e-5: up to some 3e10 samples. Beyond, a rank may be one too low.
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 33 }),
      fc.constantFrom(...PERCENTILES),
      (count, percentile) => {
        const rank = exactRank(percentile, count);
        const counts = new Float64Array(16);
        // Rank falls on bucket 3 exactly: one too low reads 2, one too high reads 4.
        counts[2] = rank - 1;
        counts[3] = 1;
        counts[4] = count - rank;
        const histogram = { counts, count, sumNs: 3 * count, minNs: 2, maxNs: 4, overflowCount: 0 };
        expect(percentilesNs(histogram, [percentile])).toEqual([3]);
      },
    ),
    { numRuns: 1000 },
  );
});

test('percentiles rise with the percentage and stay within the measured range', () => {
  fc.assert(
    fc.property(someSamples, fc.integer({ min: 1, max: BUCKETS }), (latencies, bucketCount) => {
      const summary = latencySummaryOf(histogramOf(latencies, bucketCount));
      const { min, p50, p90, p99, max, mean } = summary;
      const rising = [min, p50, p90, p99, summary['p99.9'], summary['p99.99']];
      rising.push(summary['p99.999'], max);
      expect(rising).toEqual([...rising].sort((a, b) => a - b));
      expect(mean).toBeGreaterThanOrEqual(min);
      expect(mean).toBeLessThanOrEqual(max);
      expect(Object.values(summary).every(Number.isSafeInteger)).toBe(true);
    }),
  );
});

test('merging is order-independent, and the merge of parts is the whole', () => {
  fc.assert(
    fc.property(
      fc.array(samples, { maxLength: 5 }),
      fc.integer({ min: 1, max: 4096 }),
      (parts, n) => {
        const histograms = parts.map((part) => histogramOf(part, n));
        const whole = histogramOf(parts.flat(), n);
        expect(mergeHistograms(histograms, n)).toEqual(whole);
        expect(mergeHistograms([...histograms].reverse(), n)).toEqual(whole);
      },
    ),
  );
});

test('merging is associative', () => {
  fc.assert(
    fc.property(samples, samples, samples, (first, second, third) => {
      const [a, b, c] = [first, second, third].map((part) => histogramOf(part, 4096)) as [
        ReturnType<typeof histogramOf>,
        ReturnType<typeof histogramOf>,
        ReturnType<typeof histogramOf>,
      ];
      const merge = (...parts: (typeof a)[]) => mergeHistograms(parts, 4096);
      expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
    }),
  );
});
