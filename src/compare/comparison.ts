/** What came of a comparison: a plain value, from which text, Markdown, JSON and HTML are made. */

export const VERDICTS = [
  'regression',
  'tolerated',
  'better',
  'within-noise',
  'inconclusive',
  'indicative',
] as const;

/**
 * regression: worse, and neither chance nor the noise of the base explains it. tolerated: worse in
 * the same sense, by no more than was allowed. within-noise: any change is too small to matter, or
 * no larger than that between repeats of the base. inconclusive: it cannot be said with so few
 * runs. indicative: fewer than three runs on a side.
 */
export type CompareVerdict = (typeof VERDICTS)[number];

/** A measure on both sides. Changes are of the new side: shares, or for `isShare` differences. */
export interface ComparedMeasure {
  readonly name: string;
  readonly unit: 'ns' | 'ratio' | 'bytes' | 'count' | 'per-second';
  readonly isCost: boolean;
  readonly isShare: boolean;
  /** Geometric means over the runs; arithmetic ones for `isShare`. */
  readonly base: number;
  readonly next: number;
  readonly baseRuns: readonly number[];
  readonly nextRuns: readonly number[];
  readonly change: number;
  /** Bootstrap, 95 %; null with a single run on a side. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** A change that two sets of the base's own repeats would show; null with fewer than two. */
  readonly noiseFloor: number | null;
  /** Of the permutation test towards the side the change went, corrected for all measures. */
  readonly p: number | null;
  /** Of the rank test by itself, uncorrected. */
  readonly rankP: number | null;
  readonly verdict: CompareVerdict;
  /** Runs a side that would tell, where it is inconclusive. */
  readonly runsNeeded: number | null;
}

export interface ComparedShape {
  /** The distribution: `read.service`. */
  readonly name: string;
  /** Largest distance between the two mean distribution functions. */
  readonly distance: number;
  /** Corrected for all distributions; null with fewer than three runs on a side. */
  readonly p: number | null;
  /** Where the distance is largest: there the new side has more, or fewer, latencies below. */
  readonly atNs: number;
  readonly isSlower: boolean;
  readonly isChanged: boolean;
}

/** Both sides' latencies by percentile, medians over the runs, as far as ten lie beyond. */
export interface ComparedCurve {
  /** The distribution: of a regression, else where else there is something to see. */
  readonly name: string;
  /** Places on the axis of nines: 2 is the p99. */
  readonly nines: readonly number[];
  readonly base: readonly number[];
  readonly next: readonly number[];
}

export interface ComparedSide {
  readonly name: string;
  readonly runs: readonly string[];
  readonly source: 'sparestorm' | 'fio';
}

export interface Comparison {
  readonly schemaVersion: 1;
  readonly base: ComparedSide;
  readonly next: ComparedSide;
  /** How the hosts or scenarios differ; not empty only when that was allowed. */
  readonly differences: readonly string[];
  /** What to know of what is compared with what. */
  readonly notes: readonly string[];
  /** A rise of a cost by no more than this share is tolerated. */
  readonly maxRegression: number;
  readonly measures: readonly ComparedMeasure[];
  readonly shapes: readonly ComparedShape[];
  /** null where no distribution is known of every run. */
  readonly curve: ComparedCurve | null;
  readonly counts: { readonly [V in CompareVerdict]: number };
  readonly sentence: string;
  /** 1 with a regression, else 0. */
  readonly exitCode: 0 | 1;
}
