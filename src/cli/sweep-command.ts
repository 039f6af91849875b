import { EXIT, worstExitCode } from '../errors.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import { redisAddressOf } from '../queue/redis-address.ts';
import { sweepByQueue } from '../queue/sweep-by-queue.ts';
import { type Live, startView } from '../report/live.ts';
import { plural } from '../report/text.ts';
import { readScenarioFile } from '../scenario/read.ts';
import { conductSweep, type PreparedSweep, prepareSweep } from '../sweep/conduct.ts';
import { countText } from '../sweep/count-text.ts';
import { shardOf } from '../sweep/shard.ts';
import type { RunOutcome } from '../sweep/sweep-folder.ts';
import type { SweepRun } from '../sweep/sweep-plan.ts';
import { formatNs } from '../units.ts';
import { exitCodeOf, onSignals } from './interruption.ts';
import { mustBeWhole } from './option-values.ts';
import { SweepProgress } from './sweep-progress.ts';
import { runName, sweptText } from './swept-text.ts';
import { tableText } from './table-text.ts';
import { terminalOf } from './terminal-of.ts';

export interface SweepArguments {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly seeds: string | undefined;
  readonly repeats: number | undefined;
  readonly shard: string | undefined;
  readonly list: boolean;
  readonly retry: boolean;
  readonly queue: string | undefined;
  readonly parallel: number;
  readonly orderSeed: number | undefined;
  readonly maxMemory: string | undefined;
  readonly out: string;
  readonly json: boolean;
  readonly progress: boolean;
  readonly quiet: boolean;
}

/**
 * What a run takes beside its load: threads started, calibration, checks. Measured, and rounded up.
 */
const RUN_OVERHEAD_NS = 0.3e9;

/** Runs all cells of a scenario's matrix. Returns the exit code of the worst of them. */
export async function sweepCommand(args: SweepArguments): Promise<number> {
  mustBeWhole('parallel', args.parallel, 1, 64);
  if (args.orderSeed !== undefined) mustBeWhole('order-seed', args.orderSeed, 0, 2 ** 53 - 1);
  const prepared = preparedBy(args);
  if (args.list) return list(prepared, args.json);
  const dispatcher = args.queue === undefined ? null : await dispatcherAt(args.queue);
  const say = (text: string): void => {
    if (!args.quiet) process.stderr.write(`${text}\n`);
  };
  for (const line of announcement(prepared, args.parallel)) say(line);
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  const progress = new SweepProgress(prepared.runs.length);
  let live: Live | null = null;
  try {
    const { merged, path, isInterrupted } = await conductSweep(prepared, args.out, {
      parallel: args.parallel,
      orderSeed: args.orderSeed,
      retry: args.retry,
      signal: interruption.signal,
      onOpen: (folder, finishedCount) => {
        if (finishedCount > 0) {
          say(`Resuming ${folder.path}: ${plural(finishedCount, 'run')} finished already.`);
        }
        progress.open(finishedCount);
        live = startView(viewOf(progress, args));
      },
      ...(dispatcher === null ? {} : { make: sweepByQueue(dispatcher) }),
      onBegin: (run: SweepRun) => progress.begin(run),
      onEnd: (run: SweepRun, outcome: RunOutcome) => progress.end(run, outcome),
    });
    (live as Live | null)?.stop();
    if (args.json) process.stdout.write(`${JSON.stringify(merged, null, 2)}\n`);
    else if (!args.quiet) process.stdout.write(sweptText(merged, path, terminalOf(process.stdout)));
    if (!isInterrupted) return merged.exitCode;
    say(`Interrupted by ${interruption.signal.reason}; the same command goes on from here.`);
    const codes = merged.cells.map(({ exitCode }) => exitCode);
    return worstExitCode([exitCodeOf(interruption.signal.reason), ...codes]);
  } finally {
    (live as Live | null)?.stop();
    stopListening();
    await dispatcher?.close();
  }
}

/** Loaded when a queue is asked for: most sweeps have none. */
async function dispatcherAt(option: string): Promise<Dispatcher> {
  const { openDispatcher } = await import('../queue/bullmq-queue.ts');
  return openDispatcher(redisAddressOf(option, process.env));
}

function preparedBy(args: SweepArguments): PreparedSweep {
  const sets = [
    ...args.set,
    ...(args.seeds === undefined ? [] : [`matrix.seeds=${args.seeds}`]),
    ...(args.repeats === undefined ? [] : [`matrix.repeats=${args.repeats}`]),
  ];
  return prepareSweep(readScenarioFile(args.scenario), {
    file: args.scenario,
    sets,
    env: process.env,
    maxMemory: args.maxMemory,
    shard: shardOf(args.shard, process.env),
    orderSeed: args.orderSeed,
  });
}

/** How much there is to do, and how long it will take as far as that is known. */
function announcement({ plan, shard, runs }: PreparedSweep, parallel: number): string[] {
  const count = countText(plan.cellCount, plan.seeds.length, plan.repeats);
  const part =
    shard === null
      ? ''
      : `; shard ${shard.index} of ${shard.count} (${shard.from}): ${plural(runs.length, 'run')}`;
  const known = runs.flatMap(({ plannedNs }) => plannedNs ?? []);
  const ns = known.reduce((sum, each) => sum + each, 0) + runs.length * RUN_OVERHEAD_NS;
  const unknown = runs.length - known.length;
  const time = formatNs(ns / parallel);
  const about =
    unknown === 0
      ? `about ${time}`
      : `at least ${time}: ${unknown === runs.length ? 'the runs' : plural(unknown, 'run')} ` +
        'may end by operations or exhaustion';
  return [`${plan.name}: ${count}${part}`, about];
}

function list({ plan, runs }: PreparedSweep, json: boolean): number {
  if (json) {
    const listed = runs.map(({ id, values, seed, repeat }) => ({ id, values, seed, repeat }));
    process.stdout.write(`${JSON.stringify({ id: plan.id, runs: listed }, null, 2)}\n`);
    return EXIT.held;
  }
  const rows = runs.map((run) => [run.id, String(run.seed), String(run.repeat + 1), runName(run)]);
  process.stdout.write(`${tableText(['run', 'seed', 'repeat', 'cell'], rows, [1, 2])}\n`);
  return EXIT.held;
}

function viewOf(progress: SweepProgress, args: SweepArguments) {
  const terminal = terminalOf(process.stderr);
  const isWanted = args.progress && !args.quiet;
  const mode = terminal.isLive ? ('panel' as const) : ('lines' as const);
  const isSilent = !isWanted || (args.json && !terminal.isLive);
  return {
    stream: process.stderr,
    mode: isSilent ? ('none' as const) : mode,
    panel: (width: number) => progress.panel(width, terminal),
    line: () => progress.line(),
  };
}
