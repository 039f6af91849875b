import { LOCK_KINDS } from '../../src/scenario/plan.ts';
import { hasRedis } from '../support/redis.ts';
import type { Fio } from './fio.ts';
import type { Load } from './load.ts';
import type { Reference } from './reference.ts';
import type { Row, Subject } from './row.ts';
import { checkedBytesPerSecond, operationsPerSecond, probe } from './sparestorm.ts';

export interface Programs {
  /** null where there is no C compiler, or no fio; their subjects are then left out. */
  readonly reference: Reference | null;
  readonly fio: Fio | null;
  readonly isQuick: boolean;
}

const LOCKS = LOCK_KINDS.filter((kind) => kind !== 'none');
export const DEFAULT_LOCK = 'test-and-test-and-set';

/**
 * Kinds and protocols of allocator, as the probes and the reference take them. The published ones
 * run under their outer lock: without it two threads break the ring, and what is then measured is
 * one search of the whole bitmap after the other.
 */
const ALLOCATORS = [
  { id: 'published-outer', kind: 'cached', protocol: 'as-published', outerLock: 1 },
  { id: 'guarded', kind: 'cached', protocol: 'guarded', outerLock: 0 },
  { id: 'linear', kind: 'linear', protocol: 'guarded', outerLock: 0 },
  { id: 'linear-published', kind: 'linear', protocol: 'as-published', outerLock: 1 },
  { id: 'bitmap', kind: 'bitmap', protocol: 'guarded', outerLock: 0 },
  { id: 'per-worker', kind: 'per-worker', protocol: 'guarded', outerLock: 0 },
] as const;

const MICRO = [
  ['clock', 'one reading of the clock'],
  ['histogram', 'recording one latency, beyond reading it'],
  ['random', '32 random bits'],
  ['address-uniform', 'an address, uniform'],
  ['address-zipf', 'an address, Zipf 1.1'],
  ['address-sequential', 'an address, sequential'],
] as const;

export function rowsOf(programs: Programs): Row[] {
  return [
    ...loadRows(programs),
    ...strictRows(programs),
    ...allocationRows(programs),
    ...lockRows(programs),
    ...microRows(programs),
    ...lookingRows(programs),
    ...startRows(programs),
    ...dispatchRows(),
  ];
}

/** Leaves out the programs that are not there. */
function present(subjects: Readonly<Record<string, Subject | null>>): Record<string, Subject> {
  return Object.fromEntries(
    Object.entries(subjects).filter((entry): entry is [string, Subject] => entry[1] !== null),
  );
}

function loadRows({ reference, fio, isQuick }: Programs): Row[] {
  const seconds = isQuick ? 0.4 : 1;
  const sizes = [
    ['null', 4096],
    ['512', 512],
    ['4k', 4096],
    ['128k', 131072],
  ] as const;
  const rows: Row[] = [];
  for (const [name, blockBytes] of sizes) {
    for (const threads of name === '128k' && isQuick ? [2] : [1, 2, 4]) {
      const medium = name === 'null' ? 'none' : 'memory';
      const load: Load = { threads, blockBytes, medium, distribution: 'uniform', seconds };
      const chained: Load = { ...load, timing: 'chained' };
      // Where memory's bandwidth is all, a reading of the clock is nothing.
      const hasChained = name !== '128k' && (isQuick ? threads === 2 : threads <= 2);
      const what = medium === 'none' ? 'null device' : `random read/write, ${name}`;
      rows.push({
        id: `${name}.${threads}t`,
        title: `${what}, ${threadsOf(threads)}`,
        unit: 'M op/s',
        scale: 1e6,
        isQuick: threads <= 2,
        subjects: present({
          sparestorm: () => operationsPerSecond(load),
          C: reference && (() => reference.operationsPerSecond(load)),
          chained: hasChained ? () => operationsPerSecond(chained) : null,
          'C, chained':
            hasChained && reference ? () => reference.operationsPerSecond(chained) : null,
          fio: fio && (() => fio.operationsPerSecond(load)),
          'fio, our clock':
            medium === 'none' && fio
              ? () => fio.operationsPerSecond(load, { sameClock: true })
              : null,
        }),
      });
    }
  }
  return rows;
}

