import type { Site } from '../access.ts';
import { type Fault, NO_FAULTS } from '../engine/fault.ts';
import type { Steps, Subject } from '../engine/subject.ts';
import type { Instrumented } from '../transform/instrument.ts';
import { InstrumentError } from '../transform/instrument-error.ts';
import type { Runtime } from '../transform/runtime.ts';

/** Somebody else's module as a subject. */
export interface ModuleProgram {
  /** Letters, digits and `-_~`. */
  readonly name: string;
  readonly code: Instrumented;
  /** All memory that the threads share, as it is when they begin; not shared while exploring. */
  readonly words: Int32Array;
  /**
   * By thread: calls one exported function of the instrumented files and returns what it returns.
   * All that the thread does stands in that function: what is called from elsewhere does not run.
   */
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
  #who: Uint8Array = new Uint8Array(0);

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

  begin(who: Uint8Array): void {
    this.#who = who;
    this.#program.begin?.();
  }

  thread(thread: number): Steps {
    const started = (this.#program.threads[thread] as () => unknown)();
    if (isSteps(started)) return started;
    throw new InstrumentError(
      `${this.name}: thread ${thread} never stops, so nothing of it would be explored; it must ` +
        'return what an exported function of the instrumented files returns',
    );
  }

  fault(): Fault | null {
    return null;
  }

  judge(stepCount: number): readonly Fault[] {
    this.#mustAllHaveStepped(stepCount);
    const text = this.#program.judge?.(this.words) ?? null;
    return text === null ? NO_FAULTS : [{ kind: 'forbidden outcome', text }];
  }

  /** Over other memory than `words` a thread makes no step, and anything would pass. */
  #mustAllHaveStepped(stepCount: number): void {
    for (let thread = 0; thread < this.threadCount; thread++) {
      const first = this.#who.indexOf(thread);
      if (first >= 0 && first < stepCount) continue;
      throw new InstrumentError(
        `${this.name}: thread ${thread} touched no shared memory; is it given the same words as ` +
          'the program?',
      );
    }
  }

  outcome(): string {
    return this.#program.outcome?.() ?? '';
  }
}

function isSteps(value: unknown): value is Steps {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}
