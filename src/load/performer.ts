import { nowNs, stampNs } from '../clock.ts';
import type { RemappingDevice } from '../device/device.ts';
import { allocatorOn, deviceOn, targetControlOn } from '../device/index.ts';
import { Outcome } from '../device/outcome.ts';
import { ON_MAIN } from '../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../device/spare-allocator.ts';
import type { TargetControl } from '../device/target-control.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import type { Memory } from '../memory/attach.ts';
import { Gate } from '../memory/gate.ts';
import { JobGate } from '../memory/job-gate.ts';
import {
  FailureWord,
  OperationCounter,
  partOf,
  ThreadFloat,
  WORD_BYTES,
} from '../memory/layout.ts';
import { ClaimLog } from '../record/claim-log.ts';
import { OwnerTable } from '../record/owner-table.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { type JobPlan, jobOf, OPERATIONS, type Plan, targetLockKindOf } from '../scenario/plan.ts';
import { isDelivered, isRefused, logLinesOf, perform } from '../target/commands.ts';
import { ClaimWitness } from './claim-witness.ts';
import { CorruptionDice } from './corruption-dice.ts';
import { DataProbe } from './data-probe.ts';
import { ErrorRecovery } from './error-recovery.ts';
import { MeteredLock } from './metered-lock.ts';
import { MissWatch } from './miss-watch.ts';
import { DrawnOperations } from './operation-source.ts';

/** How often a thread that waits for another job looks whether the run was stopped. */
const LOOK_UP_NS = 20_000_000;

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');
const REMAP = OPERATIONS.indexOf('remap');
const UNREMAP = OPERATIONS.indexOf('unremap');
const SYNC = OPERATIONS.indexOf('sync');

/**
 * What one thread of load works with, and how it performs one operation and keeps its books; when
 * it does which is for the loops to say.
 *
 * It allocates nothing, sends nothing and logs nothing; the clock is read twice an I/O (once more
 * for the allocator call inside a remap, and again when an outer lock stands before it). Everything
 * it needs was built before the gate opened.
 */
