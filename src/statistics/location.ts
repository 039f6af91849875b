/**
 * Where a set of values lies, how far it spreads, and how well that is known, with outliers cut
 * off.
 *
 * The trimmed mean leaves out the lowest and the highest fifth. A millisecond that the scheduler
 * took would move a mean of a hundred microseconds; here it is one value that was left out. Its
 * standard error comes from the winsorised variance (J. Tukey, D. McLaughlin, "Less vulnerable
 * confidence and significance procedures for location on the basis of a single sample", Sankhyā A
 * 25(3), 1963), with the t distribution of one degree of freedom less than values were kept.
 *
 * Of fewer than five values none is left out, and all this is the mean and Student's t.
 */
export interface Location {
  readonly count: number;
  /** The trimmed mean. */
  readonly centre: number;
  /** Standard deviation of one value, in the sense that the error is spread / √count. */
  readonly spread: number;
  readonly degreesOfFreedom: number;
}

const TRIMMED = 0.2;

/** Of at least one value; with one, the spread is 0 and means nothing, as do 0 degrees. */
export function locationOf(values: ArrayLike<number>): Location {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const cut = Math.floor(TRIMMED * count);
  const kept = sorted.subarray(cut, count - cut);
  const centre = mean(kept);
  const lowest = kept[0] as number;
  const highest = kept[kept.length - 1] as number;
  // Winsorised: what was cut off counts as the last value that was kept.
  const winsorised = sorted.map((value) => Math.min(highest, Math.max(lowest, value)));
  return {
    count,
    centre,
    spread: deviation(winsorised) / (1 - (2 * cut) / count),
    degreesOfFreedom: kept.length - 1,
  };
}

function mean(values: Float64Array): number {
  // From the first value on, so that large values of small spread lose no digits.
  const base = values[0] as number;
  return base + values.reduce((sum, value) => sum + (value - base), 0) / values.length;
}

/** Sample standard deviation; 0 for a single value. */
export function deviation(values: ArrayLike<number>): number {
  const list = Float64Array.from(values);
  if (list.length < 2) return 0;
  const centre = mean(list);
  const squares = list.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (list.length - 1));
}
