import { type RandomStream, streamFor } from '../random.ts';
import { type ArrivalPlan, jobOf, type Plan, type RateSegment } from '../scenario/plan.ts';
import { jobPurpose } from './job-stream.ts';

/**
 * When operations are due, computed and never waited out: the schedule of a job is one list, fixed
 * by its plan and the seed before anything runs, and thread t of T takes every T-th entry from the
 * t-th on. So 1 thread and 8 have the same schedule between them, to the nanosecond.
 *
 * Both laws place the n-th arrival where the number of arrivals that the rate has called for, since
 * the begin, reaches a level: n for `constant`, the sum of n independent exponential draws of mean
 * 1 for `poisson`. The place is computed from the level each time, so that nothing is rounded twice
 * and no error adds up; with stages the rate is a line in each, and its integral is solved for the
 * time.
 */
export class ArrivalSchedule {
  readonly #segments: readonly RateSegment[];
  readonly #gaps: RandomStream | null;
  readonly #step: number;
  /** Number of the arrival that is next in line for this thread, and its level. */
  #next: number;
  #level = 0;
  /** Arrivals of the whole schedule up to the one whose level that is. */
  #drawn = 0;
  #segment = 0;
  #segmentStartNs = 0;
  #segmentLevel = 0;

  /** @param thread its number among the `threadCount` that share the schedule */
  constructor(
    { law, segments }: ArrivalPlan,
    parts: {
      readonly gaps: RandomStream;
      readonly thread: number;
      readonly threadCount: number;
    },
  ) {
    this.#segments = segments;
    this.#gaps = law === 'poisson' ? parts.gaps : null;
    this.#step = parts.threadCount;
    this.#next = parts.thread;
  }

  /** Of a thread of load; null where its job is closed. */
  static of(plan: Plan, thread: number): ArrivalSchedule | null {
    const { arrivals, name, firstThread, threadCount } = jobOf(plan, thread);
    if (arrivals === null) return null;
    // One stream for all threads: each draws all of it, and uses its own entries.
    const gaps = streamFor(plan.seed, null, jobPurpose(name, 'arrival'));
    return new ArrivalSchedule(arrivals, { gaps, thread: thread - firstThread, threadCount });
  }

  /** Puts the next arrival, whole ns since the begin, there. False when there never is another. */
  next(into: Float64Array, index: number): boolean {
    const level = this.#levelOf(this.#next);
    this.#next += this.#step;
    let segment = this.#segments[this.#segment] as RateSegment;
    let upTo = this.#segmentLevel + arrivalsIn(segment);
    while (level >= upTo) {
      if (this.#segment === this.#segments.length - 1) return false;
      this.#segmentStartNs += segment.forNs;
      this.#segmentLevel = upTo;
      segment = this.#segments[++this.#segment] as RateSegment;
      upTo = this.#segmentLevel + arrivalsIn(segment);
    }
    const within = level - this.#segmentLevel;
    into[index] = Math.round(this.#segmentStartNs + timeOf(within, segment));
    return true;
  }

  #levelOf(arrival: number): number {
    if (this.#gaps === null) return arrival;
    for (; this.#drawn <= arrival; this.#drawn++) {
      this.#level -= Math.log(1 - this.#gaps.uniform53());
    }
    return this.#level;
  }
}

/** Arrivals that the rate calls for from the segment's begin to its end. */
function arrivalsIn({ fromPerSecond, toPerSecond, forNs }: RateSegment): number {
  if (forNs === Number.POSITIVE_INFINITY) {
    return toPerSecond > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  return ((fromPerSecond + toPerSecond) / 2) * (forNs / 1e9);
}

/**
 * After how many ns of the segment so many arrivals have been called for: the root of
 * `from · t + slope · t² / 2 = arrivals`, in the form that loses nothing where the slope is small.
 */
function timeOf(arrivals: number, { fromPerSecond, toPerSecond, forNs }: RateSegment): number {
  if (arrivals === 0) return 0;
  if (fromPerSecond === toPerSecond) return (arrivals * 1e9) / fromPerSecond;
  const slope = ((toPerSecond - fromPerSecond) * 1e9) / forNs;
  const inner = Math.max(0, fromPerSecond ** 2 + 2 * slope * arrivals);
  return (2e9 * arrivals) / (fromPerSecond + Math.sqrt(inner));
}
