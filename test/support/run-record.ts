/**
 * Small plans and run records for tests: complete, plausible, and changed only where a test says
 * so. Overrides reach into objects; arrays, histograms and nulls are replaced as a whole.
 */
import type { Verdict } from '../../src/check/check.ts';
import { bucketCountFor, type Histogram, histogramOf } from '../../src/record/histogram.ts';
import { latencyRowOf } from '../../src/record/latency-row.ts';
import type {
  Interval,
  JobRecord,
  LockRecord,
  OperationRecord,
  RunRecord,
  Slice,
} from '../../src/record/run-record.ts';
import { detailsOf } from '../../src/report/details.ts';
import type { Details } from '../../src/report/details-schema.ts';
import { resultOf } from '../../src/report/result.ts';
import type { Result } from '../../src/report/result-schema.ts';
import {
  AT_ONCE,
  type Comparison,
  IDLE_JOB,
  type JobPlan,
  type LoadPlan,
  NO_FAULTS,
  NO_METADATA,
  NO_MIX,
  NO_OVERHEAD,
  NO_PRECONDITION,
  type Operation,
  type Plan,
  SOLE_JOB,
} from '../../src/scenario/plan.ts';

export type Overrides<T> = T extends readonly unknown[] | Histogram | Uint8Array
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Overrides<T[K]> }
    : T;

/** Covers a minute. */
const BUCKET_COUNT = bucketCountFor(60e9);

export function samples(...latenciesNs: number[]): Histogram {
  return histogramOf(latenciesNs, BUCKET_COUNT);
}

/** So many latencies, rising from the first in equal steps. */
export function risingSamples(count: number, fromNs: number, stepNs: number): Histogram {
  return samples(...Array.from({ length: count }, (_, index) => fromNs + index * stepNs));
}

/** What a test changes in a plan of one job: `load` reaches into that job as well. */
export type PlanOverrides = Overrides<
  Omit<Plan, 'load' | 'jobs'> & { readonly load: LoadPlan & JobPlan }
>;

