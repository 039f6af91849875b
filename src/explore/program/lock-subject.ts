import type { Lock } from '../../lock/lock.ts';
import { PARKED, parksOf } from '../../lock/relax.ts';
import { type Layout, layoutOf } from '../../memory/layout.ts';
import { LOCK_KINDS, type LockKind, type Plan } from '../../scenario/plan.ts';
import { Access, type Site } from '../access.ts';
import { type Fault, NO_FAULTS } from '../engine/fault.ts';
import type { Steps, Subject } from '../engine/subject.ts';
import { finish, Port, type Runtime } from '../transform/runtime.ts';
import type { LockJournal, LockParts, runRounds } from './lock-program.ts';
import type { ProductCode } from './product-code.ts';
import { planOf, programWith } from './program.ts';
import { wordNameIn } from './word-name.ts';

/** Locks that serve in the order in which threads stood in line. */
export const FIFO_LOCKS: readonly LockKind[] = ['ticket', 'mcs', 'queued'];

/**
 * A lock and threads that take it so many times each. Judged are mutual exclusion, that nobody
 * waits for ever, the order of service (one who stands in line when another begins to ask is served
 * before him), and what acquire() says the wait cost.
 */
export class LockSubject implements Subject, LockJournal {
  readonly name: string;
  readonly threadCount: number;
  readonly words: Int32Array;
  readonly runtime: Runtime;
  readonly sites: readonly Site[];
  readonly fingerprint: string;
  readonly #kind: LockKind;
  readonly #rounds: readonly number[];
  readonly #layout: Layout;
  readonly #code: ProductCode;
  readonly #parts: readonly LockParts[];
  readonly #run: (...parts: Parameters<typeof runRounds>) => Steps;
  readonly #counter: number;
  #accessOf: Uint8Array = new Uint8Array(0);
  /** By step: who made it, and what it was. */
  #who: Uint8Array = new Uint8Array(0);
  #did: Uint8Array = new Uint8Array(0);
  /** By thread: the last step before it asked. */
  readonly #askedAfter: number[] = [];
  /** Threads inside; by thread, those that stood in line when it asked. */
  #inside: number[] = [];
  readonly #ahead: Set<number>[] = [];
  readonly #waiting = new Set<number>();
  #fault: Fault | null = null;

