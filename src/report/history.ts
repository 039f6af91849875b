/**
 * Reading back what was written: the index for a list, a folder for a run. Files may be damaged or
 * removed by hand; what cannot be read is named and left out, and never ends a list.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { mainOperation } from './measured.ts';
import { completed } from './older.ts';
import { OUTCOMES, RESULT_SCHEMA_VERSION, type Result, resultSchema } from './result-schema.ts';
import { clip, printable } from './text.ts';

export const INDEX_FILE = 'index.jsonl';
export const RESULT_FILE = 'result.json';

/** The list shows the beginning of a name; the folder has all of it. */
const INDEX_NAME_LENGTH = 200;
const CHOICES_SHOWN = 5;

/** Keys that a later version adds are none of our business. */
const indexEntrySchema = z.object({
  folder: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/),
  startedAt: z.string(),
  name: z.string(),
  seed: z.number(),
  outcome: z.enum(OUTCOMES),
  exitCode: z.number(),
  collisions: z.number(),
  operationsPerSecond: z.number(),
  /** The operation that p99Ns is of. */
  operation: z.string().nullable(),
  p99Ns: z.number().nullable(),
});

/** A run as the index has it. */
export type IndexEntry = z.infer<typeof indexEntrySchema>;

export interface RunList {
  /** In the order in which they ended. */
  readonly runs: readonly IndexEntry[];
  /** What was skipped and why, one sentence each. */
  readonly problems: readonly string[];
}

export interface StoredResult {
  /** The folder. */
  readonly path: string;
  readonly result: Result;
  /** Keys that the version that wrote it did not have; see older.ts. */
  readonly absent?: readonly string[];
}

export function indexEntryOf(result: Result, folder: string): IndexEntry {
  const operation = mainOperation(result);
  return {
    folder,
    startedAt: result.startedAt,
    name: result.name.slice(0, INDEX_NAME_LENGTH),
    seed: result.seed,
    outcome: result.verdict.outcome,
    exitCode: result.verdict.exitCode,
    collisions: result.collisions,
    operationsPerSecond: result.throughput.operationsPerSecond,
    operation,
    p99Ns: operation === null ? null : result.operations[operation].service.p99,
  };
}

/** The runs of a results directory; an empty list when there is none yet. */
export async function listRuns(outDir: string): Promise<RunList> {
  const path = join(outDir, INDEX_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new Error(`${path} cannot be read: ${error.message}`, { cause: error });
  });
  const runs: IndexEntry[] = [];
  const problems = await halfWritten(outDir);
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = entryFrom(line);
    if (entry === null) {
      problems.push(`${path}:${index + 1} is not a line of the index and was skipped.`);
    } else if (await isFile(join(outDir, entry.folder, RESULT_FILE))) {
      runs.push(entry);
    } else {
      const what = (await isFolder(join(outDir, entry.folder)))
        ? `has no ${RESULT_FILE}`
        : 'is gone';
      problems.push(`${join(outDir, entry.folder)} ${what}; its line in the index was skipped.`);
    }
  }
  return { runs, problems };
}

function entryFrom(line: string): IndexEntry | null {
  const parsed = indexEntrySchema.safeParse(parsedJson(line));
  return parsed.success ? parsed.data : null;
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON at all is one more way of not being what the caller looks for.
    return undefined;
  }
}

/**
 * One stored result: by the path of its folder or of its result.json, by the folder's name or a
 * beginning of it that no other folder shares, or `last`.
 *
 * @throws UsageError when there is no such run, when several fit, or when it cannot be read
 */
export async function readResult(pathOrId: string, outDir: string): Promise<StoredResult> {
  const path = await folderOf(pathOrId, outDir);
  const file = join(path, RESULT_FILE);
  const text = await readFile(file, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (await isFile(join(path, 'overhead.json'))) {
      const again = `sparestorm overhead --samples ${join(path, 'samples.csv')}`;
      throw new UsageError(`${path} is no run: see its report.txt, or judge it again: ${again}`);
    }
    const sums = ['repeat.json', 'search.json'].map((name) => isFile(join(path, name)));
    if ((await Promise.all(sums)).includes(true)) {
      throw new UsageError(
        `${path} is no run but sums up several, which it names: sparestorm show ${path}`,
      );
    }
    if (error.code === 'ENOENT') throw new UsageError(`${path} has no ${RESULT_FILE}.`);
    throw new UsageError(`${file} cannot be read: ${error.message}.`);
  });
  return { path, ...validated(text, file) };
}

/**
 * The folder of a run, or of what several runs came to; see readResult() for how it is named.
 *
 * @throws UsageError when there is none, or several fit
 */
