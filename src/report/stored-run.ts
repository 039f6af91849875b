/** A run as it is stored: all that its reports are made from. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { damageIn } from './details.ts';
import { type Details, detailsSchema } from './details-schema.ts';
import { readGroup } from './groups.ts';
import { absentText, folderOf, parsedJson, readResult, runsIn } from './history.ts';
import type { Result } from './result-schema.ts';

export const DETAILS_FILE = 'details.json';

/** A run to compare with: the curves that are drawn behind those of the run. */
export interface OtherRun {
  /** Name of its folder. */
  readonly name: string;
  readonly result: Result;
  readonly details: Details;
}

/** What is drawn dashed: one run, or the newest of several with all of them. */
export interface BaselineRun extends OtherRun {
  /** With it; a curve is then the median of theirs. Absent of one run. */
  readonly runs?: readonly OtherRun[];
}

export interface StoredRun {
  readonly result: Result;
  /** null when it was written by an earlier version, or is damaged. */
  readonly details: Details | null;
  /** Earlier runs of the same `--repeat`, oldest first. */
  readonly repeats: readonly OtherRun[];
  readonly baseline?: BaselineRun | null;
  /** Keys that the version that wrote the result did not have. */
  readonly absent?: readonly string[];
}

export interface ReadRun {
  readonly path: string;
  readonly run: StoredRun;
  /** What was left out and why, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * @throws UsageError when there is no such run, or its result.json (or that of the baseline) cannot
 *   be read
 */
export async function readRun(
  pathOrId: string,
  outDir: string,
  baselineId?: string,
): Promise<ReadRun> {
  const stored = await readResult(pathOrId, outDir);
  const { path, result } = stored;
  const { details, problem } = await readDetails(path, result);
  const older = absentText(stored);
  const siblings = details === null ? NO_REPEATS : await readRepeats(details, dirname(path));
  const baseline = baselineId === undefined ? null : await readBaseline(baselineId, outDir);
  return {
    path,
    run: { result, details, repeats: siblings.repeats, baseline, absent: stored.absent ?? [] },
    problems: [older, problem, ...siblings.problems].filter((one) => one !== null),
  };
}

/** A run, the folder of a repeat, or a folder that holds runs. */
async function readBaseline(id: string, outDir: string): Promise<BaselineRun> {
  const path = await folderOf(id, outDir);
  const group = await readGroup(path);
  if (group?.kind === 'search') {
    throw new UsageError(
      `${path} is a search, whose runs differ; name one of them as the baseline.`,
    );
  }
  const folders =
    group === null
      ? await runsIn(path)
      : group.repeat.runs.map(({ folder }) => join(dirname(path), basename(folder)));
  if (folders.length === 0) return readOther(path, outDir);
  const runs: OtherRun[] = [];
  for (const folder of folders) runs.push(await readOther(folder, outDir));
  return baselineOf(basename(path), runs);
}

/** @param runs one at least, oldest first */
export function baselineOf(name: string, runs: readonly OtherRun[]): BaselineRun {
  const last = runs.at(-1) as OtherRun;
  return runs.length === 1 ? last : { ...last, name, runs };
}

const NO_REPEATS = { repeats: [], problems: [] };

/** The earlier repeats that details name, from the folder they are in. */
export async function readRepeats(
  details: Details,
  folder: string,
): Promise<{ readonly repeats: readonly OtherRun[]; readonly problems: readonly string[] }> {
  const repeats: OtherRun[] = [];
  const problems: string[] = [];
  for (const name of details.repeats) {
    try {
      repeats.push(await readOther(join(folder, name), folder));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(`A repeat is left out: ${error.message}`);
    }
  }
  return { repeats, problems };
}

export interface ReadAlone {
  readonly path: string;
  readonly result: Result;
  readonly details: Details | null;
  /** Why there are no details, in a sentence. */
  readonly problem: string | null;
  /** What the version that wrote it did not have, in a sentence. */
  readonly older: string | null;
}

/**
 * A run without its repeats.
 *
 * @throws UsageError as readRun() does
 */
export async function readAlone(pathOrId: string, outDir: string): Promise<ReadAlone> {
  const stored = await readResult(pathOrId, outDir);
  const { path, result } = stored;
  return { path, result, ...(await readDetails(path, result)), older: absentText(stored) };
}

async function readOther(pathOrId: string, outDir: string): Promise<OtherRun> {
  const { path, result, details, problem } = await readAlone(pathOrId, outDir);
  if (details === null) throw new UsageError(problem ?? `${path} has no ${DETAILS_FILE}.`);
  return { name: path.split(/[\\/]/).findLast((part) => part !== '') ?? path, result, details };
}

async function readDetails(
  path: string,
  result: Result,
): Promise<{ readonly details: Details | null; readonly problem: string | null }> {
  const file = join(path, DETAILS_FILE);
  try {
    const parsed = detailsSchema.safeParse(parsedJson(await readFile(file, 'utf8')));
    if (!parsed.success) return { details: null, problem: `${file} is damaged and was left out.` };
    // Before anything is made of it.
    const damage = damageIn(parsed.data, result);
    if (damage === null) return { details: parsed.data, problem: null };
    return { details: null, problem: `${file} is damaged and was left out: ${damage}.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { details: null, problem: `${file} cannot be read and was left out: ${reason}` };
  }
}
