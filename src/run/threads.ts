import { Piscina } from 'piscina';
import type { Memory } from '../memory/attach.ts';
import { agentCountOf, type Plan } from '../scenario/plan.ts';

/** The first thing that went wrong in a thread of load. */
export interface ThreadFailure {
  readonly thread: number;
  readonly message: string;
}

/**
 * The threads of a run, those of load and those that serve the remap queue: one worker and one task
 * each, alive from before the gate to the end.
 */
export class Threads {
  readonly #pool: Piscina;
  readonly #tasks: Promise<unknown>[];
  #failure: ThreadFailure | null = null;

  /** @param entry the file of the threads of load; tests name their own */
  constructor(plan: Plan, memory: Memory, entry: URL) {
    const threadCount = agentCountOf(plan);
    const remapEntry = new URL('../../workers/remap-worker.js', import.meta.url);
    this.#pool = new Piscina({
      filename: entry.href,
      // Fewer workers than tasks would never meet at the gate.
      minThreads: threadCount,
      maxThreads: threadCount,
      concurrentTasksPerWorker: 1,
      idleTimeout: 24 * 3600 * 1000,
      // Workers wait for the gate, not for messages.
      atomics: 'disabled',
      recordTiming: false,
    });
    // A worker's listeners: one a thread is no leak.
    this.#pool.setMaxListeners(0);
    this.#tasks = Array.from({ length: threadCount }, (_, thread) =>
      this.#pool
        .run(
          { plan, shared: memory.shared, thread },
          { filename: thread < plan.load.threadCount ? entry.href : remapEntry.href },
        )
        .catch((error: unknown) => {
          this.#failure ??= { thread, message: messageOf(error) };
        }),
    );
  }

  /** The first failure of a thread, or null. */
  get failure(): ThreadFailure | null {
    return this.#failure;
  }

  /** After the gate has released them: until every worker has returned. */
  async leave(): Promise<void> {
    await Promise.all(this.#tasks);
    await this.#pool.destroy();
  }

  /** Ends them wherever they are, in a spin loop too. */
  async terminate(): Promise<void> {
    await this.#pool.destroy();
    await Promise.allSettled(this.#tasks);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
