import { type ArrivalCounts, arrivedBy } from '../load/trace/arrival-counts.ts';
import type { Trace } from '../load/trace/trace.ts';
import type { Memory } from '../memory/attach.ts';
import { Allocator, operationsOf, ThreadFloat } from '../memory/layout.ts';
import { rowOfBuckets } from '../record/latency-row.ts';
import type { Slice } from '../record/run-record.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';
import {
  arrivalsUntil,
  durationOf,
  jobOf,
  OPERATIONS,
  type Operation,
  type Plan,
  plansArrivals,
  tracedJobOf,
} from '../scenario/plan.ts';

/** As many as a picture has room for. */
const SLICE_COUNT_MAX = 100;
const SLICE_NS_MIN = 20e6;
/** Histograms that are read in SLICE_NS_MIN at most; reading one takes some 20 µs. */
const HISTOGRAMS_MAX = 16;

/**
 * Thin slices of the run for its pictures, as fine as can be read without disturbing it. Like the
 * interval series it is taken by the coordinator from live histograms, and costs the threads
 * nothing.
 */
export class SliceSeries {
  readonly #plan: Plan;
  readonly #memory: Memory;
  readonly #threads: readonly ThreadCounters[];
  readonly #operations: readonly Operation[];
  readonly #histograms: { readonly [O in Operation]: readonly SharedHistogram[] };
  readonly #rowOf: Uint16Array;
  readonly #rowCount: number;
  readonly #before: { [O in Operation]: Float64Array };
  /** In the time of the recording; null where not all that is done is planned. */
  readonly #arrivals: ArrivalCounts | null;
  readonly #speed: number;
  #gridNs: number;
  #takenNs = 0;
  #slices: Slice[] = [];

