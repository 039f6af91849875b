import type { Memory } from '../memory/attach.ts';
import {
  differenceOf,
  emptyHistogram,
  type Histogram,
  mergeHistograms,
} from '../record/histogram.ts';
import { percentilesNs } from '../record/latency-summary.ts';
import type { SteadyPoint, SteadyRecord } from '../record/run-record.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { jobOf, OPERATIONS, type Plan, plansArrivals, type SteadyPlan } from '../scenario/plan.ts';
import { steadinessOf } from '../statistics/steadiness.ts';

/** What completed between two moments, all operations together. */
interface Step {
  readonly startNs: number;
  readonly endNs: number;
  readonly service: Histogram;
  readonly response: Histogram;
}

type Totals = Pick<Step, 'service' | 'response'>;

/**
 * Looks for steady state while the load runs: on the grid of intervals from the end of the warm-up
 * on, by the same live histograms, so the threads pay nothing for it. It judges the last intervals
 * that make up the window, and the first window that meets both criteria ends the load.
 */
export class SteadyWatch {
  readonly #plan: SteadyPlan;
  readonly #warmupNs: number;
  readonly #intervalNs: number;
  readonly #pointCount: number;
  readonly #bucketCount: number;
  readonly #service: readonly SharedHistogram[];
  readonly #response: readonly SharedHistogram[];
  #before: Totals;
  #takenNs: number;
  #window: Step[] = [];
  #record: SteadyRecord;

  constructor(plan: Plan, steady: SteadyPlan, memory: Memory) {
    this.#plan = steady;
    this.#warmupNs = plan.load.warmupNs;
    this.#intervalNs = plan.intervalNs;
    this.#pointCount = Math.round(steady.windowNs / plan.intervalNs);
    this.#bucketCount = memory.layout.bucketCount;
    const threads = Array.from({ length: plan.load.threadCount }, (_, thread) => thread);
    const all = (kind: 'service' | 'response') =>
      threads.flatMap((thread) =>
        OPERATIONS.flatMap((name) => {
          // What is not planned answers as soon as it is served.
          const own = plansArrivals(jobOf(plan, thread)) ? kind : 'service';
          return SharedHistogram.of(memory, thread, `${name}.${own}`) ?? [];
        }),
      );
    this.#service = all('service');
    this.#response = all('response');
    const nothing = emptyHistogram(this.#bucketCount);
    this.#before = { service: nothing, response: nothing };
    this.#takenNs = this.#warmupNs;
    this.#record = { reachedNs: null, window: null };
  }

  get record(): SteadyRecord {
    return this.#record;
  }

  /** When the next point is due, ns since the gate. */
  nextDueNs(): number {
    if (this.#record.reachedNs !== null) return Number.POSITIVE_INFINITY;
    const steps = Math.floor((this.#takenNs - this.#warmupNs) / this.#intervalNs) + 1;
    return this.#warmupNs + steps * this.#intervalNs;
  }

  /** Closes the current interval at `nowNs` since the gate. True when the state is steady. */
  take(nowNs: number): boolean {
    const totals: Totals = {
      service: this.#merged(this.#service),
      response: this.#merged(this.#response),
    };
    this.#window.push({
      startNs: this.#takenNs,
      endNs: nowNs,
      service: differenceOf(totals.service, this.#before.service),
      response: differenceOf(totals.response, this.#before.response),
    });
    this.#before = totals;
    this.#takenNs = nowNs;
    if (this.#window.length > this.#pointCount) this.#window.shift();
    if (this.#window.length < this.#pointCount) return false;
    return this.#judge(nowNs);
  }

  #judge(nowNs: number): boolean {
    const { slopeMax, deviationMax } = this.#plan;
    const points = this.#window.map((step) => this.#pointOf(step));
    const found = steadinessOf(
      points.map(({ startNs, endNs, value }) => ({ at: (startNs + endNs) / 2, value })),
    );
    const isSteady =
      found !== null && Math.abs(found.slope) <= slopeMax && found.deviation <= deviationMax;
    const service = this.#joined(this.#window.map((step) => step.service));
    const response = this.#joined(this.#window.map((step) => step.response));
    this.#record = {
      reachedNs: isSteady ? nowNs : null,
      window: { points, fit: found, service, response },
    };
    return isSteady;
  }

  #pointOf({ startNs, endNs, service, response }: Step): SteadyPoint {
    const { metric } = this.#plan;
    if (metric === 'throughput') {
      return { startNs, endNs, value: (service.count * 1e9) / (endNs - startNs) };
    }
    const [p99 = 0] = percentilesNs(metric === 'service.p99' ? service : response, [99]);
    return { startNs, endNs, value: p99 };
  }

  #merged(parts: readonly SharedHistogram[]): Histogram {
    return mergeHistograms(
      parts.map((part) => part.snapshot()),
      this.#bucketCount,
    );
  }

  /** Of differences, whose empty buckets at the top were cut off. */
  #joined(parts: readonly Histogram[]): Histogram {
    const padded = parts.map((part) => {
      const counts = new Float64Array(this.#bucketCount);
      counts.set(part.counts);
      return { ...part, counts };
    });
    return mergeHistograms(padded, this.#bucketCount);
  }
}
