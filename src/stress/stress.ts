import { nowNs } from '../clock.ts';
import { type Program, programWith } from '../explore/program/program.ts';
import type { FaultKind, Plan } from '../scenario/plan.ts';
import { faultsAlone } from './alone.ts';
import { Crew, CrewFailure, type CrewFigures } from './crew.ts';
import type { Choice } from './deal.ts';
import { geometriesFor } from './geometry.ts';
import { type OutcomeRow, OutcomeTable } from './outcome.ts';
import type { Turn, TurnReport, Violation } from './stress-task.ts';

export interface StressOptions {
  readonly threadCount: number;
  readonly fromSeed: number;
  readonly toSeed: number;
  /** Rounds of each seed. */
  readonly rounds: number;
  readonly forNs: number;
  /** Time to count how often a violation shows again. */
  readonly againNs: number;
  readonly choice: Choice;
  /** What one look of a waiter takes here. */
  readonly lookNs: number;
  readonly signal?: AbortSignal;
  /** Called when the first round is about to begin, with what a live view may look at. */
  readonly onStart?: (look: () => StressSnapshot) => void;
}

/** One look at a stress that goes on. */
export interface StressSnapshot {
  readonly elapsedNs: number;
  readonly rounds: number;
  readonly seedsDone: number;
  readonly seedCount: number;
  /** Of those that were reported so far, how many were a meeting of threads. */
  readonly judgedRounds: number;
  readonly roundsTogether: number;
}

/** A race planted on purpose: whether this machine, now, lets races show at all. */
export interface Control {
  readonly rounds: number;
  /** False when it did not show in all these rounds. */
  readonly isSeen: boolean;
}

/** How often a violation showed when its seed was run again. */
export interface Repetition {
  readonly rounds: number;
  readonly seen: number;
}

export interface FoundViolation extends Violation {
  readonly repetition: Repetition;
  /** The same kind shows with the threads one after the other. */
  readonly isSeenAlone: boolean;
}

export interface StressResult {
  /** done: all rounds of all seeds; time: until the time was over; broken: see failure. */
  readonly ending: 'done' | 'time' | 'violation' | 'interrupted' | 'broken';
  readonly threadCount: number;
  readonly geometries: readonly Program[];
  readonly seedsDone: number;
  readonly rounds: number;
  readonly operations: number;
  readonly calls: number;
  readonly overlappingCalls: number;
  readonly roundsTogether: number;
  readonly changes: number;
  readonly figures: CrewFigures;
  readonly outcomes: readonly OutcomeRow[];
  readonly control: Control;
  readonly violation: FoundViolation | null;
  /** Rounds in which each kind of fault showed, those included that did not end the stress. */
  readonly faultRounds: Readonly<Partial<Record<FaultKind, number>>>;
  readonly failure: { readonly message: string; readonly dump: readonly string[] } | null;
  /** From the first round to the last, without the control and the repetitions. */
  readonly durationNs: number;
}

/** So that a turn takes a fraction of a second, and what it reports is fresh. */
const TURN_ROUNDS = 500;
const CONTROL_ROUNDS = 5000;
const CONTROL_NS = 2e9;
const REPETITION_ROUNDS = 10_000;
/** After a watchpoint saw a change, how long what may come of it is looked for. */
const RACE_GRACE_NS = 1.5e9;
/** What `expect: collision` means: one spare, two owners, metadata being an owner. */
const COLLISIONS: readonly FaultKind[] = ['double grant', 'reserved granted'];

/** The kinds of fault that the scenario is there to show; null = it must show none. */
export function expectedKinds({ explore, expect }: Plan): readonly FaultKind[] | null {
  if (explore.finds !== null) return [explore.finds];
  return expect === 'collision' ? COLLISIONS : null;
}

/**
 * Kinds that end the stress. Where a fault is expected, the race behind it also leaves rings and
 * bitmaps wrong without giving a spare away twice: that is counted, and the expected is waited for.
 * Under a lock a guarded allocator has no such race, and nothing is excused.
 */
function endingKinds(plan: Plan): readonly FaultKind[] | null {
  const expected = expectedKinds(plan);
  const isRacy = plan.allocator.protocol === 'as-published' || plan.lock.kind === 'none';
  return expected === null || !isRacy ? null : [...expected, 'mutual exclusion'];
}

/**
 * Runs short rounds on real threads until a promise is broken, the seeds are used up, or the time
 * is over. The threads live from the first round to the last. What is not found was not there in
 * what happened to happen, and no more.
 */
export async function stressScenario(plan: Plan, options: StressOptions): Promise<StressResult> {
  const { threadCount, choice, lookNs } = options;
  const geometries = geometriesFor(plan, threadCount);
  const isFixed = plan.explore.threads !== null;
  const stopsAt = endingKinds(plan);
  const crew = new Crew([...geometries, controlFor(threadCount)], threadCount, plan.watchdogNs, {
    isFixed,
    choice,
    stopsAt,
    lookNs,
  });
  const stress = new Stress(geometries, crew, options);
  try {
    await crew.ready();
    return await stress.run();
  } catch (error) {
    if (!(error instanceof CrewFailure)) throw error;
    const { message, dump } = error;
    return stress.result('broken', { message, dump });
  } finally {
    await crew.end();
  }
}

/** The cache as published, with no outer lock and so small that threads cannot miss each other. */
function controlFor(threadCount: number): Program {
  return programWith({
    protocol: 'as-published',
    threads: Array<string>(threadCount).fill('aa'),
  });
}

