import { JobWord, type Layout, partOf } from './layout.ts';

/**
 * Where the threads of a job that begins after another wait for the end of that one. Waiting is
 * `Atomics.wait`, as at the start gate.
 */
export class JobGate {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #jobs: number;

  constructor(words: Int32Array, floats: Float64Array, layout: Layout) {
    this.#words = words;
    this.#floats = floats;
    this.#jobs = layout.jobs;
  }

  /**
   * A thread of the job has ended its load, at `nowNs` by the clock. The last of them opens the way
   * for those that wait.
   */
  finish(job: number, threadCount: number, nowNs: number): void {
    const word = this.#wordOf(job);
    if (Atomics.add(this.#words, word + JobWord.finished, 1) + 1 < threadCount) return;
    this.#floats[(word + JobWord.endNs) / 2] = nowNs;
    Atomics.store(this.#words, word + JobWord.over, 1);
    Atomics.notify(this.#words, word + JobWord.over);
  }

  /** Waits so long at most; whether the job is over. */
  awaitEnd(job: number, patienceNs: number): boolean {
    const word = this.#wordOf(job) + JobWord.over;
    Atomics.wait(this.#words, word, 0, patienceNs / 1e6);
    return Atomics.load(this.#words, word) === 1;
  }

  /** Clock at the job's end. Pairs with finish: it was written before the word `over`. */
  endNs(job: number): number {
    return this.#floats[(this.#wordOf(job) + JobWord.endNs) / 2] as number;
  }

  #wordOf(job: number): number {
    return partOf(this.#jobs, job, JobWord.wordCount);
  }
}