export function somePlan(overrides: PlanOverrides = {}): Plan {
  const plan = {
    name: 'small-and-plain',
    description: '',
    seed: 42,
    device: {
      sectorCount: 1024,
      medium: 'memory',
      spare: { sectorCount: 64, start: 0, limit: null, placement: 'none' },
      ...AT_ONCE,
    },
    allocator: {
      kind: 'cached',
      protocol: 'guarded',
      outerLock: false,
      cache: { slotCount: 8, batchCount: 4, searchLimit: 100 },
    },
    lock: { kind: 'test-and-test-and-set' },
    remap: { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
    target: { protocol: 'guarded' },
    metadata: NO_METADATA,
    precondition: NO_PRECONDITION,
    load: { ...IDLE_JOB, ...SOME_LOAD },
    autoRemap: null,
    faults: NO_FAULTS,
    events: [],
    explore: { threads: null, finds: null, by: null },
    overhead: NO_OVERHEAD,
    integrity: 'strict',
    thresholds: [],
    expect: 'pass',
    watchdogNs: 10_000_000_000,
    intervalNs: 1_000_000_000,
    search: null,
    steady: null,
    jitter: 'auto',
    recordedCount: 0,
  };
  return ofOneJob(merged(plan as WithLoad, overrides as Overrides<WithLoad>));
}

type WithLoad = Omit<Plan, 'load' | 'jobs'> & { readonly load: LoadPlan & JobPlan };

const SOME_LOAD = {
  threadCount: 2,
  warmupNs: 500_000_000,
  durationNs: 2_000_000_000,
  mix: { ...NO_MIX, read: 60, write: 30, remap: 10 },
  blockSizes: [{ sectorCount: 8, weight: 1 }],
};

function ofOneJob({ load: { warmupNs, ...job }, ...plan }: WithLoad): Plan {
  return { ...plan, load: { threadCount: job.threadCount, warmupNs }, jobs: [job] };
}

/** The same plan with another load, of one job. */
export function withLoad(plan: Plan, changes: Overrides<LoadPlan & JobPlan>): Plan {
  const load = { ...plan.load, ...(plan.jobs[0] ?? IDLE_JOB) };
  return ofOneJob({ ...plan, load: merged(load, changes) });
}

function soleJob({ operations, threads, durationNs }: RunRecord): JobRecord {
  const threadCount = threads.length;
  return { name: SOLE_JOB, firstThread: 0, threadCount, startNs: 0, endNs: durationNs, operations };
}

/** Two threads, two seconds: 1000 reads, 500 writes, 20 remaps that took spares 0 to 19. */
export function someRunRecord(overrides: Overrides<RunRecord> = {}): RunRecord {
  const claims = Array.from({ length: 20 }, (_, order) => ({
    kind: 'claim' as const,
    order,
    thread: order % 2,
    lba: 100 + order,
    spare: order,
    issueNs: 600_000_000 + order * 1000,
    completionNs: 600_000_500 + order * 1000,
  }));
  const run: RunRecord = {
    startedAt: '2026-11-22T07:40:12.345Z',
    durationNs: 2_000_000_000,
    ending: { kind: 'finished', reason: '', dump: [] },
    precondition: { filledSectorCount: 0, remapCount: 0, wantedRemapCount: 0 },
    threads: [0, 1].map((thread) => ({
      thread,
      operationCount: 950,
      firstIssueNs: 10_000 + thread * 5000,
      lastCompletionNs: 2_500_000_000,
      claimCount: 10,
      refusedCount: 0,
      operationDigest: 12345 + thread,
    })),
    operations: {
      read: someOperation(risingSamples(1000, 1_000_000, 1000), 4_096_000),
      write: someOperation(risingSamples(500, 3_000_000, 1000), 2_048_000),
      remap: someOperation(risingSamples(20, 10_000_000, 1_000_000), 0),
      unremap: someOperation(samples(), 0),
      sync: someOperation(samples(), 0),
      trim: someOperation(samples(), 0),
      message: someOperation(samples(), 0),
    },
    jobs: [],
    allocation: {
      requestedCount: 20,
      grantedCount: 20,
      refusedCount: 0,
      drainedCount: 0,
      firstRefusal: null,
      service: risingSamples(20, 400, 10),
      hit: risingSamples(15, 400, 10),
      miss: risingSamples(5, 550, 10),
    },
    cache: { hitCount: 15, missCount: 5, refillCount: 5 },
    allocationLock: someLock({ name: 'allocation' }),
    targetLock: someLock({
      name: 'target',
      acquisitionCount: 0,
      contendedCount: 0,
      wait: samples(),
      hold: samples(),
      perThread: [
        { acquisitionCount: 0, contendedCount: 0 },
        { acquisitionCount: 0, contendedCount: 0 },
      ],
      handOffs: [
        [0, 0, 0],
        [0, 0, 0],
      ],
    }),
    claims,
    unloggedClaimCount: 0,
    ownerConflicts: [],
    ownerConflictCount: 0,
    spares: {
      allocatableEnd: 64,
      reserved: new Uint8Array(64),
      marked: Uint8Array.from({ length: 64 }, (_, spare) => (spare < 23 ? 1 : 0)),
      ring: { slotCount: 8, head: 6, tail: 1, count: 3, slots: [22, 0, 0, 0, 0, 0, 20, 21] },
      cachedAreMarked: true,
    },
    remapTable: claims.map(({ lba, spare }) => ({ lba, spare })),
    target: null,
    data: {
      readSectorCount: 8000,
      sweptSectorCount: 1024,
      unreadableSectorCount: 0,
      faultCounts: {
        'lost-write': 0,
        'stale-read': 0,
        'torn-write': 0,
        misdirected: 0,
        'foreign-data': 0,
        'bit-flip': 0,
      },
      findings: [],
    },
    errors: {
      readError: 0,
      writeError: 0,
      dataLost: 0,
      pastSpareArea: 0,
      alreadyRemapped: 0,
      tableFull: 0,
    },
    faults: {
      applies: false,
      mediumErrorCounts: { read: 0, write: 0 },
      retryCount: 0,
      recoveredCount: 0,
      badSectorCounts: { main: 0, spare: 0 },
      plantedCounts: {
        'lost-write': 0,
        'stale-read': 0,
        'torn-write': 0,
        misdirected: 0,
        'foreign-data': 0,
        'bit-flip': 0,
      },
    },
    autoRemap: null,
    pace: null,
    events: [],
    metadata: null,
    intervals: [
      someInterval('warmup', 0, 500_000_000),
      someInterval('measure', 500_000_000, 1_500_000_000),
      someInterval('measure', 1_500_000_000, 2_500_000_000),
    ],
    slices: [
      someSlice('warmup', 0, 500_000_000, 0, []),
      someSlice('measure', 500_000_000, 1_500_000_000, 700, [1500, 2500]),
      someSlice('measure', 1_500_000_000, 2_500_000_000, 1520, [1500, 1600, 2500]),
    ],
    memory: {
      allocatorBytes: 512,
      deviceBytes: 557_056,
      tableBytes: 8192,
      instrumentBytes: 3_145_728,
    },
    steady: null,
    jitter: {
      method: 'idle-loop',
      periodNs: 1_000_000,
      observedNs: 2_000_000_000,
      lostNs: 60_000_000,
      pauses: samples(900, 1200, 45_000, 2_100_000),
    },
    trace: null,
    recording: null,
    environment: {
      tool: 'sparestorm 0.1.0',
      node: '20.20.2',
      v8: '11.3.244.8',
      platform: 'linux x64',
      cpu: 'Some CPU',
      cores: 4,
      oversubscribed: false,
      clock: { costNs: 36.4, stepNs: 10 },
      emptyOperationNs: 78.2,
      lookNs: 4.9,
      jitter: { maxNs: 1_800_000, lostShare: 0.033 },
    },
  };
  const all = merged(run, overrides);
  return overrides.jobs === undefined ? { ...all, jobs: [soleJob(all)] } : all;
}

export function someOperation(service: Histogram, bytes: number): OperationRecord {
  return {
    count: service.count,
    refusedCount: 0,
    errorCount: 0,
    skippedCount: 0,
    bytes,
    service,
    queueing: samples(),
    response: service,
  };
}

function someLock(overrides: Overrides<LockRecord> = {}): LockRecord {
  const lock: LockRecord = {
    kind: 'test-and-test-and-set',
    name: 'allocation',
    acquisitionCount: 25,
    contendedCount: 5,
    parkCount: 0,
    overlapCount: 0,
    samplePeriod: 1,
    wait: risingSamples(25, 50, 10),
    hold: risingSamples(25, 100, 10),
    perThread: [
      { acquisitionCount: 15, contendedCount: 3 },
      { acquisitionCount: 10, contendedCount: 2 },
    ],
    handOffs: [
      [1, 9, 5],
      [0, 6, 4],
    ],
  };
  return merged(lock, overrides);
}

export function someInterval(
  phase: Interval['phase'],
  startNs: number,
  endNs: number,
  latenciesNs: { readonly [O in Operation]?: readonly number[] } = { read: [1500, 2500] },
): Interval {
  const of = (name: Operation) => {
    const service = samples(...(latenciesNs[name] ?? []));
    return { count: service.count, service };
  };
  return {
    startNs,
    endNs,
    phase,
    operations: {
      read: of('read'),
      write: of('write'),
      remap: of('remap'),
      unremap: of('unremap'),
      sync: of('sync'),
      trim: of('trim'),
      message: of('message'),
    },
    grantedCount: 10,
    refusedCount: 0,
    ownerConflictCount: 0,
  };
}

/** Its reads took so long; nothing else was done in it. */
export function someSlice(
  phase: Slice['phase'],
  startNs: number,
  endNs: number,
  operationCount: number,
  readsNs: readonly number[],
): Slice {
  const read = new Float64Array(Math.max(0, ...readsNs.map((ns) => latencyRowOf(ns) + 1)));
  for (const ns of readsNs) {
    const row = latencyRowOf(ns);
    read[row] = (read[row] as number) + 1;
  }
  const none = new Float64Array(0);
  return {
    startNs,
    endNs,
    phase,
    rows: {
      ...{ read, write: none, remap: none, unremap: none },
      ...{ sync: none, trim: none, message: none },
    },
    operationCount,
    grantedCount: 10,
    refusedCount: 0,
    ownerConflictCount: 0,
    hitCount: 8,
    missCount: 2,
    plannedCount: null,
  };
}

export function someVerdict(name: string, overrides: Overrides<Verdict> = {}): Verdict {
  const verdict: Verdict = {
    name,
    verdict: 'held',
    count: 0,
    summary: `20 claims examined: nothing against ${name}.`,
    evidence: [],
    consequenceOf: null,
  };
  return merged(verdict, overrides);
}

export function brokenVerdict(
  name: string,
  count = 1,
  overrides: Overrides<Verdict> = {},
): Verdict {
  return someVerdict(name, {
    verdict: 'broken',
    count,
    summary: `20 claims examined: ${count} against ${name}.`,
    evidence: [
      {
        text: 'spare 5 serves LBA 105 (thread 1, at 600.005 ms) and LBA 106 (thread 0, at 600.006 ms)',
        spare: 5,
        lbas: [105, 106],
        threads: [1, 0],
        timesNs: [600_005_500, 600_006_500],
      },
    ],
    ...overrides,
  });
}

function merged<T>(base: T, overrides: unknown): T {
  if (!isPlain(base) || !isPlain(overrides)) return overrides as T;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result as T;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

/** The result of a plan and a run record, all checks held unless told otherwise. */
export function someResult(
  input: {
    readonly plan?: PlanOverrides;
    readonly run?: Overrides<RunRecord>;
    readonly verdicts?: readonly Verdict[];
    readonly sets?: readonly string[];
    readonly sourceFile?: string;
  } = {},
): Result {
  return resultOf({
    plan: somePlan(input.plan),
    scenario: { version: 1, name: 'small-and-plain' },
    sourceFile: input.sourceFile ?? 'scenarios/small.yaml',
    sets: input.sets ?? [],
    run: someRunRecord(input.run),
    verdicts: input.verdicts ?? ['collisions', 'reserved', 'data'].map((name) => someVerdict(name)),
  });
}

/** The details of a run record, all checks held unless told otherwise. */
export function someDetails(
  run: Overrides<RunRecord> = {},
  verdicts: readonly Verdict[] = [],
  repeats: readonly string[] = [],
): Details {
  return detailsOf({ run: someRunRecord(run), verdicts, repeats });
}

export function someThreshold(
  metric: string,
  comparison: Comparison,
  limit: number,
): Plan['thresholds'][number] {
  return { expression: `${metric} ${comparison} ${limit}`, metric, comparison, limit };
}
