import type { Lock } from '../lock/lock.ts';
import type { MetadataStore } from './metadata-store.ts';
import { NO_SLOT, type PublishedSlotTable } from './published-slot-table.ts';
import { ON_MAIN } from './remap-table.ts';
import { RemapReason } from './sector-health.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';
import {
  Refusal,
  type SpareWitness,
  type TargetControl,
  type TargetStatus,
} from './target-control.ts';

/**
 * The control path of dm-remap v4.0 as published.
 *
 *     remap, verify, clear      under the target lock for all of it
 *     a completion's books      under it; the error counters after it, with no lock (P9)
 *     worker                    looks whether the sector is due under the lock, lets go of it, and
 *                               promotes under the lock: two workers may both have looked (P3)
 *     sync, restore, status     without it (P5)
 *
 * No sector number is compared with the device (S13), nothing is copied to a spare, and no I/O in
 * flight is waited for (P10). A remap costs a search of all remaps, and so does every other call.
 */
export class PublishedControl implements TargetControl {
  readonly #table: PublishedSlotTable;
  readonly #allocator: SpareAllocator;
  readonly #lock: Lock;
  readonly #metadata: MetadataStore;
  readonly #witness: SpareWitness;
  readonly #threshold: number;

  constructor(parts: {
    readonly table: PublishedSlotTable;
    readonly allocator: SpareAllocator;
    readonly targetLock: Lock;
    readonly metadata: MetadataStore;
    readonly witness: SpareWitness;
    readonly threshold: number;
  }) {
    this.#table = parts.table;
    this.#allocator = parts.allocator;
    this.#lock = parts.targetLock;
    this.#metadata = parts.metadata;
    this.#witness = parts.witness;
    this.#threshold = parts.threshold;
  }

  remap(thread: number, lba: number): number {
    this.#lock.acquire(thread);
    const answer = this.#remapUnderLock(thread, lba);
    this.#lock.release(thread);
    return answer;
  }

  verify(thread: number, lba: number): number {
    this.#lock.acquire(thread);
    const spare = this.#table.spareFor(lba);
    this.#lock.release(thread);
    return spare;
  }

  /** Bits, ring and cursor stay as they are: what was remapped is used for ever (S6). */
  clear(thread: number): number {
    this.#lock.acquire(thread);
    const count = this.#table.usedCount();
    this.#table.clear();
    this.#witness.forgotten(thread);
    this.#lock.release(thread);
    return count;
  }

  save(): number {
    return this.#metadata.save();
  }

  /** Every slot that was never cleared counts as a remap (S8); what has no room is left out. */
  sync(): number {
    const { capacity } = this.#metadata;
    let count = 0;
    for (let slot = 0; slot < this.#table.capacity && count < capacity; slot++) {
      if (!this.#table.looksUsed(slot)) continue;
      this.#metadata.put(count, this.#table.lbaOf(slot), this.#table.spareOf(slot));
      count++;
    }
    const error = this.#metadata.commit(count);
    return error === 0 ? count : error;
  }

  restore(): number {
    const count = this.#metadata.load();
    if (count < 0) return count;
    return this.#table.restore(this.#metadata, count);
  }

  completeWrite(thread: number, lba: number, isError: boolean): boolean {
    this.#lock.acquire(thread);
    const isDue = this.#table.recordAccess(lba, isError, this.#threshold);
    this.#lock.release(thread);
    if (isError) this.#table.countWriteError();
    return isDue;
  }

  autoRemap(thread: number, lba: number): number {
    this.#lock.acquire(thread);
    const isDue = this.#table.isDue(lba, this.#threshold);
    this.#lock.release(thread);
    return isDue ? this.promote(thread, lba) : Refusal.notDue;
  }

  /** The worker's second half, which asks for nothing but a slot. The spare, or a Refusal. */
  promote(thread: number, lba: number): number {
    this.#lock.acquire(thread);
    const slot = this.#table.slotOf(lba);
    const isFirst = slot !== NO_SLOT && this.#table.reasonOf(slot) === RemapReason.none;
    const spare = this.#table.promote(lba);
    if (isFirst) this.#witness.adopted(thread, lba, spare);
    this.#lock.release(thread);
    return spare === ON_MAIN ? Refusal.notDue : spare;
  }

  status(): TargetStatus {
    const table = this.#table;
    const usedCount = table.usedCount();
    let remapCount = 0;
    for (let slot = 0; slot < usedCount; slot++) if (table.looksUsed(slot)) remapCount++;
    return {
      usedCount,
      remapCount,
      capacity: table.capacity,
      trackedCount: table.healthCount(),
      manualRemapCount: table.manualRemapCount(),
      autoRemapCount: table.autoRemapCount(),
      writeErrorCount: table.writeErrorCount(),
      readErrorCount: table.readErrorCount(),
      generation: this.#metadata.generation(),
      saveCount: this.#metadata.saveCount(),
      failureCount: this.#metadata.failureCount(),
    };
  }

  #remapUnderLock(thread: number, lba: number): number {
    const table = this.#table;
    if (table.spareFor(lba) !== ON_MAIN) return Refusal.alreadyRemapped;
    if (table.isFull()) return Refusal.noSlot;
    table.prepare(lba);
    this.#witness.asking(thread);
    const spare = this.#allocator.allocate(thread);
    this.#witness.answered(thread, lba, spare);
    if (spare === NO_SPARE) return Refusal.noSpare;
    table.complete(spare);
    return spare;
  }
}