function strictRows({ fio, isQuick }: Programs): Row[] {
  const seconds = isQuick ? 0.4 : 1;
  return [1, 2].flatMap((threads) => {
    const load: Load = {
      threads,
      blockBytes: 4096,
      medium: 'memory',
      distribution: 'uniform',
      seconds,
    };
    return [
      {
        id: `strict.${threads}t`,
        title: `random read/write, 4k, integrity strict, ${threadsOf(threads)}`,
        unit: 'M op/s',
        scale: 1e6,
        isQuick: true,
        subjects: {
          strict: () => operationsPerSecond(load, { integrity: 'strict' }),
          off: () => operationsPerSecond(load),
        },
      },
      {
        id: `verified.${threads}t`,
        title: `bytes read back and checked, 4k, ${threadsOf(threads)}`,
        unit: 'GB/s',
        scale: 1e9,
        isQuick: true,
        subjects: present({
          sparestorm: () => checkedBytesPerSecond(load),
          'fio, crc32c': fio && (() => fio.verifiedBytesPerSecond(load, isQuick ? 8 : 20)),
        }),
      },
    ];
  });
}

function allocationRows({ reference, isQuick }: Programs): Row[] {
  return ALLOCATORS.flatMap(({ id, kind, protocol, outerLock }) =>
    [1, 2, 4].map((threads) => {
      const parameters = [
        ...['allocate', '--kind', kind, '--protocol', protocol, '--lock', DEFAULT_LOCK],
        ...['--outer-lock', outerLock, '--threads', threads, '--placement', 'none'],
        // Enough for a tenth of a second of the fastest, and spares left over.
        ...['--spares', 2 ** 22, '--count', isQuick ? 1_500_000 : 4_000_000],
      ];
      const under = outerLock === 1 ? ' under the outer lock' : '';
      return {
        id: `allocate.${id}.${threads}t`,
        title: `allocation, ${kind} ${protocol}${under}, ${threadsOf(threads)}`,
        unit: 'M calls/s',
        scale: 1e6,
        isQuick: threads <= 2 && ['published-outer', 'guarded', 'per-worker'].includes(id),
        subjects: present({
          sparestorm: () => probe(parameters).perSecond as number,
          C: reference && (() => reference.run(parameters).perSecond as number),
        }),
      };
    }),
  );
}

function lockRows({ reference, isQuick }: Programs): Row[] {
  const seconds = isQuick ? 0.2 : 0.4;
  const parametersOf = (kind: string, threads: number, timed: 0 | 1) => [
    ...['lock', '--kind', kind, '--threads', threads, '--seconds', seconds, '--timed', timed],
  ];
  const uncontended = LOCKS.map((kind) => ({
    id: `pair.${kind}`,
    title: `lock and unlock, nobody else, ${kind}`,
    unit: 'ns',
    scale: 1,
    isQuick: kind === 'test-and-set',
    subjects: present({
      sparestorm: () => probe(parametersOf(kind, 1, 0)).nsPerPair as number,
      C: reference && (() => reference.run(parametersOf(kind, 1, 0)).nsPerPair as number),
    }),
  }));
  const contended = LOCKS.flatMap((kind) =>
    [1, 2, 4, 8].flatMap((threads) => contendedRows(kind, threads, parametersOf, reference)),
  );
  return [...uncontended, ...contended];
}

/** Throughput, then what waiting looked like and how even the shares were: of the same run. */
function contendedRows(
  kind: string,
  threads: number,
  parametersOf: (kind: string, threads: number, timed: 0 | 1) => (string | number)[],
  reference: Reference | null,
): Row[] {
  const parameters = parametersOf(kind, threads, 1);
  const last: Record<string, Record<string, number>> = {};
  const runs: Record<string, (() => Record<string, number>) | null> = {
    sparestorm: () => probe(parameters),
    C: reference && (() => reference.run(parameters)),
  };
  const readings = [
    ['perSecond', '', 'M/s', 1e6],
    ['p50Ns', ', wait p50', 'ns', 1],
    ['p99Ns', ', wait p99', 'ns', 1],
    ['p999Ns', ', wait p99.9', 'ns', 1],
    ['fairness', ', least to most served', '', 1],
  ] as const;
  return readings.map(([key, suffix, unit, scale]) => ({
    id: key === 'perSecond' ? `lock.${kind}.${threads}t` : `lock.${kind}.${threads}t.${key}`,
    title: `${kind}, ${threadsOf(threads)}${suffix}`,
    unit,
    scale,
    isQuick: kind === DEFAULT_LOCK && key === 'perSecond' && (threads === 2 || threads === 4),
    subjects: present(
      Object.fromEntries(
        Object.entries(runs).map(([name, run]) => [
          name,
          run &&
            (() => {
              if (key === 'perSecond') last[name] = run();
              return last[name]?.[key] as number;
            }),
        ]),
      ),
    ),
  }));
}

