import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { nowNs } from '../../../src/clock.ts';
import type { Memory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { Control } from '../../../src/memory/layout.ts';
import type { Plan } from '../../../src/scenario/plan.ts';

/** How often the main thread looks: before a gate opens, and behind it, where it has no core. */
const ARRIVAL_LOOK_MS = 2;
const LOOK_MS = 50;

/** Something that all threads of a crew do together, from a gate to the end of the last of them. */
export interface Stage<Job> {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly job: Job;
  /** When the stop word is set, if not all have finished; never by default. */
  readonly stopAfterMs?: number;
}

/** What a thread is handed. */
export interface Duty<Job> {
  readonly thread: number;
  readonly stages: readonly {
    readonly plan: Plan;
    readonly shared: WebAssembly.Memory;
    readonly job: Job;
  }[];
}

/** What a thread hands back: of the last stage, as are the times. */
export interface Report<Outcome> {
  readonly endNs: number;
  readonly outcome: Outcome;
}

export interface Performance<Outcome> {
  /** From the opening of the gate to the end of the last thread. */
  readonly seconds: number;
  /** By thread. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Stages one after the other, on one set of threads. All but the last are rehearsals: there the
 * loops are compiled, and meet the other threads too. Code that was compiled before it ever waited
 * for a lock is thrown away at the first wait, in the middle of what is to be measured.
 */
export async function runCrew<Job, Outcome>(
  entry: URL,
  stages: readonly Stage<Job>[],
): Promise<Performance<Outcome>> {
  const threadCount = stages[0]?.plan.load.threadCount ?? 0;
  const handed = stages.map(({ plan, memory, job }) => ({ plan, shared: memory.shared, job }));
  const workers = Array.from({ length: threadCount }, (_, thread) => {
    const workerData: Duty<Job> = { thread, stages: handed };
    return new Worker(entry, { workerData });
  });
  const isOver = new AbortController();
  try {
    const reports = Promise.all(workers.map((worker) => reportOf<Outcome>(worker)));
    const started = goThrough(stages, threadCount, isOver.signal);
    // A thread that dies ends this; the others would wait for it at a gate for ever.
    await Promise.race([started, reports]);
    const [startNs, ended] = await Promise.all([started, reports]);
    const endNs = Math.max(...ended.map((report) => report.endNs));
    return { seconds: (endNs - startNs) / 1e9, outcomes: ended.map(({ outcome }) => outcome) };
  } finally {
    isOver.abort();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function reportOf<Outcome>(worker: Worker): Promise<Report<Outcome>> {
  const [report] = await once(worker, 'message');
  return report;
}

/** Returns the clock at the opening of the last gate. */
async function goThrough(
  stages: readonly Stage<unknown>[],
  threadCount: number,
  signal: AbortSignal,
): Promise<number> {
  let startNs = 0;
  for (const { memory, stopAfterMs } of stages) {
    const gate = new Gate(memory.words, memory.floats, memory.layout);
    while (gate.arrivedCount() < threadCount) await sleep(ARRIVAL_LOOK_MS, null, { signal });
    startNs = nowNs();
    const stopNs = startNs + (stopAfterMs ?? Number.POSITIVE_INFINITY) * 1e6;
    gate.open(startNs);
    for (let seen = 0; seen < threadCount; seen = gate.finishedCount()) {
      const leftMs = (stopNs - nowNs()) / 1e6;
      if (leftMs <= 0) gate.stop();
      waitForNews(memory, seen, leftMs <= 0 ? LOOK_MS : Math.min(leftMs, LOOK_MS));
      // Lets in the news that a thread has died.
      await sleep(0, null, { signal });
    }
    gate.release();
  }
  return startNs;
}

/**
 * Until another thread has finished. Pairs with the notify in member.ts: a main thread that looked
 * now and then instead would disturb.
 */
function waitForNews({ words, layout }: Memory, finishedCount: number, mostMs: number): void {
  Atomics.wait(words, layout.control + Control.finished, finishedCount, mostMs);
}
