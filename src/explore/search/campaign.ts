import { setImmediate } from 'node:timers/promises';
import { nowNs } from '../../clock.ts';
import type { Fault, FaultCause, FaultKind } from '../engine/fault.ts';
import type { Subject } from '../engine/subject.ts';
import { type Exploration, type Searching, type Strategy, searching } from './explore.ts';
import { type Minimal, minimising } from './minimise.ts';
import type { ExplorationVerdict } from './verdict.ts';

/** A row of subjects searched one after the other, within one budget. */
export interface CampaignOptions {
  readonly strategy: Strategy;
  /** Executions of each subject, at most. */
  readonly executions?: number;
  /** Time of all together; what one leaves over goes to those that were not done. */
  readonly forNs: number;
  readonly seed?: number;
  /** Kinds of fault to stop at; null = any, a data race last. */
  readonly only: readonly FaultKind[] | null;
  /** What the fault must come of; by default whatever it comes of. */
  readonly cause?: FaultCause | undefined;
  /** Ends the campaign at once, with what it has. */
  readonly signal?: AbortSignal;
  /** Told several times a second how far it is. */
  readonly onProgress?: (progress: CampaignProgress) => void;
}

export interface CampaignProgress {
  /** What is searched now. */
  readonly name: string;
  readonly subjectCount: number;
  /** Subjects whose search has come to its end. */
  readonly doneCount: number;
  /** Of all subjects together. */
  readonly executions: number;
  readonly elapsedNs: number;
  readonly forNs: number;
}

export interface Campaign {
  readonly verdict: ExplorationVerdict;
  /** In the order of the subjects; those that were never begun are missing. */
  readonly explorations: readonly Exploration[];
  readonly subjectCount: number;
  readonly failure: Failure | null;
  /** The signal came before the end: nothing is claimed but the failure, if there is one. */
  readonly isInterrupted: boolean;
}

export interface Failure {
  readonly subject: Subject;
  readonly fault: Fault;
  readonly schedule: string;
}

/**
 * Of an even share of the time that is left: what each gets at first, and what those that were not
 * done get when it is their turn again. Subjects stand smallest first, so whoever is first in line
 * is the likeliest to be exhausted with some more, and what it does not need goes to the next.
 */
const FIRST_SHARE = 0.5;
const LATER_SHARE = 4;
/** A search keeps the thread for itself this long; then timers and signals have their turn. */
const BREATH_NS = 20_000_000;

/**
 * Stops at the first subject that fails. A data race counts as a failure only when nothing else is
 * wrong: what comes of it says more than that it is there.
 *
 * Every subject has its share of the time, and those for which that was too little are taken up
 * again where they were put aside: most are exhausted in a moment, and leave their time over.
 */
export async function runCampaign(
  subjects: readonly Subject[],
  options: CampaignOptions,
): Promise<Campaign> {
  const { only } = options;
  const found = await searchAll(subjects, options, only);
  if (found.failure !== null || found.isInterrupted || only !== null) return found;
  const raced = found.explorations.findIndex(({ races }) => races.length > 0);
  if (raced < 0) return found;
  const again = await searchAll([subjects[raced] as Subject], options, ['data race']);
  return again.failure === null && !again.isInterrupted
    ? found
    : { ...again, subjectCount: subjects.length };
}

/** Makes a failure as small as it can; interrupted, as small as it was made until then. */
export async function minimiseFailure(
  failure: Failure,
  signal: AbortSignal | undefined,
  cause?: FaultCause,
): Promise<Minimal> {
  const search = minimising(failure.subject, { kind: failure.fault.kind, cause });
  let breathNs = nowNs();
  for (let step = search.next(false); ; ) {
    if (step.done) return step.value ?? failure;
    if (nowNs() - breathNs > BREATH_NS) {
      await setImmediate();
      breathNs = nowNs();
    }
    step = search.next(signal?.aborted === true);
  }
}

async function searchAll(
  subjects: readonly Subject[],
  options: CampaignOptions,
  kinds: readonly FaultKind[] | null,
): Promise<Campaign> {
  const { strategy, executions, seed, cause } = options;
  const searches = subjects.map(
    (subject): Open => ({
      subject,
      search: searching(subject, {
        strategy,
        ...(executions === undefined ? {} : { executions }),
        ...(seed === undefined ? {} : { seed }),
        races: kinds?.includes('data race') ? 'fail' : 'report',
        ...(kinds === null ? {} : { only: kinds }),
        ...(cause === undefined ? {} : { cause }),
      }),
      executions: 0,
      isBegun: false,
      found: null,
    }),
  );
  return new Searches(searches, options).run();
}

