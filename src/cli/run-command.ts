import { basename, join } from 'node:path';
import type { Comparison } from '../compare/comparison.ts';
import { compareText } from '../compare/text.ts';
import type { Running } from '../coordinator.ts';
import { AssertionError, EXIT, UsageError, worstExitCode } from '../errors.ts';
import { writeResultFolder } from '../report/folder.ts';
import { FORMAT_FILES } from '../report/formats.ts';
import { writeGroupFolder } from '../report/group-folder.ts';
import { type Live, startLive } from '../report/live.ts';
import { REPORT_FILE } from '../report/rendered.ts';
import { repeatOf, type StoredResultOf } from '../report/repeat.ts';
import { REPEAT_FILE, type Repeat } from '../report/repeat-schema.ts';
import { repeatMarkdown, repeatText } from '../report/repeat-text.ts';
import { RESULT_SCHEMA_VERSION, type Result } from '../report/result-schema.ts';
import { runListText } from '../report/run-list.ts';
import { searchText } from '../report/search-text.ts';
import type { BaselineRun } from '../report/stored-run.ts';
import { summaryText } from '../report/terminal.ts';
import { asciiOf } from '../report/text.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { liveSnapshotOf } from '../run/live-snapshot.ts';
import { expandPatterns, type LoadedScenario, loadScenarios } from '../run/load-scenario.ts';
import { baselineFor, comparedWith } from './baseline.ts';
import { onSignals } from './interruption.ts';
import { type Recording, type RecordingArguments, recordingOf } from './recording-option.ts';
import { checkSearch, conductSearch, type Searched } from './search-runs.ts';
import { terminalOf } from './terminal-of.ts';

export interface RunArguments extends RecordingArguments {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly repeat: number;
  /** Whether a scenario that asks for a search is run as one. */
  readonly search: boolean;
  readonly out: string;
  readonly json: boolean;
  readonly claims: boolean;
  readonly progress: boolean;
  readonly quiet: boolean;
  readonly maxMemory: string | undefined;
  readonly baseline: string | undefined;
  readonly maxRegression: string | undefined;
  readonly metric: readonly string[];
  readonly force: boolean;
}

/** A report shows this run among so many before it. */
const REPEATS_KEPT = 19;

