import type { RandomStream } from '../random.ts';
import type { Interval } from './bootstrap.ts';
import type { Labelings } from './labelings.ts';
import { quantileOf } from './quantile.ts';
import { studentCdf, studentQuantile } from './student-t.ts';

/**
 * Tests of whether two sides differ that hold whatever the values are distributed like: only that
 * the runs could have stood on either side is used. Values of a measure come as one array, those of
 * the first side before those of the second.
 */

/** A share of ties within rounding counts as reached. */
const ROUNDING = 1e-9;

/**
 * How likely it is, had the sides made no difference, that *any* of the measures would rise as much
 * as each of them does; "much" by Student's t. Reading all of them side by side then raises a false
 * alarm as rarely as reading one (single-step max-T of P. Westfall and S. Young, "Resampling-Based
 * Multiple Testing", 1993). Measures that move together cost less than independent ones.
 *
 * @returns a one-sided p-value a measure, corrected for all of them
 */
export function riseTests(measures: readonly ArrayLike<number>[], labelings: Labelings): number[] {
  const observed = measures.map((values) => tOf(values, labelings.seconds[0] as Int32Array));
  const reached = observed.map(() => 0);
  for (const seconds of labelings.seconds) {
    let highest = Number.NEGATIVE_INFINITY;
    for (const values of measures) highest = Math.max(highest, tOf(values, seconds));
    for (const [index, t] of observed.entries()) {
      if (highest >= t - ROUNDING) reached[index] = (reached[index] as number) + 1;
    }
  }
  return reached.map((count) => count / labelings.seconds.length);
}

/** Student's t of second − first with the pooled variance; infinite without any scatter. */
function tOf(values: ArrayLike<number>, seconds: Int32Array): number {
  const count = values.length;
  const secondCount = seconds.length;
  const firstCount = count - secondCount;
  const base = values[0] as number;
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < count; index++) {
    const value = (values[index] as number) - base;
    sum += value;
    squares += value * value;
  }
  let secondSum = 0;
  for (let index = 0; index < secondCount; index++) {
    secondSum += (values[seconds[index] as number] as number) - base;
  }
  const firstMean = (sum - secondSum) / firstCount;
  const secondMean = secondSum / secondCount;
  const difference = secondMean - firstMean;
  const within = squares - firstCount * firstMean ** 2 - secondCount * secondMean ** 2;
  if (Math.abs(difference) < 1e-12) return 0;
  const variance = Math.max(0, within) / Math.max(1, count - 2);
  const error = Math.sqrt(variance * (1 / firstCount + 1 / secondCount));
  return error === 0 ? Math.sign(difference) * Number.POSITIVE_INFINITY : difference / error;
}

/**
 * The rank test (F. Wilcoxon, 1945; H. Mann, D. Whitney, 1947): one-sided, that the second side's
 * values are higher. By the labelings themselves, so that ties, which get the mean of their ranks,
 * are no approximation.
 */
export function rankTest(values: ArrayLike<number>, labelings: Labelings): number {
  const ranks = midRanks(values);
  const sumOf = (seconds: Int32Array): number =>
    seconds.reduce((sum, index) => sum + (ranks[index] as number), 0);
  const observed = sumOf(labelings.seconds[0] as Int32Array);
  let reached = 0;
  for (const seconds of labelings.seconds) if (sumOf(seconds) >= observed - ROUNDING) reached++;
  return reached / labelings.seconds.length;
}

export function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (value, index) => ({ value, index })).sort(
    (one, other) => one.value - other.value,
  );
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (const { index } of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/**
 * The largest distance between the mean distribution functions of the two sides (that of N. Smirnov
 * and A. Kolmogorov), and how likely one as large is, had the sides made no difference. A run is
 * the unit here too: a million latencies of one run are no million witnesses.
 *
 * @param distributions a row a run: shares at or below the same places
 */
export function shapeTest(
  distributions: readonly Float64Array[],
  labelings: Labelings,
): { readonly distance: number; readonly place: number; readonly p: number } {
  const places = distributions[0]?.length ?? 0;
  const total = new Float64Array(places);
  for (const row of distributions) {
    for (const [place, share] of row.entries()) total[place] = (total[place] as number) + share;
  }
  const distanceOf = (seconds: Int32Array) => {
    const firstCount = distributions.length - seconds.length;
    let distance = 0;
    let place = 0;
    for (let index = 0; index < places; index++) {
      let sum = 0;
      for (const second of seconds) sum += distributions[second]?.[index] as number;
      const first = ((total[index] as number) - sum) / firstCount;
      const gap = Math.abs(sum / seconds.length - first);
      if (gap > distance) {
        distance = gap;
        place = index;
      }
    }
    return { distance, place };
  };
  const observed = distanceOf(labelings.seconds[0] as Int32Array);
  let reached = 0;
  for (const seconds of labelings.seconds) {
    if (distanceOf(seconds).distance >= observed.distance - ROUNDING) reached++;
  }
  return { ...observed, p: reached / labelings.seconds.length };
}

const RESAMPLES = 5000;
const LEVEL = 0.95;
/** Degrees of freedom at which Student's distribution is the normal one. */
const NORMAL = 1e6;

/**
 * Bootstrap interval of the difference of two means, second − first: resamples of each side, the
 * middle 95 % widened as few values want it (the expanded percentile interval of T. Hesterberg,
 * "What teachers should know about the bootstrap", The American Statistician 69(4), 2015). Without
 * that, intervals from five runs would miss the truth about twice as often as they say.
 */
export function meanDifferenceInterval(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  random: RandomStream,
): Interval {
  const differences = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    differences[resample] = resampledMean(second, random) - resampledMean(first, random);
  }
  differences.sort();
  const least = Math.min(first.length, second.length);
  const t = studentQuantile((1 + LEVEL) / 2, Math.max(1, first.length + second.length - 2));
  const tail = studentCdf(-t * Math.sqrt(least / Math.max(1, least - 1)), NORMAL);
  return { low: quantileOf(differences, tail), high: quantileOf(differences, 1 - tail) };
}

function resampledMean(values: ArrayLike<number>, random: RandomStream): number {
  let sum = 0;
  for (let draw = 0; draw < values.length; draw++) {
    sum += values[random.below(values.length)] as number;
  }
  return sum / values.length;
}

/** p-values corrected for their number, in the same order (S. Holm, 1979). */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((one, other) => one.p - other.p);
  const corrected = pValues.map(() => 1);
  let highest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)));
    corrected[index] = highest;
  }
  return corrected;
}
