/**
 * `metrics.prom`: the figures of runs in Prometheus' text exposition format, for the textfile
 * collector of a node exporter. Every metric that a threshold can name is in it, under the same
 * name with underscores and in base units: seconds, bytes, shares from 0 to 1.
 *
 * A run is over when it is reported, so counts are gauges too: nothing goes on counting. What has
 * no value (a ratio of nothing, a distribution without samples) has no line.
 */
import { DISTRIBUTIONS, METRICS, type Metric, STATISTICS } from '../scenario/metrics.ts';
import type { Result } from './result-schema.ts';
import { clip, printable } from './text.ts';
import { metricValue } from './thresholds.ts';

const NAME_LENGTH_MAX = 200;

/** A line to be: labels besides those of the run, and a value. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its samples of one run. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly samplesOf: (result: Result) => readonly Sample[];
}

const SUFFIXES: { readonly [U in Metric['unit']]: string } = {
  ns: '_seconds',
  ratio: '_ratio',
  bytes: '_bytes',
  count: '',
  'per-second': '_per_second',
};

const SCALAR_FAMILIES: readonly Family[] = METRICS.filter(
  ({ isDistribution }) => !isDistribution,
).map((metric) => ({
  name: snakeCase(metric.name) + suffixOf(metric),
  help: metric.description,
  samplesOf: (result) => {
    const value = metricValue(metric, result);
    return value === null ? [] : [{ labels: {}, value }];
  },
}));

/** `read` and `read.service` are two names of one distribution; the later, longer one is kept. */
const LATENCIES = [
  ...new Map(DISTRIBUTIONS.map((one) => [one.path.join('/'), one] as const)).values(),
];

const LATENCY_FAMILY: Family = {
  name: 'latency_seconds',
  help: 'a statistic (min, mean, p50, …, max) of a distribution of latencies',
  samplesOf: (result) =>
    LATENCIES.flatMap(({ name }) =>
      STATISTICS.flatMap((statistic): Sample[] => {
        const metric = METRICS.find((one) => one.name === `${name}.${statistic}`) as Metric;
        const ns = metricValue(metric, result);
        if (ns === null) return [];
        return [{ labels: { distribution: name, statistic }, value: secondsOf(ns) }];
      }),
    ),
};

const OTHER_FAMILIES: readonly Family[] = [
  {
    name: 'run_info',
    help: 'what was run, on what, and what it came to',
    samplesOf: ({ tool, environment, verdict, threadCount, integrity, expect }) => [
      {
        labels: {
          tool,
          node: environment.node,
          cpu: environment.cpu,
          cores: String(environment.cores),
          threads: String(threadCount),
          integrity,
          expect,
          outcome: verdict.outcome,
        },
        value: 1,
      },
    ],
  },
  {
    name: 'exit_code',
    help: '0 held, 1 a threshold failed, 3 integrity, 4 the run broke, 130 and 143 interrupted',
    samplesOf: ({ verdict }) => [{ labels: {}, value: verdict.exitCode }],
  },
  {
    name: 'start_time_seconds',
    help: 'opening of the start gate, seconds since 1970',
    samplesOf: ({ startedAt }) => [{ labels: {}, value: Date.parse(startedAt) / 1000 }],
  },
  {
    name: 'duration_seconds',
    help: 'length of the measured phase',
    samplesOf: ({ durationNs }) => [{ labels: {}, value: secondsOf(durationNs) }],
  },
  {
    name: 'operations',
    help: 'operations completed in the measured phase',
    samplesOf: ({ operations }) =>
      Object.entries(operations).map(([operation, { count }]) => ({
        labels: { operation },
        value: count,
      })),
  },
  {
    name: 'check_violations',
    help: 'violations that a check found, those that were expected included',
    samplesOf: ({ checks }) =>
      checks
        .filter(({ verdict }) => verdict !== 'not-applicable')
        .map(({ name, count }) => ({ labels: { check: name }, value: count })),
  },
  {
    name: 'threshold_held',
    help: '1 where a threshold of the scenario held, 0 where it failed',
    samplesOf: ({ thresholds }) =>
      thresholds.map(({ expression, pass }) => ({
        labels: { expression },
        value: pass ? 1 : 0,
      })),
  },
];

const FAMILIES: readonly Family[] = [...OTHER_FAMILIES, ...SCALAR_FAMILIES, LATENCY_FAMILY];

/** One text for any number of runs; a family's lines stand together, as the format wants it. */
export function prometheusText(results: readonly Result[]): string {
  const blocks = FAMILIES.map(({ name, help, samplesOf }) => {
    const full = `sparestorm_${name}`;
    const lines = results.flatMap((result) =>
      samplesOf(result).map(({ labels, value }) => {
        const all = { scenario: shortName(result.name), seed: String(result.seed), ...labels };
        return `${full}{${labelText(all)}} ${value}\n`;
      }),
    );
    if (lines.length === 0) return '';
    // Two runs of one scenario and seed have the same labels, and a series has one value: the last.
    const series = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line]));
    return `# HELP ${full} ${helpText(help)}\n# TYPE ${full} gauge\n${[...series.values()].join('')}`;
  });
  return blocks.join('');
}

function suffixOf(metric: Metric): string {
  if (metric.name === 'throughput') return `_operations${SUFFIXES[metric.unit]}`;
  return SUFFIXES[metric.unit];
}

function snakeCase(name: string): string {
  return name.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** By division, so that the decimal has no more digits than the nanoseconds: `4.1e-8`, `0.002`. */
function secondsOf(ns: number): number {
  return ns / 1e9;
}

function shortName(name: string): string {
  return clip(printable(name), NAME_LENGTH_MAX);
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(printable(value))}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function helpText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
