import { TargetTable } from '../memory/layout.ts';

/**
 * What the target counts, in the header of its table. Plain reads and writes: under the target lock
 * when guarded; as published the error counters are added to without it, and of two at once one may
 * be lost (P9).
 */
export class TargetCounters {
  readonly #words: Int32Array;
  readonly #table: number;

  constructor(words: Int32Array, table: number) {
    this.#words = words;
    this.#table = table;
  }

  manualRemapCount(): number {
    return this.#words[this.#table + TargetTable.manualRemaps] as number;
  }

  autoRemapCount(): number {
    return this.#words[this.#table + TargetTable.autoRemaps] as number;
  }

  writeErrorCount(): number {
    return this.#words[this.#table + TargetTable.writeErrors] as number;
  }

  readErrorCount(): number {
    return this.#words[this.#table + TargetTable.readErrors] as number;
  }

  countManualRemap(): void {
    this.#add(TargetTable.manualRemaps);
  }

  countAutoRemap(): void {
    this.#add(TargetTable.autoRemaps);
  }

  countWriteError(): void {
    this.#add(TargetTable.writeErrors);
  }

  /** Remaps of both kinds from 0 again; errors go on. */
  clearRemaps(): void {
    this.#words[this.#table + TargetTable.manualRemaps] = 0;
    this.#words[this.#table + TargetTable.autoRemaps] = 0;
  }

  #add(field: number): void {
    const at = this.#table + field;
    this.#words[at] = (this.#words[at] as number) + 1;
  }
}
