import type { RunRecord, ThreadPace } from '../record/run-record.ts';
import {
  arrivalsUntil,
  type JobPlan,
  OPERATIONS,
  type Plan,
  plansArrivals,
} from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: every planned arrival was issued once, not before it was due, or was counted as dropped; so
 * that no slow time of the device has thinned out the load it was measured with.
 *
 * Method: of each thread, what was due against what completed, was skipped, was dropped or was cut
 * off in flight; nothing issued early; of each operation, queueing and service times that add up to
 * its response times, to the nanosecond. Of a load that ended by its time, the number of arrivals
 * against the integral of the rate (exactly for a constant one, within six deviations for a Poisson
 * process) and each thread's share of them; of a whole trace, its number of records.
 *
 * Not covered: whether a schedule of the right number has its arrivals at the right moments, which
 * tests of the schedule see; how late they were issued, which the queueing delay shows; runs that
 * broke.
 */
export const arrivalsKept: Check = {
  name: 'arrivals kept',
  examine: examineArrivals,
};

/** Deviations of a Poisson process beyond which chance is no explanation. */
const DEVIATIONS_MAX = 6;

function examineArrivals(plan: Plan, run: RunRecord): Finding {
  const jobs = plan.jobs.filter(plansArrivals);
  if (jobs.length === 0) return notApplicable('No operation is planned for a time.');
  if (run.ending.kind === 'broken')
    return notApplicable('The run broke, and its schedule with it.');
  const threads = jobs.flatMap((job) => threadsOf(job, run));
  const sum = (key: keyof ThreadPace) => threads.reduce((total, thread) => total + thread[key], 0);
  const evidence = [
    ...threads.flatMap((thread) => accountOf(thread, run)),
    ...jobs.flatMap((job) => scheduleOf(plan, job, run)),
    ...(jobs.length === plan.jobs.length ? timesOf(run) : []),
  ];
  const dropped = sum('droppedCount');
  const planned = counted(sum('plannedCount'), 'planned arrival');
  if (evidence.length === 0) {
    return held(`${planned} examined: each issued once and not early, but for ${dropped} dropped.`);
  }
  const count = evidence.reduce((total, one) => total + one.count, 0);
  return broken(
    count,
    `${planned} examined: ${count} not accounted for.`,
    evidence.map((one) => one.evidence),
  );
}

interface Gap {
  readonly count: number;
  readonly evidence: Evidence;
}

function gap(count: number, text: string, thread?: number): Gap[] {
  if (count === 0) return [];
  const evidence = thread === undefined ? { text } : { text, threads: [thread] };
  return [{ count: Math.abs(count), evidence }];
}

function threadsOf({ firstThread, threadCount }: JobPlan, { pace }: RunRecord): ThreadPace[] {
  return (pace?.threads ?? []).slice(firstThread, firstThread + threadCount);
}

function accountOf(pace: ThreadPace, run: RunRecord): Gap[] {
  const { thread, plannedCount, skippedCount, droppedCount, unfinishedCount, earlyCount } = pace;
  const completed = run.threads[thread]?.operationCount ?? 0;
  const known = completed + skippedCount + droppedCount + unfinishedCount;
  return [
    ...gap(
      plannedCount - known,
      `thread ${thread}: ${plannedCount} planned, and ${completed} completed, ${skippedCount} ` +
        `skipped, ${droppedCount} dropped, ${unfinishedCount} cut off make ${known}`,
      thread,
    ),
    ...gap(
      earlyCount,
      `thread ${thread}: ${counted(earlyCount, 'operation')} issued before it was due`,
      thread,
    ),
  ];
}

function scheduleOf(plan: Plan, job: JobPlan, run: RunRecord): Gap[] {
  const { arrivals, trace, durationNs, threadCount } = job;
  const threads = threadsOf(job, run);
  const planned = threads.reduce((sum, { plannedCount }) => sum + plannedCount, 0);
  // What ends a load before its time also ends its schedule.
  const endsByTime = job.operationCount === null && !job.untilExhausted && run.steady === null;
  if (run.ending.kind !== 'finished' || !endsByTime) return [];
  if (trace !== null) {
    const recorded = trace.recordCounts.reduce((sum, count) => sum + count, 0);
    if (durationNs !== null) return [];
    return gap(recorded - planned, `${planned} planned of a trace of ${recorded} records`);
  }
  const { remap: _, ...others } = job.mix;
  const onlyRemaps = Object.values(others).every((weight) => weight === 0);
  // A load of remaps alone ends when it has used up its LBAs.
  if (arrivals === null || durationNs === null || onlyRemaps) return [];
  const { startNs } = run.jobs[plan.jobs.indexOf(job)] ?? { startNs: 0 };
  const leadNs = Math.max(0, plan.load.warmupNs - (startNs ?? 0));
  const called = arrivalsUntil(arrivals, leadNs + durationNs);
  const tolerance =
    arrivals.law === 'constant' ? 1 : DEVIATIONS_MAX * Math.sqrt(called) + DEVIATIONS_MAX;
  const off = planned - called;
  const shares = threads.flatMap(({ thread, plannedCount }, place) => {
    const share = Math.ceil((planned - place) / threadCount);
    return gap(
      plannedCount - share,
      `thread ${thread}: ${plannedCount} of ${planned} arrivals, where every ${threadCount}th is ${share}`,
      thread,
    );
  });
  if (Math.abs(off) <= tolerance) return shares;
  const text = `${planned} planned, where the rate calls for ${called.toFixed(1)} until the end`;
  return [...gap(Math.round(off), text), ...shares];
}

function timesOf(run: RunRecord): Gap[] {
  return OPERATIONS.flatMap((name) => {
    const { service, queueing, response } = run.operations[name];
    const isWhole = queueing.count === service.count && response.count === service.count;
    const offNs = queueing.sumNs + service.sumNs - response.sumNs;
    // Sums beyond 2^53 ns are rounded.
    if (isWhole && (offNs === 0 || response.sumNs > Number.MAX_SAFE_INTEGER)) return [];
    const text =
      `${name}: ${service.count} service times, ${queueing.count} queueing delays and ` +
      `${response.count} response times, whose sums differ by ${offNs} ns`;
    return gap(1, text);
  });
}
