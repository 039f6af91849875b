import type { Result } from '../report/result-schema.ts';
import { conductSweep, prepareSweep } from '../sweep/conduct.ts';
import { findingOf } from '../sweep/finding.ts';
import type { MergedSweep } from '../sweep/merge.ts';
import { shardOf } from '../sweep/shard.ts';
import { type InputOptions, type ScenarioInput, textOf } from './scenario-input.ts';

/** A run of a sweep, as it is told of. */
export interface SweepRunInfo {
  readonly id: string;
  readonly values: readonly { readonly key: string; readonly text: string }[];
  readonly seed: number;
  readonly repeat: number;
}

export interface SweepOptions extends InputOptions {
  /** Where the folder of the sweep is; one that is there already is gone on with. */
  readonly out: string;
  /** `i/n`, to make one part of it only. */
  readonly shard?: string | undefined;
  /** Runs side by side, which disturb one another. Default 1. */
  readonly parallel?: number | undefined;
  /** Makes runs again that broke. */
  readonly retry?: boolean | undefined;
  /** Ends the sweep; the run under way is made again on going on. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each run; without a result it broke. */
  readonly onRun?: ((run: SweepRunInfo, result: Result | null) => void) | undefined;
}

export interface Sweep {
  /** What `merged.json` holds. */
  readonly merged: MergedSweep;
  /** The same in a paragraph. */
  readonly finding: string;
  readonly folder: string;
  readonly interrupted: boolean;
}

/**
 * Makes every run of a scenario's matrix, or what is left of them, and merges them.
 *
 * @throws ScenarioError with the problems of all cells
 * @throws UsageError when the folder cannot be used
 */
export async function sweep(input: ScenarioInput, options: SweepOptions): Promise<Sweep> {
  const { out, sets, env, shard, parallel = 1, retry, signal, onRun } = options;
  const { text, file } = textOf(input);
  const prepared = prepareSweep(text, {
    file,
    sets,
    env,
    // What a batch system has put into the environment is the command line's business.
    shard: shardOf(shard ?? 'all', {}),
  });
  const { merged, path, isInterrupted } = await conductSweep(prepared, out, {
    parallel,
    retry,
    signal,
    onEnd: (run, { result }) => onRun?.(run, result),
  });
  return { merged, finding: findingOf(merged), folder: path, interrupted: isInterrupted };
}
