import { UsageError } from '../errors.ts';
import type { ControlPathName, Plan } from '../scenario/plan.ts';
import { CommandTexts } from './command-texts.ts';
import type { ControlPath } from './control-path.ts';
import { devicePlanOf, rehearsalPlanOf } from './device-plan.ts';
import { DirectPath } from './direct-path.ts';
import { MessagePath } from './message-path.ts';
import { ProcessPath, timeProcess } from './process-path.ts';
import { RemapSteps, STEPS } from './remap-steps.ts';
import { RoundTaker } from './round-taker.ts';
import { EMPTY, SampleBook, type Series, STEPS_PATH } from './samples.ts';

export interface Experiment {
  readonly samples: readonly Series[];
  /** Rounds that were completed, by path, `steps` included. */
  readonly rounds: Readonly<Record<string, number>>;
  /** What each command was answered, the first time, by path. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Remaps that were answered with an error, by path. */
  readonly refusedRemaps: Readonly<Record<string, number>>;
  readonly interrupted: boolean;
}

export interface ExperimentOptions {
  readonly signal: AbortSignal;
  /** Called after each round. */
  readonly onRound: (path: string, done: number) => void;
}

/** Longest time without looking at what else the program has to do: signals, above all. */
const TURN_MS = 20;
/** Of the calls that take no time to speak of. */
const REHEARSED_CALLS = 3000;
/** Of a whole path: the first child has Node read from the disk. */
const WARM_UP_CALLS = 3;
/** For a signal to get here, after it has ended a child that it was meant for too. */
const SIGNAL_MS = 50;

/**
 * Takes the samples, path by path, each on a device of its own that begins in the same state.
 *
 * A round has every command once, the empty call twice, a reading of the clock with nothing in
 * between, and in the process path the external command; in an order drawn anew for each round.
 * What drifts from one round to the next is then in all of them alike, and goes away in the
 * differences. A round that was interrupted is left out.
 */
export async function runExperiment(plan: Plan, options: ExperimentOptions): Promise<Experiment> {
  const target = devicePlanOf(plan);
  const book = new SampleBook();
  const rounds: Record<string, number> = {};
  const answers: Record<string, Record<string, string>> = {};
  const refusedRemaps: Record<string, number> = {};
  const { signal, onRound } = options;

  await mustStart(plan);
  rounds[STEPS_PATH] = await takeSteps(target, book, options);
  for (const name of plan.overhead.paths) {
    if (signal.aborted) break;
    const path = await openPath(name, target);
    const taker = new RoundTaker(target, name, path);
    try {
      for (let call = 0; call < WARM_UP_CALLS; call++) await path.send(EMPTY);
      await taker.fill();
      await inRounds(plan.overhead.repetitions, signal, async (round) => {
        if (!(await taker.take(round, book, signal))) return false;
        onRound(name, round + 1);
        rounds[name] = round + 1;
        return true;
      });
    } catch (error) {
      // Ctrl-C reaches the children of a terminal too, and may end one before it gets here.
      await new Promise((resolve) => setTimeout(resolve, SIGNAL_MS));
      if (!signal.aborted) throw error;
    } finally {
      await path.close();
    }
    answers[name] = taker.answers;
    refusedRemaps[name] = taker.refusedRemaps;
  }
  return { samples: book.all, rounds, answers, refusedRemaps, interrupted: signal.aborted };
}

/** A reference that cannot be started, or fails, is found before anything is measured. */
async function mustStart({ overhead: { paths, reference } }: Plan): Promise<void> {
  if (!paths.includes('process') || reference === null) return;
  const [program = '', ...words] = reference;
  await timeProcess(program, words).catch((error: Error) => {
    throw new UsageError(`overhead.reference cannot be used: ${error.message}`);
  });
}

async function openPath(name: ControlPathName, plan: Plan): Promise<ControlPath> {
  if (name === 'direct') return new DirectPath(plan);
  return name === 'message' ? MessagePath.open(plan) : ProcessPath.open(plan);
}

/** One round after another until all are done, one says false, or there is a signal. */
async function inRounds(
  count: number,
  signal: AbortSignal,
  take: (round: number) => boolean | Promise<boolean>,
): Promise<void> {
  let turnEndsMs = Date.now() + TURN_MS;
  for (let round = 0; round < count; round++) {
    if (Date.now() > turnEndsMs) {
      await new Promise((resolve) => setImmediate(resolve));
      turnEndsMs = Date.now() + TURN_MS;
    }
    if (signal.aborted || !(await take(round))) return;
  }
}

/** The budget's samples: see RemapSteps. Returns how many rounds there were. */
async function takeSteps(
  plan: Plan,
  book: SampleBook,
  { signal, onRound }: ExperimentOptions,
): Promise<number> {
  const { repetitions, fillCount, commands } = plan.overhead;
  if (!commands.includes('remap')) return 0;
  const taken = new Float64Array(STEPS.length);
  const small = rehearsalPlanOf(plan, REHEARSED_CALLS);
  const rehearsed = new RemapSteps(small);
  for (let lba = 0; lba < REHEARSED_CALLS; lba++) rehearsed.remap(lba, taken);
  const steps = new RemapSteps(plan);
  const texts = new CommandTexts(plan);
  for (let filled = 0; filled < fillCount; filled++) steps.remap(texts.nextLba(), taken);
  let done = 0;
  await inRounds(repetitions, signal, (round) => {
    if (!steps.remap(texts.nextLba(), taken)) return false;
    for (const [index, step] of STEPS.entries()) {
      book.add(STEPS_PATH, step, round, taken[index] as number);
    }
    done = round + 1;
    onRound(STEPS_PATH, done);
    return true;
  });
  return done;
}
