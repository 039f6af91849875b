import { type Layout, TargetSlot, TargetTable } from '../memory/layout.ts';
import { ON_MAIN, type RemapTable } from './remap-table.ts';
import { Health, healthAfter, RemapReason } from './sector-health.ts';
import { TargetCounters } from './target-counters.ts';

/** An LBA that no slot holds: what `clear` writes, and what the export takes for "unused". */
const CLEARED = -1;

/** What is put back into the table, entry by entry. */
export interface RestoredEntries {
  lbaOf(entry: number): number;
  spareOf(entry: number): number;
}

/** What a search for a slot answers when there is none. */
export const NO_SLOT = -1;

/**
 * The target's table as dm-remap v4.0 has it: one array of slots, one a spare, for remaps and for
 * health tracking, with a counter each.
 *
 *     remaps           slots 0 … used − 1           lookups see these, first match wins
 *     health tracking  slots 0 … healthEntries − 1  accesses and errors are booked on these
 *
 * Each appends at its own counter and takes no notice of the other. The memory is born zero, so a
 * slot that nobody has used holds LBA 0. Both are the modelled faults, kept to the letter:
 *
 *  - the first error of a new sector makes a health slot over a live remap: the sector remapped
 *    there goes back to the main device (P2 a)
 *  - a promotion makes a slot visible only if it happens to be the next one; else it reports
 *    success, and the sector stays where it was (P2 b); a later one makes it visible (P2 c)
 *  - a manual remap overwrites a health slot and its history (P2 d)
 *  - a promoted slot keeps the spare it was made with, which is its own index: no allocation, no
 *    bit, metadata at 0 (P1); nothing stops a second promotion (P3)
 *  - a remap that found no spare leaves its LBA in the slot (S7), where a promotion may find it
 *  - clear forgets remaps, and neither bits nor health slots (S6)
 *
 * All changes are made under the target lock, but for restore(), which takes none (P5).
 */
