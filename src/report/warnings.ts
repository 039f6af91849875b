/**
 * Reasons to read a figure with care. A warning never changes the verdict; it says what the
 * figures cannot bear, with the numbers that show it.
 */
import { type LatencySummary, PERCENTILES } from '../record/latency-summary.ts';
import { OPERATIONS, type Plan, tracedJobOf } from '../scenario/plan.ts';
import { formatCount, formatNs, formatPercent, formatRate } from '../units.ts';
import type { Measured } from './measured.ts';
import type { ResultLock, Warning } from './result-schema.ts';
import { plural } from './text.ts';

/** Below so many steps of the clock, a latency is mostly rounding. */
const CLOCK_STEPS_MIN = 5;
/** With fewer latencies beyond it, a percentile is an anecdote. */
const SAMPLES_BEYOND_MIN = 10;
/** A quiet machine takes 3 to 4 % from a loop that does nothing but read the clock. */
const LOST_SHARE_MAX = 0.1;
/** Nothing that a thread of load does takes so much from a thread that is idle. */
const LONG_PAUSE_NS = 50_000_000;
/** Locks that serve waiters in the order of their arrival. */
const FIFO_KINDS: readonly string[] = ['ticket', 'mcs', 'queued'];
/** A replay has fallen behind when the median operation waits so many of its service times … */
const BEHIND_FACTOR = 10;
/** … and no less than this, since waking from a sleep alone costs tenths of a millisecond. */
const BEHIND_NS_MIN = 1_000_000;
/** The coordinator looks every 5 ms; far more than that, and it was kept from looking. */
const EVENT_LATE_NS = 25_000_000;
/** Waiting for the reader of a trace is worth a word from one thousandth of the time on. */
const STARVED_SHARE_MAX = 0.001;
/** What a constant rate may fall short of before it is said. */
const RATE_ERROR_MAX = 0.001;
/** A device that has as much of its room taken can hardly do more. */
const DEVICE_BUSY_MIN = 0.9;
/** The generator is said to be late from so much of all time, unless it is not worth a word. */
const LATE_SHARE_MAX = 0.1;
const LATE_NS_MIN = 20_000;
/** Little's law, both sides measured apart, for operations that take at least so long. */
const LAW_TOLERANCE = 0.1;
const LAW_NS_MIN = 20_000;
/** More stalls than that are not added up. */
const STALLS_MAX = 100_000;
/** Threads are expected to spend at least half of their time inside the measured operations. */
const INSTRUMENT_SHARE_MAX = 0.5;
/** More time inside operations than there was: beyond rounding, the figures contradict. */
const INSTRUMENT_SHARE_MIN = -0.02;

/** Everything to be said about a run, most fundamental first. */
export function warningsOf(plan: Plan, measured: Measured): Warning[] {
  return [
    ...partialRun(measured),
    ...preconditionShort(measured),
    ...integrityReduced(measured),
    ...unloggedClaims(measured),
    ...noisyMachine(measured),
    ...machinePauses(measured),
    ...oversubscribed(measured),
    ...fifoLock(measured),
    ...clockLimited(measured),
    ...chainedTiming(plan, measured),
    ...histogramOverflow(measured),
    ...fewSamples(measured),
    ...lateEvents(measured),
    ...replayBehind(plan, measured),
    ...ofTrace(measured),
    ...starvedReplay(measured),
    ...partialRecording(measured),
    ...couldNotKeepUp(plan, measured),
    ...generatorLate(measured),
    ...coordinatedOmission(plan, measured),
    ...littlesLaw(measured),
    ...inFlightLaw(measured),
  ];
}

function partialRun({ ending }: Measured): Warning[] {
  if (ending.kind === 'finished' || ending.kind === 'crashed') return [];
  const what =
    ending.kind === 'broken' ? 'the run broke off' : `the run was interrupted by ${ending.reason}`;
  const text = `Partial result: ${what}, and every figure covers only the time until then.`;
  return [{ id: 'partial', text }];
}

