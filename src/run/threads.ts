import { Piscina } from 'piscina';
import type { Feed } from '../load/trace/feeder.ts';
import type { Memory } from '../memory/attach.ts';
import { agentCountOf, type Plan } from '../scenario/plan.ts';

/** The first thing that went wrong in a thread. */
export interface ThreadFailure {
  /** Of load, or of those after them; null for the reader of a trace. */
  readonly thread: number | null;
  readonly message: string;
}

/** Threads that only some runs have. They arrive at the gate like the others. */
export interface Besides {
  /** One that watches for pauses of the machine; it is numbered after the others. */
  readonly hasIdleLoop: boolean;
  /** What the reader of a trace must know; null where there is none. */
  readonly feed: Feed | null;
}

const NOBODY: Besides = { hasIdleLoop: false, feed: null };

/** Which thread, at the begin of a sentence. */
export function nameOf({ thread }: ThreadFailure): string {
  return thread === null ? 'the reader of the trace' : `thread ${thread}`;
}

/**
 * The threads of a run, those of load, those that serve the remap queue, the one that watches for
 * pauses, and the reader of a trace: one worker and one task each, alive from before the gate on.
 */
export class Threads {
  readonly #pool: Piscina;
  readonly #tasks: Promise<unknown>[];
  /** All that will arrive at the gate. */
  readonly count: number;
  #failure: ThreadFailure | null = null;

  /**
   * @param entry the file of the threads of load; tests name their own
   * @param besides threads that there may be besides
   */
  constructor(plan: Plan, memory: Memory, entry: URL, besides: Besides = NOBODY) {
    const { hasIdleLoop, feed } = besides;
    const agentCount = agentCountOf(plan);
    const threadCount = agentCount + (hasIdleLoop ? 1 : 0);
    this.count = threadCount + (feed === null ? 0 : 1);
    const idleEntry = new URL('../../workers/jitter-worker.js', import.meta.url);
    const remapEntry = new URL('../../workers/remap-worker.js', import.meta.url);
    this.#pool = new Piscina({
      filename: entry.href,
      // Fewer workers than tasks would never meet at the gate.
      minThreads: this.count,
      maxThreads: this.count,
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
    if (feed !== null) this.#tasks.push(this.#feed(plan, memory, feed));
  }

  #feed(plan: Plan, memory: Memory, feed: Feed): Promise<unknown> {
    const { href } = new URL('../../workers/trace-worker.js', import.meta.url);
    return this.#pool
      .run({ plan, shared: memory.shared, feed }, { filename: href })
      .catch((error: unknown) => {
        this.#failure ??= { thread: null, message: messageOf(error) };
      });
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
