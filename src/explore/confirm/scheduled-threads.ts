import { Worker } from 'node:worker_threads';
import { createMemory } from '../../memory/attach.ts';
import { type Layout, layoutOf } from '../../memory/layout.ts';
import { Access, accessName } from '../access.ts';
import { parseSchedule } from '../engine/schedule.ts';
import type { Subject } from '../engine/subject.ts';
import { DeviceSubject } from '../program/device-subject.ts';
import { LockSubject } from '../program/lock-subject.ts';
import { type Replay, replay } from '../search/replay.ts';
import { planNamed, type ScheduledEnd, type ScheduledTask } from './scheduled-thread.ts';
import { type ScheduledStep, stepsIn, turnsFor } from './scheduled-turns.ts';
import { workerEntry } from './worker-entry.ts';

/** What real threads did when they were made to follow a schedule. */
export interface ScheduledRun {
  /** Up to the end of the schedule, or to where it no longer fitted. */
  readonly steps: readonly ScheduledStep[];
  readonly ends: readonly ScheduledEnd[];
  /** Words that are not as they were at the beginning. */
  readonly changed: readonly (readonly [word: number, value: number])[];
}

/** Written by the threads for themselves, or by us, outside of any turn. */
const NOT_COMPARED: readonly string[] = ['control', 'staging buffers'];

/**
 * Real threads that play schedules: the files as they run, `Atomics` replaced in these threads and
 * plain accesses made through a view, so that each access waits for its turn. This is what the
 * rewritten code is held against. Close it, or the program does not end.
 */
export class ScheduledThreads {
  readonly #workers: Worker[] = [];

  /** Plays the schedule of a replay: of a device's program, or of a lock's. */
  async run(subject: Subject, schedule: string, { steps }: Replay): Promise<ScheduledRun> {
    const { threads } = parseSchedule(schedule);
    const { name, threadCount, words: image, sites } = subject;
    const { shared, words, layout } = createMemory(planNamed(name));
    const isCompared = comparedWords(layout);
    image.forEach((value, word) => {
      if (isCompared(word)) words[word] = value;
    });
    const looks = steps.map(({ site }) => sites[site]?.kind === Access.look);
    const turns = turnsFor(threads, looks, threadCount);
    while (this.#workers.length < threadCount) {
      this.#workers.push(new Worker(workerEntry('schedule-worker')));
    }
    const workers = this.#workers.slice(0, threadCount);
    const ends = await Promise.all(
      workers.map((worker, thread) => endOf(worker, { name, thread, shared, turns })),
    );
    const changed: [number, number][] = [];
    image.forEach((value, word) => {
      if (isCompared(word) && words[word] !== value) changed.push([word, words[word] as number]);
    });
    return { steps: stepsIn(turns), ends, changed };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers.length = 0;
  }
}

/** Whether real threads that follow a schedule do what the engine says of it. */
export interface Followed {
  readonly isSame: boolean;
  readonly difference: string | null;
}

/** Plays one schedule on real threads; null for a subject that they cannot play. */
export async function followOnRealThreads(
  subject: Subject,
  schedule: string,
): Promise<Followed | null> {
  if (!(subject instanceof DeviceSubject || subject instanceof LockSubject)) return null;
  const threads = new ScheduledThreads();
  try {
    const once = replay(subject, schedule);
    const difference = firstDifference(subject, once, await threads.run(subject, schedule, once));
    return { isSame: difference === null, difference };
  } finally {
    await threads.close();
  }
}

/** One task is under way in a worker at a time. */
function endOf(worker: Worker, task: ScheduledTask): Promise<ScheduledEnd> {
  return new Promise((resolve, reject) => {
    const settled = (settle: () => void) => {
      worker.off('message', onEnd);
      worker.off('error', onError);
      settle();
    };
    const onEnd = (end: ScheduledEnd) => settled(() => resolve(end));
    const onError = (error: Error) => settled(() => reject(error));
    worker.on('message', onEnd);
    worker.on('error', onError);
    worker.postMessage(task);
  });
}

/**
 * The first thing in which real threads differ from the engine that ran the same schedule, in one
 * sentence; null if there is none. Compared are every access (thread, kind, word, what stood there
 * before and after), the answers of all operations, and every word of the memory at the end.
 */
export function firstDifference(
  subject: Subject,
  replay: Replay,
  run: ScheduledRun,
): string | null {
  const thrown = run.ends.findIndex(({ error }) => error !== null);
  if (thrown >= 0) return `Thread ${thrown} threw ${run.ends[thrown]?.error}.`;
  const { steps } = replay;
  for (let index = 0; index < Math.max(steps.length, run.steps.length); index++) {
    const step = steps[index];
    const kind = subject.sites[step?.site ?? -1]?.kind ?? Access.none;
    const engine = textOf(subject, step && { ...step, kind });
    const real = textOf(subject, run.steps[index]);
    if (engine !== real) return `Step ${index}: the engine has ${engine}, real threads ${real}.`;
  }
  const answers = replay.answers.split('|');
  for (const [thread, real] of run.ends.flatMap((end) => end.answers)) {
    const engine = answers[thread] ?? '';
    if (real === engine) continue;
    return `Thread ${thread} was answered ${engine} by the engine, and ${real} really.`;
  }
  const isCompared = comparedWords(layoutOf(planNamed(subject.name)));
  const memory = memoryText(
    subject,
    replay.changed.filter(([word]) => isCompared(word)),
  );
  const realMemory = memoryText(subject, run.changed);
  if (memory === realMemory) return null;
  return `The engine leaves ${memory}; real threads leave ${realMemory}.`;
}

/** How relax() and spin() look, and how one that slept goes on, in the words of the language. */
const SPOKEN: ReadonlyMap<number, number> = new Map([
  [Access.until, Access.load],
  [Access.look, Access.load],
  [Access.woken, Access.wait],
]);

function textOf(subject: Subject, step: ScheduledStep | undefined): string {
  if (step === undefined) return 'nothing';
  const { thread, kind, word, before, after } = step;
  const access = accessName(SPOKEN.get(kind) ?? kind);
  return `thread ${thread} ${access} ${subject.wordName(word)} ${before} → ${after}`;
}

function memoryText(subject: Subject, changed: ScheduledRun['changed']): string {
  return changed.map(([word, value]) => `${subject.wordName(word)} ${value}`).join(', ');
}

function comparedWords({ regions }: Layout): (word: number) => boolean {
  const leftOut = regions.filter(({ name }) => NOT_COMPARED.includes(name));
  return (word) =>
    leftOut.every((region) => word < region.word || word >= region.word + region.wordCount);
}
