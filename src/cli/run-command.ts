import { basename, join } from 'node:path';
import type { Running } from '../coordinator.ts';
import { EXIT } from '../errors.ts';
import { writeResultFolder } from '../report/folder.ts';
import { type Live, startLive } from '../report/live.ts';
import { REPORT_FILE } from '../report/rendered.ts';
import { RESULT_SCHEMA_VERSION, type Result } from '../report/result-schema.ts';
import { runListText } from '../report/run-list.ts';
import { summaryText } from '../report/terminal.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { liveSnapshotOf } from '../run/live-snapshot.ts';
import { expandPatterns, type LoadedScenario, loadScenarios } from '../run/load-scenario.ts';
import { onSignals } from './interruption.ts';
import { terminalOf } from './terminal-of.ts';

export interface RunArguments {
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
}

/** A report shows this run among so many before it. */
const REPEATS_KEPT = 19;

interface Ended {
  readonly result: Result;
  /** Name of its folder. */
  readonly folder: string;
}

/** Runs scenario files one after another. Returns the exit code of the worst of them. */
export async function runCommand(args: RunArguments): Promise<number> {
  const sets = args.seed === undefined ? args.set : [...args.set, `seed=${args.seed}`];
  // All of them are read before the first is run: a mistake in the last costs no waiting.
  const repeats = Array.from({ length: args.repeat }, (_, repeat) => repeat);
  const scenarios = loadScenarios(expandPatterns(args.scenarios), sets, args.maxMemory);
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  const results: Result[] = [];
  try {
    for (const scenario of scenarios) {
      const folders: string[] = [];
      for (const repeat of repeats) {
        if (interruption.signal.aborted) break;
        const seeded = repeat === 0 ? scenario : reseeded(scenario, sets, repeat);
        const showsPath = scenarios.length * args.repeat > 1;
        const earlier = folders.slice(-REPEATS_KEPT);
        const ended = await runOne(
          seeded,
          { ...args, sets },
          interruption.signal,
          showsPath,
          earlier,
        );
        results.push(ended.result);
        folders.push(ended.folder);
      }
    }
  } finally {
    stopListening();
  }
  if (args.json) {
    const document = { schemaVersion: RESULT_SCHEMA_VERSION, results };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (!args.quiet && results.length > 1) {
    process.stdout.write(`${runListText(results, terminalOf(process.stdout))}\n`);
  }
  return worstOf(results.map((result) => result.verdict.exitCode));
}

/** The same scenario with the seed of its n-th repetition: the first one's plus n. */
function reseeded(
  scenario: LoadedScenario,
  sets: readonly string[],
  repeat: number,
): LoadedScenario {
  const seed = scenario.plan.seed + repeat;
  const [again] = loadScenarios([scenario.sourceFile], [...sets, `seed=${seed}`]);
  return again as LoadedScenario;
}

async function runOne(
  scenario: LoadedScenario,
  args: RunArguments & { readonly sets: readonly string[] },
  signal: AbortSignal,
  separates: boolean,
  repeats: readonly string[],
): Promise<Ended> {
  let live: Live | null = null;
  const onStart = (running: Running): void => {
    live = startLive({
      ...liveOptions(args),
      plan: running.plan,
      snapshot: liveSnapshotOf(running),
    });
  };
  const options = { sets: args.sets, repeats, signal, onStart };
  const judged = await runAndJudge(scenario, options).finally(() => live?.stop());
  const { result, details, run } = judged;
  const resultPath = await writeResultFolder({
    result,
    details,
    run,
    outDir: args.out,
    claims: args.claims,
  });
  if (!args.json && !args.quiet) {
    const { color, unicode, width } = terminalOf(process.stdout);
    const reportPath = join(resultPath, REPORT_FILE);
    const text = summaryText(result, { color, unicode, width, resultPath, reportPath });
    process.stdout.write(separates ? `${text}\n` : text);
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

/** A broken run tells least, a violation most urgently; an interruption hides neither. */
const SEVERITY: readonly number[] = [
  EXIT.held,
  EXIT.thresholdFailed,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.broken,
  EXIT.integrity,
];

function worstOf(codes: readonly number[]): number {
  return codes.reduce(
    (worst, code) => (SEVERITY.indexOf(code) > SEVERITY.indexOf(worst) ? code : worst),
    EXIT.held as number,
  );
}
