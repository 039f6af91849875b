/** What lookups answer for a sector that is not remapped. */
export const ON_MAIN = -1;

/**
 * LBA -> spare. All changes are made under the target lock, by one thread at a time; `resolve` may
 * run beside them where the table allows lock-free reads.
 */
export interface RemapTable {
  /** Whether lookups of this table need the target lock. */
  readonly lookupNeedsLock: boolean;
  /** Without any lock: false means that no sector of the range is remapped at this moment. */
  mayHold(lba: number, sectorCount: number): boolean;
  /** Fills into[0 … sectorCount) with the spare of each sector from `lba`, or ON_MAIN. */
  resolve(lba: number, sectorCount: number, into: Int32Array): void;
  /** Under the target lock: the spare of one sector, or ON_MAIN. */
  spareFor(lba: number): number;
  /** Under the target lock. */
  isFull(): boolean;
  /** Under the target lock; the LBA is not in the table and the table is not full. */
  insert(lba: number, spare: number): void;
  /** Under the target lock; the LBA is in the table and no I/O to it is in flight. */
  remove(lba: number): void;
  /** Under the target lock: slots that have been taken, those given back since included. */
  usedCount(): number;
  /** Under the target lock: the LBA in a slot below usedCount(), or −1 when it was given back. */
  lbaOf(slot: number): number;
}
