import { stampNs } from '../clock.ts';
import { NO_SPARE } from '../device/spare-allocator.ts';
import type { SpareWitness } from '../device/target-control.ts';
import type { Memory } from '../memory/attach.ts';
import { ThreadFloat } from '../memory/layout.ts';
import { ClaimLog } from '../record/claim-log.ts';
import { OwnerTable } from '../record/owner-table.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import type { MissWatch } from './miss-watch.ts';

/**
 * Writes down what the control path does with spares, in the log and the owner table of the thread
 * that sends the messages. A sector that already has a spare is not given it again: a second
 * promotion of the same slot is no second claim.
 */
export class ClaimWitness implements SpareWitness {
  readonly #counters: ThreadCounters;
  readonly #owners: OwnerTable;
  readonly #claims: ClaimLog;
  readonly #allocation: SharedHistogram;
  readonly #allocationMiss: SharedHistogram | null;
  readonly #times: Float64Array;
  /** null where there is no cache to miss. */
  readonly #misses: MissWatch | null;
  /** LBA -> spare, for all that was claimed and not given back. */
  readonly #held = new Map<number, number>();

  constructor(memory: Memory, thread: number, times: Float64Array, misses: MissWatch | null) {
    this.#counters = new ThreadCounters(memory, thread);
    this.#owners = new OwnerTable(memory.words, memory.layout.owners);
    this.#claims = new ClaimLog(memory, thread);
    this.#allocation = SharedHistogram.of(memory, thread, 'allocation') as SharedHistogram;
    this.#allocationMiss = SharedHistogram.of(memory, thread, 'allocation.miss');
    this.#times = times;
    this.#misses = misses;
  }

  asking(): void {
    // Forgets what was given back since the last call.
    this.#misses?.tell();
    stampNs(this.#times, T.asked);
  }

  answered(_thread: number, lba: number, spare: number): void {
    const times = this.#times;
    stampNs(times, T.answered);
    const ns = (times[T.answered] as number) - (times[T.asked] as number);
    this.#allocation.record(ns);
    if (this.#misses?.tell() === true) this.#allocationMiss?.record(ns);
    if (spare === NO_SPARE) this.#refused();
    else this.#claim(lba, spare);
  }

  adopted(_thread: number, lba: number, spare: number): void {
    if (this.#held.get(lba) === spare) return;
    stampNs(this.#times, T.asked);
    stampNs(this.#times, T.answered);
    this.#claim(lba, spare);
  }

  returning(_thread: number, _lba: number, spare: number): void {
    stampNs(this.#times, T.asked);
    this.#owners.clear(spare);
  }

  returned(_thread: number, lba: number, spare: number): void {
    stampNs(this.#times, T.answered);
    this.#release(lba, spare);
    this.#held.delete(lba);
  }

  forgotten(): void {
    stampNs(this.#times, T.asked);
    for (const spare of this.#held.values()) this.#owners.clear(spare);
    stampNs(this.#times, T.answered);
    for (const [lba, spare] of this.#held) this.#release(lba, spare);
    this.#held.clear();
  }

  #claim(lba: number, spare: number): void {
    const mark = this.#claims.nextMark();
    const owner = this.#owners.claim(spare, mark);
    this.#claims.claimed(lba, spare, this.#times);
    this.#counters.add(ThreadFloat.granted, 1);
    if (owner !== 0) this.#claims.conflicted(spare, owner, mark);
    this.#held.set(lba, spare);
  }

  #release(lba: number, spare: number): void {
    this.#counters.add(ThreadFloat.released, 1);
    this.#claims.released(lba, spare, this.#times);
  }

  #refused(): void {
    const counters = this.#counters;
    const times = this.#times;
    const gateNs = times[T.gate] as number;
    if (counters.get(ThreadFloat.refused) === 0) {
      counters.set(ThreadFloat.firstRefusalIssueNs, (times[T.asked] as number) - gateNs);
      counters.set(ThreadFloat.firstRefusalCompletionNs, (times[T.answered] as number) - gateNs);
    }
    counters.add(ThreadFloat.refused, 1);
  }
}
