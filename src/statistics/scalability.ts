import type { RandomStream } from '../random.ts';
import type { Interval } from './bootstrap.ts';
import { quantileOf } from './quantile.ts';

/**
 * The Universal Scalability Law (N. J. Gunther, "Guerrilla Capacity Planning", 2007):
 *
 *     X(N) = λN / (1 + σ(N − 1) + κN(N − 1))
 *
 * λ is what one thread does alone, σ (contention) the share of the work that is done one after the
 * other, κ (coherency) what each pair of threads costs in keeping the other informed. With κ > 0
 * throughput has a peak, at N = √((1 − σ)/κ), and falls beyond it.
 *
 * Fitted by least squares on the throughput. For a given σ and κ the best λ follows in one step, so
 * only two parameters are searched for, neither below 0, and σ not above 1: by Gauss–Newton steps,
 * damped after Levenberg and Marquardt. Where a parameter would leave its range it stays at 0, and
 * the other one is fitted alone.
 */

export interface Point {
  readonly threads: number;
  readonly throughput: number;
}

export interface Scalability {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
  /** Threads at the peak, not rounded; null where throughput never falls. */
  readonly peakThreads: number | null;
  /** Share of the variance of the throughput that the law explains. */
  readonly fit: number;
}

export interface FittedScalability extends Scalability {
  readonly sigmaInterval: Interval;
  readonly kappaInterval: Interval;
  /** null where some of the resamples have no peak: then there is no upper end. */
  readonly peakInterval: Interval | null;
}

/** With as many parameters as different numbers of threads, any three points lie on the law. */
const THREAD_COUNTS_MIN = 4;
/** Several places to begin from, since the surface has a long flat valley. */
const STARTS = [
  [0.05, 0.001],
  [0.5, 0.01],
  [0.9, 0.1],
] as const;
const STEPS_MAX = 200;
const RESAMPLES = 200;
const LEVEL = 0.95;

/** null where there are too few different numbers of threads. */
export function fitScalability(
  points: readonly Point[],
  starts: readonly (readonly [number, number])[] = STARTS,
): Scalability | null {
  const counts = new Set(points.map(({ threads }) => threads));
  const isUsable = points.every(({ threads, throughput }) => threads >= 1 && throughput > 0);
  if (counts.size < THREAD_COUNTS_MIN || !isUsable) return null;
  let best: readonly [number, number] = [0, 0];
  let bestError = errorAt(points, best);
  for (const start of starts) {
    for (const free of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const found = descend(points, [free[0] ? start[0] : 0, free[1] ? start[1] : 0], free);
      const error = errorAt(points, found);
      if (error < bestError) [best, bestError] = [found, error];
    }
  }
  const [sigma, kappa] = best;
  const mean = points.reduce((sum, { throughput }) => sum + throughput, 0) / points.length;
  const all = points.reduce((sum, { throughput }) => sum + (throughput - mean) ** 2, 0);
  return {
    lambda: lambdaAt(points, best),
    sigma,
    kappa,
    // One that falls from the first thread on has its peak there.
    peakThreads: kappa > 0 ? Math.max(1, Math.sqrt((1 - sigma) / kappa)) : null,
    fit: all === 0 ? 1 : 1 - bestError / all,
  };
}

/**
 * The same with intervals: runs are drawn anew, with replacement, among those of the same number of
 * threads. Where a number of threads has one run only, what is drawn anew is how far runs lie from
 * the law.
 */
export function fitWithIntervals(
  points: readonly Point[],
  random: RandomStream,
): FittedScalability | null {
  const fitted = fitScalability(points);
  if (fitted === null) return null;
  const groups = new Map<number, Point[]>();
  for (const point of points) {
    groups.set(point.threads, [...(groups.get(point.threads) ?? []), point]);
  }
  const isReplicated = [...groups.values()].every(({ length }) => length > 1);
  const near = [Math.max(fitted.sigma, 1e-3), Math.max(fitted.kappa, 1e-4)] as const;
  const residues = points.map(
    ({ threads, throughput }) => throughput / throughputAt(fitted, threads),
  );
  const sigmas: number[] = [];
  const kappas: number[] = [];
  const peaks: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const drawn = isReplicated
      ? [...groups.values()].flatMap((group) =>
          group.map(() => group[random.below(group.length)] as Point),
        )
      : points.map(({ threads }) => ({
          threads,
          throughput:
            throughputAt(fitted, threads) * (residues[random.below(residues.length)] as number),
        }));
    // Not far from there: a resample is a small change.
    const again = fitScalability(drawn, [near]);
    if (again === null) continue;
    sigmas.push(again.sigma);
    kappas.push(again.kappa);
    peaks.push(again.peakThreads ?? Number.POSITIVE_INFINITY);
  }
  const peak = middleOf(peaks);
  return {
    ...fitted,
    sigmaInterval: middleOf(sigmas),
    kappaInterval: middleOf(kappas),
    peakInterval: Number.isFinite(peak.high) ? peak : null,
  };
}

