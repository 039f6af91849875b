import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from './clock.ts';
import { tryPowerCuts } from './crash/index.ts';
import type { Trace } from './load/trace/trace.ts';
import { calibrateRelax } from './lock/relax.ts';
import type { Memory } from './memory/attach.ts';
import { Gate } from './memory/gate.ts';
import { ThreadStatus } from './memory/layout.ts';
import { hasFeedFailed } from './memory/trace-ring.ts';
import type {
  Ending,
  Environment,
  EventRecord,
  PreconditionRecord,
  RecordingRecord,
  RunRecord,
  TraceReplayRecord,
} from './record/run-record.ts';
import { ThreadCounters } from './record/thread-counters.ts';
import { calibrate } from './run/calibrate.ts';
import { Collector } from './run/collect.ts';
import { sweepData } from './run/data-sweep.ts';
import { type Drain, drainSpares } from './run/drain.ts';
import { FaultSchedule } from './run/fault-schedule.ts';
import { IntervalSeries } from './run/interval-series.ts';
import { JitterWatch, jitterMethodOf } from './run/jitter-watch.ts';
import { precondition } from './run/precondition.ts';
import { prepareMemory, withTrace } from './run/prepare.ts';
import { type RecordingOptions, withRecording, writeRecording } from './run/recording.ts';
import { dismissWorkers } from './run/remap-workers.ts';
import { SliceSeries } from './run/slice-series.ts';
import { SteadyWatch } from './run/steady-watch.ts';
import { nameOf, Threads } from './run/threads.ts';
import { traceReplayOf } from './run/trace-replay.ts';
import { Watchdog } from './run/watchdog.ts';
import { agentCountOf, exhaustsSpares, type Plan } from './scenario/plan.ts';

/** How often the coordinator looks at the threads. */
const LOOK_MS = 5;
const START_PATIENCE_NS = 120e9;
/** What threads get to end by themselves once the run is known to be broken. */
const LEAVE_PATIENCE_NS = 500e6;

const NOT_PRECONDITIONED: PreconditionRecord = {
  filledSectorCount: 0,
  remapCount: 0,
  wantedRemapCount: 0,
};
const NOTHING_DRAINED: Drain = { claims: [], conflicts: [] };

export interface RunOptions {
  /** Ends the load early; its reason is the signal's name. */
  readonly signal?: AbortSignal;
  /** Called when the gate has opened, with what a live view may read from. */
  readonly onStart?: (running: Running) => void;
  /** Write what is issued to a file, as much as `most` operations of all threads. */
  readonly record?: RecordingOptions;
  /** The worker's file; tests name their own. */
  readonly workerEntry?: URL;
}

/** What is taken while the threads run: two series, each on a grid of its own. */
interface Series {
  readonly intervals: IntervalSeries;
  readonly slices: SliceSeries;
}

export interface Running {
  readonly plan: Plan;
  readonly memory: Memory;
  /** Clock at the gate's opening. */
  readonly startNs: number;
}

/** One run, from plan to record. A broken or interrupted run ends in a record too. */
export async function runPlan(
  unread: Plan,
  trace: Trace | null,
  options: RunOptions = {},
): Promise<{ plan: Plan; run: RunRecord }> {
  const { record } = options;
  const traced = trace === null ? unread : withTrace(unread, trace);
  const plan = record === undefined ? traced : withRecording(traced, record.most);
  const environment = calibrate(plan);
  const memory = prepareMemory(plan);
  const gate = new Gate(memory.words, memory.floats, memory.layout);
  gate.tellLookNs(environment.lookNs);
  calibrateRelax(environment.lookNs);
  const entry = options.workerEntry ?? new URL('../workers/io-worker.js', import.meta.url);
  const jitterMethod = jitterMethodOf(plan, environment);
  const hasIdleLoop = jitterMethod === 'idle-loop';
  const feed = trace === null ? null : { fold: trace.fold, sharing: trace.sharing };
  const threads = new Threads(plan, memory, entry, { hasIdleLoop, feed });
  const steady = plan.steady === null ? null : new SteadyWatch(plan, plan.steady, memory);
  const jitter = new JitterWatch(plan, memory, jitterMethod, LOOK_MS * 1e6);

  const broken = await untilReady(gate, threads);
  // Threads touch their pages, which makes them empty, before they stand at the gate.
  const preconditioned = broken === null ? precondition(plan, memory) : NOT_PRECONDITIONED;
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const counters = Array.from(
    { length: agentCountOf(plan) },
    (_, thread) => new ThreadCounters(memory, thread),
  );
  const series: Series = {
    intervals: new IntervalSeries(plan, memory, counters),
    slices: new SliceSeries(plan, memory, counters, trace),
  };
  const schedule = new FaultSchedule(plan, memory);
  let ending: Ending;
  if (broken === null) {
    schedule.begin();
    gate.open(startNs);
    options.onStart?.({ plan, memory, startNs });
    const watchdog = new Watchdog(plan, memory, counters, startNs);
    ending = await untilFinished(
      { plan, memory, gate, threads, counters, watchdog, series, schedule, steady, jitter },
      options.signal,
    );
  } else {
    ending = { kind: 'broken', reason: broken, dump: [] };
  }

  // The records are taken when no thread of load runs any more: finished and parked, or ended.
  if (ending.kind === 'broken') await threads.terminate();
  const recording = record === undefined ? null : await writeRecording(plan, memory, record.file);
  const replay = traceReplayOf(plan, trace, memory);
  const run = recordOf(plan, memory, {
    preconditioned,
    environment,
    startedAt,
    startNs,
    ending,
    series,
    schedule,
    steady,
    jitter,
    replay,
    recording,
  });
  if (ending.kind !== 'broken') {
    gate.release();
    await threads.leave();
  }
  return { plan, run };
}

