import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { nowNs } from '../clock.ts';
import { EXIT, ScenarioError, UsageError } from '../errors.ts';
import { shortageOf } from '../overhead/device-plan.ts';
import { type Experiment, runExperiment } from '../overhead/experiment.ts';
import {
  expectationOn,
  judged,
  OVERHEAD_SCHEMA_VERSION,
  type OverheadPath,
  type OverheadResult,
} from '../overhead/result.ts';
import { EMPTY, parseSamples, type Series } from '../overhead/samples.ts';
import { writeOverheadFolder } from '../overhead/store.ts';
import { reproCommand } from '../report/repro.ts';
import { calibrate } from '../run/calibrate.ts';
import { type LoadedScenario, loadScenarios } from '../run/load-scenario.ts';
import { parseTime } from '../units.ts';
import { TOOL } from '../version.ts';
import { onSignals } from './interruption.ts';
import { overheadText } from './overhead-text.ts';
import { terminalOf } from './terminal-of.ts';

export interface OverheadArguments {
  readonly scenario: string | undefined;
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly repetitions: string | undefined;
  readonly margin: string | undefined;
  readonly samples: string | undefined;
  readonly out: string;
  readonly json: boolean;
  readonly progress: boolean;
}

const MARGIN_NS = 100_000;
const SEED = 1;
const PROGRESS_NS = 1e9;

/** Measures what a control path hides, or judges samples that somebody took. */
export async function overheadCommand(args: OverheadArguments): Promise<number> {
  const sets = [
    ...args.set,
    ...(args.seed === undefined ? [] : [`seed=${args.seed}`]),
    ...(args.repetitions === undefined ? [] : [`overhead.repetitions=${args.repetitions}`]),
    ...(args.margin === undefined ? [] : [`overhead.margin=${args.margin}`]),
  ];
  if (args.scenario === undefined && args.samples === undefined) {
    throw new UsageError('overhead needs a scenario, or --samples with a file');
  }
  const scenario =
    args.scenario === undefined
      ? null
      : (loadScenarios([args.scenario], sets)[0] as LoadedScenario);
  const beside = besideOf(scenario);
  if (args.samples !== undefined) return judgeFile(args, args.samples, scenario, sets, beside);
  return measure(args, scenario as LoadedScenario, sets, beside);
}

/** Judges samples from a file. Nothing is measured, and nothing stored. */
function judgeFile(
  args: OverheadArguments,
  file: string,
  scenario: LoadedScenario | null,
  sets: readonly string[],
  beside: readonly OverheadPath[],
): number {
  if (scenario === null && args.set.length > 0) {
    throw new UsageError('--set needs a scenario to set a value of');
  }
  const samples = samplesOf(file);
  const marginNs = scenario?.plan.overhead.marginNs ?? marginOf(args.margin);
  const seed = scenario?.plan.seed ?? seedOf(args.seed);
  const taken = judged({ samples }, { marginNs, seed });
  const source = { file: args.scenario ?? null, sets };
  const result = resultOf({
    ...base(scenario, source, seed, marginNs),
    name: scenario?.plan.name ?? basename(file),
    samplesFile: file,
    startedAt: new Date().toISOString(),
    environment: null,
    delayNs: 0,
    rounds: { wanted: null, done: {} },
    ending: { kind: 'finished', reason: '' },
    ...taken,
    beside: isSameFile(scenario, file) ? [] : beside,
    expect: scenario?.plan.overhead.expect ?? 'any',
    repro: reproOf(args, source, seed),
  });
  print(result, args);
  return result.verdict.exitCode;
}

/** Takes the samples, judges and stores them. */
async function measure(
  args: OverheadArguments,
  scenario: LoadedScenario,
  sets: readonly string[],
  beside: readonly OverheadPath[],
): Promise<number> {
  const { plan } = scenario;
  const { overhead, seed } = plan;
  const shortage = shortageOf(plan);
  if (shortage !== null) {
    const file = scenario.sourceFile;
    const problem = { file, position: null, message: shortage, excerpt: null, hint: null };
    throw new ScenarioError([problem]);
  }
  const environment = calibrate({ ...plan, load: { ...plan.load, threadCount: 1 } });
  const startedAt = new Date().toISOString();
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  let experiment: Experiment;
  try {
    const onRound = progressOn(args, overhead.repetitions);
    experiment = await runExperiment(plan, { signal: interruption.signal, onRound });
  } finally {
    stopListening();
  }
  const { samples, interrupted } = experiment;
  const { marginNs } = overhead;
  const taken = judged(experiment, { marginNs, seed });
  const source = { file: scenario.sourceFile, sets };
  const result = resultOf({
    ...base(scenario, source, seed, marginNs),
    name: plan.name,
    samplesFile: null,
    startedAt,
    environment,
    delayNs: overhead.delayNs,
    rounds: { wanted: overhead.repetitions, done: experiment.rounds },
    ending: interrupted
      ? { kind: 'interrupted', reason: String(interruption.signal.reason) }
      : { kind: 'finished', reason: '' },
    ...taken,
    beside,
    expect: overhead.expect,
    repro: reproOf(args, source, seed),
  });
  const plain = { color: false, unicode: true, width: 100 };
  const report = overheadText(result, plain);
  const folder = await writeOverheadFolder(args.out, result, samples, report);
  print(result, args, folder);
  return result.verdict.exitCode;
}