  constructor(kind: LockKind, rounds: readonly number[], code: ProductCode) {
    const plan = lockPlanOf(kind, rounds);
    this.#kind = kind;
    this.#rounds = rounds;
    this.#code = code;
    this.#layout = layoutOf(plan);
    this.name = `lock~${kind}~${rounds.join('-')}`;
    this.threadCount = rounds.length;
    this.words = new Int32Array(this.#layout.wordCount);
    this.runtime = code.runtime;
    this.sites = code.sites;
    this.fingerprint = code.fingerprint;
    this.#counter = this.#layout.allocationHolder;
    code.runtime.attach(this.words);
    const { lockOn } = code.module<{
      lockOn(kind: LockKind, words: Int32Array, base: number): Lock;
    }>('lock/index');
    this.#parts = rounds.map((count, thread) => ({
      thread,
      rounds: count,
      lock: finish(lockOn(kind, this.words, this.#layout.allocationLock)),
      words: this.words,
      counter: this.#counter,
      journal: this,
    }));
    this.#run = code.module<{ runRounds(parts: LockParts): Steps }>(
      'explore/program/lock-program',
    ).runRounds;
  }

  wordName(word: number): string {
    return wordNameIn(this.#layout, word);
  }

  begin(who: Uint8Array, accessOf: Uint8Array, did: Uint8Array): void {
    this.#who = who;
    this.#did = did;
    this.#accessOf = accessOf;
    this.#inside = [];
    this.#ahead.length = 0;
    this.#waiting.clear();
    this.#fault = null;
  }

  thread(thread: number): Steps {
    return this.#run(this.#parts[thread] as LockParts);
  }

  fault(): Fault | null {
    return this.#fault;
  }

  judge(): readonly Fault[] {
    const expected = this.#rounds.reduce((sum, count) => sum + count, 0);
    const counted = this.words[this.#counter] as number;
    if (counted === expected) return NO_FAULTS;
    const text = `${expected} passages through the critical section counted ${counted}.`;
    return [{ kind: 'lost update', text }];
  }

  outcome(): string {
    return '';
  }

  smaller(): readonly LockSubject[] {
    return this.#rounds.flatMap((_, thread) => {
      const fewer = this.#rounds
        .map((count, other) => (other === thread ? count - 1 : count))
        .filter((count) => count > 0);
      return fewer.length === 0 ? [] : [new LockSubject(this.#kind, fewer, this.#code)];
    });
  }

  asks(thread: number): void {
    this.#askedAfter[thread] = this.runtime.port[Port.step] as number;
    const standsInLine = (other: number) =>
      this.#waiting.has(other) && this.#accessOf[other] === Access.until;
    this.#ahead[thread] = new Set([...this.#waiting].filter(standsInLine));
    this.#waiting.add(thread);
  }

  enters(thread: number, waited: number): void {
    this.#waiting.delete(thread);
    this.#judgeWait(thread, waited);
    const isFifo = FIFO_LOCKS.includes(this.#kind);
    const passed = [...(this.#ahead[thread] ?? [])].filter((other) => this.#waiting.has(other));
    if (this.#inside.length > 0) {
      this.#accuse({
        kind: 'mutual exclusion',
        text: `Thread ${thread} entered while thread ${this.#inside.join(', ')} was inside.`,
      });
    } else if (isFifo && passed.length > 0) {
      this.#accuse({
        kind: 'order',
        text: `Thread ${thread} entered before thread ${passed.join(', ')}, who stood in line when it asked.`,
      });
    }
    this.#inside.push(thread);
    for (const ahead of this.#ahead) ahead?.delete(thread);
  }

  /**
   * Nothing if nobody else was there; else a turn for each time it looked again, one more at most
   * for each attempt, and a park for each call of wait.
   */
  #judgeWait(thread: number, waited: number): void {
    const made = { until: 0, attempt: 0, wait: 0 };
    const now = this.runtime.port[Port.step] as number;
    for (let step = (this.#askedAfter[thread] as number) + 1; step <= now; step++) {
      if (this.#who[step] !== thread) continue;
      if (this.#did[step] === Access.until) made.until++;
      else if (this.#did[step] === Access.attempt) made.attempt++;
      else if (this.#did[step] === Access.wait) made.wait++;
    }
    const turns = waited % PARKED;
    const most = this.threadCount === 1 ? 0 : made.until + made.attempt + 1;
    const isTrue = turns >= made.until && turns <= most && parksOf(waited) === made.wait;
    if (isTrue) return;
    this.#accuse({
      kind: 'forbidden outcome',
      text:
        `acquire() told thread ${thread} of ${turns} turns and ${parksOf(waited)} parks; it looked ` +
        `again ${made.until} times and called wait ${made.wait} times.`,
    });
  }

  leaves(thread: number): void {
    this.#inside = this.#inside.filter((other) => other !== thread);
  }

  #accuse(fault: Fault): void {
    this.#fault ??= fault;
    this.runtime.port[Port.fault] = 1;
  }
}

/** The plan whose memory a lock's program runs in. */
export function lockPlanOf(kind: LockKind, rounds: readonly number[]): Plan {
  return planOf(programWith({ lock: kind, threads: rounds.map(() => 'a') }));
}

/** `lock~mcs~2-1` */
export function parseLockProgram(name: string): { kind: LockKind; rounds: number[] } | null {
  const [head, kind, rounds] = name.split('~');
  if (head !== 'lock' || !LOCK_KINDS.includes(kind as LockKind) || rounds === undefined)
    return null;
  return { kind: kind as LockKind, rounds: rounds.split('-').map(Number) };
}
