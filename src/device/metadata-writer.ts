import { Outcome } from './outcome.ts';

/**
 * Keeps the remap table on the medium. Called by the device, which knows what is to happen; each
 * call is made at the one moment that its comment names.
 */
export interface MetadataWriter {
  /**
   * Under the target lock, no I/O to the LBA in flight, its data copied to the spare and not yet
   * read there: the last moment before the mapping is published. An Outcome; only after `done` may
   * it be.
   */
  recordRemap(lba: number, spare: number): number;
  /** The same of its undoing: the data copied back, the mapping still published. */
  recordUnremap(lba: number, spare: number): number;
  /** Without any lock, the mapping published, the caller not yet told. */
  finishRemap(thread: number): void;
  /** The `sync` message: the caller wants the table saved now. Without any lock. */
  sync(thread: number): void;
  /** The timer of autosave has gone off. Without any lock. */
  autosave(thread: number): void;
  /** What a flush of the target reaches. An Outcome. */
  flush(): number;
}

/** The remap table lives and dies with the memory that it is in. */
export class NoMetadata implements MetadataWriter {
  recordRemap(): number {
    return Outcome.done;
  }

  recordUnremap(): number {
    return Outcome.done;
  }

  finishRemap(): void {}
  sync(): void {}
  autosave(): void {}

  flush(): number {
    return Outcome.done;
  }
}
