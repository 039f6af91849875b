import { type CompareOptions, compareRuns } from '../compare/compare.ts';
import { comparePage } from '../compare/html.ts';
import { compareMarkdown } from '../compare/markdown.ts';
import { MEASURES, type Measure, measureNamed } from '../compare/measures.ts';
import { readSide } from '../compare/read-side.ts';
import { compareText } from '../compare/text.ts';
import { UsageError } from '../errors.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { parseRatio } from '../units.ts';
import { TOOL } from '../version.ts';
import { terminalOf } from './terminal-of.ts';

export interface CompareArguments {
  readonly base: string;
  readonly new: string;
  readonly out: string;
  readonly format: 'text' | 'markdown' | 'json' | 'html' | undefined;
  readonly json: boolean;
  readonly maxRegression: string | undefined;
  readonly metric: readonly string[];
  readonly force: boolean;
}

/** Compares two sides of stored runs; 1 when something got worse. */
export async function compareCommand(args: CompareArguments): Promise<number> {
  const options = compareOptionsOf(args);
  const [base, next] = [await readSide(args.base, args.out), await readSide(args.new, args.out)];
  for (const problem of [...base.problems, ...next.problems]) {
    process.stderr.write(`${problem}\n`);
  }
  const comparison = compareRuns(base.side, next.side, options);
  const { color, unicode, width } = terminalOf(process.stdout);
  const format = args.json ? 'json' : (args.format ?? 'text');
  const text = {
    text: () => compareText(comparison, { color, unicode, width }),
    markdown: () => compareMarkdown(comparison),
    json: () => `${JSON.stringify(comparison, null, 2)}\n`,
    html: () => comparePage(comparison, base.side, next.side, TOOL),
  }[format]();
  process.stdout.write(text);
  return comparison.exitCode;
}

export function compareOptionsOf(args: {
  readonly maxRegression: string | undefined;
  readonly metric: readonly string[];
  readonly force: boolean;
}): CompareOptions {
  const measures = args.metric.map(measureOf);
  return {
    maxRegression: args.maxRegression === undefined ? 0 : shareOf(args.maxRegression),
    force: args.force,
    ...(measures.length > 0 ? { measures } : {}),
  };
}

function measureOf(name: string): Measure {
  const measure = measureNamed(name);
  if (measure !== undefined) return measure;
  const known = MEASURES.map((one) => one.name);
  throw new UsageError(`--metric ${name}: no such metric to compare; ${didYouMean(name, known)}`);
}

function shareOf(written: string): number {
  const ratio = parseRatio(written);
  if (!ratio.ok)
    throw new UsageError(`--max-regression takes a share such as 5%: ${ratio.problem}`);
  return ratio.value;
}
