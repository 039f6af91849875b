/**
 * The bridge from our histograms to hdr-histogram-js, which computes the percentiles and writes
 * the formats that other HdrHistogram tools read (`.hgrm`, `.hlog`, the base64 encoding).
 *
 * Counts are handed over bucket by bucket. Both sides lay their buckets out alike, so the result
 * encodes to the same bytes as if each latency had been recorded into the library itself.
 *
 * What the library must be kept from, and how:
 *
 *     32-bit counters wrap and then read 0        bitBucketSize 64
 *     NaN raises the total but fills no bucket    only bucket bounds and a checked maximum go in
 *     above its range it throws, or resizes       the range is chosen before the first count
 *     mean and stdDeviation take up to 190 ms     computed here, from the exact sum and in one pass
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
  HistogramLogWriter,
  type JsHistogram,
} from 'hdr-histogram-js';
import { assert } from '../errors.ts';
import { type Histogram, highestOf, lowestOf } from './histogram.ts';

const NS_PER_MICROSECOND = 1e3;
const NS_PER_MILLISECOND = 1e6;
const NS_PER_SECOND = 1e9;

/** Ticks per halving of the distance to 100 %; five is what HdrHistogram's own tools print. */
const HGRM_TICKS = 5;

/**
 * The same distribution as an hdr-histogram-js histogram, in nanoseconds.
 *
 * Latencies that overflowed our range are entered at the measured maximum: the library's range is
 * widened for them, so that no percentile is reported lower than it was. Their own values are not
 * known, hence a percentile among them reads as the maximum.
 */
export function toHdr(histogram: Histogram): HdrHistogram {
  const { counts, maxNs, overflowCount } = histogram;
  assert(Number.isSafeInteger(maxNs) && maxNs >= 0, `histogram with a maximum of ${maxNs} ns`);
  const rangeNs = counts.length === 0 ? 0 : highestOf(counts.length - 1);
  const hdr = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    // The library refuses a range below 2.
    highestTrackableValue: Math.max(2, rangeNs, overflowCount > 0 ? maxNs : 0),
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  const topIndex = counts.findLastIndex((count) => count > 0);
  for (let index = 0; index < topIndex; index++) {
    const count = counts[index] as number;
    if (count > 0) hdr.recordValueWithCount(lowestOf(index), count);
  }
  if (topIndex >= 0) {
    // The highest bucket is entered by the measured maximum where that lies in it, because the
    // library prints its maximum as it was recorded. Same bucket, hence the same encoding.
    const top = Math.min(Math.max(maxNs, lowestOf(topIndex)), highestOf(topIndex));
    hdr.recordValueWithCount(top, counts[topIndex] as number);
  }
  if (overflowCount > 0) {
    hdr.recordValueWithCount(Math.max(maxNs, rangeNs), overflowCount);
  }
  return hdr;
}

/** HdrHistogram's V2 encoding, deflated, as base64; what `.hlog` lines hold. */
export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(toHdr(histogram));
}

/**
 * Counts by bucket, out of what encodeHistogram() made of a histogram that nothing had overflowed.
 *
 * @throws Error when the text is damaged, or holds latencies beyond `bucketCount` buckets
 */
export function decodeHistogram(encoded: string, bucketCount: number): Float64Array {
  const hdr = decodeFromCompressedBase64(encoded, 64) as JsHistogram;
  const counts = new Float64Array(bucketCount);
  for (let index = 0; index < hdr.countsArrayLength; index++) {
    const count = hdr.getCountAtIndex(index);
    if (count === 0) continue;
    if (index >= bucketCount) throw new Error('it holds latencies beyond the range of the run');
    counts[index] = count;
  }
  return counts;
}

/** Mean, and standard deviation of the population, both in ns and not rounded; 0 when empty. */
export interface Moments {
  readonly meanNs: number;
  readonly deviationNs: number;
}

/**
 * The mean is exact. The deviation takes each latency for the middle of its bucket (but never
 * outside the measured minimum and maximum), as the library does, and is as exact as a bucket.
 */
export function momentsOf(histogram: Histogram): Moments {
  const { counts, count, sumNs, minNs, maxNs, overflowCount } = histogram;
  if (count === 0) return { meanNs: 0, deviationNs: 0 };
  const meanNs = sumNs / count;
  let squares = overflowCount * (maxNs - meanNs) ** 2;
  for (let index = 0; index < counts.length; index++) {
    const inBucket = counts[index] as number;
    if (inBucket === 0) continue;
    const middle = Math.floor((lowestOf(index) + highestOf(index) + 1) / 2);
    squares += inBucket * (Math.min(Math.max(middle, minNs), maxNs) - meanNs) ** 2;
  }
  return { meanNs, deviationNs: Math.sqrt(squares / count) };
}

/**
 * The percentile spectrum in the library's own text (`.hgrm`), values in microseconds: three
 * decimals, so that no nanosecond is lost.
 */
export function hgrmOf(histogram: Histogram): string {
  const hdr = toHdr(histogram);
  const { meanNs, deviationNs } = momentsOf(histogram);
  // The text ends with both figures. Left alone, the library would walk all buckets for each.
  Object.defineProperty(hdr, 'mean', { value: meanNs });
  Object.defineProperty(hdr, 'getStdDeviation', { value: () => deviationNs });
  return hdr.outputPercentileDistribution(HGRM_TICKS, NS_PER_MICROSECOND);
}

/** One line of an interval log. */
export interface LoggedInterval {
  /** Letters, digits, dot and hyphen: the line format knows no quoting. */
  readonly tag: string;
  /** Since the start named in the log's head. */
  readonly startNs: number;
  readonly endNs: number;
  readonly histogram: Histogram;
}

/**
 * An interval log (`.hlog`, format 1.3): a line per interval and tag, times in seconds since
 * `startedAt` (ISO 8601), the maximum in milliseconds as HdrHistogram's own tools write it, and
 * the encoded histogram in nanoseconds.
 */
export function hlogOf(startedAt: string, intervals: Iterable<LoggedInterval>): string {
  const parts: string[] = [];
  const writer = new HistogramLogWriter((text) => parts.push(text));
  const epochSeconds = (Date.parse(startedAt) / 1000).toFixed(3);
  writer.outputComment('[Latencies in nanoseconds; Interval_Max in milliseconds]');
  writer.outputLogFormatVersion();
  // Not outputStartTime(): that prints the local time zone, and an empty line after it.
  writer.outputComment(`[StartTime: ${epochSeconds} (seconds since epoch), ${startedAt}]`);
  writer.outputComment(`[BaseTime: ${epochSeconds} (seconds since epoch)]`);
  writer.outputLegend();
  for (const { tag, startNs, endNs, histogram } of intervals) {
    assert(/^[A-Za-z0-9.-]+$/.test(tag), `the log cannot hold the tag ${JSON.stringify(tag)}`);
    const hdr = toHdr(histogram);
    hdr.tag = tag;
    writer.outputIntervalHistogram(
      hdr,
      startNs / NS_PER_SECOND,
      endNs / NS_PER_SECOND,
      NS_PER_MILLISECOND,
    );
  }
  return parts.join('');
}
