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
import type { OtherRun } from '../report/stored-run.ts';
import { summaryText } from '../report/terminal.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { liveSnapshotOf } from '../run/live-snapshot.ts';
import { expandPatterns, type LoadedScenario, loadScenarios } from '../run/load-scenario.ts';
import { baselineFor, comparedWith } from './baseline.ts';
import { onSignals } from './interruption.ts';
import { type Recording, type RecordingArguments, recordingOf } from './recording-option.ts';
import { terminalOf } from './terminal-of.ts';

export interface RunArguments extends RecordingArguments {
  readonly scenarios: readonly string[];
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly repeat: number;
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
  const repeated: { readonly repeat: Repeat; readonly path: string }[] = [];
  try {
    for (const scenario of scenarios) {
      const ended: StoredResultOf[] = [];
      for (const repeat of repeats) {
        if (interruption.signal.aborted) break;
        const showsPath = scenarios.length * args.repeat > 1;
        const earlier = ended.slice(-REPEATS_KEPT).map(({ folder }) => folder);
        ended.push(
          await runOne(
            reseeded(scenario, repeat),
            { ...args, sets, recording, drawn: baseline?.base.last ?? null },
            interruption.signal,
            showsPath,
            earlier,
          ),
        );
      }
      results.push(...ended.map(({ result }) => result));
      folders.push(...ended.map(({ folder }) => folder));
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
    const document = { schemaVersion: RESULT_SCHEMA_VERSION, results, repeats, comparison };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (!args.quiet && results.length > 1) {
    const terminal = terminalOf(process.stdout);
    process.stdout.write(`${runListText(results, terminal)}\n`);
    for (const { repeat, path } of repeated) {
      process.stdout.write(`${repeatText(repeat, { ...terminal, path })}\n`);
    }
  }
  if (comparison !== null && !args.json && !args.quiet) {
    process.stdout.write(`${compareText(comparison, terminalOf(process.stdout))}\n`);
  }
  return worstExitCode([
    ...results.map((result) => result.verdict.exitCode),
    comparison?.exitCode ?? EXIT.held,
  ]);
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

async function runOne(
  scenario: LoadedScenario,
  args: RunArguments & {
    readonly sets: readonly string[];
    readonly recording: Recording;
    readonly drawn: OtherRun | null;
  },
  signal: AbortSignal,
  separates: boolean,
  repeats: readonly string[],
): Promise<StoredResultOf> {
  let live: Live | null = null;
  const onStart = (running: Running): void => {
    live = startLive({
      ...liveOptions(args),
      plan: running.plan,
      snapshot: liveSnapshotOf(running),
    });
  };
  const options = { sets: args.sets, repeats, signal, onStart, ...args.recording };
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
  if (!args.json && !args.quiet) {
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
