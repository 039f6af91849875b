/** A value of a series, and when it was taken. */
export interface SeriesPoint {
  readonly at: number;
  readonly value: number;
}

/**
 * How far a window of a series is from standing still, as shares of its mean. By the criteria of
 * the SNIA Solid State Storage Performance Test Specification (version 2.0.2, section 2.1.24) and
 * of fio's `steadystate`: a line through the points by least squares must be nearly level, and no
 * point far from the mean.
 */
export interface Steadiness {
  readonly mean: number;
  /** The fitted line at the first point, and what it gains from there to the last. */
  readonly fitStart: number;
  readonly fitGain: number;
  /** fitGain / mean, with its sign. */
  readonly slope: number;
  /** Largest distance of a point from the mean, as a share of it. */
  readonly deviation: number;
}

/** Of at least two points in the order of time; null where their mean is 0, and nothing a share. */
export function steadinessOf(points: readonly SeriesPoint[]): Steadiness | null {
  const count = points.length;
  const first = points[0] as SeriesPoint;
  const last = points[count - 1] as SeriesPoint;
  const mean = points.reduce((sum, { value }) => sum + value, 0) / count;
  if (!(mean > 0)) return null;
  // From the first point on, so that times of many digits lose none.
  const meanAt = points.reduce((sum, { at }) => sum + (at - first.at), 0) / count;
  let products = 0;
  let squares = 0;
  for (const { at, value } of points) {
    const distance = at - first.at - meanAt;
    products += distance * (value - mean);
    squares += distance * distance;
  }
  const perTime = squares === 0 ? 0 : products / squares;
  const fitGain = perTime * (last.at - first.at);
  return {
    mean,
    fitStart: mean - perTime * meanAt,
    fitGain,
    slope: fitGain / mean,
    deviation: Math.max(...points.map(({ value }) => Math.abs(value - mean))) / mean,
  };
}
