import type { Memory } from '../memory/attach.ts';
import { partOf, ThreadFloat, ThreadWord } from '../memory/layout.ts';

/**
 * One thread's own counters in shared memory. Plain stores: one thread writes, and a live reader is
 * content with a value that is an operation old.
 */
export class ThreadCounters {
  readonly words: Int32Array;
  readonly floats: Float64Array;
  /** First word and first float of this thread's block. */
  readonly word: number;
  readonly float: number;

  constructor(memory: Memory, thread: number) {
    this.words = memory.words;
    this.floats = memory.floats;
    this.word = partOf(memory.layout.threads, thread, ThreadWord.wordCount);
    this.float = this.word / 2;
  }

  get(field: number): number {
    return this.floats[this.float + field] as number;
  }

  set(field: number, value: number): void {
    this.floats[this.float + field] = value;
  }

  add(field: number, amount: number): void {
    this.floats[this.float + field] = (this.floats[this.float + field] as number) + amount;
  }

  get status(): number {
    return this.words[this.word + ThreadWord.status] as number;
  }

  set status(value: number) {
    this.words[this.word + ThreadWord.status] = value;
  }

  get waitingFor(): number {
    return this.words[this.word + ThreadWord.waitingFor] as number;
  }

  set waitingFor(lock: number) {
    this.words[this.word + ThreadWord.waitingFor] = lock;
  }

  /** First float of an operation's counters. */
  static ofOperation(operationIndex: number, counter: number, perOperation: number): number {
    return ThreadFloat.perOperation + operationIndex * perOperation + counter;
  }
}
