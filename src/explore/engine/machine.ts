import { AssertionError } from '../../errors.ts';
import { Access, COPY_WORDS, MAY_CHANGE } from '../access.ts';
import { InstrumentError } from '../transform/instrument-error.ts';
import { Port } from '../transform/runtime.ts';
import type { Fault } from './fault.ts';
import type { RaceDetector } from './race-detector.ts';
import type { Interrupt, Steps, Subject } from './subject.ts';

/** More threads than this are not explored: sets of threads stand in the bits of one number. */
const THREAD_COUNT_MAX = 8;

/** An execution of more steps is taken for one that never ends. */
export const STEP_BOUND = 20_000;

/**
 * One execution of a subject, one access at a time. Every thread that has not ended stands before
 * its next access; step() lets one of them make it and run on to the one after.
 *
 * Blocking is modelled and never happens: a thread at `until` can go on only when its word is no
 * longer what it saw; one at `wait` compares when its turn comes, and sleeps until it is notified,
 * first come, first served, or, if it gave a time limit, until nobody else can do anything.
 */
export class Machine {
  readonly subject: Subject;
  readonly threadCount: number;
  readonly words: Int32Array;
  /** By thread: what it is about to do. */
  readonly kind: Uint8Array;
  readonly site: Int32Array;
  readonly word: Int32Array;
  readonly source: Int32Array;
  /** Steps made so far in this execution, all threads together. */
  stepCount = 0;
  /** By step: the thread that made it. */
  readonly who: Uint8Array;
  /** By step: the kind of access that it was. */
  readonly did: Uint8Array;
  /** Scheduling points since the machine was made. */
  pointCount = 0;
  fault: Fault | null = null;
  /** Who woke the thread that is `woken`; −1 if its time was up. */
  readonly wokenBy: Int32Array;
  /** And at which step; −1 likewise. */
  readonly wokenAt: Int32Array;
  /** By site: 1 once any thread was there. */
  readonly reached: Uint8Array;
  /** Threads that have made no step yet in this execution. */
  #unbegun = 0;
  readonly hasInterrupts: boolean;
  readonly #interrupts: readonly Interrupt[];
  /** By word: who changed it last in this execution; kept where there are interrupts only. */
  readonly #changedBy: Int8Array;
  readonly #races: RaceDetector | null;
  readonly #port: Int32Array;
  readonly #kinds: Uint8Array;
  readonly #seen: Int32Array;
  readonly #count: Int32Array;
  readonly #image: Int32Array;
  readonly #isDirty: Uint8Array;
  readonly #dirty: number[] = [];
  readonly #steps: Steps[] = [];
  /** Threads asleep, longest first. */
  #sleepers: number[] = [];

  constructor(subject: Subject, races: RaceDetector | null, stepBound = STEP_BOUND) {
    const { threadCount } = subject;
    if (threadCount > THREAD_COUNT_MAX) {
      throw new AssertionError(`${threadCount} threads; ${THREAD_COUNT_MAX} are the most`);
    }
    this.subject = subject;
    this.#races = races;
    this.#interrupts = subject.interrupts ?? [];
    this.hasInterrupts = this.#interrupts.length > 0;
    this.#changedBy = new Int8Array(this.hasInterrupts ? subject.words.length : 0).fill(-1);
    this.reached = new Uint8Array(subject.sites.length);
    this.who = new Uint8Array(stepBound);
    this.did = new Uint8Array(stepBound);
    this.threadCount = threadCount;
    this.words = subject.words;
    this.kind = new Uint8Array(threadCount);
    this.site = new Int32Array(threadCount);
    this.word = new Int32Array(threadCount);
    this.source = new Int32Array(threadCount);
    this.wokenBy = new Int32Array(threadCount);
    this.wokenAt = new Int32Array(threadCount);
    this.#seen = new Int32Array(threadCount);
    this.#count = new Int32Array(threadCount);
    this.#port = subject.runtime.port;
    this.#kinds = Uint8Array.from(subject.sites, ({ kind }) => kind);
    this.#image = subject.words.slice();
    this.#isDirty = new Uint8Array(subject.words.length);
  }

  /** A new execution, from the beginning: every thread before its first access. */
  begin(): void {
    const { words, subject, threadCount } = this;
    subject.runtime.attach(words);
    this.restore();
    this.#sleepers.length = 0;
    this.stepCount = 0;
    this.#unbegun = (1 << threadCount) - 1;
    this.fault = null;
    this.#port[Port.fault] = 0;
    this.#port[Port.step] = -1;
    this.#races?.begin();
    subject.begin(this.who, this.kind, this.did);
    for (let thread = 0; thread < threadCount; thread++) {
      this.#steps[thread] = subject.thread(thread);
      this.#advance(thread, undefined);
    }
  }

