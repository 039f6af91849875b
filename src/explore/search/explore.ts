import { nowNs } from '../../clock.ts';
import { type RandomStream, streamFor } from '../../random.ts';
import { type Fault, type FaultCause, type FaultKind, NO_FAULTS } from '../engine/fault.ts';
import { Machine, STEP_BOUND } from '../engine/machine.ts';
import { type Race, RaceDetector } from '../engine/race-detector.ts';
import { formatSchedule } from '../engine/schedule.ts';
import type { Subject } from '../engine/subject.ts';
import { DepthFirst, type Reduction } from './depth-first.ts';
import { execute } from './execution.ts';
import { byPriority } from './priority.ts';
import { raceFault } from './race-fault.ts';
import { randomWalk } from './random-walk.ts';
import { replay } from './replay.ts';
import type { ExplorationVerdict } from './verdict.ts';

/**
 * How to search.
 *
 *     random       any thread that can go on, by lot
 *     pct          by priorities drawn by lot, with depth − 1 changes of them
 *     bounded      every schedule with no pre-emption, then with one, and so on up to the bound
 *     dpor         every schedule up to the order of independent steps
 *     portfolio    some of each of the above, in this order but with dpor at the end
 */
export type Strategy =
  | { readonly kind: 'random' }
  | { readonly kind: 'pct'; readonly depth: number }
  | { readonly kind: 'bounded'; readonly preemptions: number }
  | { readonly kind: 'dpor' }
  | { readonly kind: 'portfolio' };

export interface ExploreOptions {
  readonly strategy?: Strategy;
  /** Executions at most. */
  readonly executions?: number;
  /** Time at most. */
  readonly forNs?: number;
  readonly seed?: number;
  /** fail: a data race is a fault; report: it is listed; off: it is not looked for. */
  readonly races?: 'fail' | 'report' | 'off';
  /** Kinds of fault to stop at; by default any. */
  readonly only?: readonly FaultKind[];
  /** Stop only where the fault came of this and nothing else; by default whatever it came of. */
  readonly cause?: FaultCause;
  readonly stepBound?: number;
}

export interface Exploration {
  readonly name: string;
  readonly verdict: ExplorationVerdict;
  readonly fault: Fault | null;
  /** Of the first execution that failed. */
  readonly schedule: string | null;
  readonly executions: number;
  /** Scheduling points, those of repeated beginnings included. */
  readonly points: number;
  readonly races: readonly Race[];
  /** Places of the source that some execution went through. */
  readonly sitesReached: number;
}

const EXECUTIONS = 1_000_000;
const FOR_NS = 60_000_000_000;
/** Executions between two stops of a search. */
const STOP_PERIOD = 64;
/** What the portfolio draws by lot of each kind before it searches in order. */
const PORTFOLIO_DRAWS = 64;
const PORTFOLIO_PREEMPTIONS = 1;
/** With a cause, most failures are passed over: those with few pre-emptions are looked at first. */
const PORTFOLIO_PREEMPTIONS_BY_CAUSE = 2;

/** Searches for an execution with a fault; stops at the first. */
export function explore(subject: Subject, options: ExploreOptions = {}): Exploration {
  const untilNs = nowNs() + (options.forNs ?? FOR_NS);
  const search = searching(subject, options);
  for (let step = search.next(false); ; step = search.next(nowNs() > untilNs)) {
    if (step.done) return step.value;
  }
}

/**
 * The same search in pieces: it stops now and then, with the number of executions so far, to be
 * told whether its time is over. In between it may be left alone for any time, or for good. The
 * time of the options is not looked at: whoever goes through the pieces keeps it.
 */
export function* searching(subject: Subject, options: ExploreOptions = {}): Searching {
  return yield* new Search(subject, options).run();
}

/** Yields the executions so far; sent true, it comes to its end with what it has. */
export type Searching = Generator<number, Exploration, boolean>;

/** Part of a search: stops where the whole does. */
type Piecewise<T> = Generator<number, T, boolean>;
type Part = 'found' | 'complete' | 'budget';

class Search {
  readonly #subject: Subject;
  readonly #options: ExploreOptions;
  readonly #machine: Machine;
  readonly #detector: RaceDetector | null;
  readonly #executionsMost: number;
  #executions = 0;
  #stoppedAt = 0;
  #isEnded = false;
  #fault: Fault | null = null;
  #length = 1;

  constructor(subject: Subject, options: ExploreOptions) {
    this.#subject = subject;
    this.#options = options;
    const { threadCount, sites, words } = subject;
    this.#detector =
      options.races === 'off' ? null : new RaceDetector(threadCount, sites.length, words.length);
    this.#machine = new Machine(subject, this.#detector, options.stepBound ?? STEP_BOUND);
    this.#executionsMost = options.executions ?? EXECUTIONS;
  }

  *run(): Searching {
    const verdict = yield* this.#search(this.#options.strategy ?? { kind: 'portfolio' });
    this.#machine.restore();
    return {
      name: this.#subject.name,
      verdict,
      fault: this.#fault,
      schedule: this.#fault === null ? null : this.#schedule(),
      executions: this.#executions,
      points: this.#machine.pointCount,
      races: this.#detector?.races ?? [],
      sitesReached: this.#machine.reached.reduce((sum, one) => sum + one, 0),
    };
  }

