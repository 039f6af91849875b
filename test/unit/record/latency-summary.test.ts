import { expect, test } from 'vitest';
import { bucketCountFor, emptyHistogram, histogramOf } from '../../../src/record/histogram.ts';
import { latencySummaryOf, percentilesNs } from '../../../src/record/latency-summary.ts';

const BUCKETS = bucketCountFor(60e9);

test('an empty histogram is all zeros', () => {
  expect(Object.values(latencySummaryOf(emptyHistogram(BUCKETS)))).toEqual(Array(11).fill(0));
});

test('the keys are those of the reports, in their order', () => {
  expect(Object.keys(latencySummaryOf(emptyHistogram(8)))).toEqual(
    'count min mean stddev p50 p90 p99 p99.9 p99.99 p99.999 max'.split(' '),
  );
});

test('small latencies are exact', () => {
  const samples = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(latencySummaryOf(histogramOf(samples, BUCKETS))).toEqual({
    count: 100,
    min: 1,
    mean: 51,
    stddev: 29,
    p50: 50,
    p90: 90,
    p99: 99,
    'p99.9': 100,
    'p99.99': 100,
    'p99.999': 100,
    max: 100,
  });
});

test('no percentile leaves the measured range, however wide the bucket', () => {
  const summary = latencySummaryOf(histogramOf([1_000_001], BUCKETS));
  expect(summary).toMatchObject({ min: 1_000_001, p50: 1_000_001, 'p99.999': 1_000_001 });
});

test('a percentile among overflowed latencies is the maximum', () => {
  const samples = [...Array(90).fill(500), ...Array(10).fill(9_000_000)];
  const summary = latencySummaryOf(histogramOf(samples, bucketCountFor(1_000_000)));
  expect(summary).toMatchObject({ count: 100, p90: 500, p99: 9_000_000, max: 9_000_000 });
});

test('latencies that all overflowed lie between their minimum and maximum', () => {
  const summary = latencySummaryOf(histogramOf([5000, 6000], bucketCountFor(1000)));
  expect(summary).toMatchObject({ min: 5000, p50: 6000, p99: 6000, max: 6000, mean: 5500 });
});

test('two million samples: equal to the sorted samples to within a thousandth, up to p99.999', () => {
  // Log-normal with a tail, from a fixed linear congruential sequence.
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  const samples = Float64Array.from({ length: 2_000_000 }, () =>
    Math.floor(
      700 * Math.exp(1.3 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())),
    ),
  );
  const histogram = histogramOf(samples, BUCKETS);
  samples.sort();
  for (const [percentile, rank] of [
    [50, 1_000_000],
    [90, 1_800_000],
    [99, 1_980_000],
    [99.9, 1_998_000],
    [99.99, 1_999_800],
    [99.999, 1_999_980],
  ] as const) {
    const exact = samples[rank - 1] as number;
    const [reported] = percentilesNs(histogram, [percentile]) as [number];
    expect(reported).toBeGreaterThanOrEqual(exact);
    expect(reported - exact).toBeLessThanOrEqual(exact / 1000);
  }
});