  constructor(
    plan: Plan,
    memory: Memory,
    threads: readonly ThreadCounters[],
    trace: Trace | null = null,
  ) {
    this.#plan = plan;
    this.#memory = memory;
    this.#threads = threads;
    this.#operations = operationsOf(plan);
    this.#rowOf = rowOfBuckets(memory.layout.bucketCount);
    this.#rowCount = (this.#rowOf.at(-1) as number) + 1;
    this.#histograms = byOperation((name) =>
      threads.flatMap((_, thread) => {
        // Workers that remap come after the threads of load, and plan nothing.
        const isPlanned = thread < plan.load.threadCount && plansArrivals(jobOf(plan, thread));
        const kind = isPlanned ? 'response' : 'service';
        return SharedHistogram.of(memory, thread, `${name}.${kind}`) ?? [];
      }),
    );
    this.#before = byOperation(() => new Float64Array(this.#rowCount));
    const speed = tracedJobOf(plan)?.trace.speed ?? null;
    this.#speed = speed ?? 1;
    // Beside another job the operations that are counted are not those that were planned.
    const isPlanned = speed !== null && plan.jobs.length === 1;
    this.#arrivals = isPlanned ? (trace?.arrivals ?? null) : null;
    const { warmupNs } = plan.load;
    const durationNs = durationOf(plan);
    const histogramCount = threads.length * this.#operations.length;
    const finestNs = SLICE_NS_MIN * Math.ceil(histogramCount / HISTOGRAMS_MAX);
    const wholeNs = durationNs === null ? 0 : warmupNs + durationNs;
    // Two fewer than fit: the warm-up's last slice and the run's last are cut short.
    this.#gridNs = Math.max(finestNs, wholeNs / (SLICE_COUNT_MAX - 2));
  }

  get slices(): readonly Slice[] {
    return this.#slices;
  }

  /** When the next slice is due, ns since the gate. */
  nextDueNs(): number {
    const dueNs = this.#takenNs + this.#gridNs;
    const { warmupNs } = this.#plan.load;
    return this.#takenNs < warmupNs ? Math.min(dueNs, warmupNs) : dueNs;
  }

  /** Closes the current slice at `nowNs` since the gate. */
  take(nowNs: number): void {
    if (nowNs <= this.#takenNs) return;
    const { words, layout } = this.#memory;
    const totalOf = (field: number): number =>
      this.#threads.reduce((sum, counters) => sum + counters.get(field), 0);
    const isCached = this.#plan.allocator.kind === 'cached';
    const counted = (field: number): number =>
      isCached ? (words[layout.allocator + field] as number) >>> 0 : 0;
    const { warmupNs } = this.#plan.load;
    const totals = {
      grantedCount: totalOf(ThreadFloat.granted),
      refusedCount: totalOf(ThreadFloat.refused),
      ownerConflictCount: totalOf(ThreadFloat.ownerConflicts),
      hitCount: counted(Allocator.hits),
      missCount: counted(Allocator.misses),
    };
    const plannedBy = (ns: number): number | null => this.#plannedBy(ns);
    let startNs = this.#takenNs;
    if (startNs < warmupNs && nowNs > warmupNs) {
      // Taken late: nothing is recorded before the measurement begins, so all of it came after.
      this.#slices.push({
        ...totals,
        startNs,
        endNs: warmupNs,
        phase: 'warmup',
        rows: byOperation(() => new Float64Array(0)),
        operationCount: totalOf(ThreadFloat.warmedUp),
        plannedCount: plannedBy(warmupNs),
      });
      startNs = warmupNs;
    }
    this.#slices.push({
      ...totals,
      startNs,
      endNs: nowNs,
      phase: startNs < warmupNs ? 'warmup' : 'measure',
      rows: this.#rowsSince(),
      operationCount: totalOf(ThreadFloat.operations),
      plannedCount: plannedBy(nowNs),
    });
    this.#takenNs = nowNs;
    if (this.#slices.length > SLICE_COUNT_MAX) this.#coarsen();
  }

  /** Of open jobs, as many as the rate has called for. */
  #plannedBy(ns: number): number | null {
    const open = this.#plan.jobs.flatMap(({ arrivals, durationNs }) => {
      if (arrivals === null) return [];
      const endNs = this.#plan.load.warmupNs + (durationNs ?? Number.POSITIVE_INFINITY);
      return Math.floor(arrivalsUntil(arrivals, Math.min(ns, endNs)));
    });
    const traced = this.#arrivals === null ? [] : [arrivedBy(this.#arrivals, ns * this.#speed)];
    const all = [...open, ...traced];
    return all.length === 0 ? null : all.reduce((sum, count) => sum + count, 0);
  }

  #rowsSince(): Slice['rows'] {
    return byOperation((name) => {
      if (!this.#operations.includes(name)) return new Float64Array(0);
      const total = new Float64Array(this.#rowCount);
      for (const histogram of this.#histograms[name]) histogram.addTo(total, this.#rowOf);
      const before = this.#before[name];
      const since = total.map((count, row) => count - (before[row] as number));
      this.#before[name] = total;
      return since.slice(0, since.findLastIndex((count) => count > 0) + 1);
    });
  }

  /** Joins neighbours of one phase two by two. */
  #coarsen(): void {
    this.#gridNs *= 2;
    const joined: Slice[] = [];
    for (const slice of this.#slices) {
      const last = joined.at(-1);
      const isOpen = last !== undefined && last.endNs - last.startNs < 0.75 * this.#gridNs;
      if (isOpen && last.phase === slice.phase) joined[joined.length - 1] = join(last, slice);
      else joined.push(slice);
    }
    this.#slices = joined;
  }
}

function join(first: Slice, second: Slice): Slice {
  const rows = byOperation((name) => {
    const [one, other] = [first.rows[name], second.rows[name]];
    const sum = new Float64Array(Math.max(one.length, other.length));
    for (const part of [one, other]) {
      for (const [row, count] of part.entries()) sum[row] = (sum[row] as number) + count;
    }
    return sum;
  });
  return { ...second, startNs: first.startNs, rows };
}

function byOperation<T>(of: (name: Operation) => T): { [O in Operation]: T } {
  return Object.fromEntries(OPERATIONS.map((name) => [name, of(name)])) as {
    [O in Operation]: T;
  };
}
