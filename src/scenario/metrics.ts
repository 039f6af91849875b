import { formatByteRate, formatBytes, formatNs, formatPercent, formatRate } from '../units.ts';
import { OPERATIONS } from './plan.ts';

type MetricUnit = 'ns' | 'ratio' | 'bytes' | 'count' | 'per-second';

/** Something a threshold can be put on. */
export interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly description: string;
  /** Keys that lead to the observed value in result.json; a job is found by its name. */
  readonly path: readonly string[];
  /** Taken from a histogram: without samples there is no value, and the threshold fails. */
  readonly isDistribution: boolean;
}

/** Statistics of every distribution, as they are named in thresholds and in result.json. */
export const STATISTICS = [
  'min',
  'mean',
  'p50',
  'p90',
  'p99',
  'p99.9',
  'p99.99',
  'p99.999',
  'max',
] as const;

/** A distribution, and where result.json keeps its statistics. */
export interface Distribution {
  readonly name: string;
  readonly description: string;
  readonly path: readonly string[];
}

const OPERATION_DISTRIBUTIONS: readonly Distribution[] = OPERATIONS.flatMap((operation) => [
  {
    name: operation,
    description: `service time of ${operation} operations`,
    path: ['operations', operation, 'service'],
  },
  {
    name: `${operation}.service`,
    description: `service time of ${operation} operations: completion − issue`,
    path: ['operations', operation, 'service'],
  },
  {
    name: `${operation}.response`,
    description: `response time of ${operation} operations: completion − planned arrival`,
    path: ['operations', operation, 'response'],
  },
  {
    name: `${operation}.queueing`,
    description: `queueing delay of ${operation} operations: issue − planned arrival`,
    path: ['operations', operation, 'queueing'],
  },
]);

export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: 'allocation',
    description: 'the allocator call alone, granted and refused alike',
    path: ['allocation', 'service'],
  },
  ...OPERATION_DISTRIBUTIONS,
  {
    name: 'service',
    description: 'service time of all operations together',
    path: ['overall', 'service'],
  },
  {
    name: 'response',
    description: 'response time of all operations together',
    path: ['overall', 'response'],
  },
  {
    name: 'queueing',
    description: 'queueing delay of all operations together',
    path: ['overall', 'queueing'],
  },
  {
    name: 'pacer.lateness',
    description: 'how late a waiting thread saw what it waited for',
    path: ['pacer', 'lateness'],
  },
  { name: 'lock.wait', description: 'wait for the allocation lock', path: ['lock', 'wait'] },
  { name: 'lock.hold', description: 'time in the allocation lock', path: ['lock', 'hold'] },
  {
    name: 'targetLock.wait',
    description: 'wait for the target lock, which guards the remap table',
    path: ['targetLock', 'wait'],
  },
  { name: 'targetLock.hold', description: 'time in the target lock', path: ['targetLock', 'hold'] },
  {
    name: 'steady.service',
    description: 'service time in the steady window, of all operations together',
    path: ['steady', 'service'],
  },
  {
    name: 'steady.response',
    description: 'response time in the steady window, of all operations together',
    path: ['steady', 'response'],
  },
  {
    name: 'jitter',
    description: 'how long the machine kept a ready thread from running, period by period',
    path: ['jitter', 'pause'],
  },
];

const scalar = (
  name: string,
  unit: MetricUnit,
  path: readonly string[],
  description: string,
): Metric => ({ name, unit, path, description, isDistribution: false });

