/**
 * The runs that a side of a comparison names: the folder of a run (with the earlier runs of its
 * `--repeat`), a folder of several runs, JSON of fio, an id as `show` takes it, or a glob of these.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import { UsageError } from '../errors.ts';
import { parsedJson, RESULT_FILE, runsIn } from '../report/history.ts';
import { REPEAT_FILE, repeatSchema } from '../report/repeat-schema.ts';
import {
  type BaselineRun,
  baselineOf,
  type OtherRun,
  readAlone,
  readRepeats,
} from '../report/stored-run.ts';
import type { Side } from './compare.ts';
import { comparedRunOf } from './compared-run.ts';
import { runFromFio } from './from-fio.ts';

export interface ReadSide {
  readonly side: Side;
  /** Those runs of it that are ours, to draw them; null when there is none. */
  readonly drawn: BaselineRun | null;
  /** What was left out and why, one sentence each. */
  readonly problems: readonly string[];
}

/** @throws UsageError when it names no run that can be used */
export async function readSide(named: string, outDir: string): Promise<ReadSide> {
  const problems: string[] = [];
  const runs = new Map<string, Side['runs'][number]>();
  const ours: OtherRun[] = [];
  const addFio = async (path: string): Promise<void> => {
    runs.set(path, runFromFio(path, await readFile(path, 'utf8')));
  };
  const addRun = async (id: string, withRepeats: boolean): Promise<void> => {
    const { path, result, details, problem, older } = await readAlone(id, outDir);
    if (problem !== null) problems.push(problem);
    if (older !== null) problems.push(older);
    const { kind, reason } = result.ending;
    if (kind === 'broken' || kind === 'interrupted') {
      const how = kind === 'broken' ? 'broke' : 'was interrupted';
      problems.push(`${path} is left out: the run ${how}: ${reason}`);
      return;
    }
    if (withRepeats && details !== null) {
      const { repeats, problems: missing } = await readRepeats(details, dirname(path));
      problems.push(...missing);
      for (const repeat of repeats) {
        runs.set(repeat.name, comparedRunOf(repeat.name, repeat.result, repeat.details));
        ours.push(repeat);
      }
    }
    const name = basename(path);
    runs.set(name, comparedRunOf(name, result, details));
    if (details !== null) ours.push({ name, result, details });
  };
  const add = async (path: string, withRepeats: boolean): Promise<void> => {
    const info = await stat(path).catch(() => null);
    if (info?.isFile() && basename(path) !== RESULT_FILE) return addFio(path);
    if (info?.isDirectory() && !(await isRun(path))) {
      const below = (await runsOfRepeat(path)) ?? (await runsIn(path));
      if (below.length === 0) throw new UsageError(`There is no run in ${path}.`);
      for (const one of below) await tolerantly(() => addRun(one, false), problems);
      return;
    }
    await addRun(path, withRepeats);
  };
  const isGlob = /[*?[\]{}]/.test(named) && (await stat(named).catch(() => null)) === null;
  if (isGlob) {
    for (const path of await matchesOf(named)) await tolerantly(() => add(path, false), problems);
  } else {
    await add(named, true);
  }
  if (runs.size === 0) {
    const why = problems.length === 0 ? '' : ` ${problems.join(' ')}`;
    throw new UsageError(`${named} names no run that can be compared.${why}`);
  }
  const drawn = ours.length === 0 ? null : baselineOf(basename(named), ours);
  return { side: { name: named, runs: [...runs.values()] }, drawn, problems };
}

async function tolerantly(read: () => Promise<void>, problems: string[]): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(`Left out: ${error.message}`);
  }
}

async function isRun(path: string): Promise<boolean> {
  return stat(join(path, RESULT_FILE)).then(
    (info) => info.isFile(),
    () => false,
  );
}

/** The runs that `repeat.json` of this folder sums up, which stand beside it; null without one. */
async function runsOfRepeat(path: string): Promise<string[] | null> {
  const text = await readFile(join(path, REPEAT_FILE), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = repeatSchema.safeParse(parsedJson(text));
  if (!parsed.success) throw new UsageError(`${join(path, REPEAT_FILE)} is damaged.`);
  return parsed.data.runs.map(({ folder }) => join(dirname(path), basename(folder)));
}

/** A pattern may name folders of runs, their result.json, or files of fio. */
async function matchesOf(pattern: string): Promise<string[]> {
  const found = await glob(pattern.replaceAll('\\', '/'), { onlyFiles: false });
  const paths = found.map((path) => path.replace(/\/$/, ''));
  const folders = paths.map((path) => (basename(path) === RESULT_FILE ? dirname(path) : path));
  return [...new Set(folders)].sort();
}