function preconditionShort({ precondition: { remaps, wantedRemaps } }: Measured): Warning[] {
  if (remaps === wantedRemaps) return [];
  const text =
    `The device was not as the scenario wants it: ${formatCount(remaps)} of ` +
    `${formatCount(wantedRemaps)} sectors were remapped before the load, and then the allocator ` +
    'had no more spares to give.';
  return [{ id: 'precondition-short', text }];
}

function integrityReduced({ integrity }: Measured): Warning[] {
  if (integrity === 'strict') return [];
  const text =
    integrity === 'off'
      ? 'Integrity is off: no data was checked, and lost or stale writes would go unseen.'
      : 'Integrity is sampled: only some of the data was checked, and a rare fault may go unseen.';
  return [{ id: `integrity-${integrity}`, text }];
}

function unloggedClaims({ unloggedClaims: count }: Measured): Warning[] {
  if (count === 0) return [];
  const text =
    `${plural(count, 'claim', formatCount(count))} found no room in the log: the checks that ` +
    'judge by the claims saw only a part of them.';
  return [{ id: 'unlogged-claims', text }];
}

function noisyMachine({ environment: { jitter } }: Measured): Warning[] {
  if (jitter.lostShare <= LOST_SHARE_MAX) return [];
  const text =
    `The machine was not quiet: just before the run an idle loop lost ` +
    `${formatPercent(jitter.lostShare)} of its time, up to ${formatNs(jitter.maxNs)} at once; the ` +
    'tails contain such stalls.';
  return [{ id: 'noisy-machine', text }];
}

/** What happened beside the load, as opposed to just before it. */
function machinePauses({ jitter }: Measured): Warning[] {
  const { lostShare, pause, method } = jitter;
  const isLossy = lostShare !== null && lostShare > LOST_SHARE_MAX;
  if (!isLossy && pause.max < LONG_PAUSE_NS) return [];
  const lost = isLossy ? `lost ${formatPercent(lostShare)} of its time, and ` : '';
  const who = method === 'sampled' ? 'the coordinator' : 'an idle loop';
  const text =
    `The machine paused while the load ran: ${who} ${lost}was held up for ` +
    `${formatNs(pause.max)} at once; latencies contain such pauses, whatever the locks did.`;
  return [{ id: 'machine-pauses', text }];
}

function oversubscribed({ environment, threadCount }: Measured): Warning[] {
  if (!environment.oversubscribed) return [];
  const text =
    `${plural(environment.cores, 'core')} for ${plural(threadCount, 'thread')}: latencies and ` +
    'lock waits include the time that threads were not running; compare only on the same machine.';
  return [{ id: 'oversubscribed', text }];
}

function fifoLock(measured: Measured): Warning[] {
  const { lock, targetLock, environment } = measured;
  const fifo = FIFO_KINDS.includes(lock.kind) ? lock : targetLock;
  if (!environment.oversubscribed || !FIFO_KINDS.includes(fifo.kind)) return [];
  const parks = parksOf(lock) + parksOf(targetLock);
  const slept =
    parks === 0 ? '' : ` Waiters went to sleep ${plural(parks, 'time', formatCount(parks))}.`;
  const text =
    `The ${fifo.kind} lock serves in order of arrival, and threads outnumber cores: a waiter ` +
    `that is not running blocks all behind it.${slept} A waiter on a kernel spinlock is never ` +
    "descheduled, so a collapse seen here is user space's, not the kernel's.";
  return [{ id: 'fifo-lock', text }];
}

function parksOf(lock: ResultLock): number {
  return FIFO_KINDS.includes(lock.kind) ? lock.parks : 0;
}

function clockLimited(measured: Measured): Warning[] {
  const { stepNs } = measured.environment.clock;
  const limit = CLOCK_STEPS_MIN * stepNs;
  const names = distributionsOf(measured)
    .filter(({ latencies }) => latencies.p50 < limit)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const text =
    `The median of ${listOf(names)} is below ${CLOCK_STEPS_MIN} steps of the clock ` +
    `(${formatNs(stepNs)} each): it says little more than that it is short.`;
  return [{ id: 'clock-limited', text }];
}

