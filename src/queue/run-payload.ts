/**
 * A run as it travels to another machine, and what comes back. Both are read as if a stranger had
 * written them: a queue is open to whoever has its password.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { ScenarioError } from '../errors.ts';
import { damageIn } from '../report/details.ts';
import { type Details, detailsSchema } from '../report/details-schema.ts';
import { parsedJson } from '../report/history.ts';
import { type Result, resultSchema } from '../report/result-schema.ts';
import { type LoadedScenario, loadText, memoryLimitOf } from '../run/load-scenario.ts';
import { runIdOf, type SweepRun } from '../sweep/sweep-plan.ts';
import { TOOL } from '../version.ts';
import { PoisonedRun, type RunReport } from './dispatcher.ts';

/** Raised when a key changes its meaning or goes away. */
const PAYLOAD_SCHEMA_VERSION = 1;

const PAYLOAD_LENGTH_MAX = 1024 * 1024;
/** Unpacked. Details are bounded in size; this is far above what a run can come to. */
const REPORT_BYTES_MAX = 64 * 1024 * 1024;
const NAME_LENGTH_MAX = 500;

const text = z.string().max(NAME_LENGTH_MAX);

const payloadSchema = z.strictObject({
  schemaVersion: z.literal(PAYLOAD_SCHEMA_VERSION),
  tool: text,
  id: z.string().regex(/^[0-9a-f]{8,64}$/),
  repeat: z.int().min(0).max(1e6),
  /** The file that the scenario was in, by name only; and the values that make it this run. */
  source: text,
  sets: z.array(z.string().max(PAYLOAD_LENGTH_MAX)).max(1000),
  scenario: z.record(z.string(), z.unknown()),
});

export interface ReceivedRun {
  readonly id: string;
  readonly sets: readonly string[];
  readonly scenario: LoadedScenario;
}

/** Keys that name a file, or something else of the machine that reads them. */
const FOREIGN_KEYS = ['extends', 'matrix', 'trace', 'file', 'beside'];

export function payloadOf(run: SweepRun, sourceFile: string): unknown {
  return {
    schemaVersion: PAYLOAD_SCHEMA_VERSION,
    tool: TOOL,
    id: run.id,
    repeat: run.repeat,
    source: sourceFile.split(/[\\/]/).at(-1)?.slice(0, NAME_LENGTH_MAX) ?? '',
    sets: [...run.sets],
    scenario: run.scenario,
  } satisfies z.input<typeof payloadSchema>;
}

/** Why a run cannot be sent to another machine; null when it can. */
export function obstacleIn(run: SweepRun): string | null {
  const key = foreignKeyIn(run.scenario);
  if (key === null) return null;
  return `a run in a queue takes no file with it, and this scenario has ${key}: use --shard instead`;
}

/**
 * A run that can be made, out of what a queue handed over. It reads no file and no variable of this
 * machine, and it is what its id says.
 *
 * @throws PoisonedRun with the reason why nobody should try
 * @throws ScenarioError when this machine cannot make it, and another one may
 */
export function receiveRun(payload: unknown, maxMemory?: string): ReceivedRun {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) throw new PoisonedRun(`no run: ${firstIssue(parsed.error, payload)}`);
  const { id, repeat, scenario, sets, source, tool } = parsed.data;
  const written = JSON.stringify(scenario);
  if (written.length > PAYLOAD_LENGTH_MAX) throw new PoisonedRun('its scenario is too long');
  const key = foreignKeyIn(scenario);
  if (key !== null) throw new PoisonedRun(`its scenario has ${key}, which names what is not in it`);
  if (/(?<!\$)\$\{env:/.test(written)) {
    throw new PoisonedRun('its scenario asks for variables of the environment');
  }
  // Before anything is allocated: is it a scenario at all, wherever it is run?
  const file = source === '' ? id : source;
  const options = { file, env: {}, readFile: refuseFile };
  let loaded: LoadedScenario;
  try {
    loaded = loadText(written, options, memoryLimitOf(maxMemory));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const [problem] = error.problems;
    const message = problem?.message ?? 'it is no scenario';
    // Another machine may have more.
    if (/^this scenario needs/.test(message)) throw error;
    throw new PoisonedRun(`its scenario is invalid: ${message}`);
  }
  const actual = runIdOf(loaded.scenario, repeat, file);
  if (actual !== id) {
    const other = tool === TOOL ? '' : `; it was made by ${tool}, and this is ${TOOL}`;
    throw new PoisonedRun(`it says it is ${id}, and is ${actual}${other}`);
  }
  return { id, sets, scenario: loaded };
}

function refuseFile(): never {
  throw new Error('a run of a queue reads no file');
}

function foreignKeyIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, below] of Object.entries(value)) {
    if (FOREIGN_KEYS.includes(key) && below !== null && below !== undefined) return key;
    const found = foreignKeyIn(below);
    if (found !== null) return found;
  }
  return null;
}

export function packReport(
  id: string,
  { result, details }: { readonly result: Result; readonly details: Details },
  host: string,
): RunReport {
  return { id, host, packed: gzipSync(JSON.stringify({ result, details })).toString('base64') };
}

const reportSchema = z.strictObject({ id: z.string(), packed: z.string(), host: text });
const measuredSchema = z.strictObject({ result: resultSchema, details: detailsSchema });

/** @throws Error with a sentence when it is not the report of that run */
export function receiveReport(
  id: string,
  report: unknown,
): { readonly result: Result; readonly details: Details; readonly host: string } {
  const { packed, host, id: reported } = valid(reportSchema, report);
  if (reported !== id) throw new Error(`it is the report of ${reported}`);
  const bytes = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: REPORT_BYTES_MAX });
  const { result, details } = valid(measuredSchema, parsedJson(bytes.toString('utf8')));
  const damage = damageIn(details, result);
  if (damage !== null) throw new Error(damage);
  return { result, details, host };
}

function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(firstIssue(parsed.error, value));
}

function firstIssue(error: z.ZodError, value: unknown): string {
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version !== PAYLOAD_SCHEMA_VERSION) {
    return `it has schema version ${version}; this version reads ${PAYLOAD_SCHEMA_VERSION}`;
  }
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`;
}
