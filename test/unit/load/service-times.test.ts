import { describe, expect, it } from 'vitest';
import { serviceTimesOf } from '../../../src/load/service-times.ts';
import { streamFor } from '../../../src/random.ts';
import type { ServiceTable, ServiceTimePlan } from '../../../src/scenario/plan.ts';

/**
 * Goal: draws follow the law that the scenario names.
 *
 * Method: the largest distance between the distribution of the draws and the law (Kolmogorov and
 * Smirnov), by exact distribution functions where they are elementary and by quantiles else. The
 * seeds are fixed; 1.95 / √n is passed by chance once in a thousand. The last test shows that a law
 * off by 2 % does not pass.
 */
const COUNT = 40_000;
const DISTANCE_MAX = 1.95 / Math.sqrt(COUNT);

function drawsOf(law: ServiceTimePlan, seed = 1): Float64Array {
  const times = serviceTimesOf(law, streamFor(seed, 0, 'service'));
  const draws = new Float64Array(COUNT);
  for (let index = 0; index < COUNT; index++) times.draw(draws, index);
  return draws.sort();
}

function distance(draws: Float64Array, lawOf: (ns: number) => number): number {
  let most = 0;
  for (const [index, ns] of draws.entries()) {
    const share = lawOf(ns);
    most = Math.max(most, share - index / COUNT, (index + 1) / COUNT - share);
  }
  return most;
}

/** Abramowitz and Stegun 7.1.26, good to 1.5e-7. */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 1 - poly * Math.exp((-z * z) / 2);
  return z >= 0 ? (1 + tail) / 2 : (1 - tail) / 2;
}

const law = (kind: ServiceTimePlan['kind'], meanNs: number, deviationNs: number) => ({
  kind,
  meanNs,
  deviationNs,
  table: null,
});

const exponentialOf = (meanNs: number) => (ns: number) => 1 - Math.exp(-ns / meanNs);

describe('service times', () => {
  it('are all the same where they are constant', () => {
    expect(new Set(drawsOf(law('constant', 12_345, 0)))).toEqual(new Set([12_345]));
  });

  it('follow the exponential law', () => {
    const draws = drawsOf(law('exponential', 2_000_000, 0));
    expect(distance(draws, exponentialOf(2_000_000))).toBeLessThan(DISTANCE_MAX);
  });

  it('follow the normal law', () => {
    const draws = drawsOf(law('normal', 1e6, 1e5));
    expect(distance(draws, (ns) => normalShare((ns - 1e6) / 1e5))).toBeLessThan(DISTANCE_MAX);
  });

  it('follow the normal law above 0 where much of it lies below', () => {
    const draws = drawsOf(law('normal', 1e6, 2e6));
    const below = normalShare(-0.5);
    const shareOf = (ns: number) => (normalShare((ns - 1e6) / 2e6) - below) / (1 - below);
    expect(draws[0]).toBeGreaterThanOrEqual(0);
    expect(distance(draws, shareOf)).toBeLessThan(DISTANCE_MAX);
  });

  it('follow the log-normal law of that mean and deviation', () => {
    const draws = drawsOf(law('log-normal', 1e5, 5e4));
    const sigma = Math.sqrt(Math.log(1.25));
    const mu = Math.log(1e5) - sigma ** 2 / 2;
    const shareOf = (ns: number) => normalShare((Math.log(ns) - mu) / sigma);
    expect(distance(draws, shareOf)).toBeLessThan(DISTANCE_MAX);
  });

  it('lie between the percentiles of a spectrum', () => {
    const table = {
      file: '',
      valuesNs: [1e6, 2e6, 4e6],
      shares: [0.2, 0.5, 1],
      interpolates: true,
    };
    const shareOf = (ns: number) => {
      if (ns < 1e6) return 0;
      return ns < 2e6 ? 0.2 + (0.3 * (ns - 1e6)) / 1e6 : 0.5 + (0.5 * (ns - 2e6)) / 2e6;
    };
    const draws = drawsOf({ ...law('histogram', 0, 0), table });
    const above = draws.filter((ns) => ns > 1e6);
    expect(draws.length - above.length).toBeGreaterThan(0.19 * COUNT);
    expect(
      distance(above, (ns) => (shareOf(ns) - 0.2) / 0.8) * (above.length / COUNT),
    ).toBeLessThan(1);
    for (const quantile of [0.3, 0.5, 0.9]) {
      const ns = draws[Math.floor(quantile * COUNT)] as number;
      expect(Math.abs(shareOf(ns) - quantile)).toBeLessThan(DISTANCE_MAX);
    }
  });

  it('are those of the bins, as often as they were met', () => {
    const table: ServiceTable = {
      file: '',
      valuesNs: [100, 900],
      shares: [0.75, 1],
      interpolates: false,
    };
    const draws = drawsOf({ ...law('histogram', 0, 0), table });
    const low = draws.filter((ns) => ns === 100).length / COUNT;
    expect(draws.filter((ns) => ns !== 100 && ns !== 900)).toHaveLength(0);
    expect(Math.abs(low - 0.75)).toBeLessThan(DISTANCE_MAX);
  });

  it('would not pass for a law that is off by 2 %', () => {
    const draws = drawsOf(law('exponential', 2_000_000, 0));
    expect(distance(draws, exponentialOf(2_080_000))).toBeGreaterThan(DISTANCE_MAX);
  });
});
