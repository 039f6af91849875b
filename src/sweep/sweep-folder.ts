/**
 * The folder of a sweep, or of one shard of it:
 *
 *     sweep.json          the question: its cells and runs, and which shard of it this is
 *     journal.jsonl       which runs were begun
 *     runs/ID/            a run that is finished: run.json, result.json, details.json
 *     report.html, …      made of the runs
 *
 * Everything gets its name when it is whole: a file by renaming it, a run by renaming its folder.
 * So a run is finished when its folder is there, whatever stopped the process, and is never made
 * twice. Who works in the folder holds `.lock`.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Details } from '../report/details-schema.ts';
import { reducedName } from '../report/folder.ts';
import { parsedJson, RESULT_FILE } from '../report/history.ts';
import type { Result } from '../report/result-schema.ts';
import { DETAILS_FILE, readRun } from '../report/stored-run.ts';
import { TOOL } from '../version.ts';
import type { Shard } from './shard.ts';
import type { SweepPlan } from './sweep-plan.ts';

/** Of sweep.json and run.json. Raised when a key changes its meaning or goes away. */
export const SWEEP_SCHEMA_VERSION = 1;

const SWEEP_FILE = 'sweep.json';
const RUN_FILE = 'run.json';
const RUNS = 'runs';
const LOCK = '.lock';

const id = z.string().regex(/^[0-9a-f]{8,64}$/);
const count = z.int().min(0);
const values = z.array(z.strictObject({ key: z.string(), text: z.string() }));

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(SWEEP_SCHEMA_VERSION),
  tool: z.string(),
  id,
  name: z.string(),
  source: z.strictObject({ file: z.string(), sets: z.array(z.string()) }),
  axes: z.array(z.strictObject({ key: z.string(), texts: z.array(z.string()) })),
  cellCount: count,
  seeds: z.array(count),
  repeats: count,
  /** null: the whole sweep. */
  shard: z.strictObject({ index: count, count }).nullable(),
  /** All runs of the sweep, also those of other shards. */
  runs: z.array(z.strictObject({ id, values, seed: count, repeat: count })),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestRun = Manifest['runs'][number];

const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(SWEEP_SCHEMA_VERSION),
  tool: z.string(),
  id,
  host: z.string(),
  /** Why there is no result; null when there is one. */
  failure: z.string().nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** What came of a run: what was measured, or why nothing was. */
export type RunOutcome =
  | { readonly result: Result; readonly details: Details; readonly failure: null }
  | { readonly result: null; readonly details: null; readonly failure: string };

/** Whether a run has told nothing, or not all: it ended as it should not. */
export function isBroken({ result }: RunOutcome): boolean {
  return result === null || result.ending.kind === 'broken';
}

export function manifestOf(
  plan: SweepPlan,
  sets: readonly string[],
  shard: Shard | null,
): Manifest {
  return {
    schemaVersion: SWEEP_SCHEMA_VERSION,
    tool: TOOL,
    id: plan.id,
    name: plan.name,
    source: { file: plan.sourceFile, sets: [...sets] },
    axes: plan.axes.map(({ key, texts }) => ({ key, texts: [...texts] })),
    cellCount: plan.cellCount,
    seeds: [...plan.seeds],
    repeats: plan.repeats,
    shard: shard === null ? null : { index: shard.index, count: shard.count },
    runs: plan.runs.map((run) => ({
      id: run.id,
      values: run.values.map((value) => ({ ...value })),
      seed: run.seed,
      repeat: run.repeat,
    })),
  };
}

/** `sweep_locks_1f0c3a9b`, and for a shard `…_shard2of4`: the same question, the same folder. */
export function sweepFolderName(manifest: Pick<Manifest, 'name' | 'id' | 'shard'>): string {
  const { name, id: sweepId, shard } = manifest;
  const part = shard === null ? '' : `_shard${shard.index}of${shard.count}`;
  return `sweep_${reducedName(name)}_${sweepId.slice(0, 8)}${part}`;
}