export function throughputAt(
  { lambda, sigma, kappa }: Pick<Scalability, 'lambda' | 'sigma' | 'kappa'>,
  threads: number,
): number {
  return lambda * shapeAt(threads, [sigma, kappa]);
}

function shapeAt(threads: number, [sigma, kappa]: readonly [number, number]): number {
  return threads / (1 + sigma * (threads - 1) + kappa * threads * (threads - 1));
}

function lambdaAt(points: readonly Point[], at: readonly [number, number]): number {
  let product = 0;
  let square = 0;
  for (const { threads, throughput } of points) {
    const shape = shapeAt(threads, at);
    product += shape * throughput;
    square += shape * shape;
  }
  return product / square;
}

function errorAt(points: readonly Point[], at: readonly [number, number]): number {
  const lambda = lambdaAt(points, at);
  return points.reduce(
    (sum, { threads, throughput }) => sum + (throughput - lambda * shapeAt(threads, at)) ** 2,
    0,
  );
}

function descend(
  points: readonly Point[],
  start: readonly [number, number],
  [freeSigma, freeKappa]: readonly [boolean, boolean],
): readonly [number, number] {
  let at = start;
  let error = errorAt(points, at);
  let damping = 1e-3;
  for (let step = 0; step < STEPS_MAX && damping < 1e8; step++) {
    // Slopes of the best prediction in each parameter, λ following along.
    const residues = residuesAt(points, at);
    const bySigma = freeSigma ? slopes(points, at, [1, 0]) : null;
    const byKappa = freeKappa ? slopes(points, at, [0, 1]) : null;
    const ss = dot(bySigma, bySigma) * (1 + damping) || 1;
    const kk = dot(byKappa, byKappa) * (1 + damping) || 1;
    const sk = dot(bySigma, byKappa);
    const sr = dot(bySigma, residues);
    const kr = dot(byKappa, residues);
    const determinant = ss * kk - sk * sk;
    if (!(Math.abs(determinant) > 0)) break;
    const next: [number, number] = [
      freeSigma ? Math.min(1, Math.max(0, at[0] - (sr * kk - kr * sk) / determinant)) : 0,
      freeKappa ? Math.max(0, at[1] - (kr * ss - sr * sk) / determinant) : 0,
    ];
    const nextError = errorAt(points, next);
    if (nextError < error) {
      const gain = error - nextError;
      at = next;
      error = nextError;
      damping = Math.max(1e-12, damping / 5);
      if (gain <= 1e-12 * error) break;
    } else damping *= 4;
  }
  return at;
}

function residuesAt(points: readonly Point[], at: readonly [number, number]): number[] {
  const lambda = lambdaAt(points, at);
  return points.map(({ threads, throughput }) => lambda * shapeAt(threads, at) - throughput);
}

function slopes(
  points: readonly Point[],
  at: readonly [number, number],
  [sigma, kappa]: readonly [number, number],
): number[] {
  const step = 1e-6 * Math.max(1e-3, sigma * at[0] + kappa * at[1]);
  const before = residuesAt(points, at);
  const after = residuesAt(points, [at[0] + sigma * step, at[1] + kappa * step]);
  return after.map((value, index) => (value - (before[index] as number)) / step);
}

function dot(a: readonly number[] | null, b: readonly number[] | null): number {
  if (a === null || b === null) return 0;
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

function middleOf(values: number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    low: quantileOf(sorted, (1 - LEVEL) / 2),
    high: quantileOf(sorted, (1 + LEVEL) / 2),
  };
}
