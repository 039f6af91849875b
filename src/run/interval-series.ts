import type { Memory } from '../memory/attach.ts';
import { ThreadFloat } from '../memory/layout.ts';
import {
  differenceOf,
  emptyHistogram,
  type Histogram,
  mergeHistograms,
} from '../record/histogram.ts';
import type { Interval } from '../record/run-record.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';
import { OPERATIONS, type Operation, type Plan } from '../scenario/plan.ts';

/** A long run keeps a coarser grid rather than a larger result. */
const INTERVAL_COUNT_MAX = 600;

/**
 * The interval series, on a grid that begins when the gate opens (and anew where measurement
 * begins). The coordinator takes it from live histograms, so the threads pay nothing for it; each
 * interval carries the times at which it was really taken.
 */
export class IntervalSeries {
  readonly #plan: Plan;
  readonly #threads: readonly ThreadCounters[];
  readonly #histograms: { readonly [O in Operation]: readonly SharedHistogram[] };
  readonly #bucketCount: number;
  readonly #before: { [O in Operation]: Histogram };
  #gridNs: number;
  #takenNs = 0;
  #intervals: Interval[] = [];

  constructor(plan: Plan, memory: Memory, threads: readonly ThreadCounters[]) {
    this.#plan = plan;
    this.#threads = threads;
    this.#bucketCount = memory.layout.bucketCount;
    this.#gridNs = plan.intervalNs;
    this.#histograms = byOperation((name) =>
      threads.flatMap((_, thread) => SharedHistogram.of(memory, thread, `${name}.service`) ?? []),
    );
    this.#before = byOperation(() => emptyHistogram(0));
  }

  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  /** When the next interval is due, ns since the gate. */
  nextDueNs(): number {
    const { warmupNs } = this.#plan.load;
    if (this.#takenNs < warmupNs) return Math.min(this.#nextOnGrid(0), warmupNs);
    return this.#nextOnGrid(warmupNs);
  }

  /** Closes the current interval at `nowNs` since the gate. */
  take(nowNs: number): void {
    if (nowNs <= this.#takenNs) return;
    const operations = byOperation((name) => {
      const parts = this.#histograms[name].map((histogram) => histogram.snapshot());
      const total = mergeHistograms(parts, parts.length === 0 ? 0 : this.#bucketCount);
      const service = differenceOf(total, this.#before[name]);
      this.#before[name] = total;
      return { count: service.count, service };
    });
    const totalOf = (field: number): number =>
      this.#threads.reduce((sum, counters) => sum + counters.get(field), 0);
    const totals = {
      grantedCount: totalOf(ThreadFloat.granted),
      refusedCount: totalOf(ThreadFloat.refused),
      ownerConflictCount: totalOf(ThreadFloat.ownerConflicts),
    };
    const { warmupNs } = this.#plan.load;
    const startNs = this.#takenNs;
    if (startNs < warmupNs && nowNs > warmupNs) {
      // Taken late: nothing is recorded before the measurement begins, so all of it came after.
      const nothing = byOperation(() => ({ count: 0, service: emptyHistogram(0) }));
      const endNs = warmupNs;
      this.#intervals.push({ startNs, endNs, phase: 'warmup', operations: nothing, ...totals });
      const phase = 'measure';
      this.#intervals.push({ startNs: warmupNs, endNs: nowNs, phase, operations, ...totals });
    } else {
      const phase = startNs < warmupNs ? 'warmup' : 'measure';
      this.#intervals.push({ startNs, endNs: nowNs, phase, operations, ...totals });
    }
    this.#takenNs = nowNs;
    if (this.#intervals.length > INTERVAL_COUNT_MAX) this.#coarsen();
  }

  #nextOnGrid(originNs: number): number {
    const steps = Math.floor((this.#takenNs - originNs) / this.#gridNs) + 1;
    return originNs + steps * this.#gridNs;
  }

  /** Joins neighbours of one phase two by two. */
  #coarsen(): void {
    this.#gridNs *= 2;
    const joined: Interval[] = [];
    for (let index = 0; index < this.#intervals.length; index++) {
      const first = this.#intervals[index] as Interval;
      const second = this.#intervals[index + 1];
      if (second === undefined || second.phase !== first.phase) {
        joined.push(first);
        continue;
      }
      joined.push(join(first, second));
      index++;
    }
    this.#intervals = joined;
  }
}

function join(first: Interval, second: Interval): Interval {
  return {
    ...second,
    startNs: first.startNs,
    operations: byOperation((name) => {
      const parts = [first.operations[name].service, second.operations[name].service];
      const length = Math.max(...parts.map((part) => part.counts.length));
      const service = mergeHistograms(
        parts.map((part) => padded(part, length)),
        length,
      );
      return { count: service.count, service };
    }),
  };
}

function padded(histogram: Histogram, length: number): Histogram {
  if (histogram.counts.length === length) return histogram;
  const counts = new Float64Array(length);
  counts.set(histogram.counts);
  return { ...histogram, counts };
}

function byOperation<T>(of: (name: Operation) => T): { [O in Operation]: T } {
  return Object.fromEntries(OPERATIONS.map((name) => [name, of(name)])) as {
    [O in Operation]: T;
  };
}
