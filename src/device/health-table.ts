import { HealthSlot, type Layout } from '../memory/layout.ts';
import { Health, healthAfter } from './sector-health.ts';

/** Fibonacci hashing: multiply by 2^32 / golden ratio and keep the upper bits (Knuth, 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * Health of sectors, corrected: a table of its own, which knows no spares. Sectors without errors
 * have no entry, and one that has become good again, or was remapped, gives its entry back.
 *
 * Open addressing with linear probing; what is taken out is closed up, so that no search ends too
 * early. All of it under the target lock. At most half of the slots are filled: when they are, a
 * sector's first error is not tracked, and its next one is another chance.
 */
export class HealthTable {
  readonly #words: Int32Array;
  readonly #count: number;
  readonly #slots: number;
  readonly #mask: number;
  readonly #shift: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#count = layout.healthCount;
    this.#slots = layout.healthSlots;
    this.#mask = layout.healthSlotCount - 1;
    this.#shift = Math.clz32(layout.healthSlotCount) + 1;
  }

  /** Sectors that are tracked now. */
  trackedCount(): number {
    return this.#words[this.#count] as number;
  }

  /** Books an access. True when the sector is now due for an automatic remap: see isDue(). */
  recordAccess(lba: number, isError: boolean, threshold: number): boolean {
    const words = this.#words;
    const slot = this.#slotFor(lba);
    const at = this.#wordOf(slot);
    if (words[at + HealthSlot.lba] === 0) {
      const tracked = this.trackedCount();
      if (!isError || 2 * tracked > this.#mask) return false;
      words[at + HealthSlot.lba] = lba + 1;
      words[at + HealthSlot.errors] = 0;
      words[at + HealthSlot.accesses] = 0;
      words[at + HealthSlot.health] = Health.unknown;
      words[this.#count] = tracked + 1;
    }
    const accesses = (words[at + HealthSlot.accesses] as number) + 1;
    const errors = (words[at + HealthSlot.errors] as number) + (isError ? 1 : 0);
    const before = words[at + HealthSlot.health] as number;
    const health = healthAfter(before, isError, errors, accesses, threshold);
    words[at + HealthSlot.accesses] = accesses;
    words[at + HealthSlot.errors] = errors;
    words[at + HealthSlot.health] = health;
    if (health === Health.good) this.#removeAt(slot);
    return isError && health === Health.bad;
  }

  /** Whether the sector has as many errors as make it bad. */
  isDue(lba: number): boolean {
    const at = this.#wordOf(this.#slotFor(lba));
    return (
      this.#words[at + HealthSlot.lba] === lba + 1 &&
      this.#words[at + HealthSlot.health] === Health.bad
    );
  }

  /** The sector is remapped, or was said to be sound: its entry is given back, if it has one. */
  forget(lba: number): void {
    const slot = this.#slotFor(lba);
    if (this.#words[this.#wordOf(slot) + HealthSlot.lba] !== 0) this.#removeAt(slot);
  }

  /** The slot of the LBA, or the free one where a search for it ends. */
  #slotFor(lba: number): number {
    let slot = this.#homeOf(lba);
    for (;;) {
      const stored = this.#words[this.#wordOf(slot) + HealthSlot.lba] as number;
      if (stored === 0 || stored === lba + 1) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Moves up what a search could no longer reach across the gap. */
  #removeAt(taken: number): void {
    const words = this.#words;
    let gap = taken;
    for (let slot = (gap + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = this.#wordOf(slot);
      const stored = words[at + HealthSlot.lba] as number;
      if (stored === 0) break;
      const fromHome = (slot - this.#homeOf(stored - 1)) & this.#mask;
      if (fromHome < ((slot - gap) & this.#mask)) continue;
      const to = this.#wordOf(gap);
      words[to + HealthSlot.lba] = stored;
      words[to + HealthSlot.errors] = words[at + HealthSlot.errors] as number;
      words[to + HealthSlot.accesses] = words[at + HealthSlot.accesses] as number;
      words[to + HealthSlot.health] = words[at + HealthSlot.health] as number;
      gap = slot;
    }
    words[this.#wordOf(gap) + HealthSlot.lba] = 0;
    words[this.#count] = this.trackedCount() - 1;
  }

  #homeOf(lba: number): number {
    return Math.imul(lba, GOLDEN) >>> this.#shift;
  }

  #wordOf(slot: number): number {
    return this.#slots + slot * HealthSlot.wordCount;
  }
}