/** Null when every thread stands at the gate, else what went wrong. */
async function untilReady(gate: Gate, threads: Threads): Promise<string | null> {
  const startedNs = nowNs();
  const threadCount = threads.count;
  while (gate.arrivedCount() < threadCount) {
    if (threads.failure !== null) {
      return `${nameOf(threads.failure)} could not start: ${threads.failure.message}`;
    }
    if (nowNs() - startedNs > START_PATIENCE_NS) {
      return `only ${gate.arrivedCount()} of ${threadCount} threads started within 120 s`;
    }
    await sleep(1);
  }
  return null;
}

/** What there is of a run while it goes on. */
interface Course {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly gate: Gate;
  readonly threads: Threads;
  readonly counters: readonly ThreadCounters[];
  readonly watchdog: Watchdog;
  readonly series: Series;
  readonly schedule: FaultSchedule;
  readonly steady: SteadyWatch | null;
  readonly jitter: JitterWatch;
}

async function untilFinished(course: Course, signal: AbortSignal | undefined): Promise<Ending> {
  const { plan, gate, threads, watchdog, series, schedule, steady, jitter } = course;
  const startNs = gate.startNs();
  const elapsedNs = () => nowNs() - startNs;
  let interrupted = false;
  for (;;) {
    schedule.apply(elapsedNs);
    if (schedule.crash !== null) gate.stop();
    const now = nowNs();
    if (schedule.isStalled) watchdog.excuse(now);
    const { failure } = threads;
    if (failure !== null) {
      const dump = watchdog.describe(now, failure.thread);
      await untilLeft(plan, gate);
      takeAll(series, nowNs() - startNs);
      return { kind: 'broken', reason: `${nameOf(failure)} died: ${failure.message}`, dump };
    }
    if (gate.finishedCount() === plan.load.threadCount && !hasFailed(course)) {
      const stuck = await dismissWorkers({
        ...course,
        whileWaiting: () => schedule.apply(elapsedNs),
      });
      if (stuck === null) break;
      return { kind: 'broken', reason: stuck, dump: watchdog.describe(now) };
    }
    const stalled = watchdog.stalledThread(now);
    if (stalled !== null) {
      const dump = watchdog.describe(now);
      const seconds = plan.watchdogNs / 1e9;
      const blame = watchdog.blameFor(stalled);
      const reason = `thread ${stalled} completed no operation for ${seconds} s${blame}`;
      await untilLeft(plan, gate);
      takeAll(series, nowNs() - startNs);
      return { kind: 'broken', reason, dump };
    }
    if (signal?.aborted === true && !interrupted) {
      interrupted = true;
      gate.stop();
    }
    for (const one of [series.intervals, series.slices]) {
      // By a clock read just before: on a busy machine much may have passed since the last look.
      if (now - startNs >= one.nextDueNs()) one.take(elapsedNs());
    }
    // What threads do after that is no longer looked at; they stop between two batches.
    if (steady !== null && now - startNs >= steady.nextDueNs() && steady.take(elapsedNs())) {
      gate.stop();
    }
    const dueMs = (schedule.nextDueNs() - elapsedNs()) / 1e6;
    const sleepMs = Math.min(LOOK_MS, Math.max(0, Math.ceil(dueMs)));
    const fromNs = elapsedNs();
    await sleep(sleepMs);
    jitter.slept(fromNs, elapsedNs(), sleepMs * 1e6);
  }
  takeAll(series, elapsedNs());
  if (schedule.crash !== null) return crashedAt(schedule.crash);
  return interrupted
    ? { kind: 'interrupted', reason: String(signal?.reason ?? 'SIGINT'), dump: [] }
    : { kind: 'finished', reason: '', dump: [] };
}

