import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as HdrHistogram,
  HistogramLogReader,
  listTags,
} from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { encodeHistogram, hgrmOf, hlogOf, momentsOf, toHdr } from '../../../src/record/hdr.ts';
import {
  bucketCountFor,
  emptyHistogram,
  highestOf,
  histogramOf,
} from '../../../src/record/histogram.ts';

const BUCKETS = bucketCountFor(60e9);

/** What the library makes of the same samples, one by one. */
function recordedByTheLibrary(samplesNs: readonly number[], bucketCount = BUCKETS): HdrHistogram {
  const hdr = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestOf(bucketCount - 1),
    numberOfSignificantValueDigits: 3,
  });
  for (const ns of samplesNs) hdr.recordValue(ns);
  return hdr;
}

const SAMPLES: Record<string, readonly number[]> = {
  none: [],
  zero: [0],
  'one small': [1],
  'one large': [123_456_789],
  'powers of two and their neighbours': Array.from({ length: 36 }, (_, power) => [
    2 ** power - 1,
    2 ** power,
    2 ** power + 1,
  ]).flat(),
  'ten thousand, spread over six decades': Array.from({ length: 10_000 }, (_, index) =>
    Math.floor(10 ** (1 + (6 * ((index * 7919) % 10_000)) / 10_000)),
  ),
};

describe.each(Object.entries(SAMPLES))('samples: %s', (_, samples) => {
  test('encode to the same bytes as if recorded into the library', () => {
    expect(encodeHistogram(histogramOf(samples, BUCKETS))).toBe(
      encodeIntoCompressedBase64(recordedByTheLibrary(samples)),
    );
  });

  test('decode to the same count and percentiles', () => {
    const decoded = decodeFromCompressedBase64(encodeHistogram(histogramOf(samples, BUCKETS)), 64);
    const direct = recordedByTheLibrary(samples);
    expect(decoded.totalCount).toBe(samples.length);
    for (const percentile of [0, 50, 90, 99, 99.9, 99.99, 99.999, 100]) {
      expect(decoded.getValueAtPercentile(percentile)).toBe(
        direct.getValueAtPercentile(percentile),
      );
    }
  });

  test('have the same spectrum text, but for the mean and deviation, which are ours', () => {
    const withoutMoments = (text: string) => text.replace(/^#\[Mean.*$/m, '');
    const text = hgrmOf(histogramOf(samples, BUCKETS));
    expect(withoutMoments(text)).toBe(
      withoutMoments(recordedByTheLibrary(samples).outputPercentileDistribution(5, 1000)),
    );
  });

  test('have the mean of the samples and the deviation of the library', () => {
    const { meanNs, deviationNs } = momentsOf(histogramOf(samples, BUCKETS));
    const sum = samples.reduce((total, ns) => total + ns, 0);
    expect(meanNs).toBe(samples.length === 0 ? 0 : sum / samples.length);
    // The library takes the middle of a bucket for every sample, we clamp it to the measured range.
    expect(Math.abs(deviationNs - recordedByTheLibrary(samples).stdDeviation)).toBeLessThanOrEqual(
      meanNs / 1000,
    );
  });
});

test('a lone sample has no deviation, however wide its bucket', () => {
  expect(momentsOf(histogramOf([123_456_789], BUCKETS)).deviationNs).toBe(0);
});

test('the spectrum names the mean to the nanosecond', () => {
  expect(hgrmOf(histogramOf([1000, 2001, 3000], BUCKETS))).toMatch(/#\[Mean {4}= +2\.000,/);
});

test('the maximum is the measured one, not a bound of its bucket', () => {
  expect(hgrmOf(histogramOf([10, 1_234_567], BUCKETS))).toMatch(/#\[Max {5}= +1234\.567,/);
});

test('a count above 2^32 in one bucket survives', () => {
  const histogram = { ...histogramOf([500], 1024) };
  histogram.counts[500] = 2 ** 33;
  expect(toHdr({ ...histogram, count: 2 ** 33 }).getValueAtPercentile(99)).toBe(500);
});

test('latencies above the range are entered at the measured maximum', () => {
  const hdr = toHdr(histogramOf([10, 20, 7_000_000, 9_000_000], bucketCountFor(1_000_000)));
  expect(hdr.totalCount).toBe(4);
  expect(hdr.getValueAtPercentile(50)).toBe(20);
  expect(hdr.getValueAtPercentile(75)).toBeGreaterThanOrEqual(9_000_000);
});

test('a broken maximum is refused before the library sees it', () => {
  expect(() => toHdr({ ...emptyHistogram(8), count: 1, maxNs: Number.NaN })).toThrow(/NaN/);
});

test('an interval log is read back by the library, tag by tag', () => {
  const startedAt = '2026-11-22T07:40:12.345Z';
  const log = hlogOf(startedAt, [
    { tag: 'read', startNs: 0, endNs: 1e9, histogram: histogramOf([100, 2_500_000], BUCKETS) },
    { tag: 'write', startNs: 0, endNs: 1e9, histogram: emptyHistogram(BUCKETS) },
    { tag: 'read', startNs: 1e9, endNs: 2.5e9, histogram: histogramOf([300], BUCKETS) },
  ]);
  expect(listTags(log)).toEqual(['read', 'write']);
  const reader = new HistogramLogReader(log, 64);
  const read = [
    reader.nextIntervalHistogram(),
    reader.nextIntervalHistogram(),
    reader.nextIntervalHistogram(),
  ];
  expect(reader.nextIntervalHistogram()).toBeNull();
  expect(read.map((histogram) => histogram?.tag)).toEqual(['read', 'write', 'read']);
  expect(read.map((histogram) => histogram?.totalCount)).toEqual([2, 0, 1]);
  expect(read[2]?.startTimeStampMsec).toBeCloseTo(Date.parse(startedAt) + 1000, 0);
  expect(read[2]?.endTimeStampMsec).toBeCloseTo(Date.parse(startedAt) + 2500, 0);
  expect(log).toContain('Tag=read,0.000,1.000,2.500,');
});

test('an interval log has no line that is neither comment, legend nor interval', () => {
  const log = hlogOf('2026-11-22T07:40:12.345Z', [
    { tag: 'read', startNs: 0, endNs: 1e9, histogram: histogramOf([1], BUCKETS) },
  ]);
  const lines = log.trimEnd().split('\n');
  expect(lines.filter((line) => !/^(#\[|"StartTimestamp"|Tag=read,)/.test(line))).toEqual([]);
});

test('a tag that would break the line format is refused', () => {
  const interval = { startNs: 0, endNs: 1, histogram: emptyHistogram(8) };
  expect(() => hlogOf('2026-11-22T07:40:12.345Z', [{ tag: 'a,b', ...interval }])).toThrow(/tag/);
});
