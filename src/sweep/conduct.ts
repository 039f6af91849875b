/**
 * A sweep from its text to its answer: read, run or resumed, merged, kept. What the command line
 * and the library have in common.
 */

import { loadSweepText } from '../run/load-scenario.ts';
import type { ParseOptions } from '../scenario/parse.ts';
import { type MergedSweep, mergeSweeps } from './merge.ts';
import { orderedRuns, type RunSweepOptions, runSweep } from './run-sweep.ts';
import type { Shard } from './shard.ts';
import { reportFiles } from './sweep-files.ts';
import { manifestOf, SweepFolder } from './sweep-folder.ts';
import { planSweep, type SweepPlan, type SweepRun } from './sweep-plan.ts';

export interface PreparedSweep {
  readonly plan: SweepPlan;
  readonly sets: readonly string[];
  readonly shard: Shard | null;
  /** Those of the shard, in the order in which they are made. */
  readonly runs: readonly SweepRun[];
}

export interface SweptFolder {
  readonly merged: MergedSweep;
  /** The folder of the sweep. */
  readonly path: string;
  /** Whether it was ended before all its runs were made. */
  readonly isInterrupted: boolean;
}

/** @throws ScenarioError with the problems of all cells */
export function prepareSweep(
  text: string,
  options: ParseOptions & {
    readonly maxMemory?: string | undefined;
    readonly shard?: Shard | null;
    readonly orderSeed?: number | undefined;
  },
): PreparedSweep {
  const { maxMemory, shard = null, orderSeed, ...parsing } = options;
  const { sets = [] } = parsing;
  const plan = planSweep(loadSweepText(text, parsing, maxMemory), sets);
  return { plan, sets, shard, runs: orderedRuns(plan, shard, orderSeed) };
}

/**
 * Makes what is left of a prepared sweep, in its folder below `outDir`, and merges what there is.
 */
export async function conductSweep(
  { plan, sets, shard }: PreparedSweep,
  outDir: string,
  options: Omit<RunSweepOptions, 'shard'> & {
    /** Called before the first run, with the number of those that are finished already. */
    readonly onOpen?: (folder: SweepFolder, finishedCount: number) => void;
    /** What makes the runs; by default this process. */
    readonly make?: typeof runSweep;
  } = {},
): Promise<SweptFolder> {
  const { onOpen, make = runSweep, ...running } = options;
  const folder = await SweepFolder.open(outDir, manifestOf(plan, sets, shard));
  try {
    const own = new Set(orderedRuns(plan, shard).map(({ id }) => id));
    if (running.retry === true) await folder.dropBroken(own);
    const finished = await folder.finished();
    onOpen?.(folder, [...own].filter((id) => finished.has(id)).length);
    await make(plan, folder, { ...running, shard });
    const merged = await mergeSweeps([folder], { isExpected: ({ id }) => own.has(id) });
    for (const { name, text } of reportFiles(merged)) folder.write(name, text);
    const isInterrupted = running.signal?.aborted === true && merged.missingCount > 0;
    return { merged, path: folder.path, isInterrupted };
  } finally {
    folder.close();
  }
}