/**
 * Whether a thread has failed whose error is still under way. It stops the others before that comes
 * here: a run whose threads have all finished may be a broken one.
 */
function hasFailed({ memory, counters }: Course): boolean {
  return hasFeedFailed(memory) || counters.some(({ status }) => status === ThreadStatus.failed);
}

/**
 * The power was cut as the plan wanted it. Every thread has stopped between two sectors; what the
 * surfaces hold is what a disk would hold, and what memory holds is what the target knew.
 */
function crashedAt({ takenNs }: EventRecord): Ending {
  const reason = `the power was cut ${(takenNs / 1e9).toFixed(3)} s into the load, as planned`;
  return { kind: 'crashed', reason, dump: [] };
}

/** Closes what is open in both series. */
function takeAll({ intervals, slices }: Series, nowNs: number): void {
  intervals.take(nowNs);
  slices.take(nowNs);
}

/** Asks the threads to stop and waits a little; who cannot stop will be terminated. */
async function untilLeft(plan: Plan, gate: Gate): Promise<void> {
  gate.stop();
  const askedNs = nowNs();
  while (gate.finishedCount() < plan.load.threadCount && nowNs() - askedNs < LEAVE_PATIENCE_NS) {
    await sleep(LOOK_MS);
  }
}

function recordOf(
  plan: Plan,
  memory: Memory,
  known: {
    readonly preconditioned: PreconditionRecord;
    readonly environment: Environment;
    readonly startedAt: string;
    readonly startNs: number;
    readonly ending: Ending;
    readonly series: Series;
    readonly schedule: FaultSchedule;
    readonly steady: SteadyWatch | null;
    readonly jitter: JitterWatch;
    readonly replay: TraceReplayRecord | null;
    readonly recording: RecordingRecord | null;
  },
): RunRecord {
  const collector = new Collector(plan, memory);
  // A broken run may have left a lock held or a table half changed: nothing more is asked of them.
  const whole = known.ending.kind !== 'broken';
  // Before the drain, which makes calls of its own.
  const cache = collector.cache();
  const drain =
    whole && exhaustsSpares(plan) ? drainSpares(plan, memory, known.startNs) : NOTHING_DRAINED;
  const sweep = whole && plan.integrity !== 'off' ? sweepData(plan, memory) : null;
  const threads = collector.threads();
  const { claims, conflicts, conflictCount, unloggedCount } = collector.claims(drain);
  const lastCompletionNs = Math.max(0, ...threads.map((thread) => thread.lastCompletionNs ?? 0));
  return {
    startedAt: known.startedAt,
    durationNs: Math.max(0, lastCompletionNs - plan.load.warmupNs),
    ending: known.ending,
    precondition: known.preconditioned,
    threads,
    operations: collector.operations(),
    jobs: collector.jobs(),
    allocation: collector.allocation(drain),
    cache,
    allocationLock: collector.lock('allocationLock'),
    targetLock: collector.lock('targetLock'),
    claims,
    unloggedClaimCount: unloggedCount,
    ownerConflicts: conflicts,
    ownerConflictCount: conflictCount,
    spares: collector.spares(),
    remapTable: collector.remapTable(),
    target: collector.target(whole),
    data: collector.data(sweep),
    errors: collector.errors(),
    faults: collector.faults(),
    autoRemap: collector.autoRemap(),
    pace: collector.pace(),
    events: known.schedule.events,
    metadata: whole ? tryPowerCuts(plan, memory.words, memory.layout) : null,
    intervals: known.series.intervals.intervals,
    slices: known.series.slices.slices,
    memory: collector.memory(),
    steady: known.steady?.record ?? null,
    jitter: known.jitter.record(),
    trace: known.replay,
    recording: known.recording,
    environment: known.environment,
  };
}