function microRows({ reference, isQuick }: Programs): Row[] {
  const count = isQuick ? 200_000 : 1_000_000;
  const calls = MICRO.map(([what, title]) => {
    const parameters = ['micro', '--what', what, '--count', count];
    return {
      id: what,
      title,
      unit: 'ns',
      scale: 1,
      isQuick: what === 'clock' || what === 'histogram',
      subjects: present({
        sparestorm: () => probe(parameters).medianNs as number,
        C: reference && (() => reference.run(parameters).medianNs as number),
      }),
    };
  });
  const parameters = ['merge', '--histograms', 64, '--buckets', 26_625];
  const merge = {
    id: 'merge',
    title: 'merge of 64 histograms',
    unit: 'ms',
    scale: 1e6,
    isQuick: false,
    subjects: present({
      sparestorm: () => probe(parameters).medianNs as number,
      C: reference && (() => reference.run(parameters).medianNs as number),
    }),
  };
  return [...calls, merge];
}

/** What it costs to look while the load runs. */
function lookingRows({ isQuick }: Programs): Row[] {
  const load: Load = {
    threads: 2,
    blockBytes: 4096,
    medium: 'none',
    distribution: 'uniform',
    seconds: isQuick ? 0.8 : 2,
  };
  const allocate = (period: number) => [
    ...['sampling', '--period', period, '--threads', 2, '--count', isQuick ? 500_000 : 2_000_000],
  ];
  return [
    {
      id: 'panel',
      title: 'null device, 2 threads, live panel',
      unit: 'M op/s',
      scale: 1e6,
      isQuick: true,
      subjects: {
        on: () => operationsPerSecond(load, { live: true }),
        off: () => operationsPerSecond(load),
      },
    },
    ...[1, 2].map((threads) => ({
      id: `jitter.${threads}t`,
      title: `null device, ${threadsOf(threads)}, pauses of the machine watched for`,
      unit: 'M op/s',
      scale: 1e6,
      isQuick: false,
      subjects: {
        auto: () => operationsPerSecond({ ...load, threads }),
        off: () => operationsPerSecond({ ...load, threads }, { jitter: 'off' }),
      },
    })),
    {
      id: 'sampling',
      title: 'guarded allocation, 2 threads, one call in 61 timed',
      unit: 'M calls/s',
      scale: 1e6,
      isQuick: false,
      subjects: {
        on: () => probe(allocate(61)).perSecond as number,
        off: () => probe(allocate(0)).perSecond as number,
      },
    },
  ];
}

function startRows(_: Programs): Row[] {
  return [1, 2, 4, 8, 16].flatMap((threads) => {
    let bytesPerThread = Number.NaN;
    return [
      {
        id: `start.${threads}t`,
        title: `${threadsOf(threads)} at the gate after`,
        unit: 'ms',
        scale: 1,
        isQuick: false,
        subjects: {
          sparestorm: () => {
            const figures = probe(['start', '--threads', threads]);
            bytesPerThread = figures.bytesPerThread as number;
            return figures.readyMs as number;
          },
        },
      },
      {
        id: `memory.${threads}t`,
        title: `memory a thread, with ${threadsOf(threads)}`,
        unit: 'MiB',
        scale: 2 ** 20,
        isQuick: false,
        subjects: { sparestorm: () => bytesPerThread },
      },
    ];
  });
}

function threadsOf(count: number): string {
  return count === 1 ? '1 thread' : `${count} threads`;
}

/** The bar is 50 ms: beside it stands a run, which takes hundreds. */
function dispatchRows(): Row[] {
  if (!hasRedis()) return [];
  return [
    {
      id: 'dispatch',
      title: 'a run of a sweep by queue, beside the run itself',
      unit: 'ms',
      scale: 1,
      isQuick: false,
      subjects: { sparestorm: () => probe(['dispatch', '--runs', 100]).msPerRun as number },
    },
  ];
}
