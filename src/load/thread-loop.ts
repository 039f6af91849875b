import { nowNs, stampNs } from '../clock.ts';
import { type Device, Outcome } from '../device/device.ts';
import { allocatorOn, deviceOn } from '../device/index.ts';
import { ON_MAIN } from '../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../device/spare-allocator.ts';
import { lockOn } from '../lock/index.ts';
import type { Memory } from '../memory/attach.ts';
import { Gate } from '../memory/gate.ts';
import { OperationCounter, partOf, ThreadFloat, WORD_BYTES } from '../memory/layout.ts';
import { ClaimLog } from '../record/claim-log.ts';
import { OwnerTable } from '../record/owner-table.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { OPERATIONS, type Plan, SECTOR_BYTES, targetLockKindOf } from '../scenario/plan.ts';
import { DataProbe } from './data-probe.ts';
import { MeteredLock } from './metered-lock.ts';
import {
  DrawnOperation,
  type OperationSource,
  operationSourceFor,
  SKIPPED,
} from './operation-source.ts';

/** Operations between two looks at the stop word. */
const BATCH = 64;

/**
 * Nearer than this to a planned arrival, a thread spins; a sleep may overshoot by about as much.
 */
const SPIN_NS = 150_000;

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');
const REMAP = OPERATIONS.indexOf('remap');
const UNREMAP = OPERATIONS.indexOf('unremap');

/**
 * One thread of load: draws an operation, issues it, times it, writes it down. The hot loop.
 *
 * It allocates nothing, sends nothing and logs nothing; the clock is read twice an I/O (once more
 * for the allocator call inside a remap, and again when an outer lock stands before it). Everything
 * it needs was built before the gate opened.
 */
