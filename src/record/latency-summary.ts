import { momentsOf, toHdr } from './hdr.ts';
import type { Histogram } from './histogram.ts';

/** The percentiles of every report, in per cent. */
export const PERCENTILES = [50, 90, 99, 99.9, 99.99, 99.999] as const;

/** A percentile's key in reports and thresholds: `p50`, `p99.9`. */
type PercentileKey = `p${(typeof PERCENTILES)[number]}`;

/**
 * A distribution in eleven numbers: whole nanoseconds, and a count. All are 0 when it is empty,
 * so that every key is always there; `count` tells an empty one from a fast one.
 */
export type LatencySummary = {
  readonly [K in 'count' | 'min' | 'mean' | 'stddev' | PercentileKey | 'max']: number;
};

/**
 * Latencies in ns at some percentiles (in per cent), by the library's rank rule, then clamped to
 * the measured minimum and maximum: a bucket's upper bound may exceed every latency in it, and a
 * p99 above the maximum is a figure nobody trusts. A percentile among latencies that overflowed
 * the histogram's range is the maximum.
 */
export function percentilesNs(histogram: Histogram, percentiles: readonly number[]): number[] {
  if (histogram.count === 0) return percentiles.map(() => 0);
  const hdr = toHdr(histogram);
  const { minNs, maxNs } = histogram;
  return percentiles.map((percentile) =>
    Math.min(Math.max(hdr.getValueAtPercentile(percentile), minNs), maxNs),
  );
}

export function latencySummaryOf(histogram: Histogram): LatencySummary {
  const { meanNs, deviationNs } = momentsOf(histogram);
  const values = percentilesNs(histogram, PERCENTILES);
  const at = (index: number): number => values[index] as number;
  return {
    count: histogram.count,
    min: histogram.minNs,
    mean: Math.round(meanNs),
    stddev: Math.round(deviationNs),
    p50: at(0),
    p90: at(1),
    p99: at(2),
    'p99.9': at(3),
    'p99.99': at(4),
    'p99.999': at(5),
    max: histogram.maxNs,
  };
}