export class SweepFolder {
  readonly path: string;
  readonly manifest: Manifest;

  private constructor(path: string, manifest: Manifest) {
    this.path = path;
    this.manifest = manifest;
  }

  /**
   * The folder of a question below `outDir`, made if it is not there.
   *
   * @throws UsageError when it cannot be written, was written by another version, or is in use
   */
  static async open(
    outDir: string,
    manifest: Manifest,
    name = sweepFolderName(manifest),
  ): Promise<SweepFolder> {
    const path = join(outDir, name);
    try {
      await mkdir(join(path, RUNS), { recursive: true });
    } catch (error) {
      throw new UsageError(`${path} cannot be written: ${messageOf(error)}.`);
    }
    lock(path);
    try {
      const isThere = await isFile(join(path, SWEEP_FILE));
      if (isThere) await readManifest(path);
      else writeWhole(path, SWEEP_FILE, `${JSON.stringify(manifest, null, 1)}\n`);
      // What a crash has left half made.
      for (const name of await readdir(join(path, RUNS))) {
        if (name.startsWith('.'))
          await rm(join(path, RUNS, name), { recursive: true, force: true });
      }
      return new SweepFolder(path, manifest);
    } catch (error) {
      unlock(path);
      throw error;
    }
  }

  /**
   * A folder as it is, to read from.
   *
   * @throws UsageError when it is none of a sweep, or of another version
   */
  static async read(path: string): Promise<SweepFolder> {
    return new SweepFolder(path, await readManifest(path));
  }

  close(): void {
    unlock(this.path);
  }

  get journalPath(): string {
    return join(this.path, 'journal.jsonl');
  }

  runPath(runId: string): string {
    return join(this.path, RUNS, runId);
  }

  /** Ids of the runs that are finished. */
  async finished(): Promise<Set<string>> {
    const known = new Set(this.manifest.runs.map((run) => run.id));
    const names = await readdir(join(this.path, RUNS)).catch(() => []);
    return new Set(names.filter((name) => known.has(name)));
  }

