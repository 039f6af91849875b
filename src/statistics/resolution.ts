/** Fewer values than this do not show the step of a clock. */
const ENOUGH = 100;
/** A clock in steps of 10 ns that is converted to ns shows 40 and 41. */
const ROUNDING = 2;

/**
 * The step of the clock that values were taken with, as far as they show it: the smallest gap
 * between two of them that is more than rounding. 0 where they show none.
 */
export function resolutionOf(values: ArrayLike<number>): number {
  if (values.length < ENOUGH) return 0;
  const sorted = Float64Array.from(values).sort();
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < sorted.length; index++) {
    const gap = (sorted[index] as number) - (sorted[index - 1] as number);
    if (gap > ROUNDING && gap < smallest) smallest = gap;
  }
  return Number.isFinite(smallest) ? smallest : 0;
}
