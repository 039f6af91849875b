import type { Difference } from './difference.ts';
import { studentCdf, studentQuantile } from './student-t.ts';

/** The risk of calling equal what differs by the margin. */
const RISK = 0.05;

export interface Equivalence {
  /** The larger of the two tests' p-values. */
  readonly p: number;
  /** Whether both tests reject: the difference is within ± margin, at a risk of 5 %. */
  readonly holds: boolean;
  /** Probability that the test would have said so, had there been no difference at all. */
  readonly power: number;
}

/**
 * Two one-sided tests (D. Schuirmann, "A comparison of the two one-sided tests procedure and the
 * power approach", J. Pharmacokinetics and Biopharmaceutics 15(6), 1987): that the difference is
 * not as low as −margin, and not as high as +margin. Holds just when the 90 % interval lies within
 * the margin. That two things do not look different shows nothing; this can show that they are not.
 *
 * The power is P(|T| < margin / error − t): with no difference, the estimate must fall so far
 * within the margin that its interval does too.
 */
export function equivalenceOf(difference: Difference, margin: number): Equivalence {
  const { estimate, standardError, degreesOfFreedom } = difference;
  if (standardError === 0) {
    const holds = Math.abs(estimate) < margin;
    return { p: holds ? 0 : 1, holds, power: 1 };
  }
  const nearest = (margin - Math.abs(estimate)) / standardError;
  const p = studentCdf(-nearest, degreesOfFreedom);
  const room = margin / standardError - studentQuantile(1 - RISK, degreesOfFreedom);
  const power = room <= 0 ? 0 : 2 * studentCdf(room, degreesOfFreedom) - 1;
  return { p, holds: p < RISK, power };
}
