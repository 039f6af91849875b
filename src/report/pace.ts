import { emptyHistogram } from '../record/histogram.ts';
import { latencySummaryOf } from '../record/latency-summary.ts';
import type { RunRecord, ThreadPace } from '../record/run-record.ts';
import {
  arrivalsUntil,
  isPaced,
  type JobPlan,
  OPERATIONS,
  type Plan,
  plansArrivals,
} from '../scenario/plan.ts';
import { formatCount, formatNs, formatPercent, formatRate } from '../units.ts';
import type { Result } from './result-schema.ts';
import { plural } from './text.ts';

/** What was to be issued, what was, and how much in time: of jobs whose operations are planned. */
export function arrivalsOf(plan: Plan, run: RunRecord): Result['arrivals'] {
  const jobs = plan.jobs.filter(plansArrivals);
  const threads = jobs.flatMap((job) => threadsOf(job, run));
  const sum = (key: keyof ThreadPace) => threads.reduce((total, thread) => total + thread[key], 0);
  const rates = jobs.map((job) => ratesOf(plan, job, run)).filter((rates) => rates !== null);
  const requested = rates.reduce((total, one) => total + one.requested, 0);
  const achieved = rates.reduce((total, one) => total + one.achieved, 0);
  const known = rates.length > 0;
  return {
    applies: jobs.length > 0,
    planned: sum('plannedCount'),
    skipped: sum('skippedCount'),
    dropped: sum('droppedCount'),
    unfinished: sum('unfinishedCount'),
    requestedPerSecond: known ? requested : null,
    achievedPerSecond: known ? achieved : null,
    rateError: known && requested > 0 ? achieved / requested - 1 : null,
  };
}

/** Per second of the measured phase of a job with a rate; null for one without, or without time. */
function ratesOf(
  plan: Plan,
  job: JobPlan,
  run: RunRecord,
): { requested: number; achieved: number } | null {
  const { startNs } = run.jobs[plan.jobs.indexOf(job)] ?? { startNs: 0 };
  const beginNs = startNs ?? 0;
  const measureNs = Math.max(plan.load.warmupNs, beginNs);
  const threads = threadsOf(job, run);
  if (job.arrivals === null || threads.length === 0) return null;
  // What ended by time was to go on until then, whenever its last operation was issued.
  const endsByTime =
    run.ending.kind === 'finished' &&
    job.durationNs !== null &&
    job.operationCount === null &&
    !job.untilExhausted &&
    run.steady === null;
  const lastIssueNs = Math.max(...threads.map((thread) => thread.lastIssueNs));
  const windowNs = endsByTime ? (job.durationNs ?? 0) : lastIssueNs - measureNs;
  if (windowNs <= 0) return null;
  const leadNs = measureNs - beginNs;
  const called =
    arrivalsUntil(job.arrivals, leadNs + windowNs) - arrivalsUntil(job.arrivals, leadNs);
  const issued = threads.reduce((total, { measuredCount }) => total + measuredCount, 0);
  return { requested: (called * 1e9) / windowNs, achieved: (issued * 1e9) / windowNs };
}

function threadsOf({ firstThread, threadCount }: JobPlan, { pace }: RunRecord) {
  return (pace?.threads ?? []).slice(firstThread, firstThread + threadCount);
}

export function pacerOf({ pace }: RunRecord): Result['pacer'] {
  const lateness = pace?.lateness ?? emptyHistogram(0);
  return {
    applies: pace !== null,
    lateness: latencySummaryOf(lateness),
    overflow: lateness.overflowCount,
  };
}

/** Both sides of Little's law, over the measured phase. */
export function inFlightOf(plan: Plan, run: RunRecord): Result['inFlight'] {
  const { pace, durationNs } = run;
  const applies = pace !== null && plan.jobs.every((job) => isPaced(plan, job));
  const depth = plan.jobs.reduce((sum, job) => sum + job.threadCount * job.ioDepth, 0);
  if (!applies || durationNs <= 0) return { applies, depth, mean: null, byLaw: null };
  const heldNs = pace.threads.reduce((sum, thread) => sum + thread.heldNs, 0);
  const servedNs = OPERATIONS.reduce((sum, name) => sum + run.operations[name].service.sumNs, 0);
  return { applies, depth, mean: heldNs / durationNs, byLaw: servedNs / durationNs };
}

/** For every report: what was asked of the generator, and what came of it. */
export function arrivalParts({ arrivals }: Pick<Result, 'arrivals'>): string[] {
  if (!arrivals.applies) return [];
  const { requestedPerSecond, achievedPerSecond, rateError } = arrivals;
  const rates =
    requestedPerSecond === null || achievedPerSecond === null
      ? []
      : [
          `${formatRate(achievedPerSecond)} of ${formatRate(requestedPerSecond)} requested` +
            (rateError === null ? '' : ` (${signedPercent(rateError)})`),
        ];
  return [
    ...rates,
    plural(arrivals.planned, 'arrival', formatCount(arrivals.planned)),
    `${formatCount(arrivals.dropped)} dropped`,
    ...(arrivals.skipped === 0 ? [] : [`${formatCount(arrivals.skipped)} skipped`]),
    ...(arrivals.unfinished === 0 ? [] : [`${formatCount(arrivals.unfinished)} unfinished`]),
  ];
}

export function pacerParts({ pacer, inFlight }: Pick<Result, 'pacer' | 'inFlight'>): string[] {
  if (!pacer.applies) return [];
  const { lateness } = pacer;
  const late =
    lateness.count === 0
      ? ['never waited']
      : [
          `late by p50 ${formatNs(lateness.p50)} p99 ${formatNs(lateness.p99)} max ${formatNs(lateness.max)}`,
          plural(lateness.count, 'wait', formatCount(lateness.count)),
        ];
  const { mean, depth } = inFlight;
  return mean === null ? late : [...late, `${mean.toPrecision(3)} of ${depth} in flight`];
}

function signedPercent(share: number): string {
  if (share === 0) return 'exact';
  return `${share < 0 ? '−' : '+'}${formatPercent(Math.abs(share))}`;
}