function chainedTiming({ jobs }: Plan, { environment }: Measured): Warning[] {
  const chained = jobs.filter(({ timing }) => timing === 'chained').map(({ name }) => name);
  if (chained.length === 0) return [];
  const whose = chained.length === jobs.length ? '' : ` of ${listOf(chained)}`;
  const text =
    `Service times${whose} are chained: each begins where the one before it ended, and holds the ` +
    `loop of the simulator (an empty operation: ${formatNs(environment.emptyOperationNs)}). Compare ` +
    'them only with times that were taken so.';
  return [{ id: 'chained-timing', text }];
}

function histogramOverflow(measured: Measured): Warning[] {
  const parts: [string, number][] = [
    ...OPERATIONS.map((name): [string, number] => [name, measured.operations[name].overflow]),
    ['allocation', measured.allocation.overflow],
    ['lock', measured.lock.overflow],
    ['target lock', measured.targetLock.overflow],
  ];
  const over = parts.filter(([, count]) => count > 0);
  if (over.length === 0) return [];
  const named = over.map(([name, count]) => `${name} (${formatCount(count)})`);
  const text =
    `Latencies above the range of the histogram: ${listOf(named)}. They are in count, mean and ` +
    'max; a percentile among them reads as the max.';
  return [{ id: 'histogram-overflow', text }];
}

function fewSamples(measured: Measured): Warning[] {
  const named = distributionsOf(measured).flatMap(({ name, latencies }) => {
    const weak = PERCENTILES.filter(
      (percentile) => samplesBeyond(latencies.count, percentile) < SAMPLES_BEYOND_MIN,
    );
    const [first] = weak;
    if (first === undefined) return [];
    return weak.length === 1 ? [`p${first} of ${name}`] : [`p${first} of ${name} and above`];
  });
  if (named.length === 0) return [];
  const text = `Fewer than ${SAMPLES_BEYOND_MIN} samples lie beyond: ${named.join(', ')}.`;
  return [{ id: 'few-samples', text }];
}

/** In whole thousandths of a per cent, so that 100,000 samples have exactly ten beyond p99.99. */
function samplesBeyond(count: number, percentile: number): number {
  return (count * Math.round((100 - percentile) * 1000)) / 100_000;
}

function lateEvents({ events }: Measured): Warning[] {
  const latestNs = Math.max(0, ...events.map(({ plannedNs, takenNs }) => takenNs - plannedNs));
  if (latestNs < EVENT_LATE_NS) return [];
  const text =
    `Events took effect up to ${formatNs(latestNs)} late: what was to lie between two of them may ` +
    'have been shorter, or nothing.';
  return [{ id: 'late-events', text }];
}

function replayBehind(plan: Plan, measured: Measured): Warning[] {
  if ((tracedJobOf(plan)?.trace.speed ?? null) === null) return [];
  const behind = OPERATIONS.flatMap((name) => {
    const { service, response } = measured.operations[name];
    const delayNs = response.p50 - service.p50;
    const isBehind = delayNs > Math.max(BEHIND_NS_MIN, BEHIND_FACTOR * service.p50);
    return isBehind ? [`${name} by ${formatNs(delayNs)}`] : [];
  });
  if (behind.length === 0) return [];
  const text =
    `The replay fell behind its schedule: the median operation was issued late, ${listOf(behind)}. ` +
    'Response times show it; service times do not.';
  return [{ id: 'replay-behind', text }];
}

function ofTrace({ trace }: Measured): Warning[] {
  if (trace === null) return [];
  const told = trace.warnings.map((text) => ({ id: 'trace', text }));
  if (trace.fold !== 'modulo' && trace.fold !== 'scale') return told;
  const text =
    `The trace reaches to sector ${formatCount(trace.recordedSectors)}, and "fold: ${trace.fold}" put ` +
    'addresses onto one another that were apart: what overlaps is not what was recorded.';
  return [...told, { id: 'trace-folded', text }];
}

function starvedReplay({ trace, durationNs, threadCount }: Measured): Warning[] {
  if (trace === null || trace.starvedNs <= STARVED_SHARE_MAX * durationNs * threadCount) return [];
  const share = formatPercent(trace.starvedNs / (durationNs * threadCount));
  const late =
    trace.speed === null
      ? 'so the reader, and not the device, set the pace.'
      : 'so operations were issued late for no fault of the device.';
  const text =
    `The reader of the trace did not keep up: threads waited ` +
    `${plural(trace.starved, 'time', formatCount(trace.starved))} for a record that was due, ` +
    `${share} of their time, ${late}`;
  return [{ id: 'trace-starved', text }];
}

