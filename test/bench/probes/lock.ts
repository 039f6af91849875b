import { clearMemory, createMemory, type Memory } from '../../../src/memory/attach.ts';
import { mergeHistograms } from '../../../src/record/histogram.ts';
import { percentilesNs } from '../../../src/record/latency-summary.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { LOCK_KINDS, type Plan } from '../../../src/scenario/plan.ts';
import { runCrew, type Stage } from './crew.ts';
import type { LockJob, Turns } from './lock-worker.ts';
import { type Probe, ProbeFailed } from './probe.ts';
import { probePlan, THREAD_COUNT_MAX } from './probe-plan.ts';

const REHEARSAL_MS = 100;

/** Acquire, add one to a shared plain word, release: as often as it goes. */
export const lock: Probe = {
  options: ['kind', 'threads', 'seconds', 'timed'],
  async run(options) {
    const kind = options.choice('kind', LOCK_KINDS);
    const threads = options.whole('threads', { min: 1, max: THREAD_COUNT_MAX });
    const durationMs = 1000 * options.number('seconds', { min: 0.001, max: 3600 });
    const job: LockJob = { isTimed: options.isSet('timed') };
    const plan = probePlan({ lock: { kind }, load: { threads } });
    const memory = touchedMemory(plan);
    const stages: Stage<LockJob>[] = [
      { plan, memory: touchedMemory(plan), job, stopAfterMs: REHEARSAL_MS },
      { plan, memory, job, stopAfterMs: durationMs },
    ];
    const entry = new URL('./lock-worker.js', import.meta.url);
    const { seconds, outcomes } = await runCrew<LockJob, Turns>(entry, stages);

    const total = outcomes.reduce((sum, turns) => sum + turns, 0);
    // The counter wraps, as a word does.
    const counted = memory.words[memory.layout.allocationHolder] as number;
    if (kind !== 'none' && counted !== (total | 0)) {
      throw new ProbeFailed(
        `${kind} did not exclude: ${total} acquisitions, modulo 2^32 counted to ${counted >>> 0}`,
      );
    }
    const [p50Ns, p99Ns, p999Ns] = waitsOf(memory, threads, [50, 99, 99.9]);
    return {
      acquisitions: total,
      seconds,
      perSecond: total / seconds,
      nsPerPair: (seconds * 1e9) / total,
      p50Ns: p50Ns as number,
      p99Ns: p99Ns as number,
      p999Ns: p999Ns as number,
      fairness: Math.min(...outcomes) / Math.max(...outcomes),
    };
  },
};

function touchedMemory(plan: Plan): Memory {
  const memory = createMemory(plan);
  clearMemory(plan, memory);
  return memory;
}

/** Of all threads together; zeros if nothing was timed. */
function waitsOf(memory: Memory, threadCount: number, percentiles: readonly number[]): number[] {
  const waits = Array.from({ length: threadCount }, (_, thread) =>
    (SharedHistogram.of(memory, thread, 'allocationLock.wait') as SharedHistogram).snapshot(),
  );
  return percentilesNs(mergeHistograms(waits, memory.layout.bucketCount), percentiles);
}
