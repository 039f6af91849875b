import { Access, accessName, MAY_CHANGE } from '../access.ts';
import type { Fault } from '../engine/fault.ts';
import type { OperationEvent, Subject } from '../engine/subject.ts';
import { replay, type Step } from '../search/replay.ts';

/** One access as a person reads it. */
export interface TracedStep {
  readonly thread: number;
  readonly file: string;
  readonly line: number;
  readonly place: string;
  readonly access: string;
  readonly word: string;
  readonly before: number;
  readonly after: number;
  readonly preempts: boolean;
  /** Touches a word that another thread touches too, in the window, one of them changing it. */
  readonly matters: boolean;
}

/** A place in the source that touched a word, and how. */
export interface RacingPlace {
  readonly file: string;
  readonly line: number;
  readonly access: string;
}

/** Two places that touched one word with nothing to order them. */
export interface TracedRace {
  readonly word: string;
  /** The one that came first stands first. */
  readonly places: readonly [RacingPlace, RacingPlace];
}

/** From where a thread was put aside to where it used what had changed under it. */
export interface CriticalWindow {
  readonly thread: number;
  readonly from: number;
  readonly to: number;
  readonly words: readonly string[];
  readonly text: string;
}

export interface Counterexample {
  readonly name: string;
  readonly fault: Fault;
  readonly schedule: string;
  readonly preemptions: number;
  readonly threadCount: number;
  readonly steps: readonly TracedStep[];
  readonly events: readonly OperationEvent[];
  /** Threads that had not come to their end when the execution was over. */
  readonly unfinished: readonly number[];
  readonly window: CriticalWindow | null;
  /** Data races of this interleaving; others may have more. */
  readonly races: readonly TracedRace[];
}

/**
 * Runs the schedule again and writes down what a person needs to follow it.
 *
 * @param wanted the fault it is to show; by default the first that the replay comes to
 * @throws RangeError if there is none
 */
export function counterexampleOf(
  subject: Subject,
  schedule: string,
  wanted?: Fault,
): Counterexample {
  const run = replay(subject, schedule);
  const fault = wanted ?? run.faults[0];
  if (fault === undefined) throw new RangeError(`${schedule} shows no fault of ${subject.name}`);
  const window = windowOf(subject, run.steps);
  const shared = sharedWords(run.steps, window);
  const isInWindow = (index: number) =>
    window === null || (index >= window.from && index <= window.to);
  const steps = run.steps.map((step, index): TracedStep => {
    const site = subject.sites[step.site];
    return {
      thread: step.thread,
      file: site?.file ?? '',
      line: site?.line ?? 0,
      place: site?.place ?? '',
      access: accessName(kindOf(subject, step)),
      word: subject.wordName(step.word),
      before: step.before,
      after: step.after,
      preempts: step.preempts,
      matters: isInWindow(index) && shared.has(step.word),
    };
  });
  return {
    name: subject.name,
    fault,
    schedule,
    preemptions: run.preemptions,
    threadCount: subject.threadCount,
    steps,
    events: [...(subject.events?.() ?? [])],
    unfinished: Array.from({ length: subject.threadCount }, (_, thread) => thread).filter(
      (thread) => ((run.alive >> thread) & 1) === 1,
    ),
    window,
    races: run.races.map(({ word, sites }) => ({
      word: subject.wordName(word),
      places: [placeOf(subject, sites[0]), placeOf(subject, sites[1])],
    })),
  };
}

function placeOf(subject: Subject, index: number): RacingPlace {
  const site = subject.sites[index];
  return {
    file: site?.file ?? '',
    line: site?.line ?? 0,
    access: accessName(site?.kind ?? Access.none),
  };
}

function kindOf(subject: Subject, step: Step): number {
  return subject.sites[step.site]?.kind ?? Access.none;
}

/** Words that two threads touch within the window, at least one of them changing it. */
function sharedWords(steps: readonly Step[], window: CriticalWindow | null): ReadonlySet<number> {
  const seen = new Map<number, { threads: Set<number>; isChanged: boolean }>();
  const from = window?.from ?? 0;
  const to = window?.to ?? steps.length - 1;
  for (const step of steps.slice(from, to + 1)) {
    const entry = seen.get(step.word) ?? { threads: new Set<number>(), isChanged: false };
    entry.threads.add(step.thread);
    entry.isChanged ||= step.before !== step.after;
    seen.set(step.word, entry);
  }
  return new Set(
    [...seen]
      .filter(([, entry]) => entry.threads.size > 1 && entry.isChanged)
      .map(([word]) => word),
  );
}

/**
 * The switch away from a thread during which others changed what it had read, or touched what it
 * changed afterwards. The first such is taken: later ones follow from it.
 */
function windowOf(subject: Subject, steps: readonly Step[]): CriticalWindow | null {
  for (const [index, step] of steps.entries()) {
    if (!step.preempts) continue;
    const { thread } = steps[index - 1] as Step;
    const back = steps.findIndex((later, place) => place > index && later.thread === thread);
    if (back < 0) continue;
    const others = steps.slice(index, back);
    const isChangedByOthers = (word: number) =>
      others.some((other) => other.word === word && other.before !== other.after);
    const isSeenByOthers = (word: number) =>
      others.some((other) => other.word === word || other.source === word);
    const mayChange = (own: Step) => MAY_CHANGE[kindOf(subject, own)] === true;
    const reads = placesOf(steps, thread, 0, index, (own) => isChangedByOthers(own.word));
    const uses = placesOf(
      steps,
      thread,
      back,
      steps.length,
      (own) => isChangedByOthers(own.word) || (mayChange(own) && isSeenByOthers(own.word)),
    );
    if (uses.length === 0) continue;
    const from = reads.at(-1) ?? index - 1;
    const to = uses[0] as number;
    const ends = [from, to].map((place) => (steps[place] as Step).word);
    const touched = new Set(ends.filter(isSeenByOthers));
    const words = [...touched].map((word) => subject.wordName(word));
    return { thread, from, to, words, text: textOf(subject, steps, from, to, words) };
  }
  return null;
}

function placesOf(
  steps: readonly Step[],
  thread: number,
  from: number,
  to: number,
  matches: (step: Step) => boolean,
): number[] {
  const places: number[] = [];
  for (let place = from; place < to; place++) {
    const step = steps[place] as Step;
    if (step.thread === thread && matches(step)) places.push(place);
  }
  return places;
}

function textOf(
  subject: Subject,
  steps: readonly Step[],
  from: number,
  to: number,
  words: readonly string[],
): string {
  const at = (place: number) => {
    const site = subject.sites[(steps[place] as Step).site];
    return `${site?.file}:${site?.line}`;
  };
  const { thread } = steps[from] as Step;
  return (
    `thread ${thread} between ${at(from)} and ${at(to)} (steps ${from}–${to}): ` +
    `meanwhile another thread touched ${words.join(', ')}`
  );
}
