import { CALL_LOG_WORDS, callsIn } from '../explore/confirm/real-calls.ts';
import type { Fault } from '../explore/engine/fault.ts';
import { operationsOf } from '../explore/program/program.ts';
import { runProgram } from '../explore/program/thread-program.ts';
import { wordNameIn } from '../explore/program/word-name.ts';
import { Rendezvous } from '../lock/rendezvous.ts';
import { type Guard, type Layout, LockCounter, ThreadFloat } from '../memory/layout.ts';
import { type RandomStream, streamFor } from '../random.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import type { FaultKind } from '../scenario/plan.ts';
import { type Deal, dealFor } from './deal.ts';
import { DisturbanceWord } from './disturbance.ts';
import { faultsIn, type StressCall, type StressRound } from './judge.ts';
import { Noise } from './noisy-lock.ts';
import { isInOrderOfCompletion, OutcomeTable, overlappingCalls } from './outcome.ts';
import { FreshMemory, type Stage, stageOn } from './stage.ts';
import {
  type StressTask,
  StressWord,
  type Turn,
  type TurnReport,
  type Violation,
} from './stress-task.ts';

/** Turns of an empty loop by which threads start apart: one begins a little before the others. */
const STAGGER_TURNS = 400;
/** Under which the published cache cannot but fail. */
const CONTROL_DISTURBANCE = { noisePeriod: 2, isNap: true, watchPeriod: 0 } as const;

/** One thread's part of all rounds. Thread 0 also sets the memory back, and judges. */
export class ThreadRounds {
  readonly #task: StressTask;
  readonly #meeting: Rendezvous;
  readonly #noise: Noise;
  readonly #stages: readonly Stage[];
  readonly #judge: RoundJudge | null;

  constructor(task: StressTask) {
    const { thread, threadCount, control, logs, disturbances, geometries, memories } = task;
    const random = streamFor(0, thread, 'stress stage');
    this.#task = task;
    this.#meeting = new Rendezvous(control, threadCount);
    const record = partOf(disturbances, thread, DisturbanceWord.count);
    const quiet = control.subarray(StressWord.quiet);
    this.#noise = new Noise(random, quiet, record);
    this.#stages = geometries.map((program, place) =>
      stageOn(program, {
        thread,
        shared: memories[place] as WebAssembly.Memory,
        meeting: this.#meeting,
        log: partOf(logs, thread, CALL_LOG_WORDS),
        quiet,
        record,
        noise: this.#noise,
        random,
      }),
    );
    this.#judge = thread === 0 ? new RoundJudge(task, this.#stages) : null;
  }

  /** Returns the report of thread 0; of the others null. */
  run(turn: Turn): TurnReport | null {
    this.#judge?.begin(turn);
    for (let seed = turn.fromSeed; seed <= turn.toSeed; seed++) {
      if (!this.#runSeed(this.#dealOf(seed, turn), turn)) break;
    }
    return this.#judge?.report() ?? null;
  }

  #dealOf(seed: number, { isControl }: Turn): Deal {
    const { geometries, isFixed, choice } = this.#task;
    const place = geometries.length - 1;
    if (!isControl) return dealFor(seed, geometries.slice(0, place), isFixed, choice);
    const program = geometries[place] as Deal['program'];
    return { seed, place, program, disturbance: CONTROL_DISTURBANCE };
  }

  /** False when the turn is over. */
  #runSeed(deal: Deal, { rounds }: Turn): boolean {
    const { thread, control } = this.#task;
    const { seed, place, program, disturbance } = deal;
    const stage = this.#stages[place] as Stage;
    const operations = operationsOf(program.threads[thread] as string);
    const parts = { ...stage.parts, operations };
    const random = streamFor(seed, thread, 'stress start');
    const { noisePeriod, isNap, watchPeriod } = disturbance;
    this.#noise.begin(streamFor(seed, thread, 'stress noise'), noisePeriod, isNap);
    stage.watch.begin(streamFor(seed, thread, 'stress watch'), watchPeriod);
    for (let round = 1; round <= rounds; round++) {
      this.#judge?.prepare(deal);
      this.#meeting.meet();
      if (control[StressWord.over] !== 0) {
        // Nobody begins another turn, in which the word is 0 again, before all have read it.
        this.#meeting.meet();
        return false;
      }
      stage.journal.begin();
      // Once more, now that everybody is awake: a thread that slept comes late to the first.
      this.#meeting.meet(this.#task.startSpinNs);
      stagger(random);
      runProgram(parts);
      this.#meeting.meet();
      this.#judge?.judge(deal, round);
    }
    this.#judge?.endSeed();
    return true;
  }
}

