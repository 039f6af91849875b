import type { Site } from '../access.ts';
import type { Step } from '../search/replay.ts';
import type { Runtime } from '../transform/runtime.ts';
import type { Fault, FaultCause } from './fault.ts';

/** A virtual thread: stops before every access to shared memory. */
export type Steps<T = unknown> = Generator<undefined, T, unknown>;

/**
 * What is explored: a memory, threads over it, and somebody who judges. One execution after the
 * other, each from the same beginning; between two, only the engine changes the memory.
 */
export interface Subject {
  /** Names it in a schedule: letters, digits and `-_.~` only. */
  readonly name: string;
  readonly threadCount: number;
  /** All shared memory, as it is when the threads begin. */
  readonly words: Int32Array;
  readonly runtime: Runtime;
  readonly sites: readonly Site[];
  readonly fingerprint: string;
  /** Threads that are interrupts of others; by default none. */
  readonly interrupts?: readonly Interrupt[];
  /** What a word is called, for people. */
  wordName(word: number): string;
  /**
   * Before every execution: forget the last one.
   *
   * @param who by step: the thread that made it, filled in as it goes
   * @param accessOf by thread: the kind of access it stands at, kept up to date
   * @param did by step: the kind of access that it was, filled in as it goes
   */
  begin(who: Uint8Array, accessOf: Uint8Array, did: Uint8Array): void;
  thread(thread: number): Steps;
  /** What an operation has shown, looked for when it raises Port.fault. */
  fault(): Fault | null;
  /** At quiescence: every thread has come to its end. */
  judge(stepCount: number): readonly Fault[];
  /** What the threads were answered: with the memory, what an execution came to. */
  outcome(): string;
  /** What a thread does, operation for operation, for reports. */
  events?(): readonly OperationEvent[];
  /** What a fault came of, given the accesses of the execution; where faults have known causes. */
  causesOf?(fault: Fault, steps: readonly Step[]): readonly FaultCause[];
  /** Subjects with one operation less, for making a failure smaller. */
  smaller?(): readonly Subject[];
}

/** A thread that runs on the processor of another one, which stands still meanwhile. */
export interface Interrupt {
  readonly thread: number;
  readonly host: number;
  /** Not 0 while the host's processor takes no interrupts. */
  readonly offWord: number;
}

/** Begin or end of an operation, as the thread that does it wrote it down. */
export interface OperationEvent {
  readonly thread: number;
  /** Accesses made by all threads before it. */
  readonly step: number;
  readonly text: string;
}