  *#search(strategy: Strategy): Piecewise<ExplorationVerdict> {
    switch (strategy.kind) {
      case 'random':
        return this.#sampled(yield* this.#draw(this.#executionsMost, null));
      case 'pct':
        return this.#sampled(yield* this.#draw(this.#executionsMost, strategy.depth));
      case 'bounded':
        return yield* this.#bounded(strategy.preemptions);
      case 'dpor': {
        const part = yield* this.#depthFirst('dpor', Number.POSITIVE_INFINITY);
        if (part === 'found') return { kind: 'fail' };
        return { kind: part === 'complete' ? 'pass-exhaustive' : 'unknown-budget' };
      }
      case 'portfolio':
        return yield* this.#portfolio();
    }
  }

  #sampled(part: Part): ExplorationVerdict {
    if (part === 'found') return { kind: 'fail' };
    return { kind: 'pass-sampled', executions: this.#executions };
  }

  *#bounded(most: number): Piecewise<ExplorationVerdict> {
    let reached = -1;
    for (let bound = 0; bound <= most; bound++) {
      const part = yield* this.#depthFirst('none', bound);
      if (part === 'found') return { kind: 'fail' };
      if (part === 'budget') break;
      reached = bound;
    }
    return reached < 0
      ? { kind: 'unknown-budget' }
      : { kind: 'pass-bounded', preemptions: reached };
  }

  *#portfolio(): Piecewise<ExplorationVerdict> {
    for (const depth of [null, 2, 3]) {
      if ((yield* this.#draw(PORTFOLIO_DRAWS, depth)) === 'found') return { kind: 'fail' };
    }
    const bounded = yield* this.#bounded(
      this.#options.cause === undefined ? PORTFOLIO_PREEMPTIONS : PORTFOLIO_PREEMPTIONS_BY_CAUSE,
    );
    if (bounded.kind === 'fail') return bounded;
    const exhaustive = yield* this.#search({ kind: 'dpor' });
    return exhaustive.kind === 'unknown-budget' ? bounded : exhaustive;
  }

  *#depthFirst(reduction: Reduction, preemptionBound: number): Piecewise<Part> {
    const search = new DepthFirst(this.#machine, reduction, preemptionBound);
    for (;;) {
      if (this.#isSpent || (this.#isDue && this.#ends(yield this.#stopped()))) return 'budget';
      const faults = search.next();
      if (faults === false) return 'complete';
      if (this.#ended(faults)) return 'found';
    }
  }

  *#draw(count: number, depth: number | null): Piecewise<Part> {
    const random: RandomStream = streamFor(this.#options.seed ?? 0, depth, 'explore');
    for (let drawn = 0; drawn < count; drawn++) {
      if (this.#isSpent || (this.#isDue && this.#ends(yield this.#stopped()))) return 'budget';
      const choose =
        depth === null
          ? randomWalk(random)
          : byPriority(this.#machine, random, depth, this.#length);
      if (this.#ended(execute(this.#machine, choose))) return 'found';
      this.#length = Math.max(this.#length, this.#machine.stepCount);
    }
    return 'complete';
  }

  /** An execution has ended; true if it is the one looked for. */
  #ended(faults: readonly Fault[]): boolean {
    this.#executions++;
    const { only, cause } = this.#options;
    const all = this.#options.races === 'fail' ? [...faults, ...this.#raceFaults()] : faults;
    this.#fault = all.find(({ kind }) => only === undefined || only.includes(kind)) ?? null;
    if (this.#fault !== null && cause !== undefined && !this.#comesOf(this.#fault, cause)) {
      this.#fault = null;
    }
    return this.#fault !== null;
  }

  /** The execution is run again, for its accesses. */
  #comesOf(fault: Fault, cause: FaultCause): boolean {
    this.#machine.restore();
    const { steps } = replay(this.#subject, this.#schedule());
    const causes = this.#subject.causesOf?.(fault, steps) ?? [];
    return causes.length === 1 && causes[0] === cause;
  }

  #schedule(): string {
    const { name, fingerprint } = this.#subject;
    const threads = [...this.#machine.who.subarray(0, this.#machine.stepCount)];
    return formatSchedule({ fingerprint, name, threads });
  }

  #raceFaults(): readonly Fault[] {
    const race = this.#detector?.races[0];
    return race === undefined ? NO_FAULTS : [raceFault(this.#subject, race)];
  }

  get #isSpent(): boolean {
    return this.#isEnded || this.#executions >= this.#executionsMost;
  }

  /** Once every so many executions, and not again before the next one. */
  get #isDue(): boolean {
    return this.#executions - this.#stoppedAt >= STOP_PERIOD;
  }

  #stopped(): number {
    this.#stoppedAt = this.#executions;
    return this.#executions;
  }

  /** What was told once holds for all that is left of the search. */
  #ends(isTimeOver: boolean): boolean {
    this.#isEnded ||= isTimeOver;
    return this.#isEnded;
  }
}
