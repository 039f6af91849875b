/** Why the target did not do what it was asked; spares and counts are never negative. */
export const Refusal = {
  alreadyRemapped: -1,
  /** As published: the slots are used up. */
  noSlot: -2,
  /** The allocator said "none". */
  noSpare: -3,
  outOfRange: -4,
  /** The sector has not failed so often, or is tracked by nobody. */
  notDue: -5,
  /** The image of the metadata has no room for all remaps. */
  noRoom: -6,
  unknownCommand: -7,
  /** No sector number where there should be one, or one that is not modelled. */
  badArgument: -8,
} as const;

/** Write errors after which a sector is bad, as the module's parameter has it. */
export const ERROR_THRESHOLD = 3;

/**
 * The control path of the target: what its messages do, without their texts; and what a completion
 * and its worker do, which come by the same table. Objects are stateless, any thread may build one,
 * and locks are taken inside.
 */
export interface TargetControl {
  /** Remaps a sector. The spare, or a Refusal. */
  remap(thread: number, lba: number): number;
  /** The spare that serves a sector, or ON_MAIN. */
  verify(thread: number, lba: number): number;
  /** Forgets all remaps. How many there were. */
  clear(thread: number): number;
  /** Writes metadata that is not written yet. 0, or an error number. */
  save(thread: number): number;
  /** Writes all remaps to the metadata. How many, a Refusal or an error number. */
  sync(thread: number): number;
  /** Puts back what the metadata holds. How many remaps, or an error number. */
  restore(thread: number): number;
  /** A write has ended. True when the sector is now due for an automatic remap. */
  completeWrite(thread: number, lba: number, isError: boolean): boolean;
  /** The worker that a due sector was handed to. The spare, or a Refusal. */
  autoRemap(thread: number, lba: number): number;
  /** As published without a lock: each figure is of its own moment. */
  status(thread: number): TargetStatus;
}

export interface TargetStatus {
  /** Entries that lookups see. */
  readonly usedCount: number;
  /** How many of them have an LBA. */
  readonly remapCount: number;
  /** Remaps that the target has room for. */
  readonly capacity: number;
  readonly trackedCount: number;
  readonly manualRemapCount: number;
  readonly autoRemapCount: number;
  readonly writeErrorCount: number;
  readonly readErrorCount: number;
  readonly generation: number;
  readonly saveCount: number;
  readonly failureCount: number;
}

/**
 * Is told what becomes of spares at the moment it does, under the target lock: what is written down
 * after the lock was let go of may be overtaken. It changes nothing.
 */
export interface SpareWitness {
  /** The allocator is about to be asked. */
  asking(thread: number): void;
  /** It has answered: a spare, or NO_SPARE. */
  answered(thread: number, lba: number, spare: number): void;
  /** A sector got a spare that no allocator was asked for. */
  adopted(thread: number, lba: number, spare: number): void;
  returning(thread: number, lba: number, spare: number): void;
  returned(thread: number, lba: number, spare: number): void;
  /** No sector is remapped any more, and no spare was given back. */
  forgotten(thread: number): void;
}

/** For callers that keep no account. */
export class NoWitness implements SpareWitness {
  asking(): void {}
  answered(): void {}
  adopted(): void {}
  returning(): void {}
  returned(): void {}
  forgotten(): void {}
}