function partialRecording({ recording }: Measured): Warning[] {
  if (recording === null) return [];
  const { file, problem, unlogged } = recording;
  if (problem !== null) {
    return [{ id: 'recording', text: `${file} could not be written: ${problem}.` }];
  }
  if (unlogged === 0) return [];
  const text =
    `The recording is not whole: ${plural(unlogged, 'operation', formatCount(unlogged))} found no ` +
    'room, the last ones of each thread. --record-limit sets how many there is room for.';
  return [{ id: 'recording', text }];
}

/** Arrivals were dropped, or fewer were issued than called for: by whose fault? */
function couldNotKeepUp(plan: Plan, measured: Measured): Warning[] {
  const { arrivals, inFlight, overall } = measured;
  const { dropped, requestedPerSecond, achievedPerSecond, rateError } = arrivals;
  const isShort = rateError !== null && rateError < -RATE_ERROR_MAX && hasConstantRate(plan);
  if (dropped === 0 && !isShort) return [];
  const rates =
    requestedPerSecond === null || achievedPerSecond === null
      ? ''
      : `, ${formatRate(achievedPerSecond)} of ${formatRate(requestedPerSecond)} issued`;
  // As many as the requested rate keeps in flight, if each takes as long as those that were served.
  const demand = ((requestedPerSecond ?? 0) * overall.service.mean) / 1e9;
  const blame =
    demand >= DEVICE_BUSY_MIN * inFlight.depth
      ? `the device: at this rate its service times alone would keep ${demand.toPrecision(3)} ` +
        `operations in flight, and the threads may have ${inFlight.depth}.`
      : 'the generator, or a stall: the device by itself would have had room for more.';
  const text =
    `Could not keep up: ${plural(dropped, 'arrival', formatCount(dropped))} dropped at the end` +
    `${rates}. The limit was ${blame}`;
  return [{ id: 'could-not-keep-up', text }];
}

function hasConstantRate(plan: Plan): boolean {
  return plan.jobs.every(({ arrivals }) => arrivals === null || arrivals.law === 'constant');
}

/** Threads that had nothing else to do saw what they waited for too late. */
function generatorLate({ pacer, arrivals, overall }: Measured): Warning[] {
  const { lateness } = pacer;
  if (!pacer.applies || lateness.count === 0) return [];
  const answers = arrivals.applies ? overall.response : overall.service;
  const share = (lateness.mean * lateness.count) / Math.max(1, answers.mean * answers.count);
  if (lateness.p99 < LATE_NS_MIN || share < LATE_SHARE_MAX) return [];
  const text =
    `The generator was late, not the device: threads that stood waiting saw the moment ` +
    `${formatNs(lateness.p99)} late at p99, ${formatNs(lateness.max)} at most, which comes to ` +
    `${formatPercent(share)} of all ${arrivals.applies ? 'response' : 'service'} time. A busy machine does ` +
    'that; compare only runs in which it does not.';
  return [{ id: 'generator-late', text }];
}

/**
 * Why a closed load that met a stall shows little of it. Said where it is known that the device
 * stood still: by the plan's stalls, or by its events.
 */
function coordinatedOmission(plan: Plan, measured: Measured): Warning[] {
  const { durationNs, warmupNs, throughput, threadCount, inFlight, overall } = measured;
  if (measured.arrivals.applies) return [];
  const stalledNs = stalledTime(plan, warmupNs, warmupNs + durationNs);
  const { operationsPerSecond } = throughput;
  if (stalledNs === 0 || durationNs <= stalledNs) return [];
  const perSecond = operationsPerSecond / (1 - stalledNs / durationNs);
  const missing = Math.round((perSecond * stalledNs) / 1e9);
  if (missing <= inFlight.depth * 10) return [];
  const waited = plural(inFlight.depth, 'operation', formatCount(inFlight.depth));
  const text =
    `The device stood still for ${formatNs(stalledNs)}, and a closed load stands still with it: the ` +
    `stall is the latency of ${waited}, one for each that ${plural(threadCount, 'thread')} may have ` +
    `in flight, and about ${formatCount(missing)} others that would have come meanwhile were never ` +
    `issued (coordinated omission). So p99 is ${formatNs(overall.response.p99)}; with load.model ` +
    'open they are, and their response times count from when they were due.';
  return [{ id: 'coordinated-omission', text }];
}

