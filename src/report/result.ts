import type { Verdict } from '../check/check.ts';
import { emptyHistogram, type Histogram, mergeHistograms } from '../record/histogram.ts';
import { latencySummaryOf, percentilesNs } from '../record/latency-summary.ts';
import {
  type Interval,
  type JobRecord,
  type LockRecord,
  METADATA_LOSSES,
  type OperationRecord,
  type RunRecord,
} from '../record/run-record.ts';
import {
  DATA_FAULTS,
  jobOf,
  OPERATIONS,
  type Operation,
  type Plan,
  plansArrivals,
} from '../scenario/plan.ts';
import { type Measured, totalOperations } from './measured.ts';
import { arrivalsOf, inFlightOf, pacerOf } from './pace.ts';
import { reproCommand } from './repro.ts';
import {
  RESULT_SCHEMA_VERSION,
  type Result,
  type ResultCheck,
  type ResultJob,
  type ResultLock,
  type ResultOperation,
} from './result-schema.ts';
import { sparesOf } from './spares.ts';
import { steadyThreshold } from './steady-parts.ts';
import { evaluateThresholds } from './thresholds.ts';
import { collisionCountOf, verdictOf } from './verdict.ts';
import { warningsOf } from './warnings.ts';

const NS_PER_SECOND = 1e9;

export interface ResultInput {
  readonly plan: Plan;
  /** The resolved scenario as it is to be stored: plain data, every default filled in. */
  readonly scenario: { readonly [key: string]: unknown };
  /** Path of the scenario as the user typed it. */
  readonly sourceFile: string;
  /** Values of `--set`, in order: `path=value`. */
  readonly sets: readonly string[];
  readonly run: RunRecord;
  readonly verdicts: readonly Verdict[];
  /** The command line that repeats this run, where it was not `run`. */
  readonly repro?: string;
}

/**
 * Everything that is reported of a run, as one plain value. Terminal, Markdown and files all show
 * this and compute nothing of their own, so that no two of them can disagree.
 */
export function resultOf(input: ResultInput): Result {
  const measured = measuredOf(input);
  const thresholds = [
    ...steadyThreshold(measured),
    ...evaluateThresholds(input.plan.thresholds, measured),
  ];
  return {
    ...measured,
    thresholds,
    warnings: warningsOf(input.plan, measured),
    verdict: verdictOf(measured, thresholds),
  };
}

function measuredOf(input: ResultInput): Measured {
  const { plan, run, verdicts } = input;
  const source = { file: input.sourceFile, sets: [...input.sets] };
  const { tool, ...environment } = run.environment;
  const operations = forEachOperation((name) => operationOf(run.operations[name]));
  return {
    schemaVersion: RESULT_SCHEMA_VERSION,
    tool,
    environment,
    name: plan.name,
    scenario: { ...input.scenario },
    source,
    seed: plan.seed,
    startedAt: run.startedAt,
    durationNs: run.durationNs,
    warmupNs: plan.load.warmupNs,
    threadCount: plan.load.threadCount,
    integrity: plan.integrity,
    expect: plan.expect,
    ending: { ...run.ending, dump: [...run.ending.dump] },
    precondition: {
      filledSectors: run.precondition.filledSectorCount,
      remaps: run.precondition.remapCount,
      wantedRemaps: run.precondition.wantedRemapCount,
    },
    operations,
    overall: overallOf(run),
    arrivals: arrivalsOf(plan, run),
    pacer: pacerOf(run),
    inFlight: inFlightOf(plan, run),
    jobs: jobsOf(plan, run, operations),
    errors: errorCountOf(run.operations),
    errorKinds: { ...run.errors },
    allocation: allocationOf(run),
    cache: cacheOf(run),
    lock: lockOf(run.allocationLock),
    targetLock: lockOf(run.targetLock),
    spares: sparesOf(run),
    target: targetOf(plan, run),
    data: dataOf(run),
    faults: faultsOf(run),
    autoRemap: autoRemapOf(run),
    events: run.events.map((event) => ({ ...event })),
    metadata: metadataOf(run),
    memory: { ...run.memory },
    throughput: throughputOf(plan, run, totalOperations({ operations })),
    steady: steadyOf(plan, run),
    jitter: jitterOf(run),
    trace: traceOf(run),
    recording: recordingOf(run),
    threads: run.threads.map((thread) => ({
      thread: thread.thread,
      operations: thread.operationCount,
      claims: thread.claimCount,
      refused: thread.refusedCount,
      operationDigest: thread.operationDigest,
      firstIssueNs: thread.firstIssueNs,
      lastCompletionNs: thread.lastCompletionNs,
    })),
    intervals: run.intervals.map(intervalOf),
    checks: verdicts.map(checkOf),
    unloggedClaims: run.unloggedClaimCount,
    collisions: collisionCountOf(verdicts),
    repro: input.repro ?? reproCommand(source, plan.seed),
  };
}

