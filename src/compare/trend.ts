import type { StoredResult } from '../report/history.ts';
import { metricValue } from '../report/thresholds.ts';
import type { Metric } from '../scenario/metrics.ts';
import { comparedRunOf } from './compared-run.ts';

export interface TrendPoint {
  readonly folder: string;
  readonly startedAt: string;
  readonly seed: number;
  readonly tool: string;
  readonly outcome: StoredResult['result']['verdict']['outcome'];
  readonly value: number;
}

/** A metric over the runs of one load on one host, oldest first. */
export interface Trend {
  readonly metric: string;
  /** The scenario's name in the newest of them. */
  readonly name: string;
  readonly host: string;
  readonly points: readonly TrendPoint[];
  /** Runs of that load and host that have no value for it. */
  readonly withoutValue: number;
}

/**
 * Trends of a metric, one for each load and host; that of the newest run first. Runs that broke or
 * were interrupted are no points: what they measured is not what the others did.
 */
export function trendsOf(runs: readonly StoredResult[], metric: Metric): Trend[] {
  const groups = new Map<string, StoredResult[]>();
  for (const run of runs) {
    const { kind } = run.result.ending;
    if (kind === 'broken' || kind === 'interrupted') continue;
    const { host, scenario } = comparedRunOf('', run.result);
    const key = JSON.stringify([host, scenario]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()]
    .map((group) => trendOf(group, metric))
    .sort((one, other) => (newestOf(one) < newestOf(other) ? 1 : -1));
}

function trendOf(runs: readonly StoredResult[], metric: Metric): Trend {
  const points = runs.flatMap(({ path, result }): TrendPoint[] => {
    const value = metricValue(metric, result);
    if (value === null) return [];
    const { startedAt, seed, tool, verdict } = result;
    const folder = path.split(/[\\/]/).at(-1) ?? path;
    return [{ folder, startedAt, seed, tool, outcome: verdict.outcome, value }];
  });
  const { result } = runs.at(-1) as StoredResult;
  const { cpu, cores, node } = result.environment;
  return {
    metric: metric.name,
    name: result.name,
    host: `${cpu}, ${cores} cores, Node ${node}`,
    points,
    withoutValue: runs.length - points.length,
  };
}

function newestOf({ points }: Trend): string {
  return points.at(-1)?.startedAt ?? '';
}
