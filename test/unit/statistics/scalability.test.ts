import { describe, expect, test } from 'vitest';
import { streamFor } from '../../../src/random.ts';
import {
  fitScalability,
  fitWithIntervals,
  type Point,
  throughputAt,
} from '../../../src/statistics/scalability.ts';

function curve(lambda: number, sigma: number, kappa: number, counts: readonly number[]): Point[] {
  return counts.map((threads) => ({
    threads,
    throughput: throughputAt({ lambda, sigma, kappa }, threads),
  }));
}

const COUNTS = [1, 2, 3, 4, 6, 8, 12, 16];

describe('the law of scalability', () => {
  test.each([
    [1000, 0.05, 0.001],
    [5e6, 0.3, 0.02],
    [1, 0.9, 0.2],
    [100, 0.02, 0],
    [100, 0, 0.01],
    [100, 0, 0],
  ])('λ %d, σ %d, κ %d are found again on their own curve', (lambda, sigma, kappa) => {
    const found = fitScalability(curve(lambda, sigma, kappa, COUNTS));
    expect(found?.lambda).toBeCloseTo(lambda, 2);
    expect(found?.sigma).toBeCloseTo(sigma, 5);
    expect(found?.kappa).toBeCloseTo(kappa, 6);
    expect(found?.fit).toBeCloseTo(1, 8);
    if (kappa > 0)
      expect(found?.peakThreads).toBeCloseTo(Math.max(1, Math.sqrt((1 - sigma) / kappa)), 2);
  });

  test('has the published coefficients of SPEC SDM91', () => {
    // Gunther, Guerrilla Capacity Planning; the data and the fit are those of the R package usl.
    const published: Point[] = [
      [1, 64.9],
      [18, 995.9],
      [36, 1652.4],
      [72, 1853.2],
      [108, 1828.9],
      [144, 1775.0],
      [216, 1702.2],
    ].map(([threads = 0, throughput = 0]) => ({ threads, throughput }));
    const found = fitScalability(published);
    expect(found?.lambda).toBeCloseTo(89.995, 1);
    expect(found?.sigma).toBeCloseTo(0.02773, 4);
    expect(found?.kappa).toBeCloseTo(0.0001044, 6);
    expect(found?.peakThreads).toBeCloseTo(96.5, 0);
  });

  test('is not fitted to fewer different numbers of threads than four', () => {
    expect(fitScalability(curve(1, 0.1, 0.01, [1, 2, 4, 4, 2, 1]))).toBeNull();
    expect(fitScalability(curve(1, 0.1, 0.01, [1, 2, 3, 4]))).not.toBeNull();
    expect(fitScalability([...curve(1, 0, 0, COUNTS), { threads: 3, throughput: 0 }])).toBeNull();
  });

  test('has intervals that hold the truth about as often as they say', () => {
    const random = streamFor(5, null, 'noise');
    let held = 0;
    const repetitions = 25;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const noisy = curve(
        1000,
        0.1,
        0.02,
        COUNTS.flatMap((count) => [count, count, count, count]),
      ).map(({ threads, throughput }) => ({
        threads,
        throughput: throughput * (1 + 0.04 * (random.uniform() + random.uniform() - 1)),
      }));
      const fitted = fitWithIntervals(noisy, streamFor(repetition, null, 'bootstrap'));
      const interval = fitted?.kappaInterval;
      if (interval !== undefined && interval.low <= 0.02 && interval.high >= 0.02) held++;
    }
    // Four runs a count are few, and their bootstrap is a little narrow.
    expect(held / repetitions).toBeGreaterThan(0.7);
  });

  test('has an open interval for the peak where some samples have none', () => {
    const flat = curve(1000, 0.05, 0, COUNTS).map((point, index) => ({
      ...point,
      throughput: point.throughput * (1 + (index % 2 === 0 ? 0.01 : -0.01)),
    }));
    expect(fitWithIntervals(flat, streamFor(1, null, 'bootstrap'))?.peakInterval).toBeNull();
  });
});