export class ThreadLoop {
  readonly #thread: number;
  readonly #plan: Plan;
  readonly #gate: Gate;
  readonly #source: OperationSource;
  readonly #drawn = new DrawnOperation();
  readonly #device: Device;
  readonly #allocator: SpareAllocator;
  readonly #allocationLock: MeteredLock;
  readonly #owners: OwnerTable;
  readonly #claims: ClaimLog;
  readonly #counters: ThreadCounters;
  readonly #probe: DataProbe | null;
  readonly #service: readonly (SharedHistogram | null)[];
  readonly #response: readonly (SharedHistogram | null)[];
  readonly #allocation: SharedHistogram;
  readonly #writeWord: number;
  readonly #readByte: number;
  readonly #outerLock: boolean;
  readonly #returnsSpares: boolean;
  readonly #untilExhausted: boolean;
  readonly #thinkTimeNs: number;
  readonly #operationLimit: number;
  readonly #times = new Float64Array(T.count);
  #exhausted = false;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const { words, layout } = memory;
    this.#plan = plan;
    this.#thread = thread;
    this.#gate = new Gate(words, memory.floats, layout);
    this.#source = operationSourceFor(plan, memory, thread);
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    const targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
    this.#allocationLock = new MeteredLock(allocationLock, memory, thread, 'allocationLock');
    this.#allocator = allocatorOn(plan, words, layout, this.#allocationLock);
    this.#device = deviceOn(
      plan,
      memory,
      new MeteredLock(targetLock, memory, thread, 'targetLock'),
    );
    this.#owners = new OwnerTable(words, layout.owners);
    this.#claims = new ClaimLog(memory, thread);
    this.#counters = new ThreadCounters(memory, thread);
    this.#probe = plan.integrity === 'off' ? null : new DataProbe(plan, memory, thread);
    this.#service = OPERATIONS.map((name) => SharedHistogram.of(memory, thread, `${name}.service`));
    this.#response = OPERATIONS.map((name) =>
      SharedHistogram.of(memory, thread, `${name}.response`),
    );
    this.#allocation = SharedHistogram.of(memory, thread, 'allocation') as SharedHistogram;
    const staging = partOf(layout.staging, thread, 2 * layout.stagingWords);
    this.#writeWord = staging;
    this.#readByte = ((staging + layout.stagingWords) * WORD_BYTES) | 0;
    this.#outerLock = plan.allocator.outerLock;
    this.#returnsSpares = plan.allocator.protocol === 'guarded';
    this.#untilExhausted = plan.load.untilExhausted;
    this.#thinkTimeNs = plan.load.thinkTimeNs;
    this.#operationLimit = shareOf(plan, thread);
  }

  /** From the gate to this thread's end of load. `startNs` is the clock at the gate's opening. */
  run(startNs: number): void {
    const { warmupNs, durationNs } = this.#plan.load;
    const measureNs = startNs + warmupNs;
    this.#times[T.gate] = startNs;
    this.#times[T.measure] = measureNs;
    this.#times[T.end] = durationNs === null ? Number.POSITIVE_INFINITY : measureNs + durationNs;
    const fault = this.#plan.faults.thread;
    const faultAfter = fault?.thread === this.#thread ? fault.afterOperations : -1;
    while (!this.#gate.mustStop()) {
      if (faultAfter >= 0) {
        const left = faultAfter - this.#counters.get(ThreadFloat.operations);
        if (left <= 0) this.#plantFault();
        if (!this.#batch(Math.min(BATCH, Math.max(left, 1)))) break;
      } else if (!this.#batch(BATCH)) break;
    }
    this.#counters.set(ThreadFloat.digest, this.#source.digest());
  }

  /** Up to so many operations. False when the thread's load has come to its end. */
  #batch(count: number): boolean {
    const counters = this.#counters;
    const times = this.#times;
    const drawn = this.#drawn;
    for (let index = 0; index < count; index++) {
      if (counters.get(ThreadFloat.measured) >= this.#operationLimit) return false;
      if (!this.#source.next(drawn)) return false;
      if (drawn.lba === SKIPPED) {
        if (this.#skip()) return false;
        continue;
      }
      const arrival = this.#source.arrivalNs();
      if (arrival !== null && !this.#awaitArrival((times[T.gate] as number) + arrival))
        return false;
      this.#perform();
      counters.add(ThreadFloat.operations, 1);
      counters.set(
        ThreadFloat.lastCompletionNs,
        (times[T.completion] as number) - (times[T.gate] as number),
      );
      if ((times[T.completion] as number) >= (times[T.end] as number)) return false;
      if (this.#exhausted) return false;
      if (this.#thinkTimeNs > 0 && !this.#think()) return false;
    }
    return true;
  }

  #perform(): void {
    const { operation, lba, sectorCount } = this.#drawn;
    if (operation === READ) this.#read(lba, sectorCount);
    else if (operation === WRITE) this.#write(lba, sectorCount);
    else if (operation === REMAP) this.#remap(lba);
    else if (operation === UNREMAP) this.#unremap(lba);
    else this.#acknowledge();
  }

  #read(lba: number, sectorCount: number): void {
    const times = this.#times;
    if (this.#probe !== null) this.#probe.beforeRead(lba, sectorCount);
    stampNs(times, T.issue);
    const outcome = this.#device.read(this.#thread, lba, sectorCount, this.#readByte);
    stampNs(times, T.completion);
    if (this.#probe !== null && outcome === Outcome.done) {
      this.#probe.afterRead(lba, sectorCount, times);
    }
    this.#record(READ, outcome === Outcome.done ? sectorCount : FAILED);
  }

  #write(lba: number, sectorCount: number): void {
    const times = this.#times;
    const source =
      this.#probe === null ? this.#writeWord : this.#probe.beforeWrite(lba, sectorCount);
    const sourceByte = Math.imul(source, WORD_BYTES);
    stampNs(times, T.issue);
    const outcome = this.#device.write(this.#thread, lba, sectorCount, sourceByte);
    stampNs(times, T.completion);
    if (this.#probe !== null) {
      this.#probe.afterWrite(lba, sectorCount, outcome === Outcome.done);
    }
    this.#record(WRITE, outcome === Outcome.done ? sectorCount : FAILED);
  }

  /** Flushes and trims are counted and timed; the simulated device has nothing to do for them. */
  #acknowledge(): void {
    stampNs(this.#times, T.issue);
    stampNs(this.#times, T.completion);
    this.#record(this.#drawn.operation, 0);
  }

  #remap(lba: number): void {
    const thread = this.#thread;
    const times = this.#times;
    const mark = this.#claims.nextMark();
    stampNs(times, T.issue);
    if (this.#outerLock) {
      this.#device.lockTarget(thread);
      stampNs(times, T.asked);
    } else times[T.asked] = times[T.issue] as number;
    const spare = this.#allocator.allocate(thread);
    stampNs(times, T.answered);
    if (spare === NO_SPARE) {
      if (this.#outerLock) this.#device.unlockTarget(thread);
      stampNs(times, T.completion);
      this.#refused();
      return;
    }
    const owner = this.#owners.claim(spare, mark);
    if (!this.#outerLock) this.#device.lockTarget(thread);
    const outcome = this.#device.attach(lba, spare);
    this.#device.unlockTarget(thread);
    stampNs(times, T.completion);
    this.#recordAllocation();
    this.#counters.add(ThreadFloat.granted, 1);
    this.#claims.claimed(lba, spare, times);
    if (owner !== 0) this.#claims.conflicted(spare, owner, mark);
    if (outcome !== Outcome.done && this.#returnsSpares) this.#giveBack(lba, spare);
    this.#record(REMAP, outcome === Outcome.done ? 1 : FAILED);
  }

  #refused(): void {
    const counters = this.#counters;
    const times = this.#times;
    const gateNs = times[T.gate] as number;
    this.#recordAllocation();
    if (counters.get(ThreadFloat.refused) === 0) {
      counters.set(ThreadFloat.firstRefusalIssueNs, (times[T.asked] as number) - gateNs);
      counters.set(ThreadFloat.firstRefusalCompletionNs, (times[T.answered] as number) - gateNs);
    }
    counters.add(ThreadFloat.refused, 1);
    this.#exhausted = this.#untilExhausted;
    this.#record(REMAP, REFUSED);
  }

  #recordAllocation(): void {
    const times = this.#times;
    if ((times[T.issue] as number) < (times[T.measure] as number)) return;
    this.#allocation.record((times[T.answered] as number) - (times[T.asked] as number));
  }

  #unremap(lba: number): void {
    const thread = this.#thread;
    stampNs(this.#times, T.issue);
    this.#device.lockTarget(thread);
    const spare = this.#device.detach(lba);
    this.#device.unlockTarget(thread);
    if (spare !== ON_MAIN) this.#giveBack(lba, spare);
    stampNs(this.#times, T.completion);
    this.#record(UNREMAP, spare === ON_MAIN ? REFUSED : 1);
  }

  /** The owner word is cleared first: its next owner must find it empty. */
  #giveBack(lba: number, spare: number): void {
    stampNs(this.#times, T.asked);
    this.#owners.clear(spare);
    this.#allocator.release(this.#thread, spare);
    stampNs(this.#times, T.answered);
    this.#counters.add(ThreadFloat.released, 1);
    this.#claims.released(lba, spare, this.#times);
  }

  /** The operation just timed; `sectorCount` if it was done, else REFUSED or FAILED. */
  #record(operation: number, sectorCount: number): void {
    const counters = this.#counters;
    const times = this.#times;
    const issue = times[T.issue] as number;
    const completion = times[T.completion] as number;
    if (counters.get(ThreadFloat.operations) === 0) {
      counters.set(ThreadFloat.firstIssueNs, issue - (times[T.gate] as number));
    }
    if (issue < (times[T.measure] as number)) return;
    counters.add(ThreadFloat.measured, 1);
    const base = ThreadFloat.perOperation + operation * OperationCounter.count;
    if (sectorCount < 0) {
      const counter = sectorCount === REFUSED ? OperationCounter.refused : OperationCounter.errors;
      counters.add(base + counter, 1);
      return;
    }
    counters.add(base + OperationCounter.bytes, sectorCount * SECTOR_BYTES);
    const service = this.#service[operation];
    if (service) service.record(completion - issue);
    const response = this.#response[operation];
    if (response) response.record(completion - (times[T.arrival] as number));
  }

  /**
   * Counts an operation that could not be issued. True when that ends the thread's load: every LBA
   * of it is remapped, and nothing else is to be done. (An unremap with nothing to undo is no end.)
   */
  #skip(): boolean {
    const { operation } = this.#drawn;
    const now = nowNs();
    if (now >= (this.#times[T.measure] as number)) {
      const base = ThreadFloat.perOperation + operation * OperationCounter.count;
      this.#counters.add(base + OperationCounter.skipped, 1);
    }
    const { read, write, unremap } = this.#plan.load.mix;
    const isAll = this.#untilExhausted || read + write + unremap === 0;
    if (operation === REMAP && isAll) return true;
    return now >= (this.#times[T.end] as number);
  }

  /** False when the run was stopped, or the load's time is over, before the arrival. */
  #awaitArrival(arrivalNs: number): boolean {
    this.#times[T.arrival] = arrivalNs;
    if (arrivalNs >= (this.#times[T.end] as number)) return false;
    return this.#idleUntil(arrivalNs);
  }

  /** False when the run was stopped, or the load's time is over, before the next operation. */
  #think(): boolean {
    const nextNs = (this.#times[T.completion] as number) + this.#thinkTimeNs;
    return nextNs < (this.#times[T.end] as number) && this.#idleUntil(nextNs);
  }

  #idleUntil(untilNs: number): boolean {
    for (;;) {
      const left = untilNs - nowNs();
      if (left <= 0) return true;
      if (left <= SPIN_NS) continue;
      this.#counters.set(ThreadFloat.idleUntilNs, untilNs);
      this.#gate.sleepNs(left - SPIN_NS);
      this.#counters.set(ThreadFloat.idleUntilNs, 0);
      if (this.#gate.mustStop()) return false;
    }
  }

  #plantFault(): void {
    switch (this.#plan.faults.thread?.does) {
      case 'exit':
        process.exit(0);
        break;
      case 'hold-lock':
        this.#allocationLock.acquire(this.#thread);
        for (;;) this.#gate.sleepNs(1e9);
      default:
        throw new Error('the fault that the scenario plants: faults.thread.does is throw');
    }
  }
}

const REFUSED = -1;
const FAILED = -2;

/** Measured operations this thread may do: its share of the total, as even as it goes. */
function shareOf(plan: Plan, thread: number): number {
  const { operationCount, threadCount } = plan.load;
  if (operationCount === null) return Number.POSITIVE_INFINITY;
  const even = Math.floor(operationCount / threadCount);
  return even + (thread < operationCount % threadCount ? 1 : 0);
}
