import { Worker } from 'node:worker_threads';
import { createMemory } from '../../memory/attach.ts';
import { WORD_BYTES } from '../../memory/layout.ts';
import type { FaultKind } from '../engine/fault.ts';
import { hostsOf, type Program, planOf } from '../program/program.ts';
import { SEEN_ON_REAL_THREADS } from './real-judge.ts';
import { controlWordsFor, type RealTask, RealWord } from './real-rounds.ts';
import { workerEntry } from './worker-entry.ts';

/** What real threads showed. Not having been seen says nothing: that is never a pass. */
export interface Confirmation {
  readonly threadCount: number;
  readonly rounds: number;
  readonly seen: number;
  /** False when the threads had to be ended from outside: one of them waits for ever. */
  readonly hasEnded: boolean;
  /** Somebody asked for an end before the time was up. */
  readonly isInterrupted: boolean;
}

/** Beyond its time, what a round and the start of the workers may take. */
const GRACE_MS = 2000;

/**
 * Runs the program on real threads, over and over, from the files as they are: no instrumenting, no
 * chosen schedule, so what is found there was made by nothing that the explorer did.
 *
 * @returns null when a fault of that kind cannot be told from outside
 */
export async function confirmOnRealThreads(
  program: Program,
  kind: FaultKind,
  forNs: number,
  signal?: AbortSignal,
): Promise<Confirmation | null> {
  // An interrupt needs a processor that takes one.
  const hasInterrupts = hostsOf(program.threads).some((host) => host >= 0);
  if (hasInterrupts || !SEEN_ON_REAL_THREADS.includes(kind)) return null;
  const { shared } = createMemory(planOf(program));
  const control = new Int32Array(new SharedArrayBuffer(controlWordsFor(program) * WORD_BYTES));
  const workers = program.threads.map((_, thread) => {
    const workerData: RealTask = { program, kind, thread, shared, control, forNs };
    return new Worker(workerEntry('explore-worker'), { workerData });
  });
  const hasEnded = await allEnd(workers, forNs / 1e6 + GRACE_MS, signal);
  return {
    threadCount: workers.length,
    rounds: control[RealWord.rounds] as number,
    seen: control[RealWord.seen] as number,
    hasEnded,
    isInterrupted: signal?.aborted === true,
  };
}

/** False if one did not within the time; no worker is left behind in any case. */
async function allEnd(
  workers: readonly Worker[],
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, signal?.aborted === true ? 0 : withinMs, false);
    signal?.addEventListener('abort', () => resolve(false), { once: true });
  });
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) =>
        worker.once('exit', () => resolve()).once('error', reject),
      ),
  );
  try {
    return await Promise.race([Promise.all(ends).then(() => true), late]);
  } finally {
    clearTimeout(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** As a sentence for people. */
export function confirmationText(confirmation: Confirmation | null): string {
  if (confirmation === null) return 'a fault of this kind cannot be told from outside: not tried';
  const { threadCount, rounds, seen, hasEnded, isInterrupted } = confirmation;
  const often = seen === 1 ? 'once' : `${seen} times`;
  const text =
    seen > 0
      ? `seen ${often} in ${rounds} runs of ${threadCount} of them`
      : `not seen in ${rounds} runs of ${threadCount} of them, which says nothing`;
  if (isInterrupted) return `${text}; interrupted`;
  return hasEnded ? text : `${text};\n  then one waited for ever, and they were ended`;
}
