import { streamFor } from '../random.ts';
import { type Interval, quantileIntervals } from '../statistics/bootstrap.ts';
import {
  type Difference,
  intervalOf,
  marginOfError,
  pairedDifference,
  singleDifference,
  twoSampleDifference,
} from '../statistics/difference.ts';
import { type Equivalence, equivalenceOf } from '../statistics/equivalence.ts';
import { detectableDifference, repetitionsToSee } from '../statistics/power.ts';
import { quantileOf, restsOnFew } from '../statistics/quantile.ts';
import { resolutionOf } from '../statistics/resolution.ts';
import { EMPTY, FLOOR, REFERENCE, type Series, STEPS_PATH } from './samples.ts';

/** Percentiles of an operation that are reported. */
const SHARES = [0.5, 0.9, 0.99, 0.999] as const;
export const SHARE_NAMES = ['p50', 'p90', 'p99', 'p99.9'] as const;

export interface Percentile {
  readonly name: (typeof SHARE_NAMES)[number];
  readonly ns: number;
  /** Bootstrap, 95 %; null of a single sample. */
  readonly interval: Interval | null;
  /** Fewer than ten samples lie beyond it. */
  readonly restsOnFew: boolean;
}

/** What the samples bear out about one operation against the empty call. */
export interface Comparison {
  readonly difference: Difference;
  /** Half the 95 % interval. */
  readonly marginOfErrorNs: number;
  readonly interval: Interval;
  /** Would have been shown four times in five. */
  readonly detectableNs: number;
  /** Repetitions that show a difference as large as the margin, four times in five. */
  readonly repetitionsToSeeMargin: number;
  readonly equivalence: Equivalence;
  /** The 95 % interval leaves 0 out. */
  readonly isDifferent: boolean;
  /** The 90 % interval lies within the margin. */
  readonly isEquivalent: boolean;
  /** The 95 % interval lies beyond the margin, on one side. */
  readonly isBeyondMargin: boolean;
}

export interface JudgedOperation {
  readonly operation: string;
  readonly count: number;
  readonly percentiles: readonly Percentile[];
  /** Null for the empty call itself, for what is no call, and where the samples say nothing. */
  readonly comparison: Comparison | null;
}

export interface JudgedPath {
  readonly path: string;
  readonly operations: readonly JudgedOperation[];
}

export interface JudgeOptions {
  readonly marginNs: number;
  readonly seed: number;
}

/** All paths that the samples have, by the same rules, whoever took them. The steps are no path. */
export function judgeSamples(samples: readonly Series[], options: JudgeOptions): JudgedPath[] {
  const paths = [...new Set(samples.map(({ path }) => path))].filter((path) => path !== STEPS_PATH);
  return paths.map((path) =>
    judgePath(
      samples.filter((series) => series.path === path),
      options,
    ),
  );
}

function judgePath(samples: readonly Series[], options: JudgeOptions): JudgedPath {
  const path = (samples[0] as Series).path;
  const empty = samples.find(({ operation }) => operation === EMPTY);
  const stepNs = resolutionOf(samples.flatMap(({ ns }) => ns));
  const calls = samples.filter(({ operation }) => ![FLOOR, REFERENCE].includes(operation));
  const operations = samples.map((series) => {
    const isCompared = empty !== undefined && series !== empty && calls.includes(series);
    const difference = isCompared ? differenceOf(series, empty, calls, stepNs) : null;
    return {
      operation: series.operation,
      count: series.ns.length,
      percentiles: percentilesOf(series, options.seed),
      comparison: difference === null ? null : comparisonOf(difference, options.marginNs),
    };
  });
  return { path, operations };
}

function percentilesOf({ path, operation, ns }: Series, seed: number): Percentile[] {
  const sorted = Float64Array.from(ns).sort();
  const random = streamFor(seed, null, `overhead.bootstrap ${path} ${operation}`);
  const intervals = sorted.length < 2 ? null : quantileIntervals(sorted, SHARES, random);
  return SHARES.map((share, index) => ({
    name: SHARE_NAMES[index] as Percentile['name'],
    ns: quantileOf(sorted, share),
    interval: intervals?.[index] ?? null,
    restsOnFew: restsOnFew(sorted.length, share),
  }));
}

/**
 * Paired where both were taken in the same rounds; else as two sets of samples; and where there is
 * only one of either, by how far the single values of all calls scatter.
 */
function differenceOf(
  series: Series,
  empty: Series,
  calls: readonly Series[],
  stepNs: number,
): Difference | null {
  const pairs = pairsOf(series, empty);
  if (pairs.values.length >= 2) return pairedDifference(pairs.values, pairs.references, stepNs);
  if (series.ns.length >= 2 && empty.ns.length >= 2) {
    return twoSampleDifference(series.ns, empty.ns, stepNs);
  }
  const all = calls.flatMap(({ ns }) => ns);
  return singleDifference(meanOf(series.ns), meanOf(empty.ns), all);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pairsOf(series: Series, empty: Series): { values: number[]; references: number[] } {
  const values: number[] = [];
  const references: number[] = [];
  const byRound = new Map(empty.rounds?.map((round, index) => [round, empty.ns[index] as number]));
  for (const [index, round] of (series.rounds ?? []).entries()) {
    const reference = byRound.get(round);
    if (reference === undefined) continue;
    values.push(series.ns[index] as number);
    references.push(reference);
  }
  return { values, references };
}

function comparisonOf(difference: Difference, marginNs: number): Comparison {
  const interval = intervalOf(difference);
  const equivalence = equivalenceOf(difference, marginNs);
  return {
    difference,
    marginOfErrorNs: marginOfError(difference),
    interval,
    detectableNs: detectableDifference(difference),
    repetitionsToSeeMargin: repetitionsToSee(difference, marginNs),
    equivalence,
    isDifferent: interval.low > 0 || interval.high < 0,
    isEquivalent: equivalence.holds,
    isBeyondMargin: interval.low > marginNs || interval.high < -marginNs,
  };
}

/** What a path says of the operation in question; null where it cannot be asked. */
export function comparisonIn(path: JudgedPath, operation: string): Comparison | null {
  return path.operations.find((one) => one.operation === operation)?.comparison ?? null;
}