/** Runs scenario files one after another. Returns the exit code of the worst of them. */
export async function runCommand(args: RunArguments): Promise<number> {
  const sets = args.seed === undefined ? args.set : [...args.set, `seed=${args.seed}`];
  // All of them are read before the first is run: a mistake in the last costs no waiting.
  const repeats = Array.from({ length: args.repeat }, (_, repeat) => repeat);
  const scenarios = loadScenarios(expandPatterns(args.scenarios), sets, args.maxMemory);
  checkSeeds(scenarios, args.repeat);
  for (const scenario of scenarios) if (searches(scenario, args)) checkAlone(scenario, args, sets);
  const recording = recordingOf(
    args,
    scenarios.length * args.repeat,
    scenarios.map(({ plan }) => plan),
  );
  const baseline = await baselineFor(scenarios, args);
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  const results: Result[] = [];
  const folders: string[] = [];
  /** Of runs, and of searches in place of their probes. */
  const codes: number[] = [];
  const searched: Searched[] = [];
  const repeated: { readonly repeat: Repeat; readonly path: string }[] = [];
  try {
    for (const scenario of scenarios) {
      if (interruption.signal.aborted) break;
      if (searches(scenario, args)) {
        const found = await runSearch(scenario, { ...args, sets }, interruption.signal);
        results.push(...found.probes.map(({ result }) => result));
        codes.push(found.search.verdict.exitCode);
        searched.push(found);
        continue;
      }
      const ended: StoredResultOf[] = [];
      for (const repeat of repeats) {
        if (interruption.signal.aborted) break;
        const showsPath = scenarios.length * args.repeat > 1;
        const earlier = ended.slice(-REPEATS_KEPT).map(({ folder }) => folder);
        ended.push(
          await runOne(
            reseeded(scenario, repeat),
            { ...args, sets, recording, drawn: baseline?.base.drawn ?? null },
            interruption.signal,
            { separates: showsPath, repeats: earlier },
          ),
        );
      }
      results.push(...ended.map(({ result }) => result));
      folders.push(...ended.map(({ folder }) => folder));
      codes.push(...ended.map(({ result }) => result.verdict.exitCode));
      if (args.repeat > 1 && ended.length > 0) {
        repeated.push(await stored(repeatOf(ended, args.repeat), args.out));
      }
    }
  } finally {
    stopListening();
  }
  const comparison: Comparison | null =
    baseline === null ? null : await comparedWith(baseline, folders, args.out);
  if (args.json) {
    const repeats = repeated.map(({ repeat }) => repeat);
    const searches = searched.map(({ search }) => search);
    const schemaVersion = RESULT_SCHEMA_VERSION;
    const document = { schemaVersion, results, repeats, searches, comparison };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (!args.quiet) {
    const terminal = terminalOf(process.stdout);
    for (const { search, path } of searched) {
      process.stdout.write(`${searchText(search, { ...terminal, path })}\n`);
    }
    // The probes of a search are in its own table.
    const probes = new Set(searched.flatMap((found) => found.probes.map(({ result }) => result)));
    const runs = results.filter((result) => !probes.has(result));
    if (runs.length > 1) process.stdout.write(`${runListText(runs, terminal)}\n`);
    for (const { repeat, path } of repeated) {
      process.stdout.write(`${repeatText(repeat, { ...terminal, path })}\n`);
    }
  }
  if (comparison !== null && !args.json && !args.quiet) {
    process.stdout.write(`${compareText(comparison, terminalOf(process.stdout))}\n`);
  }
  return worstExitCode([...codes, comparison?.exitCode ?? EXIT.held]);
}

function searches({ plan }: LoadedScenario, { search }: RunArguments): boolean {
  return search && plan.search !== null;
}

/** A search makes runs of its own, which options about one run, or about some, do not fit. */
function checkAlone(scenario: LoadedScenario, args: RunArguments, sets: readonly string[]): void {
  checkSearch(scenario, { sets, maxMemory: args.maxMemory });
  const others = { repeat: args.repeat > 1, record: args.record, baseline: args.baseline };
  const [other] = Object.entries(others).find(([, given]) => given) ?? [];
  if (other === undefined) return;
  throw new UsageError(
    `${scenario.sourceFile} asks for a search, which --${other} cannot be combined with; ` +
      '--no-search runs it as it stands',
  );
}

function runSearch(
  scenario: LoadedScenario,
  args: RunArguments & { readonly sets: readonly string[] },
  signal: AbortSignal,
): Promise<Searched> {
  const isTold = args.progress && !args.quiet && !args.json;
  const { unicode } = terminalOf(process.stderr);
  return conductSearch(scenario, {
    sets: args.sets,
    maxMemory: args.maxMemory,
    outDir: args.out,
    signal,
    run: (probe, { sets, repro }) =>
      runOne(probe, { ...args, sets, recording: {}, drawn: null }, signal, { repro, isPart: true }),
    tell: (line) => {
      if (isTold) process.stderr.write(`${unicode ? line : asciiOf(line)}\n`);
    },
  });
}

/** What several runs came to, in a folder beside theirs. */
async function stored(repeat: Repeat, outDir: string) {
  const [first] = repeat.runs;
  if (first === undefined) throw new AssertionError('there is no run to sum up');
  const named = { startedAt: first.startedAt, name: repeat.name, seed: first.seed };
  const files = {
    [REPEAT_FILE]: `${JSON.stringify(repeat, null, 2)}\n`,
    [FORMAT_FILES.markdown]: repeatMarkdown(repeat),
  };
  const suffix = `repeat${repeat.runs.length}`;
  return { repeat, path: await writeGroupFolder(files, named, suffix, outDir) };
}

/** No seed is above 2^53 − 1, so that every one of them can be given on the command line again. */
function checkSeeds(scenarios: readonly LoadedScenario[], repeat: number): void {
  for (const { plan, sourceFile } of scenarios) {
    if (plan.seed <= Number.MAX_SAFE_INTEGER - (repeat - 1)) continue;
    throw new UsageError(
      `${sourceFile}: --repeat ${repeat} counts up from seed ${plan.seed} and passes 2^53 − 1`,
    );
  }
}

/** The same scenario with the seed of its n-th repetition: the first one's plus n. */
function reseeded({ plan, scenario, ...rest }: LoadedScenario, repeat: number): LoadedScenario {
  const seed = plan.seed + repeat;
  return { ...rest, plan: { ...plan, seed }, scenario: { ...scenario, seed } };
}

interface RunOneOptions {
  /** Whether more follows on stdout. */
  readonly separates?: boolean;
  /** Folders of earlier runs of the same repeat. */
  readonly repeats?: readonly string[];
  readonly repro?: string;
  /** Of something that is reported as a whole: nothing is printed of this run. */
  readonly isPart?: boolean;
}

async function runOne(
  scenario: LoadedScenario,
  args: RunArguments & {
    readonly sets: readonly string[];
    readonly recording: Recording;
    readonly drawn: BaselineRun | null;
  },
  signal: AbortSignal,
  { separates = false, repeats = [], repro, isPart = false }: RunOneOptions,
): Promise<StoredResultOf> {
  let live: Live | null = null;
  const onStart = (running: Running): void => {
    live = startLive({
      ...liveOptions(args),
      plan: running.plan,
      snapshot: liveSnapshotOf(running),
    });
  };
  const options = {
    sets: args.sets,
    repeats,
    signal,
    onStart,
    ...args.recording,
    ...(repro === undefined ? {} : { repro }),
  };
  const judged = await runAndJudge(scenario, options).finally(() => live?.stop());
  const { result, details, run } = judged;
  const resultPath = await writeResultFolder({
    result,
    details,
    run,
    outDir: args.out,
    claims: args.claims,
    baseline: args.drawn,
  });
  if (!args.json && !args.quiet && !isPart) {
    const { color, unicode, width } = terminalOf(process.stdout);
    const reportPath = join(resultPath, REPORT_FILE);
    const text = summaryText(result, { color, unicode, width, resultPath, reportPath });
    process.stdout.write(separates ? `${text}\n` : text);
  }
  // What was measured is stored and shown first.
  if (result.recording !== null && result.recording.problem !== null) {
    throw new Error(`${result.recording.file} could not be written: ${result.recording.problem}`);
  }
  return { result, folder: basename(resultPath) };
}

function liveOptions(args: RunArguments) {
  const terminal = terminalOf(process.stderr);
  const isWanted = args.progress && !args.quiet;
  const mode = terminal.isLive ? ('panel' as const) : ('lines' as const);
  // Piped JSON is read by a program, and its log by nobody.
  const isSilent = !isWanted || (args.json && !terminal.isLive);
  return {
    stream: process.stderr,
    mode: isSilent ? ('none' as const) : mode,
    color: terminal.color,
    unicode: terminal.unicode,
  };
}
