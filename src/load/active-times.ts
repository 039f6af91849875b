import type { ThreadSegment } from '../scenario/plan.ts';

/**
 * When one thread of a job takes part, where the number of threads changes while the load runs:
 * thread t is at it while that number is above t. On a ramp it is a line between two numbers, so
 * threads join one after the other at even distances, and leave in the opposite order.
 */
export class ActiveTimes {
  /** Begins and ends in turn, ns since the job's begin; the last end may be infinite. */
  readonly #bounds: readonly number[];
  #at = 0;

  constructor(segments: readonly ThreadSegment[], thread: number) {
    this.#bounds = boundsOf(segments, thread);
  }

  /** The moment itself if the thread is active then, or when it next is; Infinity: never again. */
  nextFrom(sinceBeginNs: number): number {
    const bounds = this.#bounds;
    // Time only goes on.
    while (this.#at < bounds.length && (bounds[this.#at + 1] as number) <= sinceBeginNs) {
      this.#at += 2;
    }
    if (this.#at >= bounds.length) return Number.POSITIVE_INFINITY;
    return Math.max(sinceBeginNs, bounds[this.#at] as number);
  }
}

function boundsOf(segments: readonly ThreadSegment[], thread: number): number[] {
  const bounds: number[] = [];
  let startNs = 0;
  for (const { fromCount, toCount, forNs } of segments) {
    const endNs = startNs + forNs;
    const crossing =
      fromCount === toCount
        ? endNs
        : startNs + (forNs * (thread - fromCount)) / (toCount - fromCount);
    const isFirstActive = fromCount > thread || (fromCount === thread && toCount > thread);
    if (isFirstActive) add(bounds, startNs, toCount > thread ? endNs : crossing);
    else if (toCount > thread) add(bounds, crossing, endNs);
    startNs = endNs;
  }
  return bounds;
}

/** Joins what touches. */
function add(bounds: number[], fromNs: number, toNs: number): void {
  if (toNs <= fromNs) return;
  if (bounds.at(-1) === fromNs) bounds[bounds.length - 1] = toNs;
  else bounds.push(fromNs, toNs);
}
