import { nowNs, stampNs } from '../clock.ts';
import type { RemappingDevice } from '../device/device.ts';
import { Outcome } from '../device/outcome.ts';
import { OperationCounter, ThreadFloat } from '../memory/layout.ts';
import type { SharedHistogram } from '../record/shared-histogram.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';
import { OPERATIONS, SECTOR_BYTES } from '../scenario/plan.ts';
import { DRAWN_MOST, type DrawnOperations, SKIPPED } from './operation-source.ts';

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');

/** Slow operations are written down before their batch is over, so that live figures move. */
const WRITE_DOWN_NS = 1_000_000;

/**
 * Reads and writes that follow each other with nothing between them: no data to check, no arrival
 * to wait for, no pause. The same operations as ThreadLoop does one by one, and the same records;
 * here their times stay in a column of the thread's own until the row is over.
 *
 * What it is for: between two operations it stores little. A processor carries stores out in order
 * and has room for some hundred that wait; behind a block that was written to memory far away all
 * of them do, and what is stored per operation decides how many operations it takes to fill it.
 */
export class PlainLoop {
  readonly #thread: number;
  readonly #device: RemappingDevice;
  readonly #drawn: DrawnOperations;
  readonly #counters: ThreadCounters;
  readonly #times: Float64Array;
  /** By operation; null where the plan has none such. */
  readonly #service: readonly (SharedHistogram | null)[];
  /** The completion of an operation is the issue of the next one of its row. */
  readonly #isChained: boolean;
  readonly #readByte: number;
  readonly #writeByte: number;
  readonly #latenciesNs = new Float64Array(DRAWN_MOST);
  /** Sectors moved since they were last written down, by operation. */
  readonly #sectors = new Float64Array(2);
  #outcome: number = Outcome.done;
  /** Of the operations issued last, those issued before the measurement began. */
  #warmUpCount = 0;

  constructor(parts: {
    readonly thread: number;
    readonly device: RemappingDevice;
    readonly drawn: DrawnOperations;
    readonly counters: ThreadCounters;
    readonly times: Float64Array;
    readonly service: readonly (SharedHistogram | null)[];
    readonly isChained: boolean;
    readonly readByte: number;
    readonly writeByte: number;
  }) {
    this.#thread = parts.thread;
    this.#device = parts.device;
    this.#drawn = parts.drawn;
    this.#counters = parts.counters;
    this.#times = parts.times;
    this.#service = parts.service;
    this.#isChained = parts.isChained;
    this.#readByte = parts.readByte;
    this.#writeByte = parts.writeByte;
  }

  /** What the device said to the last operation; all before it were done. */
  get outcome(): number {
    return this.#outcome;
  }

  /**
   * Drawn operations from `from` on, which must be plain, up to `end`: to the first that is no read
   * or write, that fails, that completes after the load's end, or too long after what was written
   * down last. Returns the index of the next one, and leaves the times of the last.
   */
  perform(from: number, end: number): number {
    const next = this.#issue(from, end);
    this.#writeDown(from, next);
    return next;
  }

  #issue(from: number, end: number): number {
    const device = this.#device;
    const thread = this.#thread;
    const times = this.#times;
    const latenciesNs = this.#latenciesNs;
    const { operations, lbas, sectorCounts } = this.#drawn;
    const isChained = this.#isChained;
    const readByte = this.#readByte;
    const writeByte = this.#writeByte;
    // What is imported is looked up and checked at each use, unless a local stands for it.
    const { done } = Outcome;
    const skipped = SKIPPED;
    const measureNs = times[T.measure] as number;
    const writtenDownNs = times[T.completion] as number;
    const latestNs = Math.min(times[T.end] as number, writtenDownNs + WRITE_DOWN_NS);
    let issue = 0;
    // What was drawn and written down since the last row is nobody's time. The reading comes out of
    // an array: what a call returns that is not inlined is an object, and then each completion that
    // takes its place is one too.
    if (isChained) stampNs(times, T.completion);
    let completion = times[T.completion] as number;
    let outcome: number = done;
    let warmUpCount = 0;
    let index = from;
    while (index < end) {
      const operation = operations[index] as number;
      const lba = lbas[index] as number;
      const sectorCount = sectorCounts[index] as number;
      if (operation > WRITE || lba === skipped) break;
      issue = isChained ? completion : nowNs();
      outcome =
        operation === READ
          ? device.read(thread, lba, sectorCount, readByte)
          : device.write(thread, lba, sectorCount, writeByte);
      completion = nowNs();
      latenciesNs[index++] = completion - issue;
      if (issue < measureNs) warmUpCount++;
      if (outcome !== done || completion >= latestNs) break;
    }
    times[T.issue] = issue;
    times[T.completion] = completion;
    this.#outcome = outcome;
    this.#warmUpCount = warmUpCount;
    return index;
  }

  #writeDown(from: number, next: number): void {
    const { operations, sectorCounts } = this.#drawn;
    const sectors = this.#sectors;
    const latenciesNs = this.#latenciesNs;
    const doneEnd = this.#outcome === Outcome.done ? next : next - 1;
    for (let index = from + this.#warmUpCount; index < doneEnd; index++) {
      const operation = operations[index] as number;
      (this.#service[operation] as SharedHistogram).record(latenciesNs[index] as number);
      sectors[operation] = (sectors[operation] as number) + (sectorCounts[index] as number);
    }
    const counters = this.#counters;
    for (let operation = READ; operation <= WRITE; operation++) {
      const bytes = ThreadFloat.perOperation + operation * OperationCounter.count;
      counters.add(bytes + OperationCounter.bytes, (sectors[operation] as number) * SECTOR_BYTES);
      sectors[operation] = 0;
    }
    const times = this.#times;
    const completion = times[T.completion] as number;
    counters.add(ThreadFloat.warmedUp, this.#warmUpCount);
    counters.add(ThreadFloat.operations, next - from);
    counters.set(ThreadFloat.lastCompletionNs, completion - (times[T.gate] as number));
  }
}
