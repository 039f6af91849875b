import { DISTRIBUTIONS, METRICS, type Metric } from '../scenario/metrics.ts';

/** A metric that runs are compared by. */
export interface Measure {
  /** As a threshold names it. */
  readonly name: string;
  readonly unit: Metric['unit'];
  /** Whether more of it is worse. */
  readonly isCost: boolean;
  /** Of a percentile, its share; null for what rests on no rank. */
  readonly share: number | null;
  /** A share of something: compared by difference, in points, since it may be 0. */
  readonly isShare: boolean;
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;

/** Figures for which it can be said what is better. Counts of what was done are none. */
const GAINS = ['throughput', 'throughput.bytes', 'cache.hitRate', 'lock.fairness'];
const COSTS = ['lock.contended', 'memory.allocator', 'memory.table'];
/** Those that are looked at without being asked for. */
const USUAL = ['throughput', 'cache.hitRate', 'lock.contended'];

/** `read` and `read.service` are one distribution; the longer name is kept. */
export const DISTRIBUTION_MEASURES: readonly string[] = [
  ...new Map(DISTRIBUTIONS.map(({ name, path }) => [path.join('/'), name] as const)).values(),
];

/** Everything that can be compared. */
export const MEASURES: readonly Measure[] = [
  ...DISTRIBUTION_MEASURES.flatMap((distribution) =>
    PERCENTILES.map(
      ([key, share]): Measure => ({
        name: `${distribution}.${key}`,
        unit: 'ns',
        isCost: true,
        share,
        isShare: false,
      }),
    ),
  ),
  ...[...GAINS, ...COSTS].flatMap((name): Measure[] => {
    const metric = METRICS.find((one) => one.name === name);
    if (metric === undefined) return [];
    const isShare = metric.unit === 'ratio';
    return [{ name, unit: metric.unit, isCost: COSTS.includes(name), share: null, isShare }];
  }),
];

export function measureNamed(name: string): Measure | undefined {
  // `read.p99` is short for what is measured in every load.
  const short = /^(\w+)\.(p[\d.]+)$/.exec(name);
  const full = short === null ? name : `${short[1]}.service.${short[2]}`;
  return MEASURES.find((measure) => measure.name === name || measure.name === full);
}

/**
 * Whether it is compared without being asked for. Holds of locks and their median waits are left
 * out: each further measure makes the others harder to be sure of.
 */
export function isUsual({ name, share }: Measure): boolean {
  if (share === null) return USUAL.includes(name);
  if (/^(lock|targetLock)\./.test(name)) return name === 'lock.wait.p99';
  return true;
}