type Sum = { [K in keyof TurnReport]: TurnReport[K] extends number ? K : never }[keyof TurnReport];

class Stress {
  readonly #geometries: readonly Program[];
  readonly #crew: Crew;
  readonly #options: StressOptions;
  readonly #outcomes = new OutcomeTable();
  readonly #faultRounds: Partial<Record<FaultKind, number>> = {};
  readonly #sums: Record<Sum, number> = {
    seedsDone: 0,
    rounds: 0,
    operations: 0,
    calls: 0,
    overlappingCalls: 0,
    roundsTogether: 0,
    changes: 0,
  };
  #control: Control = { rounds: 0, isSeen: false };
  #violation: FoundViolation | null = null;
  #race: Violation | null = null;
  #startNs = 0;
  #endNs = 0;
  #figures: CrewFigures;

  constructor(geometries: readonly Program[], crew: Crew, options: StressOptions) {
    this.#geometries = geometries;
    this.#crew = crew;
    this.#options = options;
    this.#figures = crew.figures();
  }

  async run(): Promise<StressResult> {
    const { forNs, signal, onStart, fromSeed, toSeed } = this.#options;
    await this.#runControl();
    const before = this.#crew.rounds;
    const figuresBefore = this.#crew.figures();
    this.#startNs = nowNs();
    let untilNs = this.#startNs + forNs;
    const isOver = () => signal?.aborted === true || nowNs() >= untilNs;
    onStart?.(() => ({
      ...this.#sums,
      elapsedNs: nowNs() - this.#startNs,
      rounds: this.#crew.rounds - before,
      judgedRounds: this.#sums.rounds,
      seedCount: toSeed - fromSeed + 1,
    }));
    let violation: Violation | null = null;
    for (const turn of turnsOf(this.#options)) {
      if (isOver()) break;
      const report = await this.#crew.run(turn, isOver);
      this.#add(report);
      violation = report.violation;
      if (violation !== null) break;
      if (report.race === null || this.#race !== null) continue;
      this.#race = report.race;
      untilNs = Math.min(untilNs, nowNs() + RACE_GRACE_NS);
    }
    this.#endNs = nowNs();
    this.#figures = differenceOf(this.#crew.figures(), figuresBefore);
    violation ??= this.#race;
    if (violation !== null) {
      this.#violation = { ...violation, ...(await this.#examined(violation)) };
      return this.result('violation', null);
    }
    if (signal?.aborted) return this.result('interrupted', null);
    return this.result(nowNs() >= untilNs ? 'time' : 'done', null);
  }

  result(ending: StressResult['ending'], failure: StressResult['failure']): StressResult {
    const endNs = this.#endNs === 0 ? nowNs() : this.#endNs;
    return {
      ending,
      ...this.#sums,
      threadCount: this.#options.threadCount,
      geometries: this.#geometries,
      figures: this.#figures,
      outcomes: this.#outcomes.rows(),
      control: this.#control,
      violation: this.#violation,
      faultRounds: this.#faultRounds,
      failure,
      durationNs: this.#startNs === 0 ? 0 : endNs - this.#startNs,
    };
  }

  async #runControl(): Promise<void> {
    const { fromSeed, signal } = this.#options;
    const untilNs = nowNs() + CONTROL_NS;
    const turn = { fromSeed, toSeed: fromSeed, rounds: CONTROL_ROUNDS };
    const { rounds, violation } = await this.#crew.run(
      { ...turn, isControl: true, isCounting: false },
      () => signal?.aborted === true || nowNs() > untilNs,
    );
    this.#control = { rounds, isSeen: violation !== null };
  }

  /** How often it shows again, and whether it takes more than one thread. */
  async #examined({ deal, faults }: Violation) {
    const { signal, againNs } = this.#options;
    const { seed, program } = deal;
    const [{ kind }] = faults;
    const untilNs = nowNs() + againNs;
    const turn = { fromSeed: seed, toSeed: seed, rounds: REPETITION_ROUNDS };
    const { rounds, faultRounds } = await this.#crew.run(
      { ...turn, isControl: false, isCounting: true },
      () => signal?.aborted === true || nowNs() > untilNs,
    );
    const isSeenAlone = faultsAlone(program).includes(kind);
    return { repetition: { rounds, seen: faultRounds[kind] ?? 0 }, isSeenAlone };
  }

  #add(report: TurnReport): void {
    for (const figure of Object.keys(this.#sums) as Sum[]) {
      this.#sums[figure] += report[figure];
    }
    this.#outcomes.merge(report.outcomes);
    for (const [kind, rounds] of Object.entries(report.faultRounds)) {
      const before = this.#faultRounds[kind as FaultKind] ?? 0;
      this.#faultRounds[kind as FaultKind] = before + rounds;
    }
  }
}

function differenceOf(after: CrewFigures, before: CrewFigures): CrewFigures {
  return {
    acquisitions: after.acquisitions - before.acquisitions,
    contended: after.contended - before.contended,
    noises: after.noises - before.noises,
    looks: after.looks - before.looks,
  };
}

function* turnsOf({ fromSeed, toSeed, rounds }: StressOptions): Generator<Turn> {
  const seeds = Math.max(1, Math.floor(TURN_ROUNDS / rounds));
  for (let from = fromSeed; from <= toSeed; from += seeds) {
    const to = Math.min(toSeed, from + seeds - 1);
    yield { fromSeed: from, toSeed: to, rounds, isControl: false, isCounting: false };
  }
}
