import { Piscina } from 'piscina';
import type { Memory } from '../memory/attach.ts';
import { agentCountOf, type Plan } from '../scenario/plan.ts';

/** The first thing that went wrong in a thread of load. */
export interface ThreadFailure {
  readonly thread: number;
  readonly message: string;
}

/**
 * The threads of a run, those of load, those that serve the remap queue, and the one that watches
 * for pauses: one worker and one task each, alive from before the gate to the end.
 */
export class Threads {
  readonly #pool: Piscina;
  readonly #tasks: Promise<unknown>[];
  #failure: ThreadFailure | null = null;

  /**
   * @param entry the file of the threads of load; tests name their own
   * @param hasIdleLoop whether one more thread watches for pauses of the machine; it arrives at the
   *   gate like the others, and is numbered after them
   */
  constructor(plan: Plan, memory: Memory, entry: URL, hasIdleLoop = false) {
    const agentCount = agentCountOf(plan);
    const threadCount = agentCount + (hasIdleLoop ? 1 : 0);
    const idleEntry = new URL('../../workers/jitter-worker.js', import.meta.url);
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
    const entryOf = (thread: number): URL => {
      if (thread < plan.load.threadCount) return entry;
      return thread < agentCount ? remapEntry : idleEntry;
    };
    // A worker's listeners: one a thread is no leak.
    this.#pool.setMaxListeners(0);
    this.#tasks = Array.from({ length: threadCount }, (_, thread) =>
      this.#pool
        .run({ plan, shared: memory.shared, thread }, { filename: entryOf(thread).href })
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