export async function folderOf(pathOrId: string, outDir: string): Promise<string> {
  if (pathOrId === 'last') return lastFolder(outDir);
  if (await isFolder(pathOrId)) return pathOrId;
  if (basename(pathOrId) === RESULT_FILE && (await isFile(pathOrId))) return dirname(pathOrId);
  const folders = await runFolders(outDir);
  const fitting = folders.includes(pathOrId)
    ? [pathOrId]
    : folders.filter((folder) => pathOrId !== '' && folder.startsWith(pathOrId));
  const [only] = fitting;
  const shown = JSON.stringify(clip(printable(pathOrId), 80));
  if (only === undefined) throw new UsageError(`No run in ${outDir} is called ${shown}.`);
  if (fitting.length > 1) {
    const rest = fitting.length > CHOICES_SHOWN ? ', …' : '';
    const choices = fitting.slice(0, CHOICES_SHOWN).join(', ') + rest;
    throw new UsageError(`${fitting.length} runs in ${outDir} begin with ${shown}: ${choices}.`);
  }
  return join(outDir, only);
}

export interface ReadResults {
  /** By the time of their start. */
  readonly runs: readonly StoredResult[];
  /** What was skipped and why, one sentence each. */
  readonly problems: readonly string[];
}

/** Every run in a results directory, whether the index has it or not. */
export async function readResults(outDir: string): Promise<ReadResults> {
  const runs: StoredResult[] = [];
  const problems = await halfWritten(outDir);
  for (const folder of await runFolders(outDir)) {
    const path = join(outDir, folder);
    const others = await Promise.all(OTHER_FILES.map((file) => isFile(join(path, file))));
    if (others.includes(true) && !(await isFile(join(path, RESULT_FILE)))) continue;
    try {
      runs.push(await readResult(path, outDir));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(`Skipped: ${error.message}`);
    }
  }
  const byStart = (one: StoredResult, other: StoredResult): number =>
    one.result.startedAt < other.result.startedAt ? -1 : 1;
  return { runs: runs.sort(byStart), problems };
}

/** What is in a results directory besides runs, by a file that it has. */
const OTHER_FILES = ['repeat.json', 'search.json', 'overhead.json', 'sweep.json'];

/** Folders in a folder that do not begin with a dot and hold a result; oldest first by name. */
export async function runsIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    if (await isFile(join(below, RESULT_FILE))) found.push(below);
  }
  return found.sort();
}

/** Folders that a run has begun and not finished. */
async function halfWritten(outDir: string): Promise<string[]> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && /^\.[0-9a-f-]{36}$/.test(entry.name))
    .map(
      ({ name }) =>
        `${join(outDir, name)} is half written, by a run that goes on or was killed; it was skipped.`,
    )
    .sort();
}

async function lastFolder(outDir: string): Promise<string> {
  const { runs } = await listRuns(outDir);
  const last = runs.at(-1);
  if (last === undefined) throw new UsageError(`There is no run in ${outDir} yet.`);
  return join(outDir, last.folder);
}

/** Folders whose name does not begin with a dot: those are still being written. */
async function runFolders(outDir: string): Promise<string[]> {
  const entries = await readdir(outDir, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new UsageError(`${outDir} cannot be read: ${error.message}.`);
    },
  );
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

function validated(
  text: string,
  file: string,
): { readonly result: Result; readonly absent: readonly string[] } {
  const json = parsedJson(text);
  if (json === undefined) throw new UsageError(`${file} is not JSON; it may be cut off.`);
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version !== RESULT_SCHEMA_VERSION) {
    throw new UsageError(
      `${file} has schema version ${version}; this version reads ${RESULT_SCHEMA_VERSION}.`,
    );
  }
  const { value, absent, problems } = completed(resultSchema, json, ESSENTIAL);
  if (value === null) throw new UsageError(`${file} is not a result: ${problems.join('; ')}.`);
  return { result: value, absent };
}

/** What every version has written of a run. Without one of them it is damaged, and not old. */
const ESSENTIAL = [
  'schemaVersion',
  'tool',
  'environment',
  'name',
  'scenario',
  'source',
  'seed',
  'startedAt',
  'durationNs',
  'threadCount',
  'ending',
  'operations',
  'allocation',
  'throughput',
  'intervals',
  'checks',
  'collisions',
  'thresholds',
  'warnings',
  'verdict',
] as const satisfies readonly (keyof Result)[];

const ABSENT_SHOWN = 4;

/** What a run lacks since it was written by another version, in a sentence; null without any. */
export function absentText({ path, result, absent = [] }: StoredResult): string | null {
  if (absent.length === 0) return null;
  const shown = absent.slice(0, ABSENT_SHOWN).join(', ');
  const rest = absent.length > ABSENT_SHOWN ? ` and ${absent.length - ABSENT_SHOWN} more` : '';
  return `${path} was written by another version (${printable(result.tool)}) and has no ${shown}${rest}; what is absent is shown as –.`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
