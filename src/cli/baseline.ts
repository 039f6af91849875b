import { join } from 'node:path';
import { differencesBetween } from '../compare/alike.ts';
import { type CompareOptions, compareRuns } from '../compare/compare.ts';
import { comparedRunOf, loadOf } from '../compare/compared-run.ts';
import type { Comparison } from '../compare/comparison.ts';
import { type ReadSide, readSide } from '../compare/read-side.ts';
import { UsageError } from '../errors.ts';
import { readAlone } from '../report/stored-run.ts';
import type { LoadedScenario } from '../run/load-scenario.ts';
import { compareOptionsOf } from './compare-command.ts';

/** What runs are compared with when they are done. */
export interface Baseline {
  readonly base: ReadSide;
  readonly options: CompareOptions;
}

/**
 * Read before anything is run: a baseline that is not there, or of another scenario, should cost no
 * waiting.
 *
 * @throws UsageError when it cannot be a baseline of what is about to be run
 */
export async function baselineFor(
  scenarios: readonly LoadedScenario[],
  args: {
    readonly baseline: string | undefined;
    readonly out: string;
    readonly maxRegression: string | undefined;
    readonly metric: readonly string[];
    readonly force: boolean;
  },
): Promise<Baseline | null> {
  if (args.baseline === undefined) return null;
  const [scenario, ...others] = scenarios;
  if (scenario === undefined || others.length > 0) {
    throw new UsageError(`--baseline goes with one scenario; ${scenarios.length} were named`);
  }
  const options = compareOptionsOf(args);
  const base = await readSide(args.baseline, args.out);
  for (const problem of base.problems) process.stderr.write(`${problem}\n`);
  const [first] = base.side.runs;
  const planned = { scenario: loadOf(scenario.scenario), host: null };
  const differences =
    first === undefined ? [] : differencesBetween([first], [{ ...first, ...planned }]);
  if (differences.length > 0 && !args.force) {
    throw new UsageError(
      `--baseline ${args.baseline} is of another scenario: ${differences.join('; ')}. --force compares all the same.`,
    );
  }
  return { base, options };
}

/** null when nothing was run to its end. */
export async function comparedWith(
  { base, options }: Baseline,
  folders: readonly string[],
  outDir: string,
): Promise<Comparison | null> {
  const runs = [];
  for (const folder of folders) {
    const { result, details } = await readAlone(join(outDir, folder), outDir);
    if (['broken', 'interrupted'].includes(result.ending.kind)) continue;
    runs.push(comparedRunOf(folder, result, details));
  }
  if (runs.length === 0) return null;
  const name = runs.length === 1 ? (folders[0] as string) : 'this';
  return compareRuns(base.side, { name, runs }, options);
}
