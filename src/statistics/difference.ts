import type { Interval } from './bootstrap.ts';
import { deviation, locationOf } from './location.ts';
import { studentQuantile } from './student-t.ts';

/**
 * How much longer one thing takes than another, and how well that is known.
 *
 * `spread` is the standard deviation of one repetition's worth of difference, such that the
 * standard error after n repetitions is spread / √n: everything about how many repetitions are
 * needed follows from it.
 */
export interface Difference {
  readonly design: 'paired' | 'two samples' | 'single values';
  /** Pairs, or the harmonic mean of the two counts; 1 for single values. */
  readonly count: number;
  readonly estimate: number;
  readonly spread: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/**
 * Of pairs that were taken together: the trimmed mean of their differences.
 *
 * @param resolution smallest step that the clock shows. That both readings were rounded to it
 *   counts as scatter, so that values which are all the same are not taken to be exact
 */
export function pairedDifference(
  values: ArrayLike<number>,
  references: ArrayLike<number>,
  resolution = 0,
): Difference {
  const differences = Float64Array.from(values, (value, i) => value - (references[i] as number));
  const { count, centre, degreesOfFreedom, ...found } = locationOf(differences);
  const spread = withRounding(found.spread, resolution);
  return {
    design: 'paired',
    count,
    estimate: centre,
    spread,
    standardError: spread / Math.sqrt(count),
    degreesOfFreedom,
  };
}

/**
 * Of two sets that were taken apart: the difference of their trimmed means (K. Yuen, "The
 * two-sample trimmed t for unequal population variances", Biometrika 61(1), 1974); of fewer than
 * five values in each, Welch's t. Each set has two values at least.
 */
export function twoSampleDifference(
  values: ArrayLike<number>,
  references: ArrayLike<number>,
  resolution = 0,
): Difference {
  const [one, other] = [locationOf(values), locationOf(references)];
  const parts = [one, other].map((part) => {
    // As Yuen has it: the squared error with the values that were kept in the denominator.
    const kept = part.degreesOfFreedom + 1;
    const share = kept / part.count;
    const sumOfSquares = (part.spread * share) ** 2 * (part.count - 1);
    return { squaredError: sumOfSquares / (kept * (kept - 1)), degrees: part.degreesOfFreedom };
  });
  const squaredError = parts.reduce((sum, part) => sum + part.squaredError, 0);
  const welch = parts.reduce((sum, part) => sum + part.squaredError ** 2 / part.degrees, 0);
  const count = (2 * one.count * other.count) / (one.count + other.count);
  const spread = withRounding(Math.sqrt(squaredError * count), resolution);
  return {
    design: 'two samples',
    count,
    estimate: one.centre - other.centre,
    spread,
    standardError: spread / Math.sqrt(count),
    degreesOfFreedom:
      squaredError === 0
        ? Math.min(one.degreesOfFreedom, other.degreesOfFreedom)
        : squaredError ** 2 / welch,
  };
}

/**
 * Of one value each, where nothing was repeated. How far single values scatter can then only be
 * taken from values of other things, as though all of them took the same time: if they do not, it
 * is less. The standard deviation s of k values gives a difference the error s √2, with k − 1
 * degrees of freedom.
 *
 * @returns null with fewer than three values: nothing says how far they scatter
 */
export function singleDifference(
  value: number,
  reference: number,
  all: ArrayLike<number>,
): Difference | null {
  if (all.length < 3) return null;
  const spread = deviation(all) * Math.SQRT2;
  return {
    design: 'single values',
    count: 1,
    estimate: value - reference,
    spread,
    standardError: spread,
    degreesOfFreedom: all.length - 1,
  };
}

/**
 * A time is the difference of two readings, and this is of two times: four errors of ± step / 2.
 */
function withRounding(spread: number, step: number): number {
  return Math.hypot(spread, step / Math.sqrt(3));
}

/** Half the width of the two-sided interval that holds the truth with this probability. */
export function marginOfError(difference: Difference, level = 0.95): number {
  const { standardError, degreesOfFreedom } = difference;
  return studentQuantile((1 + level) / 2, degreesOfFreedom) * standardError;
}

export function intervalOf(difference: Difference, level = 0.95): Interval {
  const half = marginOfError(difference, level);
  return { low: difference.estimate - half, high: difference.estimate + half };
}
