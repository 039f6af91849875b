/**
 * Two sides of runs, metric by metric. The run is the unit: what a million operations of one run
 * agree on may be the machine's mood of that second, and only another run can tell.
 *
 * A regression needs four witnesses: a permutation test over the runs, corrected for all metrics
 * that are looked at; a rank test, which no single outlying run can impress; a change beyond what
 * the base's own repeats differ by; and one beyond what the user tolerates.
 */
import { EXIT, UsageError } from '../errors.ts';
import { streamFor } from '../random.ts';
import type { Histogram } from '../record/histogram.ts';
import { latencyRowOf, lowestOfRow, rowOfBuckets } from '../record/latency-row.ts';
import { curveOf, faintFrom, medianCurve, placesFor } from '../report/html/curve.ts';
import { type Labelings, labelingsOf } from '../statistics/labelings.ts';
import { deviation } from '../statistics/location.ts';
import { repetitionsFor } from '../statistics/power.ts';
import {
  holm,
  meanDifferenceInterval,
  rankTest,
  riseTests,
  shapeTest,
} from '../statistics/two-sides.ts';
import { differencesBetween } from './alike.ts';
import type { ComparedRun } from './compared-run.ts';
import {
  type ComparedCurve,
  type ComparedMeasure,
  type ComparedShape,
  type CompareVerdict,
  type Comparison,
  VERDICTS,
} from './comparison.ts';
import { isUsual, MEASURES, type Measure } from './measures.ts';

