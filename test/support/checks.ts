import { emptyHistogram, histogramOf } from '../../src/record/histogram.ts';
import type {
  Claim,
  LockRecord,
  MetadataRecord,
  OperationRecord,
  RunRecord,
  ThreadPace,
} from '../../src/record/run-record.ts';
import {
  type AllocatorKind,
  AT_ONCE,
  type Expectation,
  IDLE_JOB,
  type LockKind,
  NO_FAULTS,
  NO_METADATA,
  NO_MIX,
  NO_OVERHEAD,
  NO_PRECONDITION,
  OPERATIONS,
  type Operation,
  type Plan,
  type Protocol,
  type RemapPlan,
} from '../../src/scenario/plan.ts';

/** Plans and run records small enough to be read: 40 spares, the first 8 of them metadata. */

export const SPARE_COUNT = 40;
const RESERVED_COUNT = 8;
/** Spares that a correct allocator hands out. */
export const USABLE_COUNT = SPARE_COUNT - RESERVED_COUNT;
export const SLOT_COUNT = 4;

const BUCKET_COUNT = 64;

export interface PlanChoices {
  readonly kind?: AllocatorKind;
  readonly protocol?: Protocol;
  readonly lock?: LockKind;
  readonly match?: RemapPlan['match'];
  readonly unremap?: number;
  readonly warmupNs?: number;
  readonly untilExhausted?: boolean;
  readonly expect?: Expectation;
}

export function planOf(choices: PlanChoices = {}): Plan {
  return {
    name: 'small',
    description: '',
    seed: 1,
    device: {
      sectorCount: 131_072,
      medium: 'memory',
      spare: { sectorCount: SPARE_COUNT, start: 0, limit: null, placement: 'v4-dynamic' },
      ...AT_ONCE,
    },
    allocator: {
      kind: choices.kind ?? 'cached',
      protocol: choices.protocol ?? 'guarded',
      outerLock: false,
      cache: { slotCount: SLOT_COUNT, batchCount: 2, searchLimit: 1000 },
    },
    lock: { kind: choices.lock ?? 'test-and-test-and-set' },
    remap: { match: choices.match ?? 'every-sector', lookup: 'hash', inFlight: 'drain' },
    target: { protocol: 'guarded' },
    metadata: NO_METADATA,
    precondition: NO_PRECONDITION,
    load: { threadCount: 2, warmupNs: choices.warmupNs ?? 0 },
    jobs: [
      {
        ...IDLE_JOB,
        threadCount: 2,
        durationNs: 1_000_000,
        untilExhausted: choices.untilExhausted ?? false,
        mix: { ...NO_MIX, read: 1, write: 1, remap: 1, unremap: choices.unremap ?? 0 },
        blockSizes: [{ sectorCount: 8, weight: 1 }],
      },
    ],
    autoRemap: null,
    faults: NO_FAULTS,
    events: [],
    explore: { threads: null, finds: null, by: null },
    overhead: NO_OVERHEAD,
    integrity: 'strict',
    thresholds: [],
    expect: choices.expect ?? 'pass',
    watchdogNs: 1e9,
    intervalNs: 1e8,
    search: null,
    steady: null,
    jitter: 'off',
    recordedCount: 0,
  };
}

/** A claim before it has its place in the order of completion. */
export type Event = Omit<Claim, 'order'>;

interface Call {
  readonly thread: number;
  readonly lba: number;
  readonly spare: number;
  readonly issueNs: number;
  /** 10 ns after the issue unless told. */
  readonly completionNs?: number;
}

export function claim(call: Call): Event {
  return { kind: 'claim', ...call, completionNs: call.completionNs ?? call.issueNs + 10 };
}

export function release(call: Call): Event {
  return { kind: 'release', ...call, completionNs: call.completionNs ?? call.issueNs + 10 };
}

export function drain(spare: number, issueNs: number): Event {
  const completionNs = issueNs + 10;
  return { kind: 'drain', thread: null, lba: null, spare, issueNs, completionNs };
}

/** All usable spares, dealt to two threads in turn, 100 ns apart; LBA 100 + spare. */
export function claimAll(spares: readonly number[] = usableSpares()): Event[] {
  return spares.map((spare, turn) =>
    claim({ thread: turn % 2, lba: 100 + spare, spare, issueNs: 100 * (turn + 1) }),
  );
}

export function usableSpares(): number[] {
  return Array.from({ length: USABLE_COUNT }, (_, index) => RESERVED_COUNT + index);
}

export interface RunChoices {
  /** What a guarded ring holds at the end; null for an allocator without one. */
  readonly ring?: readonly number[] | null;
  readonly cachedAreMarked?: boolean;
  readonly firstRefusal?: RunRecord['allocation']['firstRefusal'];
  readonly lock?: LockKind;
}

