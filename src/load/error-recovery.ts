import { nowNs } from '../clock.ts';
import type { RemappingDevice } from '../device/device.ts';
import { Advice, FailureBooks } from '../device/failure-books.ts';
import { HealthWords } from '../device/health-words.ts';
import { Outcome } from '../device/outcome.ts';
import { RemapQueue } from '../device/remap-queue.ts';
import type { Memory } from '../memory/attach.ts';
import { Gate } from '../memory/gate.ts';
import { FailureWord, partOf, ThreadFloat } from '../memory/layout.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import type { AutoRemapPlan } from '../scenario/plan.ts';

/**
 * What a thread of load does about a request that the medium failed, before anybody is told: it
 * books the error with the sector's health, waits, and issues the request again.
 *
 *     fewer errors than the threshold    again after a pause that doubles each time
 *     the threshold is reached           the sector is queued; again as soon as a worker has moved
 *                                        it, now on the spare
 *     it could not be moved              the request has failed
 *
 * So a write is acknowledged only when all of it is where reads will look for it. A read of data
 * that nobody could save fails with `dataLost`, until the sector is written: never is something
 * older returned in its place. The thread is not in flight while it waits, so no move waits for it.
 */
export class ErrorRecovery {
  readonly #plan: AutoRemapPlan;
  readonly #thread: number;
  readonly #device: RemappingDevice;
  readonly #health: HealthWords;
  readonly #books: FailureBooks;
  readonly #gate: Gate;
  readonly #counters: ThreadCounters;
  readonly #words: Int32Array;
  readonly #own: number;

  constructor(plan: AutoRemapPlan, memory: Memory, thread: number, device: RemappingDevice) {
    const { words, layout } = memory;
    this.#plan = plan;
    this.#thread = thread;
    this.#device = device;
    this.#health = new HealthWords(words, layout.healthWords, plan.errorThreshold);
    const queue = new RemapQueue(words, layout.queue, plan.queueCount);
    this.#books = new FailureBooks(this.#health, queue);
    this.#gate = new Gate(words, memory.floats, layout);
    this.#counters = new ThreadCounters(memory, thread);
    this.#words = words;
    this.#own = partOf(layout.failures, thread, FailureWord.wordCount);
  }

  /** The outcome in the end, of a request that ended with this one at first. */
  recover(
    outcome: number,
    isRead: boolean,
    lba: number,
    sectorCount: number,
    byte: number,
  ): number {
    let last = outcome;
    let failing = -1;
    let attempt = 0;
    while (last === Outcome.readError || last === Outcome.writeError) {
      // A request that gets further than before begins to count anew.
      const sector = this.#device.failedLba();
      if (sector !== failing) attempt = 0;
      failing = sector;
      const advice = this.#books.book(sector, this.#device.failedSpare());
      if (advice === Advice.giveUp) return last;
      if (advice === Advice.waitAndRetry) {
        if (attempt >= this.#plan.attemptCount || !this.#pause(attempt)) return last;
        attempt++;
      }
      this.#count(FailureWord.retries);
      last = isRead
        ? this.#device.read(this.#thread, lba, sectorCount, byte)
        : this.#device.write(this.#thread, lba, sectorCount, byte);
    }
    if (last === Outcome.done) this.#count(FailureWord.recovered);
    return last;
  }

  /** The load itself has moved a sector: a worker need not. */
  moved(lba: number, spare: number): void {
    this.#health.moved(lba, spare);
  }

  /** False when the run was stopped meanwhile. */
  #pause(attempt: number): boolean {
    const lengthNs = this.#plan.backoffNs * 2 ** attempt;
    if (lengthNs > 0) {
      this.#counters.set(ThreadFloat.idleUntilNs, nowNs() + lengthNs);
      this.#gate.sleepNs(lengthNs);
      this.#counters.set(ThreadFloat.idleUntilNs, 0);
    }
    return !this.#gate.mustStop();
  }

  #count(field: number): void {
    this.#words[this.#own + field] = (this.#words[this.#own + field] as number) + 1;
  }
}
