import { describe, expect, test } from 'vitest';
import { type RandomStream, streamFor } from '../../../src/random.ts';
import {
  intervalOf,
  marginOfError,
  pairedDifference,
  singleDifference,
  twoSampleDifference,
} from '../../../src/statistics/difference.ts';
import { equivalenceOf } from '../../../src/statistics/equivalence.ts';
import { incompleteBeta } from '../../../src/statistics/incomplete-beta.ts';
import { locationOf } from '../../../src/statistics/location.ts';
import { normalQuantile } from '../../../src/statistics/normal.ts';
import { detectableDifference, repetitionsToSee } from '../../../src/statistics/power.ts';

describe('a location', () => {
  test('of ten values leaves out the two lowest and the two highest', () => {
    const { centre, spread, degreesOfFreedom } = locationOf([7, 1, 9, 3, 5, 2, 8, 4, 6, 10]);
    expect(centre).toBe(5.5);
    // Winsorised: 3 3 3 4 5 6 7 8 8 8, variance 42.5 / 9.
    expect(spread).toBeCloseTo(Math.sqrt(42.5 / 9) / 0.6, 12);
    expect(degreesOfFreedom).toBe(5);
  });

  test('does not move for a stall', () => {
    expect(locationOf([1, 2, 3, 4, 5_000_000]).centre).toBe(locationOf([1, 2, 3, 4, 5]).centre);
  });

  test('of fewer than five is mean and standard deviation', () => {
    const { centre, spread, degreesOfFreedom } = locationOf([2, 4, 6, 8]);
    expect([centre, degreesOfFreedom]).toEqual([5, 3]);
    expect(spread).toBeCloseTo(Math.sqrt(20 / 3), 12);
  });

  test('keeps the digits of large values that scatter little', () => {
    const { centre, spread } = locationOf([1e15 + 1, 1e15 + 2, 1e15 + 3]);
    expect([centre - 1e15, spread]).toEqual([2, 1]);
  });
});

describe('a difference', () => {
  test('of four pairs is the t interval of the textbook', () => {
    const difference = pairedDifference([12, 15, 11, 18], [10, 11, 10, 13]);
    // Differences 2 4 1 5: mean 3, s² = 10/3; t with 3 degrees is 3.182.
    expect(difference.estimate).toBe(3);
    expect(difference.standardError).toBeCloseTo(Math.sqrt(10 / 3 / 4), 12);
    expect(marginOfError(difference)).toBeCloseTo(3.182446 * Math.sqrt(10 / 12), 5);
  });

  test('of two sets of four is that of Welch', () => {
    const one = [3, 5, 7, 9];
    const other = [1, 1, 3, 3];
    const difference = twoSampleDifference(one, other);
    // Variances 20/3 and 4/3: error² = 2, degrees = 4 / ((5/3)²/3 + (1/3)²/3).
    expect(difference.estimate).toBe(4);
    expect(difference.standardError).toBeCloseTo(Math.SQRT2, 12);
    expect(difference.degreesOfFreedom).toBeCloseTo(4 / (25 / 27 + 1 / 27), 12);
  });

  test('of two larger sets is that of Yuen', () => {
    const one = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const other = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4];
    const difference = twoSampleDifference(one, other);
    // Squared errors (n − 1) s²w / (h (h − 1)) with h = 6: 42.5 / 30 and 8 / 30.
    const [first, second] = [42.5 / 30, 8 / 30];
    expect(difference.estimate).toBeCloseTo(3.5, 12);
    expect(difference.standardError).toBeCloseTo(Math.sqrt(first + second), 12);
    expect(difference.degreesOfFreedom).toBeCloseTo(
      (first + second) ** 2 / ((first ** 2 + second ** 2) / 5),
      10,
    );
  });

  test('of values that are all the same is still no better than the clock', () => {
    const same = new Array(30).fill(40);
    expect(pairedDifference(same, same).standardError).toBe(0);
    expect(pairedDifference(same, same, 10).standardError).toBeCloseTo(10 / Math.sqrt(90), 12);
  });

  test('of single values needs three of them', () => {
    expect(singleDifference(2, 1, [2, 1])).toBeNull();
  });
});

