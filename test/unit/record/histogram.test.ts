import { expect, test } from 'vitest';
import {
  bucketCountFor,
  bucketIndexOf,
  emptyHistogram,
  highestOf,
  histogramOf,
  lowestOf,
  mergeHistograms,
} from '../../../src/record/histogram.ts';

test('the first 2048 buckets hold one nanosecond each', () => {
  for (let ns = 0; ns < 2048; ns++) {
    expect(bucketIndexOf(ns)).toBe(ns);
    expect(lowestOf(ns)).toBe(ns);
    expect(highestOf(ns)).toBe(ns);
  }
});

test('from there on a bucket is at most a thousandth of its value wide', () => {
  for (const ns of [2048, 4095, 4096, 1e6, 1e9, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5, 1e12]) {
    const index = bucketIndexOf(ns);
    expect(lowestOf(index)).toBeLessThanOrEqual(ns);
    expect(highestOf(index)).toBeGreaterThanOrEqual(ns);
    expect(highestOf(index) - lowestOf(index)).toBeLessThan(ns / 1000);
  }
});

test('buckets follow one another without a gap', () => {
  for (let index = 0; index < 40 * 1024; index++) {
    expect(bucketIndexOf(lowestOf(index))).toBe(index);
    expect(bucketIndexOf(highestOf(index))).toBe(index);
    expect(lowestOf(index + 1)).toBe(highestOf(index) + 1);
  }
});

test('the bucket count covers the highest latency and nothing more', () => {
  for (const ns of [0, 1, 2047, 2048, 1e9, 60e9]) {
    expect(bucketIndexOf(ns)).toBe(bucketCountFor(ns) - 1);
  }
});

test('a latency above the range is counted, summed and bounded, but in no bucket', () => {
  const histogram = histogramOf([10, 5000], bucketCountFor(1000));
  expect(histogram).toMatchObject({
    count: 2,
    sumNs: 5010,
    minNs: 10,
    maxNs: 5000,
    overflowCount: 1,
  });
  expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test('merging nothing, or only empty histograms, is empty', () => {
  expect(mergeHistograms([], 8)).toEqual(emptyHistogram(8));
  expect(mergeHistograms([emptyHistogram(8), emptyHistogram(8)], 8)).toEqual(emptyHistogram(8));
});

test('an empty histogram does not pull the minimum of a merge to 0', () => {
  const merged = mergeHistograms([histogramOf([7], 16), emptyHistogram(16)], 16);
  expect(merged.minNs).toBe(7);
});
