import { availableParallelism, cpus } from 'node:os';
import { nowNs } from '../clock.ts';
import { lookUpTo } from '../lock/relax.ts';
import { streamFor } from '../random.ts';
import { bucketCountFor, bucketIndexOf } from '../record/histogram.ts';
import type { Environment } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import { TOOL } from '../version.ts';

const CLOCK_READS = 20_000;
const EMPTY_OPERATIONS = 50_000;
const WATCH_NS = 20e6;
/** Until the engine has compiled the loop: what that takes is no stall of the machine. */
const REHEARSALS = 100;
const REHEARSAL_NS = 1e5;
const LOOK_BATCHES = 400;
const LOOKS = 250;
/** Longer than any step of an undisturbed loop by far. */
const STALL_NS = 5_000;

/** Measures the instrument and the machine in about 50 ms, on the calling thread. */
export function calibrate(plan: Plan): Environment {
  readClock(CLOCK_READS);
  const clock = readClock(CLOCK_READS);
  // As the load times its operations, so that the floor is the floor of its figures.
  const isChained = plan.jobs.some(({ timing }) => timing === 'chained');
  runEmptyOperations(plan.seed, EMPTY_OPERATIONS, isChained);
  for (let count = 0; count < REHEARSALS; count++) watchIdleLoop(REHEARSAL_NS);
  return {
    tool: TOOL,
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    oversubscribed: plan.load.threadCount > availableParallelism(),
    clock,
    emptyOperationNs: runEmptyOperations(plan.seed, EMPTY_OPERATIONS, isChained),
    lookNs: measureLook(),
    jitter: watchIdleLoop(WATCH_NS),
  };
}

/** Cost of one reading, and the smallest step seen between two different ones. */
export function readClock(count: number): Environment['clock'] {
  let step = Number.POSITIVE_INFINITY;
  const startedNs = nowNs();
  let last = startedNs;
  for (let read = 0; read < count; read++) {
    const now = nowNs();
    if (now !== last && now - last < step) step = now - last;
    last = now;
  }
  return {
    costNs: (last - startedNs) / count,
    stepNs: step === Number.POSITIVE_INFINITY ? 0 : step,
  };
}

/** Draw, clock, clock (once if chained), record: no device, no lock. ns each. */
function runEmptyOperations(seed: number, count: number, isChained: boolean): number {
  const draws = streamFor(seed, null, 'calibration');
  const counts = new Float64Array(bucketCountFor(1e9));
  const startedNs = nowNs();
  let completionNs = startedNs;
  for (let operation = 0; operation < count; operation++) {
    const lba = draws.below(1 << 20);
    const issueNs = isChained ? completionNs : nowNs();
    completionNs = nowNs();
    const index = Math.min(bucketIndexOf(completionNs - issueNs), counts.length - 1);
    counts[index] = (counts[index] as number) + (lba >= 0 ? 1 : 0);
  }
  return (nowNs() - startedNs) / count;
}

/**
 * What a waiter's look at a word takes, in ns: the shortest of many small batches, since another
 * program can only make them longer. The first of them run before the engine has compiled the loop.
 */
export function measureLook(): number {
  const words = new Int32Array(new SharedArrayBuffer(4));
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < LOOK_BATCHES; batch++) {
    const startedNs = nowNs();
    lookUpTo(words, 0, 0, LOOKS);
    best = Math.min(best, (nowNs() - startedNs) / LOOKS);
  }
  return best;
}

/** Reads the clock back to back; where it jumps, the machine was doing something else. */
export function watchIdleLoop(durationNs: number): Environment['jitter'] {
  const startedNs = nowNs();
  let last = startedNs;
  let maxNs = 0;
  let lostNs = 0;
  while (last - startedNs < durationNs) {
    const now = nowNs();
    const gap = now - last;
    if (gap > maxNs) maxNs = gap;
    if (gap > STALL_NS) lostNs += gap;
    last = now;
  }
  return { maxNs, lostShare: lostNs / (last - startedNs) };
}
