import type { RemappingDevice } from '../../device/device.ts';
import { Outcome } from '../../device/outcome.ts';
import { ON_MAIN } from '../../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../../device/spare-allocator.ts';
import type { SpareWitness, TargetControl } from '../../device/target-control.ts';
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
  /** null where the program sends no messages. */
  readonly control: TargetControl | null;
  readonly device: RemappingDevice;
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
  /** No LBA is remapped any more, and no spare was given back. */
  forgotten(thread: number): void;
  /** A message has been answered. */
  sent(thread: number, answer: number): void;
  /** In the target lock, for an I/O that has ended. */
  completed(thread: number): void;
}

/** Tells the journal what messages do with spares, at the moment they do. */
export class JournalWitness implements SpareWitness {
  readonly #owners: OwnerTable;
  readonly #journal: Journal;

  constructor(owners: OwnerTable, journal: Journal) {
    this.#owners = owners;
    this.#journal = journal;
  }

  asking(thread: number): void {
    this.#journal.beginAllocation(thread);
  }

  answered(thread: number, lba: number, spare: number): void {
    this.#journal.endAllocation(thread, spare);
    if (spare !== NO_SPARE) this.adopted(thread, lba, spare);
  }

  adopted(thread: number, lba: number, spare: number): void {
    this.#journal.claimed(thread, spare, this.#owners.claim(spare, ownerMarkOf(thread, 0)));
    this.#journal.attached(thread, lba, spare, Outcome.done);
  }

  returning(thread: number, _lba: number, spare: number): void {
    this.#journal.beginRelease(thread, spare);
    this.#owners.clear(spare);
  }

  returned(thread: number, lba: number, spare: number): void {
    this.#journal.endRelease(thread, spare);
    this.#journal.detached(thread, lba, spare);
  }

  forgotten(thread: number): void {
    this.#journal.forgotten(thread);
  }
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
    } else if (letter === 's') journal.sent(thread, sendRemap(parts, lba));
    else if (letter === 'c') journal.sent(thread, sendClear(parts));
    else if (letter === 'm') remapOne(parts, lba);
    else if (letter === 'u') undoRemap(parts, lba);
    else if (letter === 'y') device.flush(thread);
    else if (letter === 'p') device.syncMetadata(thread);
    else if (letter === 'v') device.autosaveMetadata(thread);
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
  if (outcome === Outcome.done) device.finishRemap(thread, lba, spare);
  else if (parts.returnsSpares) giveBack(parts, spare);
}

function sendRemap({ thread, control }: ThreadParts, lba: number): number {
  return control === null ? 0 : control.remap(thread, lba);
}

function sendClear({ thread, control }: ThreadParts): number {
  return control === null ? 0 : control.clear(thread);
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
