import { stampNs } from '../clock.ts';
import type { RemappingDevice } from '../device/device.ts';
import { HealthWords } from '../device/health-words.ts';
import { allocatorOn, deviceOn } from '../device/index.ts';
import { Outcome } from '../device/outcome.ts';
import { RemapQueue } from '../device/remap-queue.ts';
import { ON_MAIN } from '../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../device/spare-allocator.ts';
import { lockOn } from '../lock/index.ts';
import type { Memory } from '../memory/attach.ts';
import { FailureWord, partOf, ThreadFloat } from '../memory/layout.ts';
import { ClaimLog } from '../record/claim-log.ts';
import { OwnerTable } from '../record/owner-table.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { type AutoRemapPlan, type Plan, targetLockKindOf } from '../scenario/plan.ts';
import { MeteredLock } from './metered-lock.ts';
import { MissWatch } from './miss-watch.ts';
import type { QueueServer } from './serve-queue.ts';

/**
 * A thread that moves failing sectors to spares, corrected: the spare comes from the allocator, the
 * I/O in flight to the sector is waited for, its data is copied, and only then the table and the
 * health say so. Health stands apart from the table, so neither can overwrite the other.
 *
 * A spare that cannot be written is put out of use: it stays claimed, for no LBA, and the next one
 * is tried. So is a spare that had served a sector and fails. Data that cannot be read is not made
 * up: its spare answers reads with `dataLost` until it is written.
 */
export class RemapWorker implements QueueServer {
  readonly queue: RemapQueue;
  readonly counters: ThreadCounters;
  readonly #thread: number;
  readonly #readCount: number;
  readonly #health: HealthWords;
  readonly #device: RemappingDevice;
  readonly #allocator: SpareAllocator;
  readonly #owners: OwnerTable;
  readonly #claims: ClaimLog;
  readonly #allocation: SharedHistogram;
  readonly #allocationMiss: SharedHistogram | null;
  readonly #misses: MissWatch | null;
  readonly #words: Int32Array;
  readonly #own: number;
  readonly #times = new Float64Array(T.count);

  /** @param thread its number, after those of the threads of load */
  constructor(
    plan: Plan,
    autoRemap: AutoRemapPlan,
    memory: Memory,
    thread: number,
    startNs: number,
  ) {
    const { words, layout } = memory;
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    const targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
    const metered = new MeteredLock(allocationLock, memory, thread, 'allocationLock');
    this.#thread = thread;
    this.#times[T.gate] = startNs;
    this.#readCount = 1 + autoRemap.attemptCount;
    this.queue = new RemapQueue(words, layout.queue, autoRemap.queueCount);
    this.#health = new HealthWords(words, layout.healthWords, autoRemap.errorThreshold);
    this.#misses = MissWatch.over(metered, plan, memory);
    this.#allocator = allocatorOn(plan, words, layout, this.#misses ?? metered);
    this.#device = deviceOn(
      plan,
      memory,
      new MeteredLock(targetLock, memory, thread, 'targetLock'),
      thread,
    );
    this.#owners = new OwnerTable(words, layout.owners);
    this.#claims = new ClaimLog(memory, thread);
    this.counters = new ThreadCounters(memory, thread);
    this.#allocation = SharedHistogram.of(memory, thread, 'allocation') as SharedHistogram;
    this.#allocationMiss = SharedHistogram.of(memory, thread, 'allocation.miss');
    this.#words = words;
    this.#own = partOf(layout.failures, thread, FailureWord.wordCount);
  }

  serve(lba: number): void {
    // It may have been moved by hand since.
    if (this.#health.isQueued(lba)) this.#move(lba);
  }

  #move(lba: number): void {
    while (!this.#moveToNewSpare(lba)) this.#count(FailureWord.retired);
  }

  /** False when the spare it was given is bad, and another has to be tried. */
  #moveToNewSpare(lba: number): boolean {
    const device = this.#device;
    const times = this.#times;
    const mark = this.#claims.nextMark();
    stampNs(times, T.asked);
    const spare = this.#allocator.allocate(this.#thread);
    stampNs(times, T.answered);
    const ns = (times[T.answered] as number) - (times[T.asked] as number);
    this.#allocation.record(ns);
    if (this.#misses?.tell() === true) this.#allocationMiss?.record(ns);
    if (spare === NO_SPARE) {
      this.#refused();
      this.#health.giveUp(lba);
      return true;
    }
    const owner = this.#owners.claim(spare, mark);
    this.counters.add(ThreadFloat.granted, 1);
    device.lockTarget(this.#thread);
    const from = device.spareOf(lba);
    const outcome = device.relocate(lba, spare, this.#readCount);
    device.unlockTarget(this.#thread);
    const isBadSpare = outcome === Outcome.writeError;
    if (isBadSpare) this.#claims.retired(spare, times);
    else this.#claims.claimed(lba, spare, times);
    if (owner !== 0) this.#claims.conflicted(spare, owner, mark);
    if (isBadSpare) return false;
    if (outcome === Outcome.done || outcome === Outcome.dataLost) {
      this.#health.moved(lba, spare);
      this.#count(FailureWord.moved);
      if (outcome === Outcome.dataLost) this.#count(FailureWord.unreadable);
      if (from !== ON_MAIN) this.#retire(lba, from);
    } else {
      this.#giveBack(lba, spare);
      this.#health.giveUp(lba);
    }
    return true;
  }

  #refused(): void {
    const times = this.#times;
    const gateNs = times[T.gate] as number;
    const { counters } = this;
    this.#count(FailureWord.noSpare);
    if (counters.get(ThreadFloat.refused) === 0) {
      counters.set(ThreadFloat.firstRefusalIssueNs, (times[T.asked] as number) - gateNs);
      counters.set(ThreadFloat.firstRefusalCompletionNs, (times[T.answered] as number) - gateNs);
    }
    counters.add(ThreadFloat.refused, 1);
  }

  /** The spare that served the LBA until now has failed: nobody is to have it again. */
  #retire(lba: number, spare: number): void {
    stampNs(this.#times, T.asked);
    stampNs(this.#times, T.answered);
    this.#claims.released(lba, spare, this.#times);
    this.#claims.retired(spare, this.#times);
    this.#count(FailureWord.retired);
  }

  #giveBack(lba: number, spare: number): void {
    stampNs(this.#times, T.asked);
    this.#owners.clear(spare);
    this.#allocator.release(this.#thread, spare);
    this.#misses?.tell();
    stampNs(this.#times, T.answered);
    this.counters.add(ThreadFloat.released, 1);
    this.#claims.released(lba, spare, this.#times);
  }

  #count(field: number): void {
    this.#words[this.#own + field] = (this.#words[this.#own + field] as number) + 1;
  }
}
