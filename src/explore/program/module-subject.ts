import type { Site } from '../access.ts';
import { type Fault, NO_FAULTS } from '../engine/fault.ts';
import type { Steps, Subject } from '../engine/subject.ts';
import type { Instrumented } from '../transform/instrument.ts';
import type { Runtime } from '../transform/runtime.ts';

/** Somebody else's module as a subject. */
export interface ModuleProgram {
  /** Letters, digits and `-_~`. */
  readonly name: string;
  readonly code: Instrumented;
  /** All memory that the threads share, as it is when they begin; not shared while exploring. */
  readonly words: Int32Array;
  /** By thread: starts it. What it calls are exports of the instrumented files. */
  readonly threads: readonly (() => unknown)[];
  /** Before every execution: forget what the last one left outside `words`. */
  readonly begin?: () => void;
  /** When all threads have come to their end: what is wrong, in one sentence, or null. */
  readonly judge?: (words: Int32Array) => string | null;
  /** What the threads were answered, where outcomes are compared. */
  readonly outcome?: () => string;
  readonly wordName?: (word: number) => string;
}

/** Functions of an instrumented module, each as one thread, over a memory of the caller's. */
export class ModuleSubject implements Subject {
  readonly name: string;
  readonly threadCount: number;
  readonly words: Int32Array;
  readonly runtime: Runtime;
  readonly sites: readonly Site[];
  readonly fingerprint: string;
  readonly #program: ModuleProgram;

  constructor(program: ModuleProgram) {
    this.#program = program;
    this.name = program.name;
    this.threadCount = program.threads.length;
    this.words = program.words;
    this.runtime = program.code.runtime;
    this.sites = program.code.sites;
    this.fingerprint = program.code.fingerprint;
  }

  wordName(word: number): string {
    return this.#program.wordName?.(word) ?? `words[${word}]`;
  }

  begin(): void {
    this.#program.begin?.();
  }

  /** A function that touches no shared memory returns at once, and its thread has no steps. */
  thread(thread: number): Steps {
    const started = (this.#program.threads[thread] as () => unknown)();
    return isSteps(started) ? started : endedSteps();
  }

  fault(): Fault | null {
    return null;
  }

  judge(): readonly Fault[] {
    const text = this.#program.judge?.(this.words) ?? null;
    return text === null ? NO_FAULTS : [{ kind: 'forbidden outcome', text }];
  }

  outcome(): string {
    return this.#program.outcome?.() ?? '';
  }
}

function isSteps(value: unknown): value is Steps {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}

function* endedSteps(): Steps<void> {}
