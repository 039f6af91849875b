/**
 * A run's folder under the results directory. Three files hold what is known of the run
 * (`result.json`, `details.json`, `latency.hlog`); the others are made from the first two. The
 * folder is written whole under a name that begins with a dot and renamed when it is complete, so
 * that a reader never sees half of it; then one line is appended to the index. Nothing is written
 * outside the results directory, whatever a scenario is called: of its name only letters, digits
 * and hyphens go into a path.
 */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { hlogOf, type LoggedInterval } from '../record/hdr.ts';
import type { RunRecord } from '../record/run-record.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import type { Details } from './details-schema.ts';
import { INDEX_FILE, indexEntryOf, RESULT_FILE } from './history.ts';
import { type RenderedFile, renderedFiles } from './rendered.ts';
import type { Result } from './result-schema.ts';
import { type BaselineRun, DETAILS_FILE, readRepeats } from './stored-run.ts';

const NAME_LENGTH_MAX = 60;
/** Folders of one name: as many runs of one scenario and seed as can start within a second. */
const SUFFIX_MAX = 1000;
const CLAIMS_PER_WRITE = 16_384;

export interface FolderInput {
  readonly result: Result;
  readonly details: Details;
  readonly run: RunRecord;
  /** The results directory; made if it is missing. */
  readonly outDir: string;
  /** Whether claims.csv is asked for. */
  readonly claims: boolean;
  /** A run to draw dashed behind the percentiles. */
  readonly baseline?: BaselineRun | null;
}

/**
 * Writes a run's folder and its line in the index.
 *
 * @returns the folder's path, below outDir
 * @throws Error with one sentence when the directory cannot be written
 */
export async function writeResultFolder(input: FolderInput): Promise<string> {
  const { result, details, run, outDir, claims, baseline = null } = input;
  const unfinished = join(outDir, `.${randomUUID()}`);
  let failure: unknown = null;
  let path: string;
  try {
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, RESULT_FILE), `${JSON.stringify(result, null, 2)}\n`);
    await writeFile(join(unfinished, DETAILS_FILE), `${JSON.stringify(details)}\n`);
    await writeFile(join(unfinished, 'latency.hlog'), intervalLogOf(run));
    if (claims) await writeClaims(run, join(unfinished, 'claims.csv'));
    const { repeats } = await readRepeats(details, outDir);
    // Before the folder gets its name, so that it is never seen without. What was measured is not
    // lost for a report that cannot be made.
    await writeRendered(
      unfinished,
      renderedFiles({ result, details, repeats, baseline }, null),
    ).catch((error: unknown) => {
      failure = error;
    });
    const name = await renameToFree(unfinished, outDir, folderName(result));
    path = join(outDir, name);
    await appendFile(join(outDir, INDEX_FILE), `${JSON.stringify(indexEntryOf(result, name))}\n`);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
    throw new Error(`The results cannot be written to ${outDir}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (failure === null) return path;
  throw new Error(
    `The results are in ${path}; their reports cannot be made: ${messageOf(failure)}`,
    {
      cause: failure,
    },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Writes files into the folder of a run, each whole under another name, and renamed.
 *
 * @returns their names
 * @throws UsageError when the folder cannot be written
 */
export async function writeRendered(
  path: string,
  files: readonly RenderedFile[],
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, text } of files) {
    const unfinished = join(path, `.${name}-${randomUUID()}`);
    try {
      await writeFile(unfinished, text);
      await rename(unfinished, join(path, name));
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw new UsageError(`${join(path, name)} cannot be written: ${messageOf(error)}.`);
    }
    names.push(name);
  }
  return names;
}

/** `2026-11-22T07-40-12_name_s42`; the time is UTC. */
export function folderName(result: Pick<Result, 'startedAt' | 'name' | 'seed'>): string {
  const time = new Date(result.startedAt).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${time}_${reducedName(result.name)}_s${result.seed}`;
}

/** Letters, digits and single hyphens; accents are taken off first. Never empty. */
export function reducedName(name: string): string {
  const reduced = name
    .slice(0, 1000)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, NAME_LENGTH_MAX)
    .replace(/-$/, '');
  return reduced === '' ? 'run' : reduced;
}

/** Renaming onto a folder that holds something fails, so two runs never get one name. */
export async function renameToFree(from: string, outDir: string, name: string): Promise<string> {
  for (let suffix = 1; ; suffix++) {
    const candidate = suffix === 1 ? name : `${name}-${suffix}`;
    try {
      await rename(from, join(outDir, candidate));
      return candidate;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // EPERM is what Windows says of a name that is taken.
      const isTaken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM'].includes(code ?? '');
      if (!isTaken || suffix === SUFFIX_MAX) throw error;
    }
  }
}

/** Service times by interval. Warm-up has tags of its own, so that nobody merges it by accident. */
function intervalLogOf(run: RunRecord): string {
  const present = OPERATIONS.filter((name) =>
    run.intervals.some((interval) => interval.operations[name].service.count > 0),
  );
  const lines = run.intervals.flatMap(({ phase, startNs, endNs, operations }) =>
    present.map((name): LoggedInterval => {
      const tag = phase === 'warmup' ? `${name}.warmup` : name;
      return { tag, startNs, endNs, histogram: operations[name].service };
    }),
  );
  return hlogOf(run.startedAt, lines);
}

/**
 * Claims in the order of their completion. Drains have no thread and no LBA. Releases are left
 * out: the file lists what was handed out, and `order` shows where something is missing.
 */
async function writeClaims(run: RunRecord, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    let lines = ['order,thread,lba,spare'];
    for (const { kind, order, thread, lba, spare } of run.claims) {
      if (kind === 'release') continue;
      lines.push(`${order},${thread ?? ''},${lba ?? ''},${spare}`);
      if (lines.length < CLAIMS_PER_WRITE) continue;
      await file.write(`${lines.join('\n')}\n`);
      lines = [];
    }
    if (lines.length > 0) await file.write(`${lines.join('\n')}\n`);
  } finally {
    await file.close();
  }
}