  /** Keeps a run. One that is there already stays, and the other is dropped. */
  async keep(runId: string, outcome: RunOutcome, host = hostname()): Promise<void> {
    const unfinished = join(this.path, RUNS, `.${randomUUID()}`);
    const record: RunRecord = {
      schemaVersion: SWEEP_SCHEMA_VERSION,
      tool: outcome.result?.tool ?? TOOL,
      id: runId,
      host,
      failure: outcome.failure,
    };
    try {
      await mkdir(unfinished);
      writeSynced(join(unfinished, RUN_FILE), `${JSON.stringify(record)}\n`);
      if (outcome.result !== null) {
        const text = `${JSON.stringify(outcome.result, null, 1)}\n`;
        writeSynced(join(unfinished, RESULT_FILE), text);
        writeSynced(join(unfinished, DETAILS_FILE), `${JSON.stringify(outcome.details)}\n`);
      }
      await rename(unfinished, this.runPath(runId));
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true }).catch(() => {});
      const { code } = error as NodeJS.ErrnoException;
      if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code ?? '')) return;
      throw new Error(`${this.path} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }

  /**
   * Drops those of these runs that broke or are damaged, so that they are made again, and what is
   * known of runs that took the process with them.
   *
   * @returns how many were dropped
   */
  async dropBroken(ids: ReadonlySet<string>): Promise<number> {
    let count = 0;
    for (const runId of await this.finished()) {
      if (!ids.has(runId) || !(await this.#isToBeDropped(runId))) continue;
      // Gone at once for a reader; a crash leaves what the next one to open the folder removes.
      const dropped = join(this.path, RUNS, `.${randomUUID()}`);
      await rename(this.runPath(runId), dropped);
      await rm(dropped, { recursive: true, force: true });
      count++;
    }
    await rm(this.journalPath, { force: true });
    return count;
  }

  async #isToBeDropped(runId: string): Promise<boolean> {
    try {
      return isBroken((await this.runOf(runId)).outcome);
    } catch (error) {
      // What another version has written is not ours to drop.
      if (!(error instanceof UsageError) || /schema version/.test(error.message)) throw error;
      return true;
    }
  }

  /**
   * A finished run, read back and checked.
   *
   * @throws UsageError when it is damaged, or of another version
   */
  async runOf(
    runId: string,
  ): Promise<{ readonly record: RunRecord; readonly outcome: RunOutcome }> {
    const path = this.runPath(runId);
    const record = await readVersioned(join(path, RUN_FILE), runRecordSchema);
    if (record.id !== runId) throw new UsageError(`${path} holds the run ${record.id}.`);
    if (record.failure !== null) {
      return { record, outcome: { result: null, details: null, failure: record.failure } };
    }
    const { run, problems } = await readRun(path, this.path);
    if (run.details === null)
      throw new UsageError(problems[0] ?? `${path} has no ${DETAILS_FILE}.`);
    return { record, outcome: { result: run.result, details: run.details, failure: null } };
  }

  /** A file beside the runs, written whole. */
  write(name: string, text: string): void {
    writeWhole(this.path, name, text);
  }
}

/** Whether a folder is one of a sweep. */
export function isSweepFolder(path: string): Promise<boolean> {
  return isFile(join(path, SWEEP_FILE));
}

async function readManifest(path: string): Promise<Manifest> {
  const file = join(path, SWEEP_FILE);
  if (!(await isFile(file))) throw new UsageError(`${path} has no ${SWEEP_FILE}: it is no sweep.`);
  return readVersioned(file, manifestSchema);
}

/** @throws UsageError with one sentence: unreadable, cut off, of another version, or not that. */
async function readVersioned<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.message}.`);
  });
  const json = parsedJson(text);
  if (json === undefined) throw new UsageError(`${file} is not JSON; it may be cut off.`);
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== SWEEP_SCHEMA_VERSION && typeof version === 'number') {
    const { tool } = json as { tool?: unknown };
    const by = typeof tool === 'string' ? `, as ${tool} writes it` : '';
    throw new UsageError(
      `${file} has schema version ${version}${by}; this version reads ${SWEEP_SCHEMA_VERSION}. ` +
        'Read it with the version that wrote it, or sweep again into another folder.',
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') || 'the whole';
  throw new UsageError(`${file} is damaged: ${place}: ${issue?.message}.`);
}

function writeWhole(path: string, name: string, text: string): void {
  const unfinished = join(path, `.${name}-${randomUUID()}`);
  writeSynced(unfinished, text);
  renameSync(unfinished, join(path, name));
}

/** On the disk when this returns, so that a rename after it cannot show less. */
function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'w');
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** One process a folder. What a dead process of this machine has left is taken over. */
function lock(path: string): void {
  const file = join(path, LOCK);
  const text = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder);
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new UsageError(`${path} cannot be written: ${messageOf(error)}.`);
      }
    }
    const holder = holderOf(file);
    if (attempt > 0 || (holder !== null && isAlive(holder))) {
      const who = holder === null ? 'another process' : `process ${holder.pid} of ${holder.host}`;
      throw new UsageError(
        `${path} is in use by ${who}. If that is gone for good, remove ${file} and try again.`,
      );
    }
    rmSync(file, { force: true });
  }
}

function unlock(path: string): void {
  rmSync(join(path, LOCK), { force: true });
}

function holderOf(file: string): Holder | null {
  try {
    const holder = parsedJson(readFileSync(file, 'utf8')) as Partial<Holder> | undefined;
    if (typeof holder?.pid !== 'number' || typeof holder.host !== 'string') return null;
    return { pid: holder.pid, host: holder.host };
  } catch {
    // Gone in between, or not readable: the next attempt says more.
    return null;
  }
}

/** Of another machine nobody here can tell. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