export interface Side {
  /** As the user named it. */
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

export interface CompareOptions {
  /** Rise of a cost (or fall of a gain) that is no regression yet, as a share. */
  readonly maxRegression?: number;
  /** Go on although hosts or scenarios differ. */
  readonly force?: boolean;
  /** What to compare; the usual measures without it. */
  readonly measures?: readonly Measure[];
}

const ALPHA = 0.05;
/** Fewer runs on a side can show nothing by permutation: 3 and 3 have 20 divisions. */
const RUNS_LEAST = 3;
/** What is worth telling from no change, unless the user says what is tolerated. */
const MATTERS = 0.05;
/** Standard errors: a change this large between sets of repeats is in the noise. */
const NOISE_ERRORS = 2;
const SEED = 1;

/** @throws UsageError when the two are not alike, or have nothing in common */
export function compareRuns(base: Side, next: Side, options: CompareOptions = {}): Comparison {
  const { maxRegression = 0, force = false } = options;
  const differences = differencesBetween(base.runs, next.runs);
  if (differences.length > 0 && !force) {
    throw new UsageError(
      `The two sides are not alike: ${differences.join('; ')}. Their times may differ for that; --force compares them all the same.`,
    );
  }
  const wanted = options.measures ?? MEASURES.filter(isUsual);
  const found = wanted.filter(({ name }) =>
    [...base.runs, ...next.runs].every(({ values }) => values.has(name)),
  );
  const measures = withoutTwins(found, [...base.runs, ...next.runs]);
  if (measures.length === 0) {
    throw new UsageError(
      'The two sides have no figure in common that all of their runs can bear; runs may be too short for percentiles.',
    );
  }
  const labelings = labelingsOf(base.runs.length, next.runs.length, streamFor(SEED, null, 'sides'));
  const compared = comparedMeasures(measures, base, next, labelings, maxRegression);
  const counts = countsOf(compared);
  const shapes = comparedShapes(base, next, labelings);
  return {
    schemaVersion: 1,
    base: sideOf(base),
    next: sideOf(next),
    differences,
    notes: [...notesOf(base, next), ...leftOut(wanted, base, next)],
    maxRegression,
    measures: compared,
    shapes,
    curve: curveBetween(compared, shapes, base, next),
    counts,
    sentence: sentenceOf(counts),
    exitCode: counts.regression > 0 ? EXIT.thresholdFailed : EXIT.held,
  };
}

/** Of the distribution in which there is most to see. */
function curveBetween(
  measures: readonly ComparedMeasure[],
  shapes: readonly ComparedShape[],
  base: Side,
  next: Side,
): ComparedCurve | null {
  const isOf = (verdict: string) =>
    shapes.find(({ name }) =>
      measures.some((one) => one.verdict === verdict && one.name.startsWith(`${name}.p`)),
    );
  const shape =
    isOf('regression') ??
    isOf('tolerated') ??
    isOf('better') ??
    shapes.find(({ isChanged }) => isChanged);
  const usual = shapes.find(({ name }) => name.endsWith('.service')) ?? shapes[0];
  const name = (shape ?? usual)?.name;
  if (name === undefined) return null;
  const [before, after] = [base, next].map(({ runs }) =>
    runs.map(({ histograms }) => histograms.get(name) as Histogram),
  ) as [Histogram[], Histogram[]];
  const counts = [...before, ...after].map(({ count }) => count);
  const all = placesFor(counts);
  const places = all.slice(0, faintFrom(Math.min(...counts), all));
  const curveOfSide = (histograms: readonly Histogram[]): number[] =>
    medianCurve(histograms.map((one) => curveOf(one, places))).map((ns) => ns ?? 0);
  return { name, nines: places, base: curveOfSide(before), next: curveOfSide(after) };
}

/** In a closed load the response is the service time: to look at it twice would only cost. */
function withoutTwins(measures: readonly Measure[], runs: readonly ComparedRun[]): Measure[] {
  return measures.filter(({ name }) => {
    const twin = name.replace('.response.', '.service.');
    return twin === name || runs.some(({ values }) => values.get(twin) !== values.get(name));
  });
}

function sideOf({ name, runs }: Side): Comparison['base'] {
  return { name, runs: runs.map((run) => run.name), source: runs[0]?.source ?? 'sparestorm' };
}

/** A measure on the scale on which it is compared. */
interface Scaled {
  readonly measure: Measure;
  readonly base: readonly number[];
  readonly next: readonly number[];
  /** Base, then next: logarithms, or the shares themselves; a rise is a change for the worse. */
  readonly costs: Float64Array;
}

function scaled(measure: Measure, base: Side, next: Side): Scaled {
  const of = ({ runs }: Side) => runs.map(({ values }) => values.get(measure.name) as number);
  const [bases, nexts] = [of(base), of(next)];
  const sign = measure.isCost ? 1 : -1;
  const costs = Float64Array.from([...bases, ...nexts], (value) => sign * onScale(measure, value));
  return { measure, base: bases, next: nexts, costs };
}

/** The clock's steps make a 0 possible; half a nanosecond keeps its logarithm finite. */
function onScale({ isShare }: Measure, value: number): number {
  return isShare ? value : Math.log(Math.max(value, 0.5));
}

function comparedMeasures(
  measures: readonly Measure[],
  base: Side,
  next: Side,
  labelings: Labelings,
  maxRegression: number,
): ComparedMeasure[] {
  const all = measures.map((measure) => scaled(measure, base, next));
  const isTested = Math.min(base.runs.length, next.runs.length) >= RUNS_LEAST;
  const costs = all.map((one) => one.costs);
  const rises = isTested ? riseTests(costs, labelings) : null;
  const falls = isTested ? riseTests(costs.map(negated), labelings) : null;
  return all.map((one, index) => {
    const { measure } = one;
    const count = one.base.length;
    const isWorse = mean(one.costs.subarray(count)) > mean(one.costs.subarray(0, count));
    const p = (isWorse ? rises : falls)?.[index] ?? null;
    const towards = isWorse ? one.costs : negated(one.costs);
    const rankP = isTested ? rankTest(towards, labelings) : null;
    const change = changeOf(measure, one.base, one.next);
    const interval = intervalOf(one);
    const noiseFloor = noiseFloorOf(one);
    const figures = { change, interval, noiseFloor, p, rankP };
    const verdict = verdictOf(figures, isWorse, maxRegression);
    return {
      name: measure.name,
      unit: measure.unit,
      isCost: measure.isCost,
      isShare: measure.isShare,
      base: centre(measure, one.base),
      next: centre(measure, one.next),
      baseRuns: one.base,
      nextRuns: one.next,
      ...figures,
      verdict,
      runsNeeded: verdict === 'inconclusive' ? runsNeeded(one, change, maxRegression) : null,
    };
  });
}

function negated(values: Float64Array): Float64Array {
  return values.map((value) => -value);
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function centre(measure: Measure, values: readonly number[]): number {
  const middle = mean(values.map((value) => onScale(measure, value)));
  return measure.isShare ? middle : Math.exp(middle);
}

function changeOf(measure: Measure, base: readonly number[], next: readonly number[]): number {
  const [from, to] = [centre(measure, base), centre(measure, next)];
  return measure.isShare ? to - from : to / from - 1;
}

function intervalOf({ measure, base, next }: Scaled): ComparedMeasure['interval'] {
  if (Math.min(base.length, next.length) < 2) return null;
  const onScales = (values: readonly number[]) => values.map((value) => onScale(measure, value));
  const random = streamFor(SEED, null, `bootstrap ${measure.name}`);
  const { low, high } = meanDifferenceInterval(onScales(base), onScales(next), random);
  return measure.isShare ? { low, high } : { low: Math.expm1(low), high: Math.expm1(high) };
}

/** Two standard errors of a difference between such sets, if both scatter as the base does. */
function noiseFloorOf({ measure, base, next }: Scaled): number | null {
  if (base.length < 2) return null;
  const spread = deviation(base.map((value) => onScale(measure, value)));
  const floor = NOISE_ERRORS * spread * Math.sqrt(1 / base.length + 1 / next.length);
  return measure.isShare ? floor : Math.expm1(floor);
}

function verdictOf(
  {
    change,
    interval,
    noiseFloor,
    p,
    rankP,
  }: Pick<ComparedMeasure, 'change' | 'interval' | 'noiseFloor' | 'p' | 'rankP'>,
  isWorse: boolean,
  maxRegression: number,
): CompareVerdict {
  if (interval === null || p === null || rankP === null) return 'indicative';
  const size = Math.abs(change);
  const isSure = p <= ALPHA && rankP <= ALPHA;
  if (isSure && size > (noiseFloor ?? 0)) {
    if (!isWorse) return 'better';
    return size > maxRegression ? 'regression' : 'tolerated';
  }
  const matters = maxRegression > 0 ? maxRegression : MATTERS;
  const isSmall = Math.max(Math.abs(interval.low), Math.abs(interval.high)) < matters;
  return isSure || isSmall ? 'within-noise' : 'inconclusive';
}

/** Runs a side that show the observed change, or one that matters where that is larger. */
function runsNeeded({ measure, base, next }: Scaled, change: number, tolerated: number): number {
  const matters = tolerated > 0 ? tolerated : MATTERS;
  const size = Math.max(Math.abs(change), matters);
  const of = (values: readonly number[]) =>
    deviation(values.map((value) => onScale(measure, value))) ** 2;
  const spread = Math.sqrt(of(base) + of(next));
  const needed = repetitionsFor(spread, measure.isShare ? size : Math.log1p(size));
  // It was not enough this time.
  return Math.max(needed, Math.min(base.length, next.length) + 1);
}

function comparedShapes(base: Side, next: Side, labelings: Labelings): ComparedShape[] {
  const runs = [...base.runs, ...next.runs];
  const isTested = Math.min(base.runs.length, next.runs.length) >= RUNS_LEAST;
  const names = [...(runs[0]?.histograms.keys() ?? [])].filter((name) =>
    runs.every(({ histograms }) => histograms.has(name)),
  );
  const tests = names.map((name) => {
    const rows = runs.map(({ histograms }) => distributionOf(histograms.get(name) as Histogram));
    const test = shapeTest(levelled(rows), labelings);
    const at = (of: readonly Float64Array[]) => mean(of.map((row) => row[test.place] ?? 1));
    const isSlower = at(rows.slice(base.runs.length)) < at(rows.slice(0, base.runs.length));
    return { name, isSlower, ...test };
  });
  const corrected = holm(tests.map(({ p }) => p));
  return tests.map(({ name, distance, place, isSlower }, index) => {
    const p = isTested ? (corrected[index] as number) : null;
    const isChanged = p !== null && p <= ALPHA;
    return { name, distance, p, atNs: lowestOfRow(place + 1), isSlower, isChanged };
  });
}

/** Shares at or below each row of latencies. */
function distributionOf({ counts, count, overflowCount, maxNs }: Histogram): Float64Array {
  const rows = rowOfBuckets(counts.length);
  const last = latencyRowOf(maxNs);
  const shares = new Float64Array(Math.max(last, rows.at(-1) ?? 0) + 1);
  for (const [bucket, amount] of counts.entries()) {
    const row = rows[bucket] as number;
    shares[row] = (shares[row] as number) + amount / count;
  }
  shares[last] = (shares[last] as number) + overflowCount / count;
  for (let row = 1; row < shares.length; row++) {
    shares[row] = (shares[row] as number) + (shares[row - 1] as number);
  }
  return shares;
}

/** All to the length of the longest: beyond its last row a distribution is 1. */
function levelled(rows: readonly Float64Array[]): Float64Array[] {
  const length = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => Float64Array.from({ length }, (_, index) => row[index] ?? 1));
}

function notesOf(base: Side, next: Side): string[] {
  const sources = new Set([...base.runs, ...next.runs].map(({ source }) => source));
  const notes: string[] = [];
  if (sources.has('fio')) {
    notes.push(
      "fio's clat is compared with our service time. Its lat begins at submission, ours at the planned arrival: they are not compared. Its file says neither host nor load in our terms, so that these are alike is for you to see to.",
      "fio's bins are 1.6 % wide; a change below that says nothing.",
    );
  }
  const least = Math.min(base.runs.length, next.runs.length);
  if (least < RUNS_LEAST) {
    notes.push(
      `With ${least === 1 ? 'one run' : `${least} runs`} on a side every verdict is only indicative: nothing says how far runs differ by themselves. run --repeat 5 makes enough.`,
    );
  }
  return notes;
}

/** Measures that some of the runs can bear, and some cannot. */
function leftOut(wanted: readonly Measure[], base: Side, next: Side): string[] {
  const runs = [...base.runs, ...next.runs];
  const names = wanted
    .filter(({ name }) => {
      const count = runs.filter(({ values }) => values.has(name)).length;
      return count > 0 && count < runs.length && !name.includes('.response.');
    })
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [`Left out, since not every run has them, or latencies enough: ${names.join(', ')}.`];
}

function countsOf(measures: readonly ComparedMeasure[]): Comparison['counts'] {
  const counted = VERDICTS.map((verdict) => [
    verdict,
    measures.filter((measure) => measure.verdict === verdict).length,
  ]);
  return Object.fromEntries(counted) as Comparison['counts'];
}

const NOUNS: { readonly [V in CompareVerdict]: readonly [one: string, several: string] } = {
  regression: ['regression', 'regressions'],
  tolerated: ['worse, as tolerated', 'worse, as tolerated'],
  better: ['improvement', 'improvements'],
  'within-noise': ['within noise', 'within noise'],
  inconclusive: ['inconclusive', 'inconclusive'],
  indicative: ['only indicative', 'only indicative'],
};

function sentenceOf(counts: Comparison['counts']): string {
  return VERDICTS.filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${NOUNS[verdict][counts[verdict] === 1 ? 0 : 1]}`)
    .join(', ');
}