function forEachOperation<T>(figuresOf: (name: Operation) => T): { [O in Operation]: T } {
  const entries = OPERATIONS.map((name) => [name, figuresOf(name)] as const);
  return Object.fromEntries(entries) as { [O in Operation]: T };
}

function operationOf(record: OperationRecord): ResultOperation {
  const service = latencySummaryOf(record.service);
  return {
    count: record.count,
    refused: record.refusedCount,
    errors: record.errorCount,
    skipped: record.skippedCount,
    bytes: record.bytes,
    service,
    queueing: latencySummaryOf(record.queueing),
    // A closed load has one histogram for both; its percentiles need to be found only once.
    response: record.response === record.service ? service : latencySummaryOf(record.response),
    // A response time is never below its service time, so it overflows whenever that does.
    overflow: Math.max(record.service.overflowCount, record.response.overflowCount),
  };
}

type Operations = RunRecord['operations'];

function errorCountOf(operations: Operations): number {
  return OPERATIONS.reduce((sum, name) => sum + operations[name].errorCount, 0);
}

function jobsOf(plan: Plan, run: RunRecord, ofAll: Result['operations']): ResultJob[] {
  return run.jobs.map((job) => {
    const operations =
      run.jobs.length === 1 ? ofAll : forEachOperation((name) => operationOf(job.operations[name]));
    const bytes = OPERATIONS.reduce((sum, name) => sum + job.operations[name].bytes, 0);
    const measuredNs = measuredNsOf(plan, run, job);
    return {
      name: job.name,
      firstThread: job.firstThread,
      threadCount: job.threadCount,
      startNs: job.startNs,
      endNs: job.endNs,
      operations,
      errors: errorCountOf(job.operations),
      throughput: {
        operationsPerSecond: perSecond(totalOperations({ operations }), measuredNs),
        bytesPerSecond: perSecond(bytes, measuredNs),
      },
    };
  });
}

/** From when a job's operations counted to its last completion. */
function measuredNsOf(plan: Plan, run: RunRecord, job: JobRecord): number {
  const threads = run.threads.slice(job.firstThread, job.firstThread + job.threadCount);
  const last = Math.max(0, ...threads.map((thread) => thread.lastCompletionNs ?? 0));
  return last - Math.max(plan.load.warmupNs, job.startNs ?? 0);
}

function overallOf(run: RunRecord): Result['overall'] {
  const records = OPERATIONS.map((name) => run.operations[name]);
  const of = (kind: 'service' | 'queueing' | 'response') => {
    const parts = records.map((record) => record[kind]);
    const bucketCount = Math.max(...parts.map(({ counts }) => counts.length));
    return latencySummaryOf(mergeHistograms(parts, bucketCount));
  };
  return { service: of('service'), queueing: of('queueing'), response: of('response') };
}

function allocationOf({ allocation }: RunRecord): Result['allocation'] {
  return {
    requested: allocation.requestedCount,
    granted: allocation.grantedCount,
    refused: allocation.refusedCount,
    drained: allocation.drainedCount,
    firstRefusal: allocation.firstRefusal === null ? null : { ...allocation.firstRefusal },
    service: latencySummaryOf(allocation.service),
    overflow: allocation.service.overflowCount,
  };
}

function cacheOf({ cache, allocationLock }: RunRecord): Result['cache'] {
  const wait = latencySummaryOf(allocationLock.wait);
  if (cache === null)
    return { applies: false, hits: 0, misses: 0, hitRate: null, refills: 0, wait };
  const { hitCount: hits, missCount: misses, refillCount: refills } = cache;
  return { applies: true, hits, misses, hitRate: ratioOf(hits, hits + misses), refills, wait };
}

function lockOf(record: LockRecord): ResultLock {
  const shares = record.perThread.map((thread) => thread.acquisitionCount);
  return {
    kind: record.kind,
    acquisitions: record.acquisitionCount,
    contended: record.contendedCount,
    contendedRatio: ratioOf(record.contendedCount, record.acquisitionCount),
    parks: record.parkCount,
    overlaps: record.overlapCount,
    fairness: ratioOf(Math.min(...shares), Math.max(0, ...shares)),
    samplePeriod: record.samplePeriod,
    wait: latencySummaryOf(record.wait),
    hold: latencySummaryOf(record.hold),
    overflow: record.wait.overflowCount + record.hold.overflowCount,
    perThread: record.perThread.map((thread, index) => ({
      thread: index,
      acquisitions: thread.acquisitionCount,
      contended: thread.contendedCount,
    })),
  };
}

