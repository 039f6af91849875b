import type { Memory } from '../memory/attach.ts';
import { LoggedOperation, OperationLogWord, partOf } from '../memory/layout.ts';

/** One operation as a thread wrote it down. */
export interface LoggedOperationRecord {
  /** Since the gate. */
  readonly issueNs: number;
  /** Index into OPERATIONS. */
  readonly operation: number;
  readonly lba: number;
  readonly sectorCount: number;
}

/**
 * What one thread has issued, in its own order: as much as there is room for. Sized by the plan and
 * written with plain stores, so that to record costs the thread four of them.
 */
export class OperationLog {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #log: number;
  readonly #capacity: number;

  /** null where nothing is recorded. */
  static of(memory: Memory, thread: number): OperationLog | null {
    return memory.layout.operationLogWords === 0 ? null : new OperationLog(memory, thread);
  }

  constructor(memory: Memory, thread: number) {
    const { operationLogs, operationLogWords } = memory.layout;
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#log = partOf(operationLogs, thread, operationLogWords);
    this.#capacity = (operationLogWords - OperationLogWord.entries) / LoggedOperation.wordCount;
  }

  add(issueNs: number, operation: number, lba: number, sectorCount: number): void {
    const words = this.#words;
    const count = words[this.#log + OperationLogWord.count] as number;
    if (count === this.#capacity) {
      const unlogged = (this.#log + OperationLogWord.unlogged) / 2;
      this.#floats[unlogged] = (this.#floats[unlogged] as number) + 1;
      return;
    }
    const at = this.#log + OperationLogWord.entries + count * LoggedOperation.wordCount;
    this.#floats[(at + LoggedOperation.issueNs) / 2] = issueNs;
    words[at + LoggedOperation.lba] = lba;
    words[at + LoggedOperation.shape] = (sectorCount << 3) | operation;
    words[this.#log + OperationLogWord.count] = count + 1;
  }

  get count(): number {
    return this.#words[this.#log + OperationLogWord.count] as number;
  }

  /** Operations that found no room. */
  get unloggedCount(): number {
    return this.#floats[(this.#log + OperationLogWord.unlogged) / 2] as number;
  }

  at(index: number): LoggedOperationRecord {
    const at = this.#log + OperationLogWord.entries + index * LoggedOperation.wordCount;
    const shape = this.#words[at + LoggedOperation.shape] as number;
    return {
      issueNs: this.#floats[(at + LoggedOperation.issueNs) / 2] as number,
      operation: shape & 7,
      lba: this.#words[at + LoggedOperation.lba] as number,
      sectorCount: shape >>> 3,
    };
  }
}
