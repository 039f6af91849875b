import { ScenarioError } from '../errors.ts';
import { runAndJudge } from '../run/judged-run.ts';
import { Journal } from './journal.ts';
import { runsOfShard, type Shard } from './shard.ts';
import type { RunOutcome, SweepFolder } from './sweep-folder.ts';
import { inRandomOrder, type SweepPlan, type SweepRun } from './sweep-plan.ts';

/** A run that was begun so often and never finished takes the process with it. */
const ATTEMPTS_MAX = 3;

export interface RunSweepOptions {
  readonly shard: Shard | null;
  /** Runs side by side. They disturb one another: 1 unless somebody asks for more. */
  readonly parallel?: number;
  /** Of the order; by default the sweep's own. */
  readonly orderSeed?: number | undefined;
  /** Makes runs again that broke: the folder has dropped them, and so does what else has them. */
  readonly retry?: boolean | undefined;
  /** Ends the sweep; the run that is under way is not kept, and is made again on resuming. */
  readonly signal?: AbortSignal | undefined;
  readonly onBegin?: ((run: SweepRun) => void) | undefined;
  readonly onEnd?: ((run: SweepRun, outcome: RunOutcome) => void) | undefined;
}

/** The runs of a shard, in the order in which they are made. */
export function orderedRuns(
  plan: SweepPlan,
  shard: Shard | null,
  orderSeed = orderSeedOf(plan),
): SweepRun[] {
  // Dealt out by the sweep's own order, so that each run is in exactly one shard, whatever order
  // a shard is then run in.
  const own = new Set(runsOfShard(inRandomOrder(plan, orderSeedOf(plan)), shard));
  return inRandomOrder(plan, orderSeed).filter((run) => own.has(run));
}

function orderSeedOf(plan: SweepPlan): number {
  return Number.parseInt(plan.id.slice(0, 12), 16);
}

/** Makes what is left to be made of a sweep, one run after another. */
export async function runSweep(
  plan: SweepPlan,
  folder: SweepFolder,
  options: RunSweepOptions,
): Promise<void> {
  const { shard, parallel = 1, orderSeed, signal, onBegin, onEnd } = options;
  const finished = await folder.finished();
  const left = orderedRuns(plan, shard, orderSeed).filter(({ id }) => !finished.has(id));
  const journal = new Journal(folder.journalPath);
  const begun = journal.begun();
  const queue = left.values();
  const work = async (): Promise<void> => {
    for (const run of queue) {
      if (signal?.aborted === true) return;
      const attempts = begun.get(run.id) ?? 0;
      let outcome: RunOutcome | null;
      if (attempts >= ATTEMPTS_MAX) {
        const failure = `begun ${attempts} times, and the process ended each time before it did`;
        outcome = { result: null, details: null, failure };
      } else {
        journal.begin(run.id);
        onBegin?.(run);
        outcome = await outcomeOf(run, signal);
      }
      if (outcome === null) {
        journal.leave(run.id);
        return;
      }
      await folder.keep(run.id, outcome);
      onEnd?.(run, outcome);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

/** What comes of one run, whatever it is; null when it was interrupted. */
async function outcomeOf(
  run: Pick<SweepRun, 'sets' | 'load'>,
  signal: AbortSignal | undefined,
): Promise<RunOutcome | null> {
  try {
    const options = signal === undefined ? {} : { signal };
    const { result, details } = await runAndJudge(run.load(), { sets: run.sets, ...options });
    if (result.verdict.outcome === 'interrupted') return null;
    // A violation wins over an interruption, but what is cut short is no run of the sweep.
    if (result.ending.kind === 'interrupted') return null;
    return { result, details, failure: null };
  } catch (error) {
    return { result: null, details: null, failure: failureOf(error) };
  }
}

function failureOf(error: unknown): string {
  if (error instanceof ScenarioError)
    return error.problems.map(({ message }) => message).join('; ');
  return error instanceof Error ? error.message : String(error);
}
