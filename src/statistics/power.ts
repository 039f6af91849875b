import type { Difference } from './difference.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student-t.ts';

/**
 * What an experiment can show, at the usual stakes: a two-sided risk of 5 % to see a difference
 * where there is none, and a chance of 80 % to see one that is there.
 */
const CONFIDENT = 0.975;
const POWER = 0.8;

/**
 * The difference that this experiment would have shown four times in five: (t + t') times the
 * standard error, t and t' the points of 97.5 % and 80 % of its t distribution.
 */
export function detectableDifference({ standardError, degreesOfFreedom }: Difference): number {
  const t = studentQuantile(CONFIDENT, degreesOfFreedom);
  return (t + studentQuantile(POWER, degreesOfFreedom)) * standardError;
}

/**
 * Repetitions of each of the two things that show a difference four times in five: (z + z')² ·
 * spread² / difference², z = 1.960 and z' = 0.842 the points of the normal distribution.
 *
 * With two independent sets of standard deviation σ the spread is σ √2, and this is the textbook's
 * 2 (z + z')² σ² / difference² for each of them. At least 2, since one shows no spread.
 */
export function repetitionsToSee({ spread }: Difference, difference: number): number {
  return repetitionsFor(spread, difference);
}

/** The same of a spread that is known by itself. */
export function repetitionsFor(spread: number, difference: number): number {
  const stakes = normalQuantile(CONFIDENT) + normalQuantile(POWER);
  return Math.max(2, Math.ceil(((stakes * spread) / difference) ** 2));
}
