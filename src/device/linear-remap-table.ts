import { type Layout, Table, TableSlot } from '../memory/layout.ts';
import { ON_MAIN, type RemapTable } from './remap-table.ts';

/**
 * Remap table as published: an array of entries, searched from the front, under the target lock.
 * Only whether it is empty is read without the lock. A lookup costs as much as there are remaps.
 *
 * `used` is the number of entries ever taken; a removed one keeps its place with LBA 0 (stored as
 * LBA + 1) until it is used again.
 */
export class LinearRemapTable implements RemapTable {
  readonly lookupNeedsLock = true;
  readonly #words: Int32Array;
  readonly #table: number;
  readonly #slots: number;
  readonly #capacity: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#table = layout.table;
    this.#slots = layout.tableSlots;
    this.#capacity = layout.tableCapacity;
  }

  mayHold(): boolean {
    return Atomics.load(this.#words, this.#table + Table.used) > 0;
  }

  resolve(lba: number, sectorCount: number, into: Int32Array): void {
    const words = this.#words;
    for (let offset = 0; offset < sectorCount; offset++) into[offset] = ON_MAIN;
    const end = this.#slotsEnd();
    for (let at = this.#slots; at < end; at += TableSlot.wordCount) {
      const offset = (words[at + TableSlot.lba] as number) - 1 - lba;
      if (offset >= 0 && offset < sectorCount) into[offset] = words[at + TableSlot.spare] as number;
    }
  }

  spareFor(lba: number): number {
    const at = this.#find(lba + 1);
    return at < 0 ? ON_MAIN : (this.#words[at + TableSlot.spare] as number);
  }

  isFull(): boolean {
    const used = this.#words[this.#table + Table.used] as number;
    return used >= this.#capacity && this.#words[this.#table + Table.freeSlot] === 0;
  }

  insert(lba: number, spare: number): void {
    const words = this.#words;
    const used = words[this.#table + Table.used] as number;
    const freed = words[this.#table + Table.freeSlot] as number;
    const slot = freed > 0 ? freed - 1 : used;
    const at = this.#slots + slot * TableSlot.wordCount;
    if (freed > 0) words[this.#table + Table.freeSlot] = words[at + TableSlot.next] as number;
    words[at + TableSlot.spare] = spare;
    words[at + TableSlot.lba] = lba + 1;
    // Pairs with the load in mayHold(): the entry is whole before the table is seen not to be
    // empty.
    if (freed === 0) Atomics.store(words, this.#table + Table.used, used + 1);
  }

  remove(lba: number): void {
    const words = this.#words;
    const at = this.#find(lba + 1);
    words[at + TableSlot.lba] = 0;
    words[at + TableSlot.next] = words[this.#table + Table.freeSlot] as number;
    words[this.#table + Table.freeSlot] = (at - this.#slots) / TableSlot.wordCount + 1;
  }

  usedCount(): number {
    return this.#words[this.#table + Table.used] as number;
  }

  lbaOf(slot: number): number {
    const at = this.#slots + slot * TableSlot.wordCount;
    return (this.#words[at + TableSlot.lba] as number) - 1;
  }

  #find(stored: number): number {
    const end = this.#slotsEnd();
    for (let at = this.#slots; at < end; at += TableSlot.wordCount) {
      if (this.#words[at + TableSlot.lba] === stored) return at;
    }
    return -1;
  }

  #slotsEnd(): number {
    return this.#slots + (this.#words[this.#table + Table.used] as number) * TableSlot.wordCount;
  }
}
