/**
 * Several results of one cell as one: what was counted is added up, distributions are added bucket
 * by bucket, and ratios and rates are worked out anew from the sums. Nothing is averaged that can
 * be added, and no percentile is made of percentiles.
 */
import { type Histogram, mergeHistograms } from '../record/histogram.ts';
import { latencySummaryOf } from '../record/latency-summary.ts';
import { histogramIn } from '../report/details.ts';
import type { Details } from '../report/details-schema.ts';
import { type Measured, totalOperations } from '../report/measured.ts';
import type { Result, ResultCheck, ResultJob } from '../report/result-schema.ts';
import { DISTRIBUTIONS } from '../scenario/metrics.ts';
import { OPERATIONS, type Operation } from '../scenario/plan.ts';

export interface MeasuredRun {
  readonly result: Result;
  readonly details: Details;
}

const EVIDENCE_MAX = 10;
const NS_PER_SECOND = 1e9;

/** Of all runs of a cell the same, or of one run each. */
const KEPT = [
  'schemaVersion',
  'tool',
  'environment',
  'name',
  'scenario',
  'source',
  'seed',
  'warmupNs',
  'threadCount',
  'integrity',
  'expect',
  'trace',
  'recording',
  'repro',
] as const satisfies readonly (keyof Result)[];

/** @param runs at least one, of one cell and one host class */
export function combineRuns(runs: readonly MeasuredRun[]): Measured {
  const results = runs.map(({ result }) => result);
  const [first] = results as [Result];
  const kept = Object.fromEntries(KEPT.map((key) => [key, first[key]]));
  const { thresholds: _, warnings: __, verdict: ___, ...summed } = sumOf(results) as Result;
  const measured: Measured = {
    ...summed,
    ...kept,
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    memory: largestOf(results.map(({ memory }) => memory)),
    ending: endingOf(results),
    checks: checksOf(results),
    // Of one run each; a cell of several has none of its own.
    jobs: results.length === 1 ? first.jobs : [],
    threads: [],
    intervals: [],
    events: [],
    lock: lockOf(
      summed.lock,
      results.map(({ lock }) => lock),
    ),
    targetLock: lockOf(
      summed.targetLock,
      results.map(({ targetLock }) => targetLock),
    ),
    autoRemap: {
      ...summed.autoRemap,
      queueDepthMax: Math.max(...results.map(({ autoRemap }) => autoRemap.queueDepthMax)),
      queueSize: first.autoRemap.queueSize,
    },
    arrivals: arrivalsOf(summed.arrivals, results),
    inFlight: {
      ...first.inFlight,
      mean: weightedOf(timed(results, ({ inFlight }) => inFlight.mean)),
      byLaw: weightedOf(timed(results, ({ inFlight }) => inFlight.byLaw)),
    },
    steady: steadyOf(results),
    jitter: {
      ...summed.jitter,
      periodNs: first.jitter.periodNs,
      lostShare: weightedOf(
        results.map(({ jitter }) => [jitter.lostShare, jitter.observedNs] as const),
      ),
    },
  };
  return withRates(results, withLatencies(runs, measured));
}

/** Every distribution that has a name, out of the histograms of the runs. */
function withLatencies(runs: readonly MeasuredRun[], measured: Measured): Measured {
  const whole = structuredClone(measured);
  const put = (path: readonly string[], names: readonly string[]): void => {
    let node = whole as unknown as Record<string, unknown>;
    for (const key of path.slice(0, -1)) node = node[key] as Record<string, unknown>;
    node[path.at(-1) as string] = latenciesOf(runs, names);
  };
  for (const { name, path } of DISTRIBUTIONS) {
    // Of its window no histogram is kept: see steadyOf().
    if (path[0] === 'steady') continue;
    // A response that equals its service is not kept twice, and an operation means its service.
    put(path, [name, `${name}.service`, name.replace(/\.response$/, '.service')]);
  }
  put(['cache', 'wait'], ['lock.wait']);
  put(['pacer', 'lateness'], ['lateness']);
  for (const kind of ['service', 'queueing', 'response'] as const) {
    whole.overall[kind] = latencySummaryOf(
      mergeAnyHistograms(OPERATIONS.flatMap((name) => histogramsOf(runs, namesOf(name, kind)))),
    );
  }
  return whole;
}

