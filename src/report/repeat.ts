import { METRICS, type Metric } from '../scenario/metrics.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { medianInterval, valuesNeededFor } from '../statistics/median-interval.ts';
import { quantileOf } from '../statistics/quantile.ts';
import { formatPercent } from '../units.ts';
import { REPEAT_SCHEMA_VERSION, type Repeat, type RepeatMetric } from './repeat-schema.ts';
import { reproCommand } from './repro.ts';
import type { Result } from './result-schema.ts';
import { plural } from './text.ts';
import { metricValue } from './thresholds.ts';
import { worstOf } from './verdict.ts';

/** A run that has ended and been stored. */
export interface StoredResultOf {
  readonly result: Result;
  /** Name of its folder. */
  readonly folder: string;
}

const LEVEL = 0.95;

/** What runs of one scenario come to; at least one of them. */
export function repeatOf(runs: readonly StoredResultOf[], requested: number): Repeat {
  const results = runs.map(({ result }) => result);
  const [first] = results as [Result, ...Result[]];
  const metrics = METRICS.flatMap((metric) => metricOf(metric, results));
  return {
    schemaVersion: REPEAT_SCHEMA_VERSION,
    tool: first.tool,
    name: first.name,
    source: { file: first.source.file, sets: [...first.source.sets] },
    requested,
    runs: runs.map(({ result, folder }) => ({
      folder,
      seed: result.seed,
      startedAt: result.startedAt,
      exitCode: result.verdict.exitCode,
      outcome: result.verdict.outcome,
      sentence: result.verdict.sentence,
      repro: result.repro,
    })),
    interval: intervalOf(results.length),
    metrics,
    shown: shownOf(metrics, results),
    thresholds: thresholdsOf(results),
    checks: checksOf(results),
    warnings: warningsOf(results),
    verdict: verdictOf(results, requested),
    repro: `${reproCommand(first.source, first.seed)} --repeat ${requested}`,
  };
}

function metricOf(metric: Metric, results: readonly Result[]): RepeatMetric[] {
  const values = results.map((result) => metricValue(metric, result));
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (sorted.length === 0) return [];
  const { low, high, coverage } = medianInterval(sorted, LEVEL);
  return [
    {
      name: metric.name,
      unit: metric.unit,
      runs: sorted.length,
      median: quantileOf(sorted, 0.5),
      low,
      high,
      coverage,
      min: sorted[0] as number,
      max: sorted.at(-1) as number,
      values,
    },
  ];
}

function intervalOf(runCount: number): Repeat['interval'] {
  const runsNeeded = valuesNeededFor(LEVEL);
  const one = medianInterval(
    Array.from({ length: runCount }, (_, index) => index),
    LEVEL,
  );
  const coverage = formatPercent(one.coverage);
  const sentence =
    runCount < runsNeeded
      ? `With ${plural(runCount, 'run')} the interval says little: it reaches from the lowest to ` +
        `the highest of them and holds the median of all such runs with ${coverage}; ` +
        `${formatPercent(LEVEL)} takes ${runsNeeded} runs.`
      : `Low to high holds the median of all such runs with ${coverage}, whatever their ` +
        'distribution.';
  return { method: 'order-statistics', level: LEVEL, runsNeeded, sentence };
}

/** What was put a threshold on, and what most ask for first. */
function shownOf(metrics: readonly RepeatMetric[], results: readonly Result[]): string[] {
  const wanted = new Set([
    'throughput',
    ...OPERATIONS.flatMap((name) => [
      `${name}.service.p50`,
      `${name}.service.p99`,
      ...(results.some(({ operations }) => isPlanned(operations[name]))
        ? [`${name}.response.p99`]
        : []),
    ]),
    'allocation.p99',
    'lock.contended',
    'cache.hitRate',
    'collisions',
    'jitter.p99',
    ...results.flatMap(({ thresholds }) => thresholds.map(({ metric }) => metric)),
  ]);
  return metrics.map(({ name }) => name).filter((name) => wanted.has(name));
}

/** Whether response and service times differ anywhere. */
function isPlanned({ service, response }: Result['operations']['read']): boolean {
  return response.mean !== service.mean || response.max !== service.max;
}

function thresholdsOf(results: readonly Result[]): Repeat['thresholds'] {
  const expressions = new Set(
    results.flatMap(({ thresholds }) => thresholds.map(({ expression }) => expression)),
  );
  return [...expressions].map((expression) => {
    const judged = results.flatMap(({ thresholds }) =>
      thresholds.filter((threshold) => threshold.expression === expression),
    );
    const held = judged.filter(({ pass }) => pass).length;
    return { expression, held, failed: judged.length - held };
  });
}

function checksOf(results: readonly Result[]): Repeat['checks'] {
  const names = new Set(results.flatMap(({ checks }) => checks.map(({ name }) => name)));
  return [...names].map((name) => {
    const judged = results.flatMap(({ checks }) => checks.filter((check) => check.name === name));
    const withVerdict = (verdict: string) =>
      judged.filter((check) => check.verdict === verdict).length;
    return {
      name,
      held: withVerdict('held'),
      broken: withVerdict('broken'),
      notApplicable: withVerdict('not-applicable'),
      violations: judged.reduce((sum, { count }) => sum + count, 0),
    };
  });
}

function warningsOf(results: readonly Result[]): Repeat['warnings'] {
  const ids = new Set(results.flatMap(({ warnings }) => warnings.map(({ id }) => id)));
  return [...ids].map((id) => ({
    id,
    runs: results.filter(({ warnings }) => warnings.some((warning) => warning.id === id)).length,
  }));
}

/** The worst run decides: a fault that shows once in a hundred runs is a fault. */
function verdictOf(results: readonly Result[], requested: number): Repeat['verdict'] {
  const exitCode = worstOf(results.map(({ verdict }) => verdict.exitCode));
  const worst = results.filter(({ verdict }) => verdict.exitCode === exitCode);
  const heldCount = results.filter(({ verdict }) => verdict.exitCode === 0).length;
  const outcome = (worst[0] as Result).verdict.outcome;
  const done =
    results.length < requested
      ? `${results.length} of ${plural(requested, 'run')} done`
      : plural(results.length, 'run');
  const seeds = worst.slice(0, SEEDS_SHOWN).map(({ seed }) => seed);
  const more = worst.length > SEEDS_SHOWN ? ' and others' : '';
  const sentence =
    exitCode === 0
      ? `${done}, all held`
      : `${done}, ${heldCount} held; ${outcome} in ${worst.length} of them, ` +
        `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}${more}`;
  return { exitCode, outcome, sentence };
}

const SEEDS_SHOWN = 8;