function targetOf(plan: Plan, { target }: RunRecord): Result['target'] {
  if (target !== null) return { applies: true, ...target };
  return {
    applies: false,
    protocol: plan.target.protocol,
    status: '',
    repliesDelivered: 0,
    logLines: 0,
    manualRemaps: 0,
    autoRemaps: 0,
    writeErrors: 0,
    tracked: 0,
    sharedPairs: 0,
    onMetadata: 0,
    invisible: 0,
  };
}

function dataOf({ data }: RunRecord): Result['data'] {
  const faults = Object.fromEntries(
    DATA_FAULTS.map((fault) => [fault, data?.faultCounts[fault] ?? 0]),
  ) as Result['data']['faults'];
  return {
    applies: data !== null,
    readSectors: data?.readSectorCount ?? 0,
    sweptSectors: data?.sweptSectorCount ?? 0,
    unreadableSectors: data?.unreadableSectorCount ?? 0,
    faults,
  };
}

function faultsOf({ faults }: RunRecord): Result['faults'] {
  return {
    applies: faults.applies,
    mediumErrors: { ...faults.mediumErrorCounts },
    retries: faults.retryCount,
    recovered: faults.recoveredCount,
    badSectors: { ...faults.badSectorCounts },
    planted: { ...faults.plantedCounts },
  };
}

function autoRemapOf({ autoRemap }: RunRecord): Result['autoRemap'] {
  return {
    applies: autoRemap !== null,
    workers: autoRemap?.workerCount ?? 0,
    moved: autoRemap?.movedCount ?? 0,
    unreadable: autoRemap?.unreadableCount ?? 0,
    noSpare: autoRemap?.noSpareCount ?? 0,
    overflow: autoRemap?.overflowCount ?? 0,
    retired: autoRemap?.retiredCount ?? 0,
    repeated: autoRemap?.repeatedCount ?? 0,
    queueDepthMax: autoRemap?.queueDepthMax ?? 0,
    queueSize: autoRemap?.queueCount ?? 0,
    health: { ...(autoRemap?.health ?? { suspect: 0, bad: 0, remapped: 0 }) },
  };
}

function metadataOf({ metadata }: RunRecord): Result['metadata'] {
  return {
    applies: metadata !== null,
    commands: metadata?.commandCount ?? 0,
    logFull: metadata?.isLogFull ?? false,
    remaps: metadata?.remapCount ?? 0,
    promisedSectors: metadata?.promisedSectorCount ?? 0,
    powerCuts: metadata?.cutCount ?? 0,
    sampledCuts: metadata?.sampledCutCount ?? 0,
    possiblePoints: metadata?.possiblePointCount ?? 0,
    crashPoints: metadata?.pointCount ?? 0,
    images: metadata?.imageCount ?? 0,
    repairs: metadata?.repairCount ?? 0,
    repairsTried: metadata?.triedRepairCount ?? 0,
    repairPoints: metadata?.repairPointCount ?? 0,
    failedPoints: metadata?.failedPointCount ?? 0,
    losses: Object.fromEntries(
      METADATA_LOSSES.map((loss) => [loss, metadata?.lossCounts[loss] ?? 0]),
    ) as Result['metadata']['losses'],
  };
}

function throughputOf(plan: Plan, run: RunRecord, operationCount: number): Result['throughput'] {
  const bytes = OPERATIONS.reduce((sum, name) => sum + run.operations[name].bytes, 0);
  return {
    operationsPerSecond: perSecond(operationCount, run.durationNs),
    bytesPerSecond: perSecond(bytes, run.durationNs),
    perThread: run.threads.map((thread) => ({
      thread: thread.thread,
      operationsPerSecond: perSecond(
        thread.operationCount,
        (thread.lastCompletionNs ?? 0) - (thread.firstIssueNs ?? 0),
      ),
    })),
    instrumentShare: instrumentShareOf(plan, run),
  };
}

const NO_LATENCIES = latencySummaryOf(emptyHistogram(0));