const SCALARS: readonly Metric[] = [
  scalar('collisions', 'count', ['collisions'], 'spares handed out to two sectors at once'),
  scalar('errors', 'count', ['errors'], 'operations that failed, all kinds together'),
  scalar('errors.read', 'count', ['errorKinds', 'readError'], 'operations that met a read error'),
  scalar(
    'errors.write',
    'count',
    ['errorKinds', 'writeError'],
    'operations that met a write error',
  ),
  scalar(
    'errors.dataLost',
    'count',
    ['errorKinds', 'dataLost'],
    'reads of sectors that were moved without their data',
  ),
  scalar(
    'faults.readErrors',
    'count',
    ['faults', 'mediumErrors', 'read'],
    'reads that the medium failed, those issued again included',
  ),
  scalar(
    'faults.writeErrors',
    'count',
    ['faults', 'mediumErrors', 'write'],
    'writes that the medium failed, those issued again included',
  ),
  scalar('faults.retries', 'count', ['faults', 'retries'], 'requests that were issued again'),
  scalar(
    'faults.recovered',
    'count',
    ['faults', 'recovered'],
    'operations that failed at first and succeeded in the end',
  ),
  scalar(
    'autoRemap.moved',
    'count',
    ['autoRemap', 'moved'],
    'sectors that workers moved to spares',
  ),
  scalar(
    'autoRemap.unreadable',
    'count',
    ['autoRemap', 'unreadable'],
    'sectors that were moved without their data, which could not be read',
  ),
  scalar(
    'autoRemap.noSpare',
    'count',
    ['autoRemap', 'noSpare'],
    'sectors that stayed where they are, since there was no spare',
  ),
  scalar(
    'autoRemap.overflow',
    'count',
    ['autoRemap', 'overflow'],
    'sectors that found no room in the queue',
  ),
  scalar(
    'autoRemap.repeated',
    'count',
    ['autoRemap', 'repeated'],
    'moves of a sector that had been moved already',
  ),
  scalar(
    'throughput',
    'per-second',
    ['throughput', 'operationsPerSecond'],
    'operations completed per second of the measured phase',
  ),
  scalar(
    'throughput.bytes',
    'per-second',
    ['throughput', 'bytesPerSecond'],
    'bytes moved per second of the measured phase',
  ),
  scalar(
    'arrivals.rate',
    'per-second',
    ['arrivals', 'achievedPerSecond'],
    'planned operations issued per second of the measured phase',
  ),
  scalar(
    'arrivals.requestedRate',
    'per-second',
    ['arrivals', 'requestedPerSecond'],
    'operations that the rate calls for per second of the measured phase',
  ),
  scalar(
    'arrivals.rateError',
    'ratio',
    ['arrivals', 'rateError'],
    'what was issued by what was called for, less 1: below 0 where it fell short',
  ),
  scalar('arrivals.planned', 'count', ['arrivals', 'planned'], 'arrivals due before the end'),
  scalar(
    'arrivals.dropped',
    'count',
    ['arrivals', 'dropped'],
    'arrivals that were due before the end and not issued',
  ),
  scalar('allocation.granted', 'count', ['allocation', 'granted'], 'spares handed out'),
  scalar('allocation.refused', 'count', ['allocation', 'refused'], 'answers of "none"'),
  scalar(
    'allocation.drained',
    'count',
    ['allocation', 'drained'],
    'spares that one thread still got after the last had been told "none"',
  ),
  scalar('cache.hitRate', 'ratio', ['cache', 'hitRate'], 'hits / (hits + misses)'),
  scalar('cache.hits', 'count', ['cache', 'hits'], 'allocations served without a refill'),
  scalar('cache.misses', 'count', ['cache', 'misses'], 'allocations that had to refill'),
  scalar(
    'lock.contended',
    'ratio',
    ['lock', 'contendedRatio'],
    'share of acquisitions of the allocation lock that had to wait',
  ),
  scalar(
    'lock.fairness',
    'ratio',
    ['lock', 'fairness'],
    'how evenly threads got the allocation lock: 1 = all the same number of times',
  ),
  scalar(
    'target.onMetadata',
    'count',
    ['target', 'onMetadata'],
    'live remaps on metadata sectors, by the table itself',
  ),
  scalar(
    'target.sharedPairs',
    'count',
    ['target', 'sharedPairs'],
    'pairs of live remaps with one spare between them, by the table itself',
  ),
  scalar(
    'target.invisible',
    'count',
    ['target', 'invisible'],
    'slots that hold an LBA which neither lookups nor health tracking see',
  ),
  scalar(
    'target.manualRemaps',
    'count',
    ['target', 'manualRemaps'],
    'remaps by message since the last clear, as the target counts them',
  ),
  scalar(
    'target.autoRemaps',
    'count',
    ['target', 'autoRemaps'],
    'automatic remaps since the last clear, as the target counts them',
  ),
  scalar(
    'target.writeErrors',
    'count',
    ['target', 'writeErrors'],
    'failed writes, as the target counts them',
  ),
  scalar(
    'target.repliesDelivered',
    'count',
    ['target', 'repliesDelivered'],
    'messages whose reply reached the sender',
  ),
  scalar(
    'target.logLines',
    'count',
    ['target', 'logLines'],
    'lines that messages wrote to the log',
  ),
  scalar(
    'metadata.crashPoints',
    'count',
    ['metadata', 'crashPoints'],
    'states that power cuts were tried to leave, repairs not counted',
  ),
  scalar(
    'metadata.failedPoints',
    'count',
    ['metadata', 'failedPoints'],
    'crash points at which something that was acknowledged is lost',
  ),
  scalar(
    'steady.reached',
    'count',
    ['steady', 'reached'],
    '1 when the load became steady, else 0; load.until: steady asks for it',
  ),
  scalar('steady.after', 'ns', ['steady', 'reachedNs'], 'when it did, from the start on'),
  scalar(
    'steady.throughput',
    'per-second',
    ['steady', 'operationsPerSecond'],
    'operations completed per second of the window that was judged last',
  ),
  scalar(
    'steady.slope',
    'ratio',
    ['steady', 'slopeSize'],
    'what a line through that window rises or falls, as a share of its mean',
  ),
  scalar(
    'steady.deviation',
    'ratio',
    ['steady', 'deviation'],
    'farthest that an interval of that window lies from its mean, as a share of it',
  ),
  scalar(
    'jitter.lost',
    'ratio',
    ['jitter', 'lostShare'],
    'share of its time that an idle loop lost to pauses of the machine',
  ),
  scalar('memory.allocator', 'bytes', ['memory', 'allocatorBytes'], 'bitmap, cache and lock'),
  scalar('memory.table', 'bytes', ['memory', 'tableBytes'], 'the remap table'),
  scalar('memory.device', 'bytes', ['memory', 'deviceBytes'], 'main device and spare area'),
  scalar(
    'memory.instrument',
    'bytes',
    ['memory', 'instrumentBytes'],
    'what only measuring needs: histograms, claims, audit words',
  ),
];

