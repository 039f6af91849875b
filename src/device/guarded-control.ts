import type { RemappingDevice } from './device.ts';
import type { HealthTable } from './health-table.ts';
import { ErrorNumber, type MetadataStore } from './metadata-store.ts';
import { Outcome } from './outcome.ts';
import { ON_MAIN, type RemapTable } from './remap-table.ts';
import { NO_SPARE, type SpareAllocator } from './spare-allocator.ts';
import {
  Refusal,
  type SpareWitness,
  type TargetControl,
  type TargetStatus,
} from './target-control.ts';
import type { TargetCounters } from './target-counters.ts';

/**
 * The control path, corrected. Every call holds the target lock from its first look at the table to
 * its last change of it; the allocator's lock is only taken inside, never the other way round.
 *
 * Whatever is in the table was had from the allocator, so its bit is set; whatever leaves the table
 * goes back to it. Health stands apart and knows no spares. A remap that cannot be completed leaves
 * nothing behind. Sectors beyond the device are refused.
 */
export class GuardedControl implements TargetControl {
  readonly #device: RemappingDevice;
  readonly #table: RemapTable;
  readonly #health: HealthTable;
  readonly #counters: TargetCounters;
  readonly #allocator: SpareAllocator;
  readonly #metadata: MetadataStore;
  readonly #witness: SpareWitness;
  readonly #sectorCount: number;
  readonly #capacity: number;
  readonly #threshold: number;

  constructor(parts: {
    readonly device: RemappingDevice;
    readonly table: RemapTable;
    readonly health: HealthTable;
    readonly counters: TargetCounters;
    readonly allocator: SpareAllocator;
    readonly metadata: MetadataStore;
    readonly witness: SpareWitness;
    readonly sectorCount: number;
    /** Spares that may be handed out. */
    readonly capacity: number;
    readonly threshold: number;
  }) {
    this.#device = parts.device;
    this.#table = parts.table;
    this.#health = parts.health;
    this.#counters = parts.counters;
    this.#allocator = parts.allocator;
    this.#metadata = parts.metadata;
    this.#witness = parts.witness;
    this.#sectorCount = parts.sectorCount;
    this.#capacity = parts.capacity;
    this.#threshold = parts.threshold;
  }

