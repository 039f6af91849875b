import { type Device, Outcome } from '../../device/device.ts';
import { ON_MAIN } from '../../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../../device/spare-allocator.ts';
import { type OwnerTable, ownerMarkOf } from '../../record/owner-table.ts';
import type { ProgramOperation } from './program.ts';

/**
 * What one thread of a program does. Plain code, like a thread of load: it is instrumented with the
 * rest, and on real threads it runs as it is.
 */
export interface ThreadParts {
  readonly thread: number;
  readonly operations: readonly ProgramOperation[];
  readonly allocator: SpareAllocator;
  readonly owners: OwnerTable;
  readonly device: Device;
  readonly outerLock: boolean;
  /** As published, nothing gives a spare back to the allocator. */
  readonly returnsSpares: boolean;
  /** Where this thread writes from and reads into, in bytes. */
  readonly sourceByte: number;
  readonly targetByte: number;
  readonly journal: Journal;
}

/** Takes down what a thread sees. It is not shared memory: nothing here is a scheduling point. */
export interface Journal {
  beginOperation(thread: number, operation: ProgramOperation): void;
  endOperation(thread: number, result: string): void;
  beginAllocation(thread: number): void;
  /** ownerBefore: the owner's mark that the claim found, 0 if there was none. */
  endAllocation(thread: number, spare: number): void;
  claimed(thread: number, spare: number, ownerBefore: number): void;
  beginRelease(thread: number, spare: number): void;
  endRelease(thread: number, spare: number): void;
  /** Puts a value of its own where the thread writes from. */
  stageWrite(thread: number, lba: number): void;
  noteWritten(thread: number): void;
  /** Takes down what stands where the thread reads into. */
  noteRead(thread: number, lba: number): void;
  attached(thread: number, lba: number, spare: number, outcome: number): void;
  detached(thread: number, lba: number, spare: number): void;
  /** In the target lock, for an I/O that has ended. */
  completed(thread: number): void;
}

export function runProgram(parts: ThreadParts): void {
  const { thread, operations, device, journal } = parts;
  const kept: number[] = [];
  for (const operation of operations) {
    const { letter, lba } = operation;
    journal.beginOperation(thread, operation);
    if (letter === 'a') {
      if (parts.outerLock) device.lockTarget(thread);
      const spare = allocateOne(parts);
      if (parts.outerLock) device.unlockTarget(thread);
      if (spare !== NO_SPARE) kept.push(spare);
    } else if (letter === 'f') {
      const spare = kept.shift();
      if (spare !== undefined) giveBack(parts, spare);
    } else if (letter === 'r') {
      device.read(thread, lba, 1, parts.targetByte);
      journal.noteRead(thread, lba);
    } else if (letter === 'w') {
      journal.stageWrite(thread, lba);
      device.write(thread, lba, 1, parts.sourceByte);
      journal.noteWritten(thread);
    } else if (letter === 'm') remapOne(parts, lba);
    else if (letter === 'u') undoRemap(parts, lba);
    else complete(parts);
    journal.endOperation(thread, letter);
  }
}

/** The order of a thread of load: the spare is claimed before anything else is done with it. */
function allocateOne({ thread, allocator, owners, journal }: ThreadParts): number {
  journal.beginAllocation(thread);
  const spare = allocator.allocate(thread);
  journal.endAllocation(thread, spare);
  if (spare !== NO_SPARE) {
    journal.claimed(thread, spare, owners.claim(spare, ownerMarkOf(thread, 0)));
  }
  return spare;
}

function remapOne(parts: ThreadParts, lba: number): void {
  const { thread, device, outerLock } = parts;
  if (outerLock) device.lockTarget(thread);
  const spare = allocateOne(parts);
  if (spare === NO_SPARE) {
    if (outerLock) device.unlockTarget(thread);
    return;
  }
  if (!outerLock) device.lockTarget(thread);
  const outcome = device.attach(lba, spare);
  parts.journal.attached(thread, lba, spare, outcome);
  device.unlockTarget(thread);
  if (outcome !== Outcome.done && parts.returnsSpares) giveBack(parts, spare);
}

function undoRemap(parts: ThreadParts, lba: number): void {
  const { thread, device } = parts;
  device.lockTarget(thread);
  const spare = device.detach(lba);
  parts.journal.detached(thread, lba, spare);
  device.unlockTarget(thread);
  if (spare !== ON_MAIN) giveBack(parts, spare);
}

/** What the end of a failed I/O does under the target lock is to count; here it only takes it. */
function complete({ thread, device, journal }: ThreadParts): void {
  device.lockTarget(thread);
  journal.completed(thread);
  device.unlockTarget(thread);
}

/** The owner word is cleared first: its next owner must find it empty. */
function giveBack({ thread, allocator, owners, journal }: ThreadParts, spare: number): void {
  journal.beginRelease(thread, spare);
  owners.clear(spare);
  allocator.release(thread, spare);
  journal.endRelease(thread, spare);
}
