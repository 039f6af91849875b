import { nowNs } from '../../clock.ts';
import type { Memory } from '../../memory/attach.ts';
import { Gate } from '../../memory/gate.ts';
import { JobGate } from '../../memory/job-gate.ts';
import { RingEntry, ThreadFloat } from '../../memory/layout.ts';
import { RingReader } from '../../memory/trace-ring.ts';
import { ThreadCounters } from '../../record/thread-counters.ts';
import type { DrawnOperations, OperationSource } from '../operation-source.ts';

/** A wait is looked up from so often, to see whether the run has been stopped. */
const LOOK_NS = 5e6;

/** What the watchdog is told in advance, while the reader gets on. */
const EXCUSED_NS = 1e9;

/**
 * A thread's records of a trace, out of the ring that the reading thread fills.
 *
 * When the ring is empty and the trace is not at its end, the thread has to wait. That is our own
 * fault and none of the load's: it is counted, from when the thread asked or the record should have
 * been issued, whichever is later.
 */
export class TracedOperations implements OperationSource {
  readonly plansArrivals: boolean;
  readonly #memory: Memory;
  readonly #startsAfter: number | null;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #ring: RingReader;
  readonly #gate: Gate;
  readonly #counters: ThreadCounters;

  /** `place` of the thread is that among those that replay; its job may wait for another. */
  constructor(
    memory: Memory,
    job: { readonly thread: number; readonly place: number; readonly isTimed: boolean },
    startsAfter: number | null = null,
  ) {
    const { thread, place, isTimed } = job;
    this.plansArrivals = isTimed;
    this.#memory = memory;
    this.#startsAfter = startsAfter;
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#ring = new RingReader(memory, place);
    this.#gate = new Gate(memory.words, memory.floats, memory.layout);
    this.#counters = new ThreadCounters(memory, thread);
  }

  draw(into: DrawnOperations, count: number): number {
    const ring = this.#ring;
    let available = ring.available();
    if (available === 0) available = this.#await();
    const drawn = Math.min(count, available);
    for (let index = 0; index < drawn; index++) {
      const entry = ring.entryOf(index);
      into.operations[index] = this.#words[entry + RingEntry.kind] as number;
      into.sectorCounts[index] = this.#words[entry + RingEntry.sectorCount] as number;
      into.lbas[index] = this.#words[entry + RingEntry.lba] as number;
      into.arrivalsNs[index] = this.#floats[(entry + RingEntry.arrivalNs) / 2] as number;
    }
    if (drawn > 0) ring.take(drawn);
    return drawn;
  }

  /** Records there are now; 0 at the end of the trace, or of the run. */
  #await(): number {
    const ring = this.#ring;
    // Looked at before the ring: what was there at the end is still to be taken.
    if (ring.hasEnded()) return ring.available();
    const askedNs = nowNs();
    let progress = ring.feedProgress();
    this.#counters.set(ThreadFloat.idleUntilNs, askedNs + EXCUSED_NS);
    let available = 0;
    let isLast = false;
    while (available === 0 && !isLast && !this.#gate.mustStop()) {
      ring.sleepNs(LOOK_NS);
      isLast = ring.hasEnded();
      available = ring.available();
      const moved = ring.feedProgress();
      if (moved !== progress || ring.feedWaits()) {
        progress = moved;
        this.#counters.set(ThreadFloat.idleUntilNs, nowNs() + EXCUSED_NS);
      }
    }
    this.#counters.set(ThreadFloat.idleUntilNs, 0);
    if (available > 0) this.#countStarvation(askedNs);
    return available;
  }

  /** When arrivals count from: the begin of the run, or the end of the job before. */
  #startNs(): number {
    const { words, floats, layout } = this.#memory;
    if (this.#startsAfter === null) return this.#gate.startNs();
    return new JobGate(words, floats, layout).endNs(this.#startsAfter);
  }

  #countStarvation(askedNs: number): void {
    let dueNs = askedNs;
    if (this.plansArrivals) {
      const entry = this.#ring.entryOf(0);
      const arrivalNs = this.#floats[(entry + RingEntry.arrivalNs) / 2] as number;
      dueNs = Math.max(askedNs, this.#startNs() + arrivalNs);
    }
    const lateNs = nowNs() - dueNs;
    if (lateNs > 0) this.#ring.starved(lateNs);
  }
}
