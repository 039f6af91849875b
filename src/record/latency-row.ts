/**
 * Rows of a latency heat map: the buckets of histogram.ts, coarser. Eight rows to each doubling, so
 * that a row is 6 to 12 % of its latency high; below 16 ns a row a nanosecond.
 *
 *     value v, e = max(0, floor(log2 v) − 3)      row = e · 8 + floor(v / 2^e)
 */
import { lowestOf } from './histogram.ts';

const HALF = 8;

export function latencyRowOf(ns: number): number {
  const exponent = Math.max(0, Math.floor(Math.log2(Math.max(1, ns))) - 3);
  return exponent * HALF + Math.floor(ns / 2 ** exponent);
}

/** Smallest latency that falls into a row; the largest of the row below is one less. */
export function lowestOfRow(row: number): number {
  const exponent = Math.max(0, Math.floor(row / HALF) - 1);
  return (row - exponent * HALF) * 2 ** exponent;
}

/** The row of each bucket of a histogram. No bucket reaches into two rows. */
export function rowOfBuckets(bucketCount: number): Uint16Array {
  return Uint16Array.from({ length: bucketCount }, (_, index) => latencyRowOf(lowestOf(index)));
}
