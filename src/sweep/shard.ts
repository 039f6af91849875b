import { UsageError } from '../errors.ts';

/** One of several parts that a sweep is cut into, each for a machine of its own. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
  /** What said so, for people. */
  readonly from: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const COUNT_MAX = 10_000;

/**
 * Which shard this process is to run: `i/n` of the option, `all` for the whole, and without an
 * option what a batch system has put into the environment.
 *
 * @returns null for the whole sweep
 */
export function shardOf(option: string | undefined, env: Env): Shard | null {
  if (option === 'all') return null;
  if (option === undefined) return shardOfEnvironment(env);
  const match = /^(\d+)\/(\d+)$/.exec(option);
  if (match === null) throw new UsageError(`--shard takes i/n such as 2/4, or all, not ${option}`);
  return checked(Number(match[1]), Number(match[2]), '--shard');
}

function shardOfEnvironment(env: Env): Shard | null {
  const { JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, CI_NODE_INDEX } = env;
  if (isSet(JOB_COMPLETION_INDEX)) {
    // Kubernetes counts from 0, and does not tell its containers how many there are.
    const count = needed(env, 'JOB_COMPLETION_INDEX', 'JOB_COMPLETION_COUNT');
    const index = whole('JOB_COMPLETION_INDEX', JOB_COMPLETION_INDEX) + 1;
    return checked(index, count, 'JOB_COMPLETION_INDEX and JOB_COMPLETION_COUNT');
  }
  if (isSet(SLURM_ARRAY_TASK_ID)) {
    // An array may begin anywhere and leave ids out: --array=10-40:10.
    const count = needed(env, 'SLURM_ARRAY_TASK_ID', 'SLURM_ARRAY_TASK_COUNT');
    const first = whole('SLURM_ARRAY_TASK_MIN', env.SLURM_ARRAY_TASK_MIN ?? '1');
    const step = whole('SLURM_ARRAY_TASK_STEP', env.SLURM_ARRAY_TASK_STEP ?? '1');
    const id = whole('SLURM_ARRAY_TASK_ID', SLURM_ARRAY_TASK_ID);
    const index = (id - first) / Math.max(1, step) + 1;
    return checked(index, count, 'SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT');
  }
  if (isSet(CI_NODE_INDEX)) {
    const count = needed(env, 'CI_NODE_INDEX', 'CI_NODE_TOTAL');
    return checked(whole('CI_NODE_INDEX', CI_NODE_INDEX), count, 'CI_NODE_INDEX and CI_NODE_TOTAL');
  }
  return null;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function needed(env: Env, index: string, count: string): number {
  const value = env[count];
  if (isSet(value)) return whole(count, value);
  throw new UsageError(
    `${index} is set and ${count} is not: set it to the number of shards, or give --shard i/n or all`,
  );
}

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${name} is ${JSON.stringify(text)}, and should be a whole number`);
}

function checked(index: number, count: number, from: string): Shard {
  if (count < 1 || count > COUNT_MAX) {
    throw new UsageError(`${from}: there can be 1 to ${COUNT_MAX} shards, not ${count}`);
  }
  if (!Number.isInteger(index) || index < 1 || index > count) {
    throw new UsageError(`${from}: of ${count} shards there is no shard ${index}; the first is 1`);
  }
  return { index, count, from };
}

/** Every n-th of the whole order, so that shards are alike in what they ask for. */
export function runsOfShard<T>(ordered: readonly T[], shard: Shard | null): T[] {
  if (shard === null) return [...ordered];
  return ordered.filter((_, index) => index % shard.count === shard.index - 1);
}