  remap(thread: number, lba: number): number {
    if (!this.#isOnDevice(lba)) return Refusal.outOfRange;
    this.#device.lockTarget(thread);
    const answer = this.#attachNew(thread, lba);
    if (answer >= 0) this.#counters.countManualRemap();
    this.#device.unlockTarget(thread);
    if (answer >= 0) this.#device.finishRemap(thread, lba, answer);
    return answer;
  }

  verify(thread: number, lba: number): number {
    if (!this.#isOnDevice(lba)) return Refusal.outOfRange;
    this.#device.lockTarget(thread);
    const spare = this.#table.spareFor(lba);
    this.#device.unlockTarget(thread);
    return spare;
  }

  /** Moves every sector back to the main device and gives its spare back, cached ones too. */
  clear(thread: number): number {
    this.#device.lockTarget(thread);
    const count = this.#detachAll(thread);
    this.#counters.clearRemaps();
    this.#device.unlockTarget(thread);
    return count;
  }

  save(thread: number): number {
    this.#device.lockTarget(thread);
    const error = this.#metadata.save();
    this.#device.unlockTarget(thread);
    return error;
  }

  /** All remaps or none: an image that left some out would lose them silently. */
  sync(thread: number): number {
    this.#device.lockTarget(thread);
    const answer = this.#export();
    this.#device.unlockTarget(thread);
    return answer;
  }

  /**
   * Adds what is not remapped now. Each spare is taken from the allocator by its number, and passed
   * over if it is not free. The data comes from the main device, which served the sector so far.
   */
  restore(thread: number): number {
    this.#device.lockTarget(thread);
    const count = this.#metadata.load();
    const answer = count < 0 ? count : this.#import(thread, count);
    this.#device.unlockTarget(thread);
    return answer;
  }

  completeWrite(thread: number, lba: number, isError: boolean): boolean {
    if (!this.#isOnDevice(lba)) return false;
    this.#device.lockTarget(thread);
    if (isError) this.#counters.countWriteError();
    // Errors of a sector that is on a spare already are not the main device's.
    const isDue =
      this.#table.spareFor(lba) === ON_MAIN &&
      this.#health.recordAccess(lba, isError, this.#threshold);
    this.#device.unlockTarget(thread);
    return isDue;
  }

  /** Looks and acts under one hold of the lock: of two workers, the second finds nothing due. */
  autoRemap(thread: number, lba: number): number {
    this.#device.lockTarget(thread);
    const answer = this.#health.isDue(lba) ? this.#attachNew(thread, lba) : Refusal.notDue;
    if (answer >= 0) this.#counters.countAutoRemap();
    this.#device.unlockTarget(thread);
    if (answer >= 0) this.#device.finishRemap(thread, lba, answer);
    return answer;
  }

  status(thread: number): TargetStatus {
    this.#device.lockTarget(thread);
    const counters = this.#counters;
    let remapCount = 0;
    for (let slot = 0; slot < this.#table.usedCount(); slot++) {
      if (this.#table.lbaOf(slot) >= 0) remapCount++;
    }
    const status = {
      usedCount: remapCount,
      remapCount,
      capacity: this.#capacity,
      trackedCount: this.#health.trackedCount(),
      manualRemapCount: counters.manualRemapCount(),
      autoRemapCount: counters.autoRemapCount(),
      writeErrorCount: counters.writeErrorCount(),
      readErrorCount: counters.readErrorCount(),
      generation: this.#metadata.generation(),
      saveCount: this.#metadata.saveCount(),
      failureCount: this.#metadata.failureCount(),
    };
    this.#device.unlockTarget(thread);
    return status;
  }

  #isOnDevice(lba: number): boolean {
    return lba >= 0 && lba < this.#sectorCount;
  }

  #attachNew(thread: number, lba: number): number {
    if (this.#table.spareFor(lba) !== ON_MAIN) return Refusal.alreadyRemapped;
    this.#witness.asking(thread);
    const spare = this.#allocator.allocate(thread);
    this.#witness.answered(thread, lba, spare);
    if (spare === NO_SPARE) return Refusal.noSpare;
    if (this.#device.attach(lba, spare) !== Outcome.done) {
      this.#giveBack(thread, lba, spare);
      return Refusal.noSlot;
    }
    this.#health.forget(lba);
    return spare;
  }

  #detachAll(thread: number): number {
    let count = 0;
    for (let slot = 0; slot < this.#table.usedCount(); slot++) {
      const lba = this.#table.lbaOf(slot);
      if (lba < 0) continue;
      const spare = this.#device.detach(lba);
      this.#giveBack(thread, lba, spare);
      count++;
    }
    this.#allocator.flush(thread);
    return count;
  }

  #giveBack(thread: number, lba: number, spare: number): void {
    this.#witness.returning(thread, lba, spare);
    this.#allocator.release(thread, spare);
    this.#witness.returned(thread, lba, spare);
  }

  #export(): number {
    const { capacity } = this.#metadata;
    let count = 0;
    for (let slot = 0; slot < this.#table.usedCount(); slot++) {
      const lba = this.#table.lbaOf(slot);
      if (lba < 0) continue;
      if (count === capacity) return Refusal.noRoom;
      this.#metadata.put(count, lba, this.#table.spareFor(lba));
      count++;
    }
    const error = this.#metadata.commit(count);
    return error === 0 ? count : error;
  }

  /** What an image says of a sector or spare that cannot be so is refused before any change. */
  #import(thread: number, count: number): number {
    for (let entry = 0; entry < count; entry++) {
      const spare = this.#metadata.spareOf(entry);
      if (!this.#isOnDevice(this.#metadata.lbaOf(entry)) || spare < 0) return ErrorNumber.invalid;
    }
    this.#allocator.flush(thread);
    let restored = 0;
    for (let entry = 0; entry < count; entry++) {
      const lba = this.#metadata.lbaOf(entry);
      const spare = this.#metadata.spareOf(entry);
      if (this.#table.spareFor(lba) !== ON_MAIN || !this.#allocator.take(thread, spare)) continue;
      this.#witness.adopted(thread, lba, spare);
      this.#device.attach(lba, spare);
      this.#health.forget(lba);
      this.#counters.countManualRemap();
      restored++;
    }
    return restored;
  }
}
