import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streamFor } from '../../src/random.ts';
import { quantileIntervals } from '../../src/statistics/bootstrap.ts';
import { intervalOf, pairedDifference } from '../../src/statistics/difference.ts';
import { equivalenceOf } from '../../src/statistics/equivalence.ts';
import { incompleteBeta } from '../../src/statistics/incomplete-beta.ts';
import { locationOf } from '../../src/statistics/location.ts';
import { detectableDifference, repetitionsToSee } from '../../src/statistics/power.ts';
import { quantileOf, rankOf } from '../../src/statistics/quantile.ts';
import { studentCdf, studentQuantile } from '../../src/statistics/student-t.ts';

/** Goal: laws that hold of any samples. */
const PARAMETERS = { seed: 1, numRuns: 200 };
const times = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 2, maxLength: 60 });
const sortedTimes = times.map((values) => Float64Array.from(values).sort());

describe('distributions', () => {
  test('of a binomial count: its sum is the incomplete beta function', () => {
    const parameters = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.nat(39),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    );
    fc.assert(
      fc.property(parameters, ([n, least, p]) => {
        const k = Math.min(n, least + 1);
        let sum = 0;
        for (let i = k; i <= n; i++) sum += choose(n, i) * p ** i * (1 - p) ** (n - i);
        expect(incompleteBeta(p, k, n - k + 1)).toBeCloseTo(sum, 10);
      }),
      PARAMETERS,
    );
  });

  test("Student's quantile undoes its distribution function, and is odd", () => {
    const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
    fc.assert(
      fc.property(probability, fc.double({ min: 1, max: 5000, noNaN: true }), (p, degrees) => {
        const t = studentQuantile(p, degrees);
        expect(studentCdf(t, degrees)).toBeCloseTo(p, 10);
        expect(studentCdf(-t, degrees)).toBeCloseTo(1 - p, 10);
      }),
      PARAMETERS,
    );
  });
});

describe('quantiles', () => {
  test('are samples, with their share of the others at or below them', () => {
    fc.assert(
      fc.property(sortedTimes, fc.double({ min: 0.01, max: 1, noNaN: true }), (sorted, share) => {
        const value = quantileOf(sorted, share);
        const below = sorted.filter((one) => one <= value).length;
        expect(sorted.includes(value)).toBe(true);
        expect(below).toBeGreaterThanOrEqual(sorted.length * share - 1e-6);
      }),
      PARAMETERS,
    );
  });

  test('have bootstrap intervals among the samples, the same for the same seed', () => {
    fc.assert(
      fc.property(sortedTimes, (sorted) => {
        const draw = () => quantileIntervals(sorted, [0.5, 0.9], streamFor(7, null, 'x'), 100);
        const intervals = draw();
        expect(draw()).toEqual(intervals);
        for (const { low, high } of intervals) {
          expect(sorted.includes(low) && sorted.includes(high) && low <= high).toBe(true);
        }
      }),
      { ...PARAMETERS, numRuns: 50 },
    );
  });

  test('move with the samples', () => {
    fc.assert(
      fc.property(sortedTimes, fc.integer({ min: 0, max: 1000 }), (sorted, by) => {
        const moved = sorted.map((value) => value + by);
        const of = (values: Float64Array) =>
          quantileIntervals(values, [0.5], streamFor(7, null, 'x'), 50);
        const before = of(sorted).map(({ low, high }) => ({ low: low + by, high: high + by }));
        expect(of(moved)).toEqual(before);
      }),
      { ...PARAMETERS, numRuns: 50 },
    );
  });

  test('have a rank from 1 to the number of samples', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        (n, share) => {
          expect(rankOf(n, share)).toBeGreaterThanOrEqual(1);
          expect(rankOf(n, share)).toBeLessThanOrEqual(n);
        },
      ),
      PARAMETERS,
    );
  });
});

describe('locations', () => {
  test('lie among the values, and move and stretch with them', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 9 }), fc.nat(1000), (values, factor, by) => {
        const { centre, spread } = locationOf(values);
        const moved = locationOf(values.map((value) => value * factor + by));
        expect(centre).toBeGreaterThanOrEqual(Math.min(...values));
        expect(centre).toBeLessThanOrEqual(Math.max(...values));
        expect(moved.centre).toBeCloseTo(centre * factor + by, 4);
        expect(moved.spread).toBeCloseTo(spread * factor, 4);
      }),
      PARAMETERS,
    );
  });
});

describe('differences', () => {
  const pairs = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), {
    minLength: 3,
    maxLength: 60,
  });
  const differenceOf = (list: readonly (readonly [number, number])[]) =>
    pairedDifference(
      list.map(([value]) => value),
      list.map(([, reference]) => reference),
    );

  test('turn their sign when the two are exchanged', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const there = differenceOf(list);
        const back = differenceOf(list.map(([value, reference]) => [reference, value]));
        expect(back.estimate).toBeCloseTo(-there.estimate, 6);
        expect(back.standardError).toBeCloseTo(there.standardError, 6);
      }),
      PARAMETERS,
    );
  });

  test('are equivalent just when the 90 % interval lies within the margin', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 2_000_000 }), (list, margin) => {
        const difference = differenceOf(list);
        if (difference.standardError === 0) return;
        const { low, high } = intervalOf(difference, 0.9);
        const edge = Math.min(Math.abs(high - margin), Math.abs(low + margin));
        // On the edge itself rounding decides.
        if (edge < 1e-6 * margin) return;
        expect(equivalenceOf(difference, margin).holds).toBe(low > -margin && high < margin);
      }),
      PARAMETERS,
    );
  });

  test('that are smaller need more repetitions', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 1e6 }), (list, size) => {
        const difference = differenceOf(list);
        expect(repetitionsToSee(difference, size)).toBeGreaterThanOrEqual(
          repetitionsToSee(difference, 2 * size),
        );
        expect(detectableDifference(difference)).toBeGreaterThanOrEqual(
          intervalOf(difference).high - difference.estimate - 1e-6,
        );
      }),
      PARAMETERS,
    );
  });
});

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}
