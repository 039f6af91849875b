import { type Layout, Table, TableSlot } from '../memory/layout.ts';
import { ON_MAIN, type RemapTable } from './remap-table.ts';

/** Fibonacci hashing: multiply by 2^32 / golden ratio and keep the upper bits (Knuth, 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * Remap table with lock-free lookups: a filter of one bit a sector, then chains of slots by hash.
 *
 * Order of publication, on insert: slot's spare and lba, slot's next, chain head, filter bit. A
 * reader that finds the bit set therefore finds the slot; one that finds it clear reads the main
 * device, and that is right, because insert sets it only when no I/O to the sector is in flight.
 *
 * On remove: filter bit first, then the slot leaves its chain and goes to the free list; it keeps
 * its own `next` until it is used again. A reader that stands on such a slot is on its way to
 * another LBA; it may be led into another chain and miss. It then starts over, as its own bit is
 * still set: a miss under a set bit is proof of a change, not of absence.
 */
export class HashRemapTable implements RemapTable {
  readonly lookupNeedsLock = false;
  readonly #words: Int32Array;
  readonly #table: number;
  readonly #filter: number;
  readonly #heads: number;
  readonly #slots: number;
  readonly #capacity: number;
  readonly #shift: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#table = layout.table;
    this.#filter = layout.tableFilter;
    this.#heads = layout.tableHeads;
    this.#slots = layout.tableSlots;
    this.#capacity = layout.tableCapacity;
    this.#shift = Math.clz32(layout.tableHeadCount) + 1;
  }

  mayHold(lba: number, sectorCount: number): boolean {
    const last = lba + sectorCount - 1;
    for (let wordIndex = lba >>> 5; wordIndex <= last >>> 5; wordIndex++) {
      const bits = Atomics.load(this.#words, this.#filter + wordIndex);
      if (bits === 0) continue;
      const from = wordIndex === lba >>> 5 ? lba & 31 : 0;
      const to = wordIndex === last >>> 5 ? last & 31 : 31;
      if (((bits >>> from) << from) << (31 - to) !== 0) return true;
    }
    return false;
  }

  resolve(lba: number, sectorCount: number, into: Int32Array): void {
    for (let offset = 0; offset < sectorCount; offset++) into[offset] = this.spareFor(lba + offset);
  }

  spareFor(lba: number): number {
    const words = this.#words;
    for (;;) {
      // Pairs with the OR in insert().
      const bits = Atomics.load(words, this.#filter + (lba >>> 5));
      if (((bits >>> (lba & 31)) & 1) === 0) return ON_MAIN;
      let slot = Atomics.load(words, this.#headOf(lba));
      while (slot !== 0) {
        const at = this.#slots + (slot - 1) * TableSlot.wordCount;
        if (Atomics.load(words, at + TableSlot.lba) === lba + 1) {
          return Atomics.load(words, at + TableSlot.spare);
        }
        slot = Atomics.load(words, at + TableSlot.next);
      }
    }
  }

  isFull(): boolean {
    const used = this.#words[this.#table + Table.used] as number;
    return used >= this.#capacity && this.#words[this.#table + Table.freeSlot] === 0;
  }

  insert(lba: number, spare: number): void {
    const words = this.#words;
    const slot = this.#takeSlot();
    const at = this.#slots + slot * TableSlot.wordCount;
    const head = this.#headOf(lba);
    Atomics.store(words, at + TableSlot.spare, spare);
    Atomics.store(words, at + TableSlot.lba, lba + 1);
    Atomics.store(words, at + TableSlot.next, Atomics.load(words, head));
    Atomics.store(words, head, slot + 1);
    // The publication. Pairs with the load in spareFor() and mayHold().
    Atomics.or(words, this.#filter + (lba >>> 5), 1 << (lba & 31));
  }

  remove(lba: number): void {
    const words = this.#words;
    Atomics.and(words, this.#filter + (lba >>> 5), ~(1 << (lba & 31)));
    let link = this.#headOf(lba);
    for (;;) {
      const slot = Atomics.load(words, link) - 1;
      const at = this.#slots + slot * TableSlot.wordCount;
      if (Atomics.load(words, at + TableSlot.lba) === lba + 1) {
        Atomics.store(words, link, Atomics.load(words, at + TableSlot.next));
        Atomics.store(words, at + TableSlot.lba, 0);
        this.#giveSlot(slot);
        return;
      }
      link = at + TableSlot.next;
    }
  }

  usedCount(): number {
    return this.#words[this.#table + Table.used] as number;
  }

  lbaOf(slot: number): number {
    return Atomics.load(this.#words, this.#slots + slot * TableSlot.wordCount + TableSlot.lba) - 1;
  }

  #headOf(lba: number): number {
    return this.#heads + (Math.imul(lba, GOLDEN) >>> this.#shift);
  }

  /**
   * Slots never used come first, then those given back. The free list is linked through `spare`,
   * which no reader follows; `next` must stay as it is for readers that still stand on the slot.
   */
  #takeSlot(): number {
    const words = this.#words;
    const used = words[this.#table + Table.used] as number;
    if (used < this.#capacity) {
      words[this.#table + Table.used] = used + 1;
      return used;
    }
    const slot = (words[this.#table + Table.freeSlot] as number) - 1;
    const at = this.#slots + slot * TableSlot.wordCount;
    words[this.#table + Table.freeSlot] = Atomics.load(words, at + TableSlot.spare);
    return slot;
  }

  #giveSlot(slot: number): void {
    const at = this.#slots + slot * TableSlot.wordCount;
    const next = this.#words[this.#table + Table.freeSlot] as number;
    Atomics.store(this.#words, at + TableSlot.spare, next);
    this.#words[this.#table + Table.freeSlot] = slot + 1;
  }
}
