/**
 * What several runs came to, read back: the folders that `--repeat` and searches write beside those
 * of their runs. What is damaged is named and left out, as runs are.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { EXIT, UsageError } from '../errors.ts';
import { formatMetric, metricNamed } from '../scenario/metrics.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import { parsedJson } from './history.ts';
import { completed } from './older.ts';
import { REPEAT_FILE, type Repeat, repeatSchema } from './repeat-schema.ts';
import type { Outcome } from './result-schema.ts';
import { SEARCH_FILE, type Search, searchSchema } from './search-schema.ts';

export type Group =
  | { readonly kind: 'repeat'; readonly path: string; readonly repeat: Repeat }
  | { readonly kind: 'search'; readonly path: string; readonly search: Search };

/** A group as a list has it. */
export interface GroupEntry {
  readonly folder: string;
  readonly kind: Group['kind'];
  readonly name: string;
  readonly startedAt: string;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly runs: number;
  /** What it came to, in a few words. */
  readonly answer: string;
}

/**
 * null when the folder holds no group.
 *
 * @throws UsageError when what it holds cannot be read
 */
export async function readGroup(path: string): Promise<Group | null> {
  const repeat = await textIn(join(path, REPEAT_FILE));
  if (repeat !== null) {
    return { kind: 'repeat', path, repeat: parsed(repeatSchema, repeat, join(path, REPEAT_FILE)) };
  }
  const search = await textIn(join(path, SEARCH_FILE));
  if (search === null) return null;
  return { kind: 'search', path, search: parsed(searchSchema, search, join(path, SEARCH_FILE)) };
}

/** Every group of a results directory, oldest first. */
export async function listGroups(outDir: string): Promise<{
  readonly groups: readonly GroupEntry[];
  readonly problems: readonly string[];
}> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  const groups: GroupEntry[] = [];
  const problems: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    try {
      const group = await readGroup(join(outDir, entry.name));
      if (group !== null) groups.push(groupEntryOf(group));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(`Skipped: ${error.message}`);
    }
  }
  const byStart = (one: GroupEntry, other: GroupEntry): number =>
    one.startedAt < other.startedAt ? -1 : 1;
  return { groups: groups.sort(byStart), problems };
}

export function groupEntryOf(group: Group): GroupEntry {
  const { kind, path } = group;
  const folder = basename(path);
  if (kind === 'repeat') {
    const { name, runs, verdict } = group.repeat;
    return {
      ...{ folder, kind, name, startedAt: runs[0]?.startedAt ?? '', runs: runs.length },
      ...{ outcome: verdict.outcome, exitCode: verdict.exitCode },
      answer: intervalOf(group.repeat),
    };
  }
  const { name, probes, verdict } = group.search;
  return {
    ...{ folder, kind, name, startedAt: probes[0]?.startedAt ?? '', runs: probes.length },
    ...{ outcome: outcomeOf(group.search), exitCode: verdict.exitCode },
    answer: foundIn(group.search),
  };
}

/** The p99 of the first operation that is shown, else the first figure, with its interval. */
function intervalOf({ metrics, shown }: Repeat): string {
  const figures = metrics.filter(({ name }) => shown.includes(name));
  const figure = figures.find(({ name }) => isTail(name)) ?? figures[0];
  const metric = figure === undefined ? undefined : metricNamed(figure.name);
  if (figure === undefined || metric === undefined) return '';
  const [median, low, high] = [figure.median, figure.low, figure.high].map((value) =>
    formatMetric(metric, value),
  );
  return `${figure.name} ${median} [${low}, ${high}]`;
}

function isTail(metric: string): boolean {
  return metric.endsWith('.p99') && OPERATIONS.some((name) => metric.startsWith(`${name}.`));
}

function foundIn({ key, found, from }: Search): string {
  return found === null ? `${key}: none from ${from.text} on` : `${key} ${found.text}`;
}

/** A search has an exit code; the runs that ended it have a word for it. */
function outcomeOf({ verdict, probes }: Search): Outcome {
  if (verdict.exitCode === EXIT.held) return 'pass';
  const same = probes.findLast(({ exitCode }) => exitCode === verdict.exitCode);
  return same?.outcome ?? 'threshold-failed';
}

async function textIn(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new UsageError(`${file} cannot be read: ${error.message}.`);
  });
}

function parsed<S extends z.ZodType>(schema: S, text: string, file: string): z.infer<S> {
  const { value, problems } = completed(schema, parsedJson(text));
  if (value !== null) return value;
  throw new UsageError(`${file} is damaged: ${problems.join('; ')}.`);
}