/** A search that may be put aside and taken up again. */
interface Open {
  readonly subject: Subject;
  readonly search: Searching;
  executions: number;
  isBegun: boolean;
  /** What it came to; null as long as it goes on. */
  found: Exploration | null;
}

class Searches {
  readonly #all: readonly Open[];
  readonly #options: CampaignOptions;
  readonly #fromNs = nowNs();
  #breathNs = nowNs();
  #isInterrupted = false;

  constructor(all: readonly Open[], options: CampaignOptions) {
    this.#all = all;
    this.#options = options;
  }

  async run(): Promise<Campaign> {
    const endNs = this.#fromNs + this.#options.forNs;
    for (let part = FIRST_SHARE; ; part = LATER_SHARE) {
      const isOver = nowNs() >= endNs;
      const left = this.#all.filter(({ found }) => found === null);
      for (const [index, open] of left.entries()) {
        const now = nowNs();
        const share = (part * Math.max(0, endNs - now)) / (left.length - index);
        await this.#goOn(open, isOver ? null : Math.min(endNs, now + share));
        const failure = failureOf(open);
        if (failure !== null) return this.#campaign({ kind: 'fail' }, failure);
        if (this.#isInterrupted) return this.#campaign({ kind: 'unknown-budget' });
      }
      if (left.length === 0 || isOver) return this.#campaign(weakestOf(this.#ended()));
    }
  }

  /** Until its share of the time is spent; null = to its end, with what it has. */
  async #goOn(open: Open, untilNs: number | null): Promise<void> {
    while (open.found === null) {
      await this.#breathe(open);
      this.#isInterrupted = this.#options.signal?.aborted === true;
      const isOver = this.#isInterrupted || untilNs === null;
      if (!isOver && open.isBegun && nowNs() > untilNs) return;
      advance(open, isOver);
    }
  }

  /** Signals come and timers run only while nothing else does. */
  async #breathe({ subject: { name } }: Open): Promise<void> {
    if (nowNs() - this.#breathNs < BREATH_NS) return;
    this.#options.onProgress?.({
      name,
      subjectCount: this.#all.length,
      doneCount: this.#all.filter(({ found }) => found !== null).length,
      executions: this.#all.reduce((sum, { executions }) => sum + executions, 0),
      elapsedNs: nowNs() - this.#fromNs,
      forNs: this.#options.forNs,
    });
    await setImmediate();
    this.#breathNs = nowNs();
  }

  #campaign(verdict: ExplorationVerdict, failure: Failure | null = null): Campaign {
    return {
      verdict,
      explorations: this.#ended(),
      subjectCount: this.#all.length,
      failure,
      isInterrupted: this.#isInterrupted,
    };
  }

  /** What has been begun is brought to its end: it says how far it came. */
  #ended(): readonly Exploration[] {
    const begun = this.#all.filter(({ isBegun }) => isBegun);
    for (const open of begun) while (open.found === null) advance(open, true);
    return begun.flatMap(({ found }) => found ?? []);
  }
}

/** One piece of a search. */
function advance(open: Open, isOver: boolean): void {
  const { done, value } = open.search.next(isOver);
  // What the first call sends is lost: a search has begun by then, and no more.
  open.isBegun = true;
  if (done) open.found = value;
  open.executions = done ? value.executions : value;
}

function failureOf({ subject, found }: Open): Failure | null {
  if (found === null || found.fault === null || found.schedule === null) return null;
  return { subject, fault: found.fault, schedule: found.schedule };
}

/** How far the search came on the subject on which it came least far. */
function weakestOf(explorations: readonly Exploration[]): ExplorationVerdict {
  const of = <Kind extends ExplorationVerdict['kind']>(kind: Kind) =>
    explorations.flatMap(({ verdict }) =>
      verdict.kind === kind ? [verdict as Extract<ExplorationVerdict, { kind: Kind }>] : [],
    );
  if (of('unknown-budget').length > 0) return { kind: 'unknown-budget' };
  const sampled = of('pass-sampled');
  if (sampled.length > 0) {
    const counts = sampled.map(({ executions }) => executions);
    return { kind: 'pass-sampled', executions: Math.min(...counts) };
  }
  const bounded = of('pass-bounded');
  if (bounded.length === 0) return { kind: 'pass-exhaustive' };
  return {
    kind: 'pass-bounded',
    preemptions: Math.min(...bounded.map(({ preemptions }) => preemptions)),
  };
}
