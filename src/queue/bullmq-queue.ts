/**
 * BullMQ on Redis or Valkey. The only file that knows of either; the packages are optional, and are
 * loaded when a queue is asked for.
 *
 * A run is a job whose id is the run's, so that handing it in twice is handing it in once. Who
 * takes a job holds a lease on it and renews it; a lease that ends returns the job to the queue,
 * and a job that has lost several workers, or failed several times, is kept among the failed with
 * its reason: the dead-letter list.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, JobType, Queue } from 'bullmq';
import { UsageError } from '../errors.ts';
import {
  type ActiveRun,
  type Dispatcher,
  PoisonedRun,
  type RunReport,
  type Work,
} from './dispatcher.ts';
import type { RedisAddress } from './redis-address.ts';

const PREFIX = 'sparestorm';
/** A run that fails is tried so often, on whichever machines take it. */
const ATTEMPTS = 3;
/** Workers that a run may lose before it is given up. */
const STALLED_MAX = 2;
const CONNECT_MS = 5000;
const SUBMIT_BATCH = 200;
/** Long enough for an interrupted sweep to come back for what was made meanwhile. */
const KEPT_SECONDS = 14 * 24 * 3600;
const LOOK_MS = 200;

const KNOWN_STATES: JobType[] = ['wait', 'active', 'delayed', 'prioritized', 'completed', 'failed'];

/** Ids of ours; BullMQ takes no id that is a number. */
const jobIdOf = (id: string): string => `run-${id}`;
const runIdOf = (jobId: string): string => jobId.replace(/^run-/, '');

async function packages() {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, Redis: ioredis.Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'a queue needs the packages bullmq and ioredis, and they are not both installed: ' +
        'npm install bullmq ioredis',
    );
  }
}

/** A first connection, so that a wrong address is said at once; later ones are waited for. */
async function open({ connection, shown }: RedisAddress) {
  const { bullmq, Redis } = await packages();
  const first = new Redis({
    ...connection,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: Error | null = null;
  first.on('error', (error: Error) => {
    lastError = error;
  });
  try {
    await first.connect();
    await first.ping();
  } catch (error) {
    throw new UsageError(`the queue at ${shown} cannot be used: ${refusalIn(lastError ?? error)}`);
  } finally {
    // One that has ended would keep the process for two seconds more.
    if (first.status !== 'end') first.disconnect();
  }
  // Null: a command waits as long as Redis is away. No version check: it prints.
  return {
    bullmq,
    connection: { ...connection, maxRetriesPerRequest: null, skipVersionCheck: true },
  };
}

/** What Node says of a certificate by an authority that it does not know. */
const UNKNOWN_AUTHORITY = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

function refusalIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.message.replace(/\.$/, '');
  const { code } = error as NodeJS.ErrnoException;
  return UNKNOWN_AUTHORITY.includes(code ?? '')
    ? `${reason}; the environment variable NODE_EXTRA_CA_CERTS=FILE names a file with its authority`
    : reason;
}

export async function openDispatcher(address: RedisAddress): Promise<Dispatcher> {
  const { bullmq, connection } = await open(address);
  const queue = new bullmq.Queue(address.queue, { connection, prefix: PREFIX });
  // Redis that is away is waited for; there is nothing else to do about it here.
  queue.on('error', () => {});
  return new BullMqDispatcher(queue);
}

class BullMqDispatcher implements Dispatcher {
  readonly #queue: Queue;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  async submit(runs: readonly { readonly id: string; readonly payload: unknown }[]): Promise<void> {
    for (let from = 0; from < runs.length; from += SUBMIT_BATCH) {
      await this.#queue.addBulk(
        runs.slice(from, from + SUBMIT_BATCH).map(({ id, payload }) => ({
          name: 'run',
          data: payload,
          opts: {
            jobId: jobIdOf(id),
            attempts: ATTEMPTS,
            backoff: { type: 'fixed', delay: 1000 },
            removeOnComplete: { age: KEPT_SECONDS },
            removeOnFail: { age: KEPT_SECONDS },
            stackTraceLimit: 0,
          },
        })),
      );
    }
  }

  async unknownOf(ids: ReadonlySet<string>): Promise<string[]> {
    const known = new Set(await this.#idsIn(KNOWN_STATES));
    return [...ids].filter((id) => !known.has(id));
  }

  async *doneOf(ids: ReadonlySet<string>) {
    for (const id of await this.#idsIn(['completed'])) {
      if (!ids.has(id)) continue;
      const job = await this.#queue.getJob(jobIdOf(id));
      if (job !== undefined) yield { id, report: job.returnvalue as unknown };
    }
  }

  /** All of them: left to itself, the library gives two. */
  async #idsIn(states: JobType[]): Promise<string[]> {
    return (await this.#queue.getRanges(states, 0, -1)).map(runIdOf);
  }

  async dead() {
    const jobs = await this.#queue.getJobs(['failed']);
    return jobs.map((job) => ({ id: runIdOf(job.id ?? ''), reason: reasonOf(job) }));
  }

  async active(): Promise<ActiveRun[]> {
    const jobs = await this.#queue.getJobs(['active']);
    return jobs
      .filter((job) => job !== undefined && job !== null)
      .map((job) => ({
        id: runIdOf(job.id ?? ''),
        share: typeof job.progress === 'number' ? job.progress : null,
        worker: job.processedBy ?? 'a worker',
      }));
  }

  async forget(ids: ReadonlySet<string>): Promise<void> {
    for (const id of await this.#idsIn(['completed', 'failed'])) {
      // One that somebody else has handed in again meanwhile, and that is being made, stays.
      if (ids.has(id)) await this.#queue.remove(jobIdOf(id));
    }
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

function reasonOf(job: Job): string {
  if (/stalled more than/.test(job.failedReason)) {
    return `it took ${STALLED_MAX + 1} workers with it, or they were ended while they made it`;
  }
  return job.failedReason || 'no reason is known';
}

/** Takes runs off the queue at an address. */
export async function openWork(address: RedisAddress): Promise<Work> {
  const { bullmq, connection } = await open(address);
  return async (make, { leaseMs, signal, idleMs, onLost }) => {
    let isBusy = false;
    let idleSince = Date.now();
    const name = `${hostname()}:${process.pid}`;
    const worker = new bullmq.Worker(
      address.queue,
      async (job): Promise<RunReport> => {
        isBusy = true;
        try {
          const tell = (share: number | null) => {
            // A run is not worth less for a progress that did not arrive.
            job.updateProgress(share ?? 0).catch(() => {});
          };
          return await make(runIdOf(job.id ?? ''), job.data as unknown, tell);
        } catch (error) {
          if (error instanceof PoisonedRun) throw new bullmq.UnrecoverableError(error.message);
          throw error;
        } finally {
          isBusy = false;
          idleSince = Date.now();
        }
      },
      {
        connection,
        prefix: PREFIX,
        name,
        // Runs that share the cores measure one another.
        concurrency: 1,
        lockDuration: leaseMs,
        stalledInterval: leaseMs,
        maxStalledCount: STALLED_MAX,
        drainDelay: 1,
      },
    );
    let lastLost = '';
    worker.on('error', (error: Error) => {
      if (error.message !== lastLost) onLost?.(error.message);
      lastLost = error.message;
    });
    try {
      for (;;) {
        await sleep(LOOK_MS);
        if (signal.aborted) break;
        if (!isBusy && idleMs !== null && Date.now() - idleSince >= idleMs) break;
      }
    } finally {
      await worker.close();
    }
  };
}