/** Every metric there is, distributions with each of their statistics. */
export const METRICS: readonly Metric[] = [
  ...DISTRIBUTIONS.flatMap(({ name, description, path }) =>
    STATISTICS.map((statistic) => ({
      name: `${name}.${statistic}`,
      unit: 'ns' as const,
      description: `${statistic}: ${description}`,
      path: [...path, statistic],
      isDistribution: true,
    })),
  ),
  ...SCALARS,
];

const BY_NAME: ReadonlyMap<string, Metric> = new Map(
  METRICS.map((metric) => [metric.name, metric]),
);

/** Distributions by name, and the scalars: the list to show a person. */
export const METRIC_GROUPS: readonly string[] = [
  ...DISTRIBUTIONS.map(({ name }) => `${name}.<statistic>`),
  ...SCALARS.map(({ name }) => name),
];

export function metricNamed(name: string): Metric | undefined {
  return BY_NAME.get(name) ?? metricOfJob(name);
}

/** Single figures that there are of each job as well. */
export const JOB_SCALARS: readonly string[] = ['throughput', 'throughput.bytes', 'errors'];

const JOB_METRIC = /^jobs\.([^.]+)\.(.+)$/;

/** The job that a metric such as `jobs.scan.read.p99` is about; null where it is about all. */
export function jobOfMetric(name: string): string | null {
  return JOB_METRIC.exec(name)?.[1] ?? null;
}

/** Of one job: the distributions of its operations, and a few figures. */
function metricOfJob(name: string): Metric | undefined {
  const [, job = '', rest = ''] = JOB_METRIC.exec(name) ?? [];
  const metric = BY_NAME.get(rest);
  if (metric === undefined) return undefined;
  if (metric.path[0] !== 'operations' && !JOB_SCALARS.includes(rest)) return undefined;
  const description = `job ${job}: ${metric.description}`;
  return { ...metric, name, description, path: ['jobs', job, ...metric.path] };
}

/** Whether a metric counts bytes per second rather than events. */
export function isByteRate(metric: Metric): boolean {
  return metric.path.at(-1) === 'bytesPerSecond';
}

const EXACT = new Intl.NumberFormat('en-US');

/** A value of a metric, in its unit, as reports show it. */
export function formatMetric(metric: Metric, value: number): string {
  if (metric.unit === 'ns') return formatNs(value);
  if (metric.unit === 'ratio') return formatPercent(value);
  if (metric.unit === 'bytes') return formatBytes(value);
  // A threshold may ask for one very number, so it is not rounded to 16.3k.
  if (metric.unit === 'count') return EXACT.format(value);
  return isByteRate(metric) ? formatByteRate(value) : formatRate(value);
}