/** A response that equals its service is not kept twice. */
function namesOf(name: string, kind: string): string[] {
  return kind === 'response' ? [`${name}.response`, `${name}.service`] : [`${name}.${kind}`];
}

/** Numbers are added, at whatever depth; of anything else the first counts. */
function sumOf(values: readonly unknown[]): unknown {
  const [first] = values;
  const present = values.filter((value) => value !== null && value !== undefined);
  if (present.length > 0 && present.every((value) => typeof value === 'number')) {
    return present.reduce((sum: number, value) => sum + (value as number), 0);
  }
  if (typeof first === 'boolean') return values.includes(true);
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return first;
  return Object.fromEntries(
    Object.keys(first).map((key) => [
      key,
      sumOf(values.map((value) => (value as Record<string, unknown> | null)?.[key])),
    ]),
  );
}

function largestOf(all: readonly Result['memory'][]): Result['memory'] {
  const [first] = all as [Result['memory']];
  const keys = Object.keys(first) as (keyof Result['memory'])[];
  return Object.fromEntries(
    keys.map((key) => [key, Math.max(...all.map((memory) => memory[key]))]),
  ) as Result['memory'];
}

/** A broken one says most, then one whose power was cut as planned. */
function endingOf(results: readonly Result[]): Result['ending'] {
  const order = ['broken', 'interrupted', 'crashed', 'finished'];
  const endings = results.map(({ ending }) => ending);
  const worst = endings.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0];
  return { ...(worst as Result['ending']), dump: [] };
}

/**
 * A check of all runs: broken if it is in one of them, held if it held wherever it applied. A
 * violation that has a cause in its own run keeps it only if all violations do.
 */
export function checksOf(results: readonly Result[]): ResultCheck[] {
  const names = [...new Set(results.flatMap(({ checks }) => checks.map(({ name }) => name)))];
  return names.map((name) => {
    const all = results.flatMap(({ checks }) => checks.filter((check) => check.name === name));
    const broken = all.filter(({ verdict }) => verdict === 'broken');
    const own = broken.filter(({ consequenceOf }) => consequenceOf === null);
    const [shown] = (own.length > 0 ? own : broken.length > 0 ? broken : all) as [ResultCheck];
    const applies = all.find(({ verdict }) => verdict === 'held') ?? shown;
    if (broken.length === 0) return { ...applies, evidence: [] };
    return {
      ...shown,
      count: broken.reduce((sum, { count }) => sum + count, 0),
      evidence: broken.flatMap(({ evidence }) => evidence).slice(0, EVIDENCE_MAX),
    };
  });
}

function latenciesOf(runs: readonly MeasuredRun[], names: readonly string[]) {
  return latencySummaryOf(mergeAnyHistograms(histogramsOf(runs, names)));
}

/** The distribution that each run keeps under the first of these names that it knows. */
function histogramsOf(runs: readonly MeasuredRun[], names: readonly string[]): Histogram[] {
  return runs.flatMap(({ details }) => {
    for (const name of names) {
      const found = histogramIn(details, name);
      if (found !== null) return [found];
    }
    return [];
  });
}

/** Histograms of different ranges too: buckets lie alike, the longer one has more of them. */
function mergeAnyHistograms(histograms: readonly Histogram[]): Histogram {
  const length = Math.max(0, ...histograms.map(({ counts }) => counts.length));
  const padded = histograms.map((histogram) => {
    const counts = new Float64Array(length);
    counts.set(histogram.counts);
    return { ...histogram, counts };
  });
  return mergeHistograms(padded, length);
}

function lockOf(summed: Result['lock'], locks: readonly Result['lock'][]): Result['lock'] {
  const fairness = locks.flatMap((lock) => lock.fairness ?? []);
  return {
    ...summed,
    contendedRatio: ratioOf(summed.contended, summed.acquisitions),
    // The least fair run says what can happen.
    fairness: fairness.length === 0 ? null : Math.min(...fairness),
    samplePeriod: locks[0]?.samplePeriod ?? 0,
    perThread: [],
  };
}