  /** The memory as it was: so whoever is done with a machine leaves the subject to the next. */
  restore(): void {
    for (const word of this.#dirty) {
      this.words[word] = this.#image[word] as number;
      this.#isDirty[word] = 0;
      if (this.hasInterrupts) this.#changedBy[word] = -1;
    }
    this.#dirty.length = 0;
  }

  /** Threads that can go on, one bit each. */
  enabled(): number {
    let mask = 0;
    for (let thread = 0; thread < this.threadCount; thread++) {
      const kind = this.kind[thread] as number;
      if (kind === Access.none || kind === Access.parked) continue;
      if (kind === Access.until && this.words[this.word[thread] as number] === this.#seen[thread]) {
        continue;
      }
      mask |= 1 << thread;
    }
    if (this.hasInterrupts) {
      for (const interrupt of this.#interrupts) mask &= ~this.#heldBackBy(interrupt);
    }
    return mask === 0 ? this.#timeUp() : mask;
  }

  /** Interrupts among these threads that have not come yet. */
  pending(threads: number): number {
    if (!this.hasInterrupts) return 0;
    let mask = 0;
    for (const { thread } of this.#interrupts) mask |= 1 << thread;
    return mask & threads & this.#unbegun;
  }

  /** Whether two threads are on one processor: then no step of one is beside one of the other. */
  sharesProcessor(one: number, other: number): boolean {
    return this.hasInterrupts && this.#processorOf(one) === this.#processorOf(other);
  }

  #processorOf(thread: number): number {
    return this.#interrupts.find((interrupt) => interrupt.thread === thread)?.host ?? thread;
  }

  /** One that has come lets nobody else on the processor; one to come waits until it may. */
  #heldBackBy({ thread, host, offWord }: Interrupt): number {
    if ((this.#unbegun >> thread) & 1) return this.words[offWord] === 0 ? 0 : 1 << thread;
    if (this.kind[thread] === Access.none) return 0;
    let others = 1 << host;
    for (const other of this.#interrupts) {
      if (other.host === host && other.thread !== thread) others |= 1 << other.thread;
    }
    return others;
  }

  /** Threads that have not come to their end. */
  alive(): number {
    let mask = 0;
    for (let thread = 0; thread < this.threadCount; thread++) {
      if (this.kind[thread] !== Access.none) mask |= 1 << thread;
    }
    return mask;
  }

  /** Lets an enabled thread make its access. */
  step(thread: number): void {
    const kind = this.kind[thread] as number;
    this.#port[Port.step] = this.stepCount;
    this.who[this.stepCount] = thread;
    this.did[this.stepCount] = kind;
    this.#unbegun &= ~(1 << thread);
    this.stepCount++;
    this.pointCount++;
    this.reached[this.site[thread] as number] = 1;
    if (this.#races !== null) this.#races.observe(this, thread);
    if (kind === Access.wait) this.#wait(thread);
    else if (kind === Access.notify) this.#advance(thread, this.#notify(thread));
    else if (kind === Access.woken) {
      this.#advance(thread, this.wokenBy[thread] === -1 ? 'timed-out' : 'ok');
    } else {
      if (kind !== Access.copy) {
        if (MAY_CHANGE[kind]) this.#soil(this.word[thread] as number);
      } else {
        const first = this.word[thread] as number;
        for (let word = first; word < first + COPY_WORDS; word++) this.#soil(word);
      }
      const word = this.word[thread] as number;
      const before = this.words[word];
      this.#advance(thread, undefined);
      if (this.hasInterrupts && this.words[word] !== before) this.#changedBy[word] = thread;
    }
  }

  /** Whether the access that an enabled thread is about to make changes anything, as things are. */
  changes(thread: number): boolean {
    const kind = this.kind[thread] as number;
    if (kind === Access.attempt) {
      return this.words[this.word[thread] as number] === this.#seen[thread];
    }
    return MAY_CHANGE[kind] as boolean;
  }

  /** What keeps every living thread, when none is enabled. */
  deadlock(): Fault {
    const waits: string[] = [];
    let isLost = false;
    for (let thread = 0; thread < this.threadCount; thread++) {
      const kind = this.kind[thread] as number;
      if (kind === Access.none) continue;
      const word = this.word[thread] as number;
      if (kind !== Access.parked && kind !== Access.until) continue;
      const asleep = kind === Access.parked;
      if (asleep && this.words[word] !== this.#seen[thread]) isLost = true;
      const how = asleep ? 'sleeps on' : 'waits for a change of';
      waits.push(
        `thread ${thread} ${how} ${this.subject.wordName(word)}, which is ${this.words[word]}` +
          ` (${asleep ? 'slept' : 'saw'} at ${this.#seen[thread]})`,
      );
    }
    const own = this.#interrupts.find((interrupt) => this.#stopsItself(interrupt));
    if (own !== undefined) {
      const text =
        `Thread ${own.thread} interrupts thread ${own.host}, which cannot go on before it ends: ` +
        `${waits.join('; ')}.`;
      return { kind: 'self-deadlock', text };
    }
    const text = `No thread can go on: ${waits.join('; ')}.`;
    return { kind: isLost ? 'lost wake-up' : 'deadlock', text };
  }

  /** It waits for a word that its host changed, and the host for it. */
  #stopsItself({ thread, host }: Interrupt): boolean {
    if ((this.#unbegun >> thread) & 1 || this.kind[thread] === Access.none) return false;
    const isThere = this.kind[host] !== Access.none;
    return isThere && this.#changedBy[this.word[thread] as number] === host;
  }

  /** Of all that the execution left changed, whatever the order: for comparing outcomes. */
  memoryDigest(): number {
    let digest = 0;
    for (const word of this.#dirty) {
      const value = this.words[word] as number;
      if (value === this.#image[word]) continue;
      const mixed = Math.imul(Math.imul(word + 1, 0x9e3779b1) ^ value, 0x85ebca6b);
      digest = (digest + (mixed ^ (mixed >>> 15))) | 0;
    }
    return digest;
  }

  /** Words that the execution left other than they were at the beginning, and what they hold. */
  changedWords(): readonly (readonly [word: number, value: number])[] {
    return this.#dirty
      .filter((word) => this.words[word] !== this.#image[word])
      .sort((one, other) => one - other)
      .map((word) => [word, this.words[word] as number]);
  }

  #advance(thread: number, sent: unknown): void {
    const port = this.#port;
    let done: boolean | undefined;
    try {
      ({ done } = (this.#steps[thread] as Steps).next(sent));
    } catch (error) {
      this.kind[thread] = Access.none;
      if (error instanceof InstrumentError) throw error;
      this.fault = { kind: 'exception', text: `Thread ${thread} threw ${String(error)}.` };
      return;
    }
    if (port[Port.fault] !== 0) this.fault = this.subject.fault();
    if (done) {
      this.kind[thread] = Access.none;
      return;
    }
    const site = port[Port.site] as number;
    this.site[thread] = site;
    this.kind[thread] = this.#kinds[site] as number;
    this.word[thread] = port[Port.word] as number;
    this.#seen[thread] = port[Port.seen] as number;
    this.#count[thread] = port[Port.count] as number;
    this.source[thread] = port[Port.source] as number;
  }

  /** Compare and go to sleep are one step, as the language has it. */
  #wait(thread: number): void {
    if (this.words[this.word[thread] as number] !== this.#seen[thread]) {
      this.#advance(thread, 'not-equal');
      return;
    }
    this.kind[thread] = Access.parked;
    this.#sleepers.push(thread);
  }

  #notify(thread: number): number {
    const word = this.word[thread] as number;
    let woken = 0;
    const asleep: number[] = [];
    for (const sleeper of this.#sleepers) {
      if (this.word[sleeper] === word && woken < (this.#count[thread] as number)) {
        this.kind[sleeper] = Access.woken;
        this.wokenBy[sleeper] = thread;
        this.wokenAt[sleeper] = this.stepCount - 1;
        woken++;
      } else asleep.push(sleeper);
    }
    this.#sleepers = asleep;
    return woken;
  }

  /** Nobody can go on: those who sleep with a time limit do, since time passes. */
  #timeUp(): number {
    let mask = 0;
    for (const sleeper of this.#sleepers) {
      if (this.#count[sleeper] !== 1) continue;
      this.kind[sleeper] = Access.woken;
      this.wokenBy[sleeper] = -1;
      this.wokenAt[sleeper] = -1;
      mask |= 1 << sleeper;
    }
    if (mask !== 0) {
      this.#sleepers = this.#sleepers.filter((sleeper) => (mask & (1 << sleeper)) === 0);
    }
    return mask;
  }

  #soil(word: number): void {
    if (this.#isDirty[word] === 1) return;
    this.#isDirty[word] = 1;
    this.#dirty.push(word);
  }
}
