import { allocatorOn, deviceOn, targetControlOn } from '../device/index.ts';
import { RemapQueue } from '../device/remap-queue.ts';
import type { TargetControl } from '../device/target-control.ts';
import { lockOn } from '../lock/index.ts';
import type { Memory } from '../memory/attach.ts';
import { FailureWord, partOf, ThreadFloat } from '../memory/layout.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { type AutoRemapPlan, type Plan, targetLockKindOf } from '../scenario/plan.ts';
import { ClaimWitness } from './claim-witness.ts';
import { MeteredLock } from './metered-lock.ts';
import type { QueueServer } from './serve-queue.ts';

/**
 * The worker of dm-remap v4.0 as published: looks whether the sector is due, lets go of the lock,
 * and promotes the slot that holds it, with the spare that the slot was made with. No allocator is
 * asked, no data is copied, no bit is set, no I/O is waited for.
 */
export class PublishedRemapWorker implements QueueServer {
  readonly queue: RemapQueue;
  readonly counters: ThreadCounters;
  readonly #thread: number;
  readonly #control: TargetControl;
  readonly #words: Int32Array;
  readonly #own: number;

  /** @param thread its number, after those of the threads of load */
  constructor(
    plan: Plan,
    autoRemap: AutoRemapPlan,
    memory: Memory,
    thread: number,
    startNs: number,
  ) {
    const { words, layout } = memory;
    const times = new Float64Array(T.count);
    times[T.gate] = startNs;
    const lock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
    const targetLock = new MeteredLock(lock, memory, thread, 'targetLock');
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    this.queue = new RemapQueue(words, layout.queue, autoRemap.queueCount);
    this.counters = new ThreadCounters(memory, thread);
    this.#thread = thread;
    this.#control = targetControlOn(plan, memory, {
      device: deviceOn(plan, memory, targetLock, thread),
      targetLock,
      allocator: allocatorOn(plan, words, layout, allocationLock),
      witness: new ClaimWitness(memory, thread, times, null),
    });
    this.#words = words;
    this.#own = partOf(layout.failures, thread, FailureWord.wordCount);
  }

  serve(lba: number): void {
    const claimedBefore = this.counters.get(ThreadFloat.granted);
    if (this.#control.autoRemap(this.#thread, lba) < 0) return;
    const isFirst = this.counters.get(ThreadFloat.granted) > claimedBefore;
    const at = this.#own + (isFirst ? FailureWord.moved : FailureWord.repeated);
    this.#words[at] = (this.#words[at] as number) + 1;
  }
}
