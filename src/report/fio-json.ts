/**
 * A run as fio's json+ (`--output-format=json+` of fio 3): what fio's own tools and those around it
 * read. A job a run. fio's completion latency `clat_ns` is our service time, its `lat_ns` our
 * response time; both are from the histogram, percentiles by our rule, bins as fio has them.
 *
 * fio knows reads, writes, trims and syncs. What it does not know (remap, unremap, messages, the
 * allocator call) stands under `sparestorm`, in the same form, where its tools do not look.
 */
import { type Histogram, lowestOf } from '../record/histogram.ts';
import type { LatencySummary } from '../record/latency-summary.ts';
import { percentilesNs } from '../record/latency-summary.ts';
import { OPERATIONS, type Operation } from '../scenario/plan.ts';
import { histogramIn } from './details.ts';
import type { Details } from './details-schema.ts';
import type { Result } from './result-schema.ts';
import { printable } from './text.ts';

/** Those that fio prints when it is told nothing else. */
export const FIO_PERCENTILES = [
  1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99,
] as const;

const IN_FIO: readonly Operation[] = ['read', 'write', 'trim'];
const NS_PER_MS = 1e6;

export interface FioInput {
  readonly result: Result;
  /** Without them there are neither bins nor any percentiles but those of result.json. */
  readonly details: Details | null;
}

export function fioJson(runs: readonly FioInput[]): string {
  const [first] = runs;
  const startedMs = Date.parse(first?.result.startedAt ?? '');
  const document = {
    'fio version': 'fio-3.33',
    timestamp: Math.floor(startedMs / 1000),
    timestamp_ms: startedMs,
    time: new Date(startedMs).toUTCString(),
    'written by': first?.result.tool ?? '',
    jobs: runs.map(jobOf),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function jobOf({ result, details }: FioInput, groupid: number) {
  const ofAll = (names: readonly Operation[]) =>
    Object.fromEntries(names.map((name) => [name, directionOf(name, result, details)]));
  const { sync } = result.operations;
  return {
    jobname: printable(result.name),
    groupid,
    error: 0,
    elapsed: Math.ceil(((result.warmupNs || 0) + result.durationNs) / 1e9),
    'job options': {
      name: printable(result.name),
      ioengine: 'sparestorm',
      numjobs: String(result.threadCount),
      randseed: String(result.seed),
    },
    ...ofAll(IN_FIO),
    sync: {
      total_ios: sync.count,
      lat_ns: latencyOf(sync.service, histogramOf(details, 'sync.service')),
    },
    job_runtime: Math.round((result.durationNs * result.threadCount) / NS_PER_MS),
    sparestorm: {
      ...ofAll(OPERATIONS.filter((name) => !IN_FIO.includes(name) && name !== 'sync')),
      allocation: latencyOf(result.allocation.service, histogramOf(details, 'allocation')),
    },
  };
}

/** What fio calls a data direction. Its rates are over the measured phase, as ours are. */
function directionOf(name: Operation, result: Result, details: Details | null) {
  const { durationNs } = result;
  const { count, bytes, service, response } = result.operations[name];
  const perSecond = (amount: number): number =>
    durationNs === 0 ? 0 : (amount * 1e9) / durationNs;
  const served = histogramOf(details, `${name}.service`);
  return {
    io_bytes: bytes,
    io_kbytes: Math.floor(bytes / 1024),
    bw_bytes: Math.round(perSecond(bytes)),
    bw: Math.floor(perSecond(bytes) / 1024),
    iops: perSecond(count),
    runtime: count === 0 ? 0 : Math.round(durationNs / NS_PER_MS),
    total_ios: count,
    short_ios: 0,
    drop_ios: 0,
    slat_ns: { min: 0, max: 0, mean: 0, stddev: 0, N: 0 },
    clat_ns: latencyOf(service, served),
    // In a closed load the two are one, and only one is stored.
    lat_ns: latencyOf(response, histogramOf(details, `${name}.response`) ?? served),
  };
}

function histogramOf(details: Details | null, name: string): Histogram | null {
  return details === null ? null : histogramIn(details, name);
}

function latencyOf(summary: LatencySummary, histogram: Histogram | null) {
  const { count: N, min, max, mean, stddev } = summary;
  const figures = { min, max, mean, stddev, N };
  if (N === 0) return figures;
  if (histogram === null) return { ...figures, percentile: knownPercentiles(summary) };
  return { ...figures, percentile: percentilesOf(histogram), bins: binsOf(histogram) };
}

function percentilesOf(histogram: Histogram): Record<string, number> {
  const values = percentilesNs(histogram, FIO_PERCENTILES);
  return Object.fromEntries(
    FIO_PERCENTILES.map((percentile, index) => [percentile.toFixed(6), values[index] as number]),
  );
}

function knownPercentiles(summary: LatencySummary): Record<string, number> {
  return Object.fromEntries(
    FIO_PERCENTILES.flatMap((percentile) => {
      const value = (summary as Readonly<Record<string, number>>)[`p${percentile}`];
      return value === undefined ? [] : [[percentile.toFixed(6), value]];
    }),
  );
}

/** fio's bins hold 64 to each power of two, from 128 on; below, every value has its own. */
const BINS_PER_POWER = 64;

/** Counts by the value that fio prints for a bin: its middle. Overflow goes with the maximum. */
function binsOf({ counts, overflowCount, maxNs }: Histogram): Record<string, number> {
  const bins = new Map<number, number>();
  const add = (ns: number, count: number): void => {
    const value = binValueOf(ns);
    bins.set(value, (bins.get(value) ?? 0) + count);
  };
  for (const [index, count] of counts.entries()) if (count > 0) add(lowestOf(index), count);
  if (overflowCount > 0) add(maxNs, overflowCount);
  return Object.fromEntries(bins);
}

/** What fio stands a latency's bin for; our buckets are finer and begin where its bins do. */
export function binValueOf(ns: number): number {
  if (ns < 2 * BINS_PER_POWER) return ns;
  const width = 2 ** (Math.floor(Math.log2(ns)) - Math.log2(BINS_PER_POWER));
  return Math.floor(ns / width) * width + width / 2;
}