export class PublishedSlotTable implements RemapTable {
  readonly lookupNeedsLock = true;
  readonly #words: Int32Array;
  readonly #table: number;
  readonly #slots: number;
  readonly #capacity: number;
  readonly #counters: TargetCounters;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#table = layout.table;
    this.#slots = layout.tableSlots;
    this.#capacity = layout.tableCapacity;
    this.#counters = new TargetCounters(words, layout.table);
  }

  /** One slot a spare that may be handed out. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Without the lock, as the I/O path reads it (P11). */
  mayHold(): boolean {
    return Atomics.load(this.#words, this.#table + TargetTable.used) > 0;
  }

  resolve(lba: number, sectorCount: number, into: Int32Array): void {
    if (sectorCount === 1) {
      into[0] = this.spareFor(lba);
      return;
    }
    for (let offset = 0; offset < sectorCount; offset++) into[offset] = ON_MAIN;
    // From the back, so that of two slots of one LBA the first is what remains.
    for (let slot = this.usedCount() - 1; slot >= 0; slot--) {
      const offset = this.lbaOf(slot) - lba;
      if (offset >= 0 && offset < sectorCount) into[offset] = this.spareOf(slot);
    }
  }

  spareFor(lba: number): number {
    const slot = this.#find(lba, this.usedCount());
    return slot === NO_SLOT ? ON_MAIN : this.spareOf(slot);
  }

  isFull(): boolean {
    return this.usedCount() >= this.#capacity;
  }

  /** A manual remap in one step; between prepare() and complete() an allocator may be asked. */
  insert(lba: number, spare: number): void {
    this.prepare(lba);
    this.complete(spare);
  }

  /** As published there is no such thing; scenarios with unremap are refused. */
  remove(): void {}

  /** First half of a manual remap: the LBA goes into the next slot, and stays there (S7). */
  prepare(lba: number): void {
    this.#put(this.usedCount(), TargetSlot.lba, lba);
  }

  /** Second half: the slot gets its spare, loses what it had of health, and becomes visible. */
  complete(spare: number): void {
    const used = this.usedCount();
    this.#put(used, TargetSlot.spare, spare);
    this.#put(used, TargetSlot.errors, 0);
    this.#put(used, TargetSlot.accesses, 0);
    this.#put(used, TargetSlot.reason, RemapReason.manual);
    this.#put(used, TargetSlot.health, Health.remapped);
    this.#counters.countManualRemap();
    // Pairs with the load in mayHold(): the slot is whole before it is seen.
    Atomics.store(this.#words, this.#table + TargetTable.used, used + 1);
  }

  /**
   * Books an access to an LBA. The first error of an LBA makes it a health slot, if there is room,
   * at healthEntries, whatever is there, with its index for a spare. True when the sector is now
   * due for an automatic remap: see isDue().
   */
  recordAccess(lba: number, isError: boolean, threshold: number): boolean {
    const tracked = this.healthCount();
    let slot = this.#find(lba, tracked);
    if (slot === NO_SLOT) {
      if (!isError || tracked >= this.#capacity) return false;
      slot = tracked;
      this.#track(slot, lba);
    }
    const accesses = this.#at(slot, TargetSlot.accesses) + 1;
    const errors = this.#at(slot, TargetSlot.errors) + (isError ? 1 : 0);
    const health = this.#at(slot, TargetSlot.health);
    this.#put(slot, TargetSlot.accesses, accesses);
    this.#put(slot, TargetSlot.errors, errors);
    this.#put(slot, TargetSlot.health, healthAfter(health, isError, errors, accesses, threshold));
    return isError && this.#isSlotDue(slot, threshold);
  }

  /**
   * Whether an LBA meets the criteria of an automatic remap: errors at the threshold, health bad,
   * no reason yet. Looked up among all slots, remaps and never used ones included.
   */
  isDue(lba: number, threshold: number): boolean {
    const slot = this.slotOf(lba);
    return slot !== NO_SLOT && this.#isSlotDue(slot, threshold);
  }

  /** The first of all slots that holds the LBA, whatever it is, or NO_SLOT. */
  slotOf(lba: number): number {
    return this.#find(lba, this.#capacity);
  }

  /**
   * Turns the first slot that holds the LBA, whatever it is, into a remap, with the spare that it
   * has. Asks nothing more: isDue() was some time ago. Returns that spare, or ON_MAIN when no slot
   * holds the LBA. The caller is told of success even when lookups do not see the slot.
   */
  promote(lba: number): number {
    const slot = this.slotOf(lba);
    if (slot === NO_SLOT) return ON_MAIN;
    this.#put(slot, TargetSlot.reason, RemapReason.writeError);
    this.#put(slot, TargetSlot.health, Health.remapped);
    const used = this.usedCount();
    const isNext = used < this.#capacity && this.lbaOf(used) === lba;
    if (isNext) Atomics.store(this.#words, this.#table + TargetTable.used, used + 1);
    this.#counters.countAutoRemap();
    return this.spareOf(slot);
  }

  /** Forgets all remaps: LBAs and three counters. Health slots stay counted, without their LBA. */
  clear(): void {
    for (let slot = 0; slot < this.#capacity; slot++) this.#put(slot, TargetSlot.lba, CLEARED);
    Atomics.store(this.#words, this.#table + TargetTable.used, 0);
    this.#counters.clearRemaps();
  }

  /**
   * Puts back what was exported, without the lock: each entry at the slot of its spare, if that
   * slot is unused; `used` is then how many there were. What is beyond it no lookup sees (S9).
   * In a table as it was born no slot looks unused (S8). Sets no bit. Returns how many it put.
   */
  restore(image: RestoredEntries, entryCount: number): number {
    let restored = 0;
    for (let entry = 0; entry < entryCount; entry++) {
      const slot = image.spareOf(entry);
      if (slot < 0 || slot >= this.#capacity || this.lbaOf(slot) !== CLEARED) continue;
      this.#put(slot, TargetSlot.lba, image.lbaOf(entry));
      this.#put(slot, TargetSlot.spare, slot);
      restored++;
    }
    Atomics.store(this.#words, this.#table + TargetTable.used, restored);
    return restored;
  }

  /** Whether the export takes a slot for a remap: whoever has not been cleared is one (S8). */
  looksUsed(slot: number): boolean {
    return this.lbaOf(slot) !== CLEARED;
  }

  lbaOf(slot: number): number {
    return this.#at(slot, TargetSlot.lba);
  }

  spareOf(slot: number): number {
    return this.#at(slot, TargetSlot.spare);
  }

  healthOf(slot: number): number {
    return this.#at(slot, TargetSlot.health);
  }

  reasonOf(slot: number): number {
    return this.#at(slot, TargetSlot.reason);
  }

  errorsOf(slot: number): number {
    return this.#at(slot, TargetSlot.errors);
  }

  usedCount(): number {
    return this.#words[this.#table + TargetTable.used] as number;
  }

  healthCount(): number {
    return this.#words[this.#table + TargetTable.healthEntries] as number;
  }

  manualRemapCount(): number {
    return this.#counters.manualRemapCount();
  }

  autoRemapCount(): number {
    return this.#counters.autoRemapCount();
  }

  writeErrorCount(): number {
    return this.#counters.writeErrorCount();
  }

  readErrorCount(): number {
    return this.#counters.readErrorCount();
  }

  /** A completion's own count, made without any lock: of two at once, one may be lost (P9). */
  countWriteError(): void {
    this.#counters.countWriteError();
  }

  #track(slot: number, lba: number): void {
    this.#put(slot, TargetSlot.lba, lba);
    this.#put(slot, TargetSlot.spare, slot);
    this.#put(slot, TargetSlot.errors, 0);
    this.#put(slot, TargetSlot.accesses, 0);
    this.#put(slot, TargetSlot.reason, RemapReason.none);
    this.#put(slot, TargetSlot.health, Health.unknown);
    this.#words[this.#table + TargetTable.healthEntries] = slot + 1;
  }

  #isSlotDue(slot: number, threshold: number): boolean {
    return (
      this.#at(slot, TargetSlot.errors) >= threshold &&
      this.#at(slot, TargetSlot.health) === Health.bad &&
      this.#at(slot, TargetSlot.reason) === RemapReason.none
    );
  }

  /** The first of the slots below `end` that holds the LBA. */
  #find(lba: number, end: number): number {
    for (let slot = 0; slot < end; slot++) {
      if (this.lbaOf(slot) === lba) return slot;
    }
    return NO_SLOT;
  }

  #at(slot: number, field: number): number {
    return this.#words[this.#slots + slot * TargetSlot.wordCount + field] as number;
  }

  #put(slot: number, field: number, value: number): void {
    this.#words[this.#slots + slot * TargetSlot.wordCount + field] = value;
  }
}
