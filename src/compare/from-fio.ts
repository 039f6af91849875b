/**
 * fio's JSON as a run: json and json+ of fio 3, which say latencies in nanoseconds. What is taken:
 * completion latencies (our service time), operations a second, bytes a second. Several jobs are
 * put together where their bins are there; percentiles alone cannot be.
 */
import { UsageError } from '../errors.ts';
import { bucketCountFor, bucketIndexOf, type Histogram } from '../record/histogram.ts';
import { percentilesNs } from '../record/latency-summary.ts';
import { restsOnFew } from '../statistics/quantile.ts';
import type { ComparedRun } from './compared-run.ts';
import { DISTRIBUTION_MEASURES, MEASURES } from './measures.ts';

const DIRECTIONS = ['read', 'write', 'trim'] as const;

interface Latency {
  readonly N: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly percentile?: Readonly<Record<string, number>>;
  readonly bins?: Readonly<Record<string, number>>;
}

interface Direction {
  readonly total_ios: number;
  readonly iops: number;
  readonly bw_bytes: number;
  readonly clat_ns?: Latency;
}

type Job = { readonly [D in (typeof DIRECTIONS)[number]]?: Direction };

/** @throws UsageError when this is no JSON of fio, or says nothing that could be compared */
export function runFromFio(name: string, text: string): ComparedRun {
  const jobs = jobsIn(name, text);
  const values = new Map<string, number>();
  const histograms = new Map<string, Histogram>();
  let [iops, bytes] = [0, 0];
  for (const direction of DIRECTIONS) {
    const parts = jobs.flatMap((job) => {
      const part = job[direction];
      return part === undefined || !(part.total_ios > 0) ? [] : [part];
    });
    for (const part of parts) {
      iops += numberOf(part.iops);
      bytes += numberOf(part.bw_bytes);
    }
    const latencies = parts.flatMap(({ clat_ns }) => (clat_ns === undefined ? [] : [clat_ns]));
    if (latencies.length === 0) continue;
    const distribution = `${direction}.service`;
    if (latencies.every(({ bins }) => bins !== undefined)) {
      const histogram = histogramOf(latencies, name);
      histograms.set(distribution, histogram);
      addFromHistogram(values, distribution, histogram);
    } else if (latencies.length === 1) {
      addFromPercentiles(values, distribution, latencies[0] as Latency);
    } else {
      throw new UsageError(
        `${name} has ${latencies.length} jobs with ${direction}s, and percentiles cannot be added up: run fio with --output-format=json+, or with group_reporting.`,
      );
    }
  }
  if (iops > 0) values.set('throughput', iops);
  if (bytes > 0) values.set('throughput.bytes', bytes);
  if (values.size === 0) throw new UsageError(`${name} has no operations in it.`);
  return { name, source: 'fio', host: null, scenario: null, values, histograms };
}

function jobsIn(name: string, text: string): readonly Job[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is not JSON; it may be cut off, or have a message above it.`);
  }
  const jobs = (document as { readonly jobs?: unknown } | null)?.jobs;
  if (!Array.isArray(jobs) || !jobs.every((job) => typeof job === 'object' && job !== null)) {
    throw new UsageError(`${name} is neither a result of sparestorm nor JSON of fio.`);
  }
  const isOld = jobs.some((job) => DIRECTIONS.some((one) => job[one]?.clat !== undefined));
  if (isOld) throw new UsageError(`${name} is of fio 2, in microseconds; fio 3 is understood.`);
  return jobs as Job[];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function histogramOf(latencies: readonly Latency[], name: string): Histogram {
  const pairs = latencies.flatMap(({ bins = {} }) =>
    Object.entries(bins).map(([key, count]): [number, number] => [Number(key), Number(count)]),
  );
  const isSound = ([ns, count]: [number, number]): boolean =>
    Number.isSafeInteger(ns) && ns >= 0 && Number.isSafeInteger(count) && count >= 0;
  if (pairs.length === 0 || !pairs.every(isSound)) {
    throw new UsageError(`${name} has bins that are no counts of nanoseconds.`);
  }
  const highest = Math.max(...pairs.map(([ns]) => ns));
  const counts = new Float64Array(bucketCountFor(highest));
  let [count, sumNs] = [0, 0];
  for (const [ns, amount] of pairs) {
    const bucket = bucketIndexOf(ns);
    counts[bucket] = (counts[bucket] as number) + amount;
    count += amount;
    sumNs += ns * amount;
  }
  const minNs = Math.min(...latencies.map(({ min }) => Math.floor(numberOf(min))));
  const maxNs = Math.max(highest, ...latencies.map(({ max }) => Math.ceil(numberOf(max))));
  return { counts, count, sumNs, minNs, maxNs, overflowCount: 0 };
}

function addFromHistogram(values: Map<string, number>, name: string, histogram: Histogram): void {
  for (const { name: measure, share } of measuresOf(name)) {
    if (restsOnFew(histogram.count, share)) continue;
    values.set(measure, percentilesNs(histogram, [share * 100])[0] as number);
  }
}

function addFromPercentiles(values: Map<string, number>, name: string, latency: Latency): void {
  for (const { name: measure, share } of measuresOf(name)) {
    const value = latency.percentile?.[(share * 100).toFixed(6)];
    if (typeof value === 'number' && !restsOnFew(latency.N, share)) values.set(measure, value);
  }
}

function measuresOf(distribution: string): { readonly name: string; readonly share: number }[] {
  return MEASURES.flatMap(({ name, share }) =>
    share !== null &&
    DISTRIBUTION_MEASURES.includes(distribution) &&
    name.startsWith(`${distribution}.p`)
      ? [{ name, share }]
      : [],
  );
}
