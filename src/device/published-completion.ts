import type { Lock } from '../lock/lock.ts';
import type { PublishedSlotTable } from './published-slot-table.ts';
import type { RemapQueue } from './remap-queue.ts';

/** Writes above 64 KiB are not tracked. */
const TRACKED_SECTORS_MOST = 128;

/** Is told of every write when it has ended, before its issuer is. */
export interface WriteCompletion {
  ended(thread: number, lba: number, sectorCount: number, isError: boolean): void;
}

/**
 * The completion of a write as dm-remap v4.0 has it: under the target lock it is booked on the
 * sector that the request began with, whichever failed; the error is counted after that, with no
 * lock (P9); and if the sector is now due for an automatic remap, work is queued, by every
 * completion that finds it so (P3). The request ends with its error: nothing is issued again. Reads
 * are not tracked at all.
 */
export class PublishedCompletion implements WriteCompletion {
  readonly #table: PublishedSlotTable;
  readonly #targetLock: Lock;
  readonly #queue: RemapQueue;
  readonly #threshold: number;

  constructor(
    table: PublishedSlotTable,
    targetLock: Lock,
    queue: RemapQueue,
    errorThreshold: number,
  ) {
    this.#table = table;
    this.#targetLock = targetLock;
    this.#queue = queue;
    this.#threshold = errorThreshold;
  }

  ended(thread: number, lba: number, sectorCount: number, isError: boolean): void {
    if (sectorCount > TRACKED_SECTORS_MOST) return;
    this.#targetLock.acquire(thread);
    const isDue = this.#table.recordAccess(lba, isError, this.#threshold);
    this.#targetLock.release(thread);
    if (isError) this.#table.countWriteError();
    if (isDue) this.#queue.put(lba);
  }
}