/** How long the device stood still between two moments, as planned; overlaps count once. */
function stalledTime(plan: Plan, fromNs: number, toNs: number): number {
  const stalls = [
    ...plan.device.stalls,
    ...plan.events.flatMap(({ atNs, action }) =>
      action.kind === 'stall' ? [{ atNs, forNs: action.forNs, everyNs: action.everyNs }] : [],
    ),
  ];
  const spans: [number, number][] = [];
  for (const { atNs, forNs, everyNs } of stalls) {
    for (let at = atNs; at < toNs && spans.length < STALLS_MAX; at += everyNs ?? toNs) {
      spans.push([Math.max(at, fromNs), Math.min(at + forNs, toNs)]);
    }
  }
  spans.sort(([one], [other]) => one - other);
  let sum = 0;
  let until = fromNs;
  for (const [begin, end] of spans) {
    sum += Math.max(0, end - Math.max(begin, until));
    until = Math.max(until, end);
  }
  return sum;
}

/** What was in flight as threads saw it, against what rate and service time make of it. */
function inFlightLaw({ inFlight, overall, pacer, ending }: Measured): Warning[] {
  const { applies, mean, byLaw } = inFlight;
  if (!applies || mean === null || byLaw === null || ending.kind !== 'finished') return [];
  // Below that, what the instrument itself does between two looks is most of it.
  if (overall.service.mean < LAW_NS_MIN || byLaw === 0) return [];
  const off = mean / byLaw - 1;
  if (Math.abs(off) <= LAW_TOLERANCE) return [];
  const law =
    `on average ${mean.toPrecision(3)} operations were in flight as the threads saw it, and ` +
    `throughput × mean service time makes ${byLaw.toPrecision(3)}`;
  const text =
    off < 0
      ? `Little's law does not hold: ${law}; do not trust the latencies.`
      : `Little's law does not close: ${law}; completions were seen late, up to ` +
        `${formatNs(pacer.lateness.max)} (p99 ${formatNs(pacer.lateness.p99)}).`;
  return [{ id: 'littles-law', text }];
}

function littlesLaw({ throughput, inFlight, lock, ...measured }: Measured): Warning[] {
  const share = throughput.instrumentShare;
  if (share === null) return [];
  // That law is judged with both sides measured apart, where there are both.
  if (inFlight.applies) return [];
  const { threadCount } = measured;
  const busy = (1 - share) * threadCount;
  const law = `throughput × mean service time accounts for ${busy.toFixed(2)} of ${plural(threadCount, 'thread')}`;
  if (share < INSTRUMENT_SHARE_MIN) {
    const text = `Little's law does not hold: ${law}, more than there were; do not trust the latencies.`;
    return [{ id: 'littles-law', text }];
  }
  if (share > INSTRUMENT_SHARE_MAX) {
    const waiting = lock.kind === 'none' ? '' : ', refused or failed operations';
    const text =
      `Little's law does not close: ${law}; ${formatPercent(share)} of their time passed outside ` +
      `the measured operations (drawing them, checking data, being descheduled${waiting}).`;
    return [{ id: 'littles-law', text }];
  }
  return [];
}

/** Every distribution with samples that has a row of its own in the report. */
function distributionsOf(measured: Measured): { name: string; latencies: LatencySummary }[] {
  const all = [
    ...OPERATIONS.map((name) => ({ name, latencies: measured.operations[name].service })),
    { name: 'allocation', latencies: measured.allocation.service },
  ];
  return all.filter(({ latencies }) => latencies.count > 0);
}

/** `a`, `a and b`, `a, b and c`. */
function listOf(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