/** dm-remap v4.0, published overhead analysis, in µs: ping, info, debug, stats, remap, status. */
const PUBLISHED = [24_215, 20_438, 23_969, 22_415, 22_253, 21_902];

test('the published values bear out -2.0 ± 5.1 ms, and would need about 3,070 runs for 100 µs', () => {
  const difference = singleDifference(22_253, 24_215, PUBLISHED);
  if (difference === null) throw new Error('six values are enough');
  expect(difference.estimate).toBe(-1962);
  expect(difference.degreesOfFreedom).toBe(5);
  // s = 1,398 µs, t = 2.571, and √2 for two values.
  expect(marginOfError(difference)).toBeCloseTo(5082, 0);
  expect(repetitionsToSee(difference, 100)).toBe(3068);
  expect(repetitionsToSee(difference, 1) / 1e7).toBeCloseTo(3.07, 2);
  expect(repetitionsToSee(difference, 0.015) / 1e11).toBeCloseTo(1.36, 2);
  expect(equivalenceOf(difference, 100)).toMatchObject({ holds: false, power: 0 });
});

describe('power', () => {
  test('half a standard deviation takes 63 in each of two groups', () => {
    const difference = { ...pairedDifference([1, 2], [0, 0]), spread: Math.SQRT2 };
    expect(repetitionsToSee(difference, 0.5)).toBe(63);
  });

  test('with many degrees of freedom, 2.80 standard errors are detected', () => {
    const difference = {
      ...pairedDifference([1, 2], [0, 0]),
      standardError: 1,
      degreesOfFreedom: 1e9,
    };
    expect(detectableDifference(difference)).toBeCloseTo(1.96 + 0.8416, 3);
  });
});

/** Simulated experiments: what was promised of them is counted. */
describe('over many experiments', () => {
  const EXPERIMENTS = 600;
  const PAIRS = 40;
  const random = streamFor(1, null, 'difference.test');

  /** As of a process: a body that is skewed, and a stall now and then. */
  const noisy = (stream: RandomStream): number =>
    20 * Math.exp(0.1 * normalQuantile(stream.uniform() || 0.5)) +
    (stream.uniform() < 0.03 ? 50 * stream.uniform() : 0);

  const experiment = (shift: number) => {
    const drift = Array.from({ length: PAIRS }, () => 5 * random.uniform());
    return pairedDifference(
      drift.map((common) => common + noisy(random) + shift),
      drift.map((common) => common + noisy(random)),
    );
  };

  test('95 % of the intervals hold the truth', () => {
    let held = 0;
    for (let round = 0; round < EXPERIMENTS; round++) {
      const { low, high } = intervalOf(experiment(1));
      if (low < 1 && 1 < high) held++;
    }
    expect(chanceOfAtMost(held, EXPERIMENTS, 0.95)).toBeGreaterThan(0.005);
    expect(chanceOfAtMost(EXPERIMENTS - held, EXPERIMENTS, 0.05)).toBeGreaterThan(0.005);
  });

  test('what differs by the margin is called equivalent in 5 % at most', () => {
    let wrong = 0;
    for (let round = 0; round < EXPERIMENTS; round++) {
      if (equivalenceOf(experiment(2), 2).holds) wrong++;
    }
    expect(1 - chanceOfAtMost(wrong - 1, EXPERIMENTS, 0.05)).toBeGreaterThan(0.005);
  });

  test('a difference as large as can be detected is seen in about 80 %', () => {
    const typical = detectableDifference(experiment(0));
    let seen = 0;
    for (let round = 0; round < EXPERIMENTS; round++) {
      const { low } = intervalOf(experiment(typical));
      if (low > 0) seen++;
    }
    // The size itself is an estimate, with an error of a ninth.
    expect(seen / EXPERIMENTS).toBeGreaterThan(0.6);
    expect(seen / EXPERIMENTS).toBeLessThan(0.95);
  });
});

/** P(count or fewer of n) for a chance p each. */
function chanceOfAtMost(count: number, n: number, p: number): number {
  if (count < 0) return 0;
  return count >= n ? 1 : 1 - incompleteBeta(p, count + 1, n - count);
}
