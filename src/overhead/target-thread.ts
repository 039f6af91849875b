import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Plan } from '../scenario/plan.ts';

/** What the thread is started with. */
export interface TargetTask {
  readonly plan: Plan;
  /** Where to listen for commands; null = they come as messages. */
  readonly socketPath: string | null;
}

/** What it says when it can be asked; answers are plain text. */
export const READY = 'ready';

/** Starts the thread that owns the target; resolves when it listens. */
export async function startTargetThread(task: TargetTask): Promise<Worker> {
  const entry = new URL('../../workers/overhead-target.js', import.meta.url);
  const worker = new Worker(entry, { workerData: task });
  try {
    // Rejects when the thread dies first.
    await once(worker, 'message');
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return worker;
}
