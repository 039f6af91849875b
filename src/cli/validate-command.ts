import { EXIT, ScenarioError } from '../errors.ts';
import { layoutOf, WORD_BYTES } from '../memory/layout.ts';
import { expandPatterns, type LoadedSweep, loadSweeps } from '../run/load-scenario.ts';
import { type Plan, tracedJobOf } from '../scenario/plan.ts';
import { countText } from '../sweep/count-text.ts';
import { formatBytes } from '../units.ts';
import { formatProblems } from './format-problems.ts';
import { terminalOf } from './terminal-of.ts';

/** Reads scenarios as `run` would, runs nothing. Exit 0, or 2 with every problem. */
export function validateCommand(args: {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  readonly json: boolean;
}): number {
  const files = expandPatterns(args.scenarios);
  let sweeps: LoadedSweep[] = [];
  try {
    sweeps = loadSweeps(files, args.set);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    if (args.json) print({ valid: false, problems: error.problems });
    else process.stderr.write(formatProblems(error.problems, terminalOf(process.stderr).color));
    return EXIT.usage;
  }
  if (args.json) {
    const scenarios = sweeps.flatMap(({ cells }) => cells.map(({ scenario }) => scenario));
    print({ valid: true, problems: [], scenarios });
    return EXIT.held;
  }
  for (const { sourceFile, cells, axes, seeds, repeats } of sweeps) {
    const [first] = cells;
    const isSweep = axes.length > 0 || cells.length * seeds.length * repeats > 1;
    const count = isSweep ? `${countText(cells.length, seeds.length, repeats)}, the first ` : '';
    if (first === undefined) continue;
    process.stdout.write(`${sourceFile}  valid: ${count}${inWords(first.plan)}\n`);
  }
  return EXIT.held;
}

function inWords(plan: Plan): string {
  const { threadCount } = plan.load;
  const memory = formatBytes(layoutOf(plan).wordCount * WORD_BYTES);
  const threads = threadCount === 1 ? '1 thread' : `${threadCount} threads`;
  const what =
    tracedJobOf(plan) === null ? `${plan.allocator.kind}, ${plan.allocator.protocol}` : 'trace';
  const { length } = plan.thresholds;
  const thresholds = length === 1 ? '1 threshold' : `${length} thresholds`;
  return `${threads}, ${what}, ${thresholds}, expect ${plan.expect}, ${memory} of shared memory`;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
