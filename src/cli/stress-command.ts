import { availableParallelism } from 'node:os';
import { EXIT, UsageError } from '../errors.ts';
import { measureLook } from '../run/calibrate.ts';
import { loadScenarios } from '../run/load-scenario.ts';
import type { Plan } from '../scenario/plan.ts';
import { THREADS_MOST } from '../stress/geometry.ts';
import {
  expectedKinds,
  type StressOptions,
  type StressResult,
  stressScenario,
} from '../stress/stress.ts';
import { smallestFault } from './explore-command.ts';
import { onSignals } from './interruption.ts';
import { mustBeWhole, timeOf } from './option-values.ts';
import { type StressLive, startStressLive } from './stress-live.ts';
import { endText, type Stressed, seenText, stressedJson } from './stressed-text.ts';
import { terminalOf } from './terminal-of.ts';

export interface StressArguments {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly for: string;
  readonly seeds: string;
  readonly rounds: number;
  readonly threads: number | undefined;
  readonly noise: boolean;
  readonly watch: boolean;
  readonly explore: boolean;
  readonly exploreFor: string;
  readonly json: boolean;
  readonly progress: boolean;
}

const ROUNDS_MOST = 10_000_000;
const SEEDS_MOST = 1_000_000;
/** The explorer's threads, at most. */
const EXPLORED_THREADS_MOST = 4;
/** How long a seed that showed a fault is run again. */
const AGAIN_NS = 1e9;
/** How long what the explorer found is looked for on real threads. */
const CONFIRM_NS = 500e6;

/** Runs short rounds on real threads, until a promise is broken or the time is over. */
export async function stressCommand(args: StressArguments): Promise<number> {
  const forNs = timeOf('for', args.for);
  const exploreForNs = timeOf('explore-for', args.exploreFor);
  const seeds = seedsOf(args.seeds);
  mustBeWhole('rounds', args.rounds, 1, ROUNDS_MOST);
  const [loaded] = loadScenarios([args.scenario], args.set);
  const plan = loaded?.plan as Plan;
  const threadCount = threadCountOf(args, plan);
  const { scenario: file, set: sets, noise, watch, rounds } = args;
  const choice = { noise, watch };
  const { result, reason } = await stressed(plan, args, { threadCount, ...seeds, forNs, choice });
  const seen: Stressed = {
    plan,
    file,
    sets,
    ...seeds,
    roundsOfSeed: rounds,
    choice,
    expects: expectedKinds(plan),
    result,
    explored: null,
    exploreForNs,
    exitCode: exitCodeOf(result, plan, reason),
  };
  const terminal = terminalOf(process.stdout);
  // The search may take its time, and who ends it has at least read what it is about.
  if (!args.json) process.stdout.write(seenText(seen, terminal));
  const whole = { ...seen, explored: reason === null ? await handedOver(args, seen) : null };
  process.stdout.write(args.json ? stressedJson(whole) : endText(whole, terminal));
  return whole.exitCode;
}

/** A signal ends the rounds and keeps what was seen; its name is the reason. */
async function stressed(
  plan: Plan,
  args: StressArguments,
  options: Pick<StressOptions, 'threadCount' | 'fromSeed' | 'toSeed' | 'forNs' | 'choice'>,
): Promise<{ readonly result: StressResult; readonly reason: string | null }> {
  const interruption = new AbortController();
  const { signal } = interruption;
  const stopListening = onSignals(interruption);
  let live: StressLive | null = null;
  try {
    const result = await stressScenario(plan, {
      ...options,
      rounds: args.rounds,
      againNs: AGAIN_NS,
      lookNs: measureLook(),
      signal,
      onStart: (look) => {
        const { name } = plan;
        live = startStressLive({ ...liveOptions(args), name, forNs: options.forNs, look });
      },
    }).finally(() => live?.stop());
    return { result, reason: signal.aborted ? String(signal.reason) : null };
  } finally {
    stopListening();
  }
}

/** The same scenario and the same kind of fault, for the explorer; a signal ends its search. */
async function handedOver(
  { explore }: StressArguments,
  { plan, file, result, exploreForNs }: Stressed,
): Promise<Stressed['explored']> {
  const { violation, threadCount } = result;
  if (violation === null || !explore) return null;
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  return smallestFault(plan, {
    file,
    kind: violation.faults[0].kind,
    threads: Math.min(threadCount, EXPLORED_THREADS_MOST),
    forNs: exploreForNs,
    confirmNs: CONFIRM_NS,
    signal: interruption.signal,
  }).finally(stopListening);
}

/**
 * Exit codes of `stress`: 0, no forbidden outcome was seen, or what the scenario is there to show
 * was. 1, that was not seen, or the threads never met. 3, a promise was broken that the scenario
 * does not expect to be. 4, a thread died, or no round was completed within the scenario's
 * `watchdog`. 130 and 143, interrupted; what was seen until then is printed.
 */
function exitCodeOf(result: StressResult, plan: Plan, reason: string | null): number {
  const { ending, violation, faultRounds, roundsTogether } = result;
  const expected = expectedKinds(plan);
  if (ending === 'broken') return EXIT.broken;
  if (violation !== null) {
    const kinds = violation.faults.map(({ kind }) => kind);
    const isExpected = kinds.some((kind) => expected?.includes(kind));
    // Two threads inside one lock are a cause, and no collision explains them.
    const isExplained =
      expected?.includes('mutual exclusion') || !kinds.includes('mutual exclusion');
    return isExpected && isExplained ? EXIT.held : EXIT.integrity;
  }
  // Faults that only the expected one would have explained.
  if (Object.keys(faultRounds).length > 0) return EXIT.integrity;
  if (ending === 'interrupted') return reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return expected !== null || roundsTogether === 0 ? EXIT.thresholdFailed : EXIT.held;
}

function threadCountOf({ scenario, threads }: StressArguments, plan: Plan): number {
  const fixed = plan.explore.threads?.length;
  if (threads !== undefined) {
    mustBeWhole('threads', threads, 2, THREADS_MOST);
    if (fixed !== undefined && fixed !== threads) {
      throw new UsageError(`--threads ${threads}: explore.program of ${scenario} has ${fixed}`);
    }
    return threads;
  }
  const count = fixed ?? plan.load.threadCount;
  // Threads that share a core seldom meet in a round of some microseconds.
  const most = Math.max(2, Math.min(availableParallelism(), THREADS_MOST));
  if (count >= 2) return fixed ?? Math.min(count, most);
  const way = '--threads 2 stresses it all the same';
  throw new UsageError(`${scenario} has one thread, and nobody for it to meet; ${way}`);
}

/** `7`, or `1..500`. */
function seedsOf(text: string): { readonly fromSeed: number; readonly toSeed: number } {
  const match = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text);
  const fromSeed = Number(match?.[1]);
  const toSeed = Number(match?.[2] ?? match?.[1]);
  if (match === null || toSeed < fromSeed || toSeed - fromSeed >= SEEDS_MOST) {
    throw new UsageError(`--seeds takes a seed, or a range such as 1..500; found ${text}`);
  }
  return { fromSeed, toSeed };
}

function liveOptions({ progress, json }: StressArguments) {
  const terminal = terminalOf(process.stderr);
  const mode = terminal.isLive ? ('panel' as const) : ('lines' as const);
  const isSilent = !progress || (json && !terminal.isLive);
  return { stream: process.stderr, mode: isSilent ? ('none' as const) : mode, ...terminal };
}
