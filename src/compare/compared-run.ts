import type { Histogram } from '../record/histogram.ts';
import { histogramIn } from '../report/details.ts';
import type { Details } from '../report/details-schema.ts';
import type { Result } from '../report/result-schema.ts';
import { metricValue } from '../report/thresholds.ts';
import { metricNamed } from '../scenario/metrics.ts';
import { restsOnFew } from '../statistics/quantile.ts';
import { DISTRIBUTION_MEASURES, MEASURES } from './measures.ts';

/** What two runs must have in common for their times to be compared. */
export interface Host {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  /** Its major version: another engine makes other code. */
  readonly node: string;
}

/** One run of a side, whoever made it: figures by metric, and distributions by name. */
export interface ComparedRun {
  /** Its folder or file. */
  readonly name: string;
  readonly source: 'sparestorm' | 'fio';
  /** null where the source does not say. */
  readonly host: Host | null;
  /** The keys that decide what was done; null where the source does not say. */
  readonly scenario: Readonly<Record<string, unknown>> | null;
  readonly values: ReadonlyMap<string, number>;
  /** By distribution: `read.service`, `allocation`. */
  readonly histograms: ReadonlyMap<string, Histogram>;
}

/** Keys of a scenario that may differ: they change no load. */
const NO_LOAD = ['name', 'description', 'seed', 'thresholds', 'expect', 'version'];

export function comparedRunOf(
  name: string,
  result: Result,
  details: Details | null = null,
): ComparedRun {
  const { cpu, cores, platform, node } = result.environment;
  return {
    name,
    source: 'sparestorm',
    host: { cpu, cores, platform, node: `Node ${node.replace(/^v/, '').split('.')[0]}` },
    scenario: loadOf(result.scenario),
    values: valuesOf(result),
    histograms: histogramsOf(details),
  };
}

/** Of a resolved scenario, the keys that decide what is done. */
export function loadOf(scenario: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(scenario).filter(([key]) => !NO_LOAD.includes(key)));
}

/** Every measure that the run can bear. */
function valuesOf(result: Result): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, share } of MEASURES) {
    const metric = metricNamed(name);
    if (metric === undefined) continue;
    const value = metricValue(metric, result);
    if (value === null) continue;
    if (share !== null && restsOnFew(countBehind(metric.path, result), share)) continue;
    values.set(name, value);
  }
  return values;
}

function countBehind(path: readonly string[], result: Result): number {
  let node: unknown = result;
  for (const key of path.slice(0, -1)) node = (node as Record<string, unknown>)[key];
  return (node as { readonly count: number }).count;
}

function histogramsOf(details: Details | null): Map<string, Histogram> {
  const found = new Map<string, Histogram>();
  if (details === null) return found;
  for (const name of DISTRIBUTION_MEASURES) {
    const histogram = histogramIn(details, name);
    if (histogram !== null && histogram.count > 0) found.set(name, histogram);
  }
  return found;
}
