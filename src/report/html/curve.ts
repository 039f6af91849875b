import { type Histogram, highestOf } from '../../record/histogram.ts';
import { ninesOf } from './axis.ts';

/** Places on the axis of nines from one nine to the next. */
const PLACES_PER_NINE = 16;

/** Fewer latencies beyond it, and a percentile is an anecdote. */
const SAMPLES_BEYOND_MIN = 10;

/** Places along the axis of nines, as far as the largest of these counts reaches. */
export function placesFor(counts: readonly number[]): number[] {
  const most = Math.max(1, ...counts.map(reachOf));
  const steps = Math.ceil(most * PLACES_PER_NINE);
  return Array.from({ length: steps + 1 }, (_, step) => step / PLACES_PER_NINE);
}

/**
 * Latencies at places along the axis of nines, in ns; null beyond the last latency. By the same
 * rank rule as the percentiles of the tables: at 2 stands the p99.
 */
export function curveOf(histogram: Histogram, places: readonly number[]): (number | null)[] {
  const { counts, count, minNs, maxNs } = histogram;
  const last = reachOf(count);
  let bucket = -1;
  let cumulated = 0;
  return places.map((place) => {
    if (count === 0 || place > last + 1 / PLACES_PER_NINE) return null;
    const rank = Math.min(count, Math.max(1, Math.floor((1 - 10 ** -place) * count + 0.5)));
    while (cumulated < rank && bucket + 1 < counts.length) cumulated += counts[++bucket] as number;
    // What overflowed the range is known by its maximum only.
    return cumulated < rank ? maxNs : Math.min(Math.max(highestOf(bucket), minNs), maxNs);
  });
}

/** Of several curves, place by place the median; null where not all of them reach. */
export function medianCurve(
  curves: readonly (readonly (number | null)[])[] = [],
): (number | null)[] {
  return Array.from({ length: curves[0]?.length ?? 0 }, (_, place) => {
    const values = curves.map((curve) => curve[place] ?? null).filter((value) => value !== null);
    if (values.length < curves.length) return null;
    values.sort((one, other) => one - other);
    return values[Math.floor(values.length / 2)] as number;
  });
}

/** Index of the first place that has fewer than ten latencies beyond it. */
export function faintFrom(count: number, places: readonly number[]): number {
  const limit = count <= SAMPLES_BEYOND_MIN ? 0 : ninesOf(1 - SAMPLES_BEYOND_MIN / count);
  const index = places.findIndex((place) => place > limit + 1e-9);
  return index < 0 ? places.length : index;
}

/** Where the last of so many latencies stands. */
function reachOf(count: number): number {
  return count < 2 ? 0 : Math.log10(count);
}