export class Performer {
  readonly job: JobPlan;
  readonly gate: Gate;
  readonly device: RemappingDevice;
  readonly counters: ThreadCounters;
  readonly times = new Float64Array(T.count);
  /** Operations drawn ahead; those of a script have their messages there. */
  readonly drawn = new DrawnOperations();
  readonly probe: DataProbe | null;
  /** This thread's buffers, one to read into and one to write from. */
  readonly readByte: number;
  readonly writeByte: number;
  /** Measured operations this thread may do. */
  readonly operationLimit: number;
  /** Until the load's end: its time is over, the spares are used up, or the run was stopped. */
  goesOn = true;
  readonly #jobGate: JobGate;
  readonly #thread: number;
  readonly #plan: Plan;
  readonly #allocator: SpareAllocator;
  readonly #allocationLock: MeteredLock;
  /** null where there is no cache to miss. */
  readonly #misses: MissWatch | null;
  readonly #owners: OwnerTable;
  readonly #claims: ClaimLog;
  readonly #dice: CorruptionDice | null;
  readonly #recovery: ErrorRecovery | null;
  readonly #words: Int32Array;
  readonly #failures: number;
  readonly #allocation: SharedHistogram;
  readonly #allocationMiss: SharedHistogram | null;
  readonly #controlPath: TargetControl | null;
  readonly #outerLock: boolean;
  readonly #returnsSpares: boolean;
  readonly #untilExhausted: boolean;
  /** −1 when no fault is planted in this thread. */
  readonly #faultAfter: number;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const { words, layout } = memory;
    this.#plan = plan;
    this.job = jobOf(plan, thread);
    this.#thread = thread;
    this.gate = new Gate(words, memory.floats, layout);
    this.#jobGate = new JobGate(words, memory.floats, layout);
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    const targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
    this.#allocationLock = new MeteredLock(allocationLock, memory, thread, 'allocationLock');
    this.#misses = MissWatch.over(this.#allocationLock, plan, memory);
    this.#allocator = allocatorOn(plan, words, layout, this.#misses ?? this.#allocationLock);
    const meteredTargetLock = new MeteredLock(targetLock, memory, thread, 'targetLock');
    this.device = deviceOn(plan, memory, meteredTargetLock, thread);
    this.#owners = new OwnerTable(words, layout.owners);
    this.#claims = new ClaimLog(memory, thread);
    this.counters = new ThreadCounters(memory, thread);
    this.probe = plan.integrity === 'off' ? null : new DataProbe(plan, memory, thread, this.device);
    this.#dice = CorruptionDice.of(plan, memory, thread);
    this.#recovery =
      plan.autoRemap === null || plan.target.protocol === 'as-published'
        ? null
        : new ErrorRecovery(plan.autoRemap, memory, thread, this.device);
    this.#words = words;
    this.#failures = partOf(layout.failures, thread, FailureWord.wordCount);
    this.#allocation = SharedHistogram.of(memory, thread, 'allocation') as SharedHistogram;
    this.#allocationMiss = SharedHistogram.of(memory, thread, 'allocation.miss');
    const staging = partOf(layout.staging, thread, 2 * layout.stagingWords);
    this.writeByte = Math.imul(staging, WORD_BYTES);
    this.readByte = Math.imul(staging + layout.stagingWords, WORD_BYTES);
    this.#controlPath = this.#controlPathFor(plan, memory, meteredTargetLock);
    this.#outerLock = plan.allocator.outerLock;
    this.#returnsSpares = plan.allocator.protocol === 'guarded';
    this.#untilExhausted = this.job.untilExhausted;
    this.operationLimit = shareOf(this.job, thread - this.job.firstThread);
    const fault = plan.faults.thread;
    this.#faultAfter = fault?.thread === thread ? fault.afterOperations : -1;
  }

  /** Whether a request that the device failed is issued again. */
  get recovers(): boolean {
    return this.#recovery !== null;
  }

  /** The thread that sends the messages, and no other, has one. */
  #controlPathFor(plan: Plan, memory: Memory, targetLock: Lock): TargetControl | null {
    const { messages, firstThread } = this.job;
    if (messages === null || this.#thread !== firstThread) return null;
    return targetControlOn(plan, memory, {
      device: this.device,
      targetLock,
      allocator: this.#allocator,
      witness: new ClaimWitness(memory, this.#thread, this.times, this.#misses),
    });
  }

  /**
   * Waits until the thread's job begins, and sets the times of its load. `gateNs` is the clock at
   * the gate's opening. False when the run is stopped before that.
   */
  begin(gateNs: number): boolean {
    const startNs = this.#awaitStart(gateNs);
    if (startNs === null) return false;
    const { durationNs } = this.job;
    const measureNs = Math.max(startNs, gateNs + this.#plan.load.warmupNs);
    this.times[T.gate] = gateNs;
    this.times[T.start] = startNs;
    this.times[T.measure] = measureNs;
    this.times[T.end] = durationNs === null ? Number.POSITIVE_INFINITY : measureNs + durationNs;
    return true;
  }

  /** The thread's load is over, whether it ever began or not. */
  end(): void {
    const { threadCount } = this.job;
    this.#jobGate.finish(this.#plan.jobs.indexOf(this.job), threadCount, nowNs());
  }

  /** When the thread's job begins, by the clock; null when the run is stopped before that. */
  #awaitStart(gateNs: number): number | null {
    const { startsAfter } = this.job;
    if (startsAfter === null) return gateNs;
    this.counters.set(ThreadFloat.idleUntilNs, Number.POSITIVE_INFINITY);
    while (!this.#jobGate.awaitEnd(startsAfter, LOOK_UP_NS)) {
      if (this.gate.mustStop()) return null;
    }
    this.counters.set(ThreadFloat.idleUntilNs, 0);
    return this.#jobGate.endNs(startsAfter);
  }

  /** Operations until the one after which a fault is planted; it strikes when there are none. */
  untilFault(): number {
    if (this.#faultAfter < 0) return Number.POSITIVE_INFINITY;
    const left = this.#faultAfter - this.counters.get(ThreadFloat.operations);
    if (left <= 0) this.#plantFault();
    return Math.max(left, 1);
  }

  /**
   * Performs one operation, sets T.issue and T.completion, and returns the number of sectors moved,
   * REFUSED, or what failed() says. `index` is its place among the drawn.
   */
  perform(operation: number, lba: number, sectorCount: number, index: number): number {
    if (operation > WRITE) return this.control(operation, lba, index);
    if (this.probe !== null) return this.checked(operation, lba, sectorCount, this.probe);
    const { times } = this;
    stampNs(times, T.issue);
    const outcome =
      operation === READ
        ? this.device.read(this.#thread, lba, sectorCount, this.readByte)
        : this.device.write(this.#thread, lba, sectorCount, this.writeByte);
    stampNs(times, T.completion);
    if (outcome === Outcome.done) return sectorCount;
    return this.afterFailure(outcome, operation, lba, sectorCount, this.writeByte);
  }

  /** Counts a measured operation that was refused or failed. */
  countUndone(operation: number, moved: number): void {
    const base = ThreadFloat.perOperation + operation * OperationCounter.count;
    if (moved === REFUSED) {
      this.counters.add(base + OperationCounter.refused, 1);
      return;
    }
    const outcome = REFUSED - moved;
    const at = this.#failures + FailureWord.byOutcome + outcome;
    this.#words[at] = (this.#words[at] as number) + 1;
    // What was under way when the power went has not failed: nobody ever heard of it again.
    if (outcome !== Outcome.powerOff) this.counters.add(base + OperationCounter.errors, 1);
  }

  /** A read or write whose data is checked. */
  checked(operation: number, lba: number, sectorCount: number, probe: DataProbe): number {
    const times = this.times;
    let outcome: number;
    if (operation === READ) {
      probe.beforeRead(lba, sectorCount);
      stampNs(times, T.issue);
      outcome = this.device.read(this.#thread, lba, sectorCount, this.readByte);
      stampNs(times, T.completion);
      if (outcome !== Outcome.done) {
        const moved = this.afterFailure(outcome, operation, lba, sectorCount, this.writeByte);
        if (moved >= 0) probe.afterRead(lba, sectorCount, times);
        return moved;
      }
      probe.afterRead(lba, sectorCount, times);
    } else {
      const sourceByte = Math.imul(probe.beforeWrite(lba, sectorCount), WORD_BYTES);
      if (this.#dice !== null) this.#dice.roll();
      stampNs(times, T.issue);
      outcome = this.device.write(this.#thread, lba, sectorCount, sourceByte);
      stampNs(times, T.completion);
      if (outcome !== Outcome.done) {
        const moved = this.afterFailure(outcome, operation, lba, sectorCount, sourceByte);
        probe.afterWrite(lba, sectorCount, moved >= 0);
        return moved;
      }
      probe.afterWrite(lba, sectorCount, true);
    }
    return sectorCount;
  }

  /** A read or write that the device failed, and what came of it in the end. */
  afterFailure(
    outcome: number,
    operation: number,
    lba: number,
    sectorCount: number,
    writeByte: number,
  ): number {
    if (this.#recovery === null) return this.failed(outcome);
    const isRead = operation === READ;
    const byte = isRead ? this.readByte : writeByte;
    const last = this.#recovery.recover(outcome, isRead, lba, sectorCount, byte);
    stampNs(this.times, T.completion);
    return last === Outcome.done ? sectorCount : this.failed(last);
  }

  /** Without power nothing more can be done: the load is over. */
  failed(outcome: number): number {
    if (outcome === Outcome.powerOff) this.goesOn = false;
    return REFUSED - outcome;
  }

  /** Anything but a read or a write. */
  control(operation: number, lba: number, index: number): number {
    if (this.#controlPath !== null) return this.#send(this.#controlPath, lba, index);
    if (operation === REMAP) return this.#remap(lba);
    if (operation === UNREMAP) return this.#unremap(lba);
    return this.#acknowledge(operation);
  }

  /** What the target refuses is refused, whatever its reason: the script may have asked for it. */
  #send(control: TargetControl, lba: number, index: number): number {
    const { protocol } = this.#plan.target;
    const command = this.drawn.commands[index] as number;
    const wordCount = this.drawn.wordCounts[index] as number;
    stampNs(this.times, T.issue);
    const answer = perform(control, this.#thread, command, lba);
    stampNs(this.times, T.completion);
    const refused = isRefused(command, answer);
    if (isDelivered(protocol, refused, wordCount)) {
      this.counters.add(ThreadFloat.repliesDelivered, 1);
    }
    const lines = logLinesOf(protocol, command, refused, wordCount);
    this.counters.add(ThreadFloat.logLines, lines);
    return refused ? REFUSED : 0;
  }

  /** Trims are counted and timed, and nothing more; so are flushes, but where there is metadata. */
  #acknowledge(operation: number): number {
    stampNs(this.times, T.issue);
    const outcome = operation === SYNC ? this.device.flush(this.#thread) : Outcome.done;
    stampNs(this.times, T.completion);
    return outcome === Outcome.done ? 0 : this.failed(outcome);
  }

  #remap(lba: number): number {
    const thread = this.#thread;
    const times = this.times;
    const mark = this.#claims.nextMark();
    stampNs(times, T.issue);
    if (this.#outerLock) {
      this.device.lockTarget(thread);
      stampNs(times, T.asked);
    } else times[T.asked] = times[T.issue] as number;
    const spare = this.#allocator.allocate(thread);
    stampNs(times, T.answered);
    if (spare === NO_SPARE) {
      if (this.#outerLock) this.device.unlockTarget(thread);
      stampNs(times, T.completion);
      this.#refused();
      return REFUSED;
    }
    const owner = this.#owners.claim(spare, mark);
    if (!this.#outerLock) this.device.lockTarget(thread);
    const outcome = this.device.attach(lba, spare);
    this.device.unlockTarget(thread);
    if (outcome === Outcome.done) this.device.finishRemap(thread, lba, spare);
    stampNs(times, T.completion);
    this.#recordAllocation();
    this.counters.add(ThreadFloat.granted, 1);
    this.#claims.claimed(lba, spare, times);
    if (owner !== 0) this.#claims.conflicted(spare, owner, mark);
    if (outcome === Outcome.done) {
      if (this.#recovery !== null) this.#recovery.moved(lba, spare);
      return 1;
    }
    if (this.#returnsSpares) this.#giveBack(lba, spare);
    return this.failed(outcome);
  }

  #refused(): void {
    const counters = this.counters;
    const times = this.times;
    const gateNs = times[T.gate] as number;
    this.#recordAllocation();
    if (counters.get(ThreadFloat.refused) === 0) {
      counters.set(ThreadFloat.firstRefusalIssueNs, (times[T.asked] as number) - gateNs);
      counters.set(ThreadFloat.firstRefusalCompletionNs, (times[T.answered] as number) - gateNs);
    }
    counters.add(ThreadFloat.refused, 1);
    if (this.#untilExhausted) this.goesOn = false;
  }

  #recordAllocation(): void {
    const times = this.times;
    const missed = this.#misses?.tell() === true;
    if ((times[T.issue] as number) < (times[T.measure] as number)) return;
    const ns = (times[T.answered] as number) - (times[T.asked] as number);
    this.#allocation.record(ns);
    if (missed) this.#allocationMiss?.record(ns);
  }

  #unremap(lba: number): number {
    const thread = this.#thread;
    stampNs(this.times, T.issue);
    this.device.lockTarget(thread);
    const spare = this.device.detach(lba);
    this.device.unlockTarget(thread);
    if (spare !== ON_MAIN) this.#giveBack(lba, spare);
    stampNs(this.times, T.completion);
    return spare === ON_MAIN ? REFUSED : 1;
  }

  /** The owner word is cleared first: its next owner must find it empty. */
  #giveBack(lba: number, spare: number): void {
    stampNs(this.times, T.asked);
    this.#owners.clear(spare);
    this.#allocator.release(this.#thread, spare);
    stampNs(this.times, T.answered);
    this.#misses?.tell();
    this.counters.add(ThreadFloat.released, 1);
    this.#claims.released(lba, spare, this.times);
  }

  /**
   * Counts an operation that could not be issued. False when that ends the thread's load: every LBA
   * of it is remapped, and nothing else is to be done. (An unremap with nothing to undo is no end.)
   */
  skip(operation: number): boolean {
    const now = nowNs();
    if (now >= (this.times[T.measure] as number)) {
      const base = ThreadFloat.perOperation + operation * OperationCounter.count;
      this.counters.add(base + OperationCounter.skipped, 1);
    }
    const { remap: _, ...others } = this.job.mix;
    const isAll = this.#untilExhausted || Object.values(others).every((weight) => weight === 0);
    if ((operation === REMAP && isAll) || now >= (this.times[T.end] as number)) {
      this.goesOn = false;
    }
    return this.goesOn;
  }

  #plantFault(): void {
    switch (this.#plan.faults.thread?.does) {
      case 'exit':
        process.exit(0);
        break;
      case 'hold-lock':
        this.#allocationLock.acquire(this.#thread);
        for (;;) this.gate.sleepNs(1e9);
      default:
        throw new Error('the fault that the scenario plants: faults.thread.does is throw');
    }
  }
}

/** In place of a number of sectors moved; failures lie below it, and by how much says which. */
const REFUSED = -1;

/** Float of the bytes that an operation has moved, in the block of floats of a thread. */
export function bytesFloatOf(float: number, operation: number): number {
  const base = ThreadFloat.perOperation + operation * OperationCounter.count;
  return float + base + OperationCounter.bytes;
}

/** Measured operations a thread of the job may do: its share of the total, as even as it goes. */
function shareOf({ messages, operationCount, threadCount }: JobPlan, thread: number): number {
  // A script is sent to its end; the others share what operations there are.
  const first = messages === null ? 0 : 1;
  if (operationCount === null || thread < first) return Number.POSITIVE_INFINITY;
  const sharers = threadCount - first;
  const even = Math.floor(operationCount / sharers);
  return even + (thread - first < operationCount % sharers ? 1 : 0);
}
