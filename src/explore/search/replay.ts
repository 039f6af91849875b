import { Access } from '../access.ts';
import type { Fault } from '../engine/fault.ts';
import { Machine } from '../engine/machine.ts';
import { type Race, RaceDetector } from '../engine/race-detector.ts';
import { parseSchedule } from '../engine/schedule.ts';
import type { Subject } from '../engine/subject.ts';
import { execute, lowestOf } from './execution.ts';
import { raceFault } from './race-fault.ts';

/** One access of one thread, as it was made. */
export interface Step {
  readonly thread: number;
  readonly site: number;
  readonly word: number;
  /** Of a copy: the first word it reads; else −1. */
  readonly source: number;
  readonly before: number;
  readonly after: number;
  /** The thread could have gone on, and another did. */
  readonly preempts: boolean;
}

export interface Replay {
  /** What this interleaving breaks; a data race of it stands last. */
  readonly faults: readonly Fault[];
  readonly steps: readonly Step[];
  readonly preemptions: number;
  /** Of this one interleaving. */
  readonly races: readonly Race[];
  /** Threads that had not come to their end, one bit each. */
  readonly alive: number;
  /** Answers of the threads, and the memory at the end. */
  readonly outcome: string;
  readonly answers: string;
  /** Words that are not as they were at the beginning. */
  readonly changed: readonly (readonly [word: number, value: number])[];
  /** Step at which the schedule named a thread that could not go on, or ended; null if never. */
  readonly divergedAt: number | null;
  /** The files were others when the schedule was made. */
  readonly isStale: boolean;
}

/**
 * Runs a schedule again and writes every step down. Where it no longer fits, the thread that went
 * last goes on, or else the lowest that can.
 */
export function replay(subject: Subject, schedule: string): Replay {
  const { fingerprint, threads } = parseSchedule(schedule);
  const { threadCount, sites, words } = subject;
  const detector = new RaceDetector(threadCount, sites.length, words.length);
  const machine = new Machine(subject, detector);
  const steps: Step[] = [];
  let divergedAt: number | null = null;
  let last = -1;
  let open: Omit<Step, 'after'> | null = null;
  const close = () => {
    if (open !== null) steps.push({ ...open, after: machine.words[open.word] as number });
    open = null;
  };
  const shown = execute(machine, (enabled) => {
    close();
    const position = machine.stepCount;
    const planned = threads[position] ?? -1;
    const fits = planned >= 0 && ((enabled >> planned) & 1) === 1;
    if (!fits) divergedAt ??= position;
    const canGoOn = last >= 0 && ((enabled >> last) & 1) === 1;
    const thread = fits ? planned : canGoOn ? last : lowestOf(enabled);
    const word = machine.word[thread] as number;
    open = {
      thread,
      site: machine.site[thread] as number,
      word,
      source: machine.kind[thread] === Access.copy ? (machine.source[thread] as number) : -1,
      before: machine.words[word] as number,
      preempts: canGoOn && thread !== last,
    };
    last = thread;
    return thread;
  });
  close();
  const faults = [...shown, ...detector.races.slice(0, 1).map((race) => raceFault(subject, race))];
  const alive = machine.alive();
  const answers = subject.outcome();
  const outcome = `${answers} ${machine.memoryDigest()}`;
  const changed = machine.changedWords();
  machine.restore();
  return {
    faults,
    steps,
    preemptions: steps.filter(({ preempts }) => preempts).length,
    races: detector.races,
    alive,
    outcome,
    answers,
    changed,
    divergedAt,
    isStale: fingerprint !== subject.fingerprint,
  };
}
