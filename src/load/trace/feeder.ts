import type { Memory } from '../../memory/attach.ts';
import { Gate } from '../../memory/gate.ts';
import { ThreadStatus } from '../../memory/layout.ts';
import { FEED_STATE, FeedReport, RingWriter } from '../../memory/trace-ring.ts';
import { ThreadCounters } from '../../record/thread-counters.ts';
import { type Plan, tracedJobOf } from '../../scenario/plan.ts';
import { Fold, type FoldMap } from './fold.ts';
import { Dealer, type Sharing } from './sharing.ts';
import { TraceReader } from './trace-reader.ts';

/** How long the reader sleeps when there is no room: a ring lasts for many times as long. */
const SLEEP_NS = 1e6;

/** Records between two looks at whether anybody still wants them. */
const LOOK_EVERY = 4096;

/** What a thread needs to know to read a trace for others; plain data. */
export interface Feed {
  readonly fold: FoldMap;
  readonly sharing: Sharing;
}

/**
 * Reads a trace for the third time and hands its records out as they are replayed, ahead of the
 * threads that replay them by as much as the rings hold. When the rings are full for the first time
 * it arrives at the gate: no replay begins with an empty ring.
 *
 * A ring that is full holds the others up, since records come in the order of the file. With
 * recorded times that is no loss: what comes after them arrives later. A ring whose thread has
 * finished is passed over.
 */
export class TraceFeeder {
  readonly #plan: Plan;
  readonly #gate: Gate;
  readonly #report: FeedReport;
  readonly #rings: readonly RingWriter[];
  readonly #threads: readonly ThreadCounters[];
  readonly #feed: Feed;
  #hasArrived = false;

  constructor(plan: Plan, memory: Memory, feed: Feed) {
    const job = tracedJobOf(plan);
    const [first, count] = job === null ? [0, 0] : [job.firstThread, job.threadCount];
    this.#plan = plan;
    this.#feed = feed;
    this.#gate = new Gate(memory.words, memory.floats, memory.layout);
    this.#report = new FeedReport(memory);
    this.#rings = Array.from({ length: count }, (_, place) => new RingWriter(memory, place));
    this.#threads = Array.from(
      { length: count },
      (_, place) => new ThreadCounters(memory, first + place),
    );
  }

  /**
   * Until the last record is handed out, or nobody wants more.
   *
   * @throws when the file has changed
   */
  run(): void {
    try {
      this.#feedAll();
      this.#end(FEED_STATE.ended);
    } catch (error) {
      // The threads must not take what there was for all of it.
      this.#gate.stop();
      this.#end(FEED_STATE.failed);
      throw error;
    }
  }

  #feedAll(): void {
    const job = tracedJobOf(this.#plan);
    if (job === null) return;
    const speed = job.trace.speed ?? 1;
    const reader = new TraceReader(job.trace);
    try {
      const fold = new Fold(this.#feed.fold);
      const dealer = new Dealer(this.#feed.sharing);
      let count = 0;
      for (let record = reader.next(); record !== null; record = reader.next()) {
        fold.place(record);
        const place = dealer.threadFor(fold.lba, fold.sectorCount);
        const ring = this.#rings[place] as RingWriter;
        if (ring.isFull() && !this.#awaitRoom(ring, place)) return;
        if (!ring.isFull()) {
          ring.put(record.arrivalNs / speed, record.kind, fold.lba, fold.sectorCount);
        }
        if (++count % LOOK_EVERY === 0) {
          this.#report.progress();
          if (this.#isUnwanted()) return;
        }
      }
      const expected = this.#feed.sharing.recordCounts.reduce((sum, one) => sum + one, 0);
      if (count !== expected || reader.problems.list.length > 0) {
        throw new Error(`the trace was changed while it was replayed: ${job.trace.file}`);
      }
    } finally {
      reader.close();
    }
  }

  #end(state: number): void {
    for (const ring of this.#rings) ring.publish();
    this.#report.tell(state);
    this.#arrive();
  }

  /** False when nobody wants more; else there is room, or the ring's thread has finished. */
  #awaitRoom(ring: RingWriter, place: number): boolean {
    for (const one of this.#rings) one.publish();
    this.#report.tell(FEED_STATE.waitsForRoom);
    this.#arrive();
    while (ring.isFull() && !this.#hasFinished(place)) {
      this.#gate.sleepNs(SLEEP_NS);
      if (this.#isUnwanted()) return false;
    }
    this.#report.tell(FEED_STATE.reading);
    return true;
  }

  #hasFinished(place: number): boolean {
    const { status } = this.#threads[place] as ThreadCounters;
    return status === ThreadStatus.finished || status === ThreadStatus.failed;
  }

  #isUnwanted(): boolean {
    return this.#gate.mustStop() || this.#threads.every((_, place) => this.#hasFinished(place));
  }

  #arrive(): void {
    if (this.#hasArrived) return;
    this.#hasArrived = true;
    this.#gate.arrive();
  }
}
