import type { RemapTable } from '../../device/remap-table.ts';
import { ON_MAIN } from '../../device/remap-table.ts';
import type { Lock } from '../../lock/lock.ts';

/** One call of a table: look an LBA up, insert it, remove it. */
export interface TableOperation {
  readonly letter: 'l' | 'i' | 'd';
  readonly lba: number;
}

/** What one thread of a table's program does. Plain code, instrumented with the table. */
export interface TableParts {
  readonly thread: number;
  readonly operations: readonly TableOperation[];
  readonly table: RemapTable;
  readonly targetLock: Lock;
  readonly journal: TableJournal;
}

/** Not shared memory: nothing here is a scheduling point. */
export interface TableJournal {
  begins(thread: number): void;
  /** A spare that no other insertion has. */
  newSpare(thread: number): number;
  /** found: the spare of the LBA before the call, or ON_MAIN. */
  ends(thread: number, operation: TableOperation, found: number, spare: number): void;
}

/** As the device uses it: changes under the target lock, lookups where the table needs it. */
export function runTable({ thread, operations, table, targetLock, journal }: TableParts): void {
  const into = new Int32Array(1);
  for (const operation of operations) {
    const { letter, lba } = operation;
    journal.begins(thread);
    if (letter === 'l') {
      into[0] = ON_MAIN;
      if (table.mayHold(lba, 1)) {
        if (table.lookupNeedsLock) targetLock.acquire(thread);
        table.resolve(lba, 1, into);
        if (table.lookupNeedsLock) targetLock.release(thread);
      }
      journal.ends(thread, operation, into[0] as number, ON_MAIN);
      continue;
    }
    targetLock.acquire(thread);
    const found = table.spareFor(lba);
    const spare = letter === 'i' ? journal.newSpare(thread) : ON_MAIN;
    if (letter === 'i' && found === ON_MAIN && !table.isFull()) table.insert(lba, spare);
    if (letter === 'd' && found !== ON_MAIN) table.remove(lba);
    targetLock.release(thread);
    journal.ends(thread, operation, found, spare);
  }
}