function base(
  scenario: LoadedScenario | null,
  source: OverheadResult['source'],
  seed: number,
  marginNs: number,
) {
  return {
    schemaVersion: OVERHEAD_SCHEMA_VERSION,
    kind: 'overhead' as const,
    tool: TOOL,
    scenario: scenario?.scenario ?? null,
    source,
    seed,
    marginNs,
  };
}

/**
 * Exit codes of `overhead`: 0, every path says of `remap` what `overhead.expect` asks for, or it
 * asks for nothing. 1, one does not. 2, samples cannot be read, or a reference cannot be started.
 * 4, a path broke. 130 and 143, interrupted, which wins over what was expected.
 */
function resultOf(found: Omit<OverheadResult, 'verdict'>): OverheadResult {
  const { holds, sentence } = expectationOn(found.paths, found.expect);
  if (found.ending.kind === 'interrupted') {
    const exitCode = found.ending.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
    const verdict = { outcome: 'interrupted' as const, exitCode, sentence: `partial: ${sentence}` };
    return { ...found, verdict };
  }
  const verdict = holds
    ? { outcome: 'pass' as const, exitCode: EXIT.held, sentence }
    : { outcome: 'expectation-failed' as const, exitCode: EXIT.thresholdFailed, sentence };
  return { ...found, verdict };
}

function print(result: OverheadResult, args: OverheadArguments, folder?: string): void {
  if (args.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const { color, unicode, width } = terminalOf(process.stdout);
  process.stdout.write(overheadText(result, { color, unicode, width }));
  if (folder !== undefined) process.stdout.write(`  result:  ${folder}\n`);
}

function besideOf(scenario: LoadedScenario | null): readonly OverheadPath[] {
  const file = scenario?.plan.overhead.beside ?? null;
  if (scenario === null || file === null) return [];
  const { marginNs } = scenario.plan.overhead;
  return judged({ samples: samplesOf(file) }, { marginNs, seed: scenario.plan.seed }).paths;
}

function isSameFile(scenario: LoadedScenario | null, file: string): boolean {
  const beside = scenario?.plan.overhead.beside;
  return beside !== null && beside !== undefined && basename(beside) === basename(file);
}

/** Samples that hold an empty call. */
function samplesOf(file: string): readonly Series[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${code === 'ENOENT' ? 'no such file' : message}`);
  }
  const samples = parseSamples(text, file);
  if (!samples.some(({ operation }) => operation === EMPTY)) {
    throw new UsageError(`${file}: no sample of ${EMPTY}, the empty call`);
  }
  return samples;
}

function marginOf(written: string | undefined): number {
  if (written === undefined) return MARGIN_NS;
  const reading = parseTime(written);
  if (reading.ok && reading.value > 0) return reading.value;
  const why = reading.ok ? 'it must be above 0' : reading.problem;
  throw new UsageError(`--margin takes a time such as 100us: ${why}`);
}

function seedOf(written: string | undefined): number {
  if (written === undefined) return SEED;
  const seed = Number(written);
  if (/^\d+$/.test(written) && Number.isSafeInteger(seed)) return seed;
  throw new UsageError('--seed takes a whole number from 0 to 2^53 - 1');
}

function reproOf(
  args: OverheadArguments,
  { file, sets }: OverheadResult['source'],
  seed: number,
): string {
  const samples = args.samples === undefined ? '' : ` --samples ${args.samples}`;
  if (file === null) return `npx sparestorm overhead${samples}`;
  return `${reproCommand({ file, sets }, seed, 'overhead')}${samples}`;
}

/** A line a second on stderr; piped JSON is read by a program, and its log by nobody. */
function progressOn(args: OverheadArguments, wanted: number): (path: string, done: number) => void {
  if (!args.progress || (args.json && !terminalOf(process.stderr).isLive)) return () => {};
  const startedNs = nowNs();
  let lastNs = startedNs;
  return (path, done) => {
    const now = nowNs();
    if (now - lastNs < PROGRESS_NS) return;
    lastNs = now;
    const seconds = ((now - startedNs) / 1e9).toFixed(0);
    process.stderr.write(`[${seconds}s] ${path}: ${done} of ${wanted} rounds\n`);
  };
}