function steadyOf({ steady: plan }: Plan, { steady }: RunRecord): Result['steady'] {
  const window = steady?.window ?? null;
  const fit = window?.fit ?? null;
  const points = window?.points ?? [];
  const startNs = points[0]?.startNs ?? null;
  const endNs = points.at(-1)?.endNs ?? null;
  return {
    applies: steady !== null,
    metric: plan?.metric ?? null,
    windowNs: plan?.windowNs ?? 0,
    slopeMax: plan?.slopeMax ?? 0,
    deviationMax: plan?.deviationMax ?? 0,
    reached: (steady?.reachedNs ?? null) === null ? 0 : 1,
    reachedNs: steady?.reachedNs ?? null,
    startNs,
    endNs,
    points: points.map((point) => ({ ...point })),
    mean: fit?.mean ?? null,
    fitStart: fit?.fitStart ?? null,
    fitGain: fit?.fitGain ?? null,
    slope: fit?.slope ?? null,
    slopeSize: fit === null ? null : Math.abs(fit.slope),
    deviation: fit?.deviation ?? null,
    operationsPerSecond:
      window === null || startNs === null || endNs === null
        ? null
        : perSecond(window.service.count, endNs - startNs),
    service: window === null ? NO_LATENCIES : latencySummaryOf(window.service),
    response: window === null ? NO_LATENCIES : latencySummaryOf(window.response),
  };
}

function traceOf({ trace }: RunRecord): Result['trace'] {
  if (trace === null) return null;
  const { recordCount, assign, recordedSectorCount, starvedCount, starvedNs, ...same } = trace;
  return {
    ...same,
    records: recordCount,
    threads: assign,
    recordedSectors: recordedSectorCount,
    starved: starvedCount,
    starvedNs: Math.round(starvedNs),
    warnings: [...trace.warnings],
  };
}

function recordingOf({ recording }: RunRecord): Result['recording'] {
  if (recording === null) return null;
  const { file, operationCount, leftOutCount, unloggedCount, problem } = recording;
  return {
    file,
    operations: operationCount,
    leftOut: leftOutCount,
    unlogged: unloggedCount,
    problem,
  };
}

function jitterOf({ jitter }: RunRecord): Result['jitter'] {
  const { method, periodNs, observedNs, lostNs, pauses } = jitter;
  return {
    method,
    periodNs,
    observedNs: Math.round(observedNs),
    lostShare: lostNs === null ? null : ratioOf(Math.min(lostNs, observedNs), observedNs),
    pause: latencySummaryOf(pauses),
  };
}

/**
 * Little's law, read backwards: in a closed load without think time, the threads are inside
 * operations all the time, in as many as they may have in flight, save for what the instrument
 * itself takes. Each thread's time runs from the end of the warm-up, or the begin of its job, to
 * its own last completion, since threads may end early.
 */
function instrumentShareOf(plan: Plan, run: RunRecord): number | null {
  const { warmupNs } = plan.load;
  const waitsOnPurpose = plan.jobs.some(
    (job) => job.thinkTimeNs > 0 || job.threadSegments.length > 0 || plansArrivals(job),
  );
  if (waitsOnPurpose) return null;
  let insideNs = 0;
  for (const name of OPERATIONS) insideNs += run.operations[name].service.sumNs;
  let allNs = 0;
  for (const { firstThread, threadCount, startNs } of run.jobs) {
    const beginNs = Math.max(warmupNs, startNs ?? 0);
    for (const thread of run.threads.slice(firstThread, firstThread + threadCount)) {
      const ownNs = Math.max(0, (thread.lastCompletionNs ?? 0) - beginNs);
      allNs += ownNs * jobOf(plan, thread.thread).ioDepth;
    }
  }
  return insideNs === 0 || allNs === 0 ? null : 1 - insideNs / allNs;
}

function intervalOf(interval: Interval): Result['intervals'][number] {
  return {
    startNs: interval.startNs,
    endNs: interval.endNs,
    phase: interval.phase,
    operations: forEachOperation((name) => {
      const { count, service } = interval.operations[name];
      return { count, ...intervalLatencies(service) };
    }),
    granted: interval.grantedCount,
    refused: interval.refusedCount,
    collisions: interval.ownerConflictCount,
  };
}

function intervalLatencies(service: Histogram): { p50: number; p99: number; max: number } {
  const [p50 = 0, p99 = 0] = percentilesNs(service, [50, 99]);
  return { p50, p99, max: service.maxNs };
}

function checkOf(verdict: Verdict): ResultCheck {
  return {
    name: verdict.name,
    verdict: verdict.verdict,
    count: verdict.count,
    summary: verdict.summary,
    evidence: verdict.evidence.map((evidence) => ({
      text: evidence.text,
      spare: evidence.spare ?? null,
      lbas: [...(evidence.lbas ?? [])],
      threads: [...(evidence.threads ?? [])],
      timesNs: [...(evidence.timesNs ?? [])],
    })),
    consequenceOf: verdict.consequenceOf,
  };
}

function ratioOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function perSecond(count: number, durationNs: number): number {
  return durationNs <= 0 ? 0 : (count * NS_PER_SECOND) / durationNs;
}