/** What thread 0 does between rounds, when all others wait. */
class RoundJudge {
  readonly #task: StressTask;
  readonly #stages: readonly Stage[];
  readonly #fresh: readonly FreshMemory[];
  readonly #counters: readonly (readonly ThreadCounters[])[];
  #turn!: Turn;
  #outcomes = new OutcomeTable();
  #faultRounds = new Map<FaultKind, number>();
  #violation: Violation | null = null;
  #race: Violation | null = null;
  #seedsDone = 0;
  #rounds = 0;
  #operations = 0;
  #calls = 0;
  #overlappingCalls = 0;
  #roundsTogether = 0;
  #changes = 0;
  #overlapsBefore = 0;

  constructor(task: StressTask, stages: readonly Stage[]) {
    this.#task = task;
    this.#stages = stages;
    this.#fresh = task.geometries.map(
      (program, place) => new FreshMemory(program, (stages[place] as Stage).memory),
    );
    this.#counters = stages.map(({ memory }) =>
      Array.from({ length: task.threadCount }, (_, thread) => new ThreadCounters(memory, thread)),
    );
  }

  begin(turn: Turn): void {
    this.#turn = turn;
    this.#outcomes = new OutcomeTable();
    this.#faultRounds = new Map();
    this.#violation = null;
    this.#race = null;
    this.#seedsDone = 0;
    this.#rounds = 0;
    this.#operations = 0;
    this.#calls = 0;
    this.#overlappingCalls = 0;
    this.#roundsTogether = 0;
    this.#changes = 0;
  }

  /** Before a round: nobody else runs until thread 0 comes to the meeting. */
  prepare(deal: Deal): void {
    const { seed, place } = deal;
    const { control } = this.#task;
    (this.#fresh[place] as FreshMemory).restore();
    this.#overlapsBefore = this.#lockOverlaps(deal);
    for (const record of this.#records()) record[DisturbanceWord.changed] = 0;
    // Small numbers are easier to read, and never wrap.
    control[StressWord.ticket] = 0;
    control[StressWord.seed] = seed;
    control[StressWord.place] = place;
    const isFound = this.#violation !== null && !this.#turn.isCounting;
    control[StressWord.over] = Number(isFound || control[StressWord.stop] !== 0);
  }

  judge(deal: Deal, round: number): void {
    const { control, threadCount } = this.#task;
    const { memory, table } = this.#stages[deal.place] as Stage;
    const calls: StressCall[] = [];
    for (let thread = 0; thread < threadCount; thread++) {
      for (const call of callsIn(partOf(this.#task.logs, thread, CALL_LOG_WORDS))) {
        calls.push({ ...call, thread });
      }
    }
    const { words, layout } = memory;
    const seen: StressRound = { program: deal.program, words, layout, table, calls };
    const faults = [...this.#faultsOfLocks(deal), ...faultsIn(seen)];
    const change = this.#changeSeen(deal);
    const together = overlappingCalls(calls);
    this.#rounds++;
    control[StressWord.rounds] = (control[StressWord.rounds] as number) + 1;
    this.#operations += operationCountOf(deal);
    this.#calls += calls.length;
    this.#overlappingCalls += together;
    if (together > 0) this.#roundsTogether++;
    if (change?.isFault) this.#race ??= { deal, round, faults: [change.fault], calls };
    const shown = change?.isFault ? [...faults, change.fault] : faults;
    for (const kind of new Set(shown.map((one) => one.kind))) this.#count(kind);
    this.#outcomes.add({
      isTogether: together > 0,
      isUsedUp: calls.some(({ kind, key }) => kind === 'allocate' && key < 0),
      isInOrder: faults.length > 0 || isInOrderOfCompletion(seen),
      isChanged: change !== null,
      fault: shown[0]?.kind ?? null,
    });
    const [first, ...rest] = faults;
    if (first !== undefined && faults.some(({ kind }) => this.#stopsAt(kind))) {
      this.#violation ??= { deal, round, faults: [first, ...rest], calls };
    }
  }

  endSeed(): void {
    this.#seedsDone++;
  }

  report(): TurnReport {
    return {
      seedsDone: this.#seedsDone,
      rounds: this.#rounds,
      operations: this.#operations,
      calls: this.#calls,
      overlappingCalls: this.#overlappingCalls,
      roundsTogether: this.#roundsTogether,
      changes: this.#changes,
      outcomes: this.#outcomes.rows(),
      violation: this.#violation,
      race: this.#race,
      faultRounds: Object.fromEntries(this.#faultRounds),
    };
  }

  #stopsAt(kind: FaultKind): boolean {
    const { stopsAt } = this.#task;
    return this.#turn.isControl || stopsAt === null || stopsAt.includes(kind);
  }

  #count(kind: FaultKind): void {
    this.#faultRounds.set(kind, (this.#faultRounds.get(kind) ?? 0) + 1);
  }

  /** Two threads inside one lock, by the marks that they left there. */
  #faultsOfLocks(deal: Deal): Fault[] {
    if (this.#lockOverlaps(deal) === this.#overlapsBefore) return [];
    return [{ kind: 'mutual exclusion', text: 'Two threads were inside one lock at once.' }];
  }

  /** A lock of kind none promises nothing; the target lock is never of that kind. */
  #lockOverlaps({ place, program }: Deal): number {
    let sum = 0;
    for (const counters of this.#counters[place] as readonly ThreadCounters[]) {
      sum += counters.get(ThreadFloat.targetLock + LockCounter.overlaps);
      if (program.lock === 'none') continue;
      sum += counters.get(ThreadFloat.allocationLock + LockCounter.overlaps);
    }
    return sum;
  }

  #records(): Int32Array[] {
    const { disturbances, threadCount } = this.#task;
    return Array.from({ length: threadCount }, (_, thread) =>
      partOf(disturbances, thread, DisturbanceWord.count),
    );
  }

  /** What a watchpoint saw change in this round, and whether that must not be. */
  #changeSeen(deal: Deal): { readonly fault: Fault; readonly isFault: boolean } | null {
    const records = this.#records();
    const thread = records.findIndex((record) => record[DisturbanceWord.changed] !== 0);
    const record = records[thread];
    if (record === undefined) return null;
    this.#changes++;
    const { layout } = (this.#stages[deal.place] as Stage).memory;
    const word = record[DisturbanceWord.word] as number;
    const before = record[DisturbanceWord.before];
    const after = record[DisturbanceWord.after];
    const text =
      `The word "${wordNameIn(layout, word)}" changed from ${before} to ${after} ` +
      `while thread ${thread} held the lock.`;
    const guard = guardOf(layout, word);
    const isFault =
      guard === 'under the target lock' ||
      (guard === 'under the allocation lock' && deal.program.lock !== 'none');
    return { fault: { kind: 'data race', text }, isFault };
  }
}

function guardOf({ regions }: Layout, at: number): Guard | undefined {
  return regions.find(({ word, wordCount }) => at >= word && at < word + wordCount)?.guard;
}

function operationCountOf({ program }: Deal): number {
  return program.threads.reduce((sum, text) => sum + operationsOf(text).length, 0);
}

function partOf(words: Int32Array, thread: number, wordCount: number): Int32Array {
  return words.subarray(thread * wordCount, (thread + 1) * wordCount);
}

function stagger(random: RandomStream): void {
  const turns = random.below(STAGGER_TURNS);
  for (let turn = 0; turn < turns; turn++);
}