/**
 * The record that a correct allocator would have left after these events: bitmap, table and
 * counters agree with them, whatever they are.
 */
export function runOf(events: readonly Event[], choices: RunChoices = {}): RunRecord {
  const claims = inOrder(events);
  const live = stillHeld(claims);
  const ring = choices.ring === undefined ? [] : choices.ring;
  const cachedAreMarked = choices.cachedAreMarked ?? true;
  const reserved = new Uint8Array(SPARE_COUNT).fill(1, 0, RESERVED_COUNT);
  const marked = reserved.slice();
  for (const { spare } of live) if (spare < SPARE_COUNT) marked[spare] = 1;
  if (cachedAreMarked) for (const spare of ring ?? []) marked[spare] = 1;
  const firstRefusal = choices.firstRefusal ?? null;
  const grantedCount = claims.filter(({ kind }) => kind === 'claim').length;
  const refusedCount = firstRefusal === null ? 0 : 1;

  return {
    startedAt: '2024-01-01T00:00:00.000Z',
    durationNs: 1_000_000,
    ending: { kind: 'finished', reason: '', dump: [] },
    precondition: { filledSectorCount: 0, remapCount: 0, wantedRemapCount: 0 },
    threads: [],
    operations: Object.fromEntries(
      OPERATIONS.map((name) => [name, operationRecord()]),
    ) as RunRecord['operations'],
    jobs: [],
    allocation: {
      requestedCount: grantedCount + refusedCount,
      grantedCount,
      refusedCount,
      drainedCount: claims.filter(({ kind }) => kind === 'drain').length,
      firstRefusal,
      service: emptyHistogram(BUCKET_COUNT),
      hit: emptyHistogram(BUCKET_COUNT),
      miss: emptyHistogram(BUCKET_COUNT),
    },
    cache: ring === null ? null : { hitCount: 0, missCount: 0, refillCount: 0 },
    allocationLock: lockRecord('allocation', choices.lock),
    targetLock: lockRecord('target', choices.lock),
    claims,
    unloggedClaimCount: 0,
    ownerConflicts: [],
    ownerConflictCount: 0,
    spares: {
      allocatableEnd: SPARE_COUNT,
      reserved,
      marked,
      ring: ring === null ? null : ringOf(ring),
      cachedAreMarked,
    },
    target: null,
    remapTable: live.flatMap(({ lba, spare }) => (lba === null ? [] : [{ lba, spare }])),
    data: {
      readSectorCount: 100,
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
    intervals: [],
    slices: [],
    memory: { allocatorBytes: 0, deviceBytes: 0, tableBytes: 0, instrumentBytes: 0 },
    steady: null,
    jitter: { method: 'off', periodNs: 0, observedNs: 0, lostNs: null, pauses: emptyHistogram(0) },
    trace: null,
    recording: null,
    environment: {
      tool: '0.0.0',
      node: '20.0.0',
      v8: '11.0',
      platform: 'linux x64',
      cpu: 'test',
      cores: 2,
      oversubscribed: false,
      clock: { costNs: 30, stepNs: 1 },
      emptyOperationNs: 5,
      lookNs: 5,
      jitter: { maxNs: 0, lostShare: 0 },
    },
  };
}

/** By completion, ties by thread, then as given; the drain comes after everything. */
export function inOrder(events: readonly Event[]): Claim[] {
  return events
    .toSorted(
      (a, b) =>
        Number(a.kind === 'drain') - Number(b.kind === 'drain') ||
        a.completionNs - b.completionNs ||
        (a.thread ?? 0) - (b.thread ?? 0),
    )
    .map((event, order) => ({ ...event, order }));
}

function stillHeld(claims: readonly Claim[]): Claim[] {
  const held: Claim[] = [];
  for (const event of claims) {
    if (event.kind !== 'release') held.push(event);
    else {
      const index = held.findIndex(({ spare, lba }) => spare === event.spare && lba === event.lba);
      if (index >= 0) held.splice(index, 1);
    }
  }
  return held;
}

function ringOf(spares: readonly number[]): RunRecord['spares']['ring'] {
  const slots = [...spares, ...new Array<number>(SLOT_COUNT - spares.length).fill(0)];
  const count = spares.length;
  return { slotCount: SLOT_COUNT, head: 0, tail: count % SLOT_COUNT, count, slots };
}

function operationRecord(): OperationRecord {
  const service = emptyHistogram(BUCKET_COUNT);
  return {
    count: 10,
    refusedCount: 0,
    errorCount: 0,
    skippedCount: 0,
    bytes: 0,
    service,
    queueing: service,
    response: service,
  };
}

/** Five arrivals of each thread, all of them issued and completed; thread 1 as told. */
export function withPace(run: RunRecord, changes: Partial<ThreadPace> = {}): RunRecord {
  const threads = [0, 1].map((thread) => ({
    thread,
    plannedCount: 5,
    skippedCount: 0,
    droppedCount: 0,
    measuredCount: 5,
    unfinishedCount: 0,
    earlyCount: 0,
    lastIssueNs: 900_000,
    heldNs: 0,
    ...(thread === 1 ? changes : {}),
  }));
  return {
    ...run,
    threads: [0, 1].map((thread) => ({
      thread,
      operationCount: 5,
      firstIssueNs: 0,
      lastCompletionNs: 900_000,
      claimCount: 0,
      refusedCount: 0,
      operationDigest: 0,
    })),
    pace: { threads, lateness: emptyHistogram(BUCKET_COUNT) },
  };
}

/** One read that took so long. */
export function withLatencies(
  run: RunRecord,
  ns: { readonly service: number; readonly queueing: number; readonly response: number },
): RunRecord {
  const read = {
    ...run.operations.read,
    service: histogramOf([ns.service], BUCKET_COUNT),
    queueing: histogramOf([ns.queueing], BUCKET_COUNT),
    response: histogramOf([ns.response], BUCKET_COUNT),
  };
  return { ...run, operations: { ...run.operations, read } };
}

function lockRecord(name: string, kind: LockKind = 'test-and-test-and-set'): LockRecord {
  return {
    kind,
    name,
    acquisitionCount: 100,
    contendedCount: 0,
    parkCount: 0,
    overlapCount: 0,
    samplePeriod: 1,
    wait: emptyHistogram(BUCKET_COUNT),
    hold: emptyHistogram(BUCKET_COUNT),
    perThread: [],
    handOffs: [],
  };
}

// What tests change about a record, one noun each.

export function withEnding(run: RunRecord, kind: RunRecord['ending']['kind']): RunRecord {
  return { ...run, ending: { kind, reason: kind === 'finished' ? '' : 'so said', dump: [] } };
}

export function withClaims(run: RunRecord, events: readonly Event[]): RunRecord {
  return { ...run, claims: inOrder(events) };
}

export function withMark(run: RunRecord, spare: number, value: 0 | 1): RunRecord {
  const marked = run.spares.marked.slice();
  marked[spare] = value;
  return { ...run, spares: { ...run.spares, marked } };
}

export function withRing(
  run: RunRecord,
  change: Partial<NonNullable<RunRecord['spares']['ring']>>,
): RunRecord {
  const { ring } = run.spares;
  if (ring === null) throw new Error('this record has no ring');
  return { ...run, spares: { ...run.spares, ring: { ...ring, ...change } } };
}

export function withErrors(run: RunRecord, name: Operation, errorCount: number): RunRecord {
  const operations = { ...run.operations, [name]: { ...run.operations[name], errorCount } };
  return { ...run, operations };
}

/** The same run on a published target whose medium failed nine writes, three sectors of it. */
export function withAutoRemap(
  run: RunRecord,
  change: {
    readonly writeErrors?: number;
    readonly repeatedCount?: number;
    readonly invisible?: number;
  } = {},
): RunRecord {
  return {
    ...run,
    faults: { ...run.faults, applies: true, mediumErrorCounts: { read: 0, write: 9 } },
    target: {
      protocol: 'as-published',
      status: '',
      repliesDelivered: 0,
      logLines: 0,
      manualRemaps: 0,
      autoRemaps: 3,
      writeErrors: change.writeErrors ?? 9,
      tracked: 3,
      sharedPairs: 0,
      onMetadata: 0,
      invisible: change.invisible ?? 0,
    },
    autoRemap: {
      workerCount: 1,
      movedCount: 3,
      unreadableCount: 0,
      noSpareCount: 0,
      overflowCount: 0,
      retiredCount: 0,
      repeatedCount: change.repeatedCount ?? 0,
      queueDepthMax: 3,
      queueCount: 256,
      health: { suspect: 0, bad: 0, remapped: 3 },
    },
  };
}
/** Power cuts that were tried, and nothing was lost. */
export const SURVIVED: MetadataRecord = {
  commandCount: 40,
  isLogFull: false,
  remapCount: 3,
  promisedSectorCount: 16,
  cutCount: 50,
  sampledCutCount: 0,
  possiblePointCount: 200,
  pointCount: 200,
  imageCount: 150,
  repairCount: 120,
  triedRepairCount: 120,
  repairPointCount: 700,
  failedPointCount: 0,
  lossCounts: {
    'lost remap': 0,
    'stray remap': 0,
    'spare owned twice': 0,
    'lost data': 0,
    'copies differ': 0,
    'repair unsafe': 0,
  },
  losses: [],
};