function arrivalsOf(summed: Result['arrivals'], results: readonly Result[]): Result['arrivals'] {
  const requested = weightedOf(timed(results, ({ arrivals }) => arrivals.requestedPerSecond));
  const achieved = weightedOf(timed(results, ({ arrivals }) => arrivals.achievedPerSecond));
  const isKnown = requested !== null && achieved !== null && requested > 0;
  return {
    ...summed,
    requestedPerSecond: requested,
    achievedPerSecond: achieved,
    rateError: isKnown ? achieved / requested - 1 : null,
  };
}

/** What can be added up of a job: its latencies are kept as figures, not as distributions. */
export interface CombinedJob {
  readonly name: string;
  readonly threadCount: number;
  readonly errors: number;
  readonly operations: Readonly<
    Record<Operation, { readonly count: number; readonly errors: number; readonly bytes: number }>
  >;
}

/** The jobs of runs of one cell, which all have the same ones. */
export function jobsOf(results: readonly Result[]): CombinedJob[] {
  const [first] = results as [Result];
  return first.jobs.map(({ name, threadCount }, index) => {
    const all = results.flatMap(({ jobs }) => jobs[index] ?? []);
    const total = (figureOf: (job: ResultJob) => number): number =>
      all.reduce((sum, job) => sum + figureOf(job), 0);
    const operations = OPERATIONS.map((operation) => [
      operation,
      {
        count: total((job) => job.operations[operation].count),
        errors: total((job) => job.operations[operation].errors),
        bytes: total((job) => job.operations[operation].bytes),
      },
    ]);
    return {
      name,
      threadCount,
      errors: total(({ errors }) => errors),
      operations: Object.fromEntries(operations) as CombinedJob['operations'],
    };
  });
}

/**
 * Steady if all are. The distributions of the windows are not kept apart from the rest, so those of
 * several runs cannot be added up, and are left empty rather than made up.
 */
function steadyOf(results: readonly Result[]): Result['steady'] {
  const [{ steady: first }] = results as [Result];
  if (results.length === 1) return first;
  const none = latencySummaryOf(mergeAnyHistograms([]));
  return {
    ...first,
    reached: Math.min(...results.map(({ steady }) => steady.reached)),
    operationsPerSecond: weightedOf(timed(results, ({ steady }) => steady.operationsPerSecond)),
    points: [],
    reachedNs: largestKnown(results.map(({ steady }) => steady.reachedNs)),
    slopeSize: largestKnown(results.map(({ steady }) => steady.slopeSize)),
    deviation: largestKnown(results.map(({ steady }) => steady.deviation)),
    service: none,
    response: none,
  };
}

/** null where one of them is not known. */
function largestKnown(values: readonly (number | null)[]): number | null {
  return values.reduce((largest, value) =>
    largest === null || value === null ? null : Math.max(largest, value),
  );
}

/** A figure of each run, with the time it was measured for. */
function timed(results: readonly Result[], figureOf: (result: Result) => number | null) {
  return results.map((result) => [figureOf(result), result.durationNs] as const);
}

function withRates(results: readonly Result[], measured: Measured): Measured {
  const bytes = OPERATIONS.reduce((sum, name) => sum + measured.operations[name].bytes, 0);
  const { hits, misses } = measured.cache;
  return {
    ...measured,
    cache: { ...measured.cache, hitRate: ratioOf(hits, hits + misses) },
    throughput: {
      operationsPerSecond: perSecond(totalOperations(measured), measured.durationNs),
      bytesPerSecond: perSecond(bytes, measured.durationNs),
      perThread: [],
      instrumentShare: weightedOf(timed(results, ({ throughput }) => throughput.instrumentShare)),
    },
  };
}

/** Mean of figures, each of so much time; null where one of them is not known. */
function weightedOf(
  parts: readonly (readonly [share: number | null, ns: number])[],
): number | null {
  let weighted = 0;
  let weight = 0;
  for (const [share, ns] of parts) {
    if (share === null) return null;
    weighted += share * ns;
    weight += ns;
  }
  return ratioOf(weighted, weight);
}

function ratioOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function perSecond(count: number, durationNs: number): number {
  return durationNs <= 0 ? 0 : (count * NS_PER_SECOND) / durationNs;
}
