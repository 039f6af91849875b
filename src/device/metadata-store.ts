import {
  type Layout,
  METADATA_ENTRY_COUNT,
  Metadata,
  MetadataEntry,
  MetadataHead,
} from '../memory/layout.ts';

/** Errors as the kernel numbers them, negative as it returns them. */
export const ErrorNumber = { io: -5, exists: -17, invalid: -22, noSpace: -28, range: -34 } as const;

/**
 * What keeps remaps beyond the target's life, as far as its messages know of it: an image of
 * entries that is put together, written, and read again. How it is laid out and what a crash leaves
 * of it is the store's own affair.
 *
 * The caller that writes puts entries 0 … count − 1 and then commits them. As published nobody
 * keeps two callers apart (P6); the corrected control holds the target lock throughout.
 */
export interface MetadataStore {
  /** Most entries of one image. */
  readonly capacity: number;
  put(entry: number, lba: number, spare: number): void;
  /** Ends the image, gives it the next generation, writes it. 0, or an error number. */
  commit(entryCount: number): number;
  /** Writes what is not written yet, if anything. 0, or an error number. */
  save(): number;
  /** Reads the last image back. How many entries it has, or an error number. */
  load(): number;
  /** Of the image that was loaded. */
  lbaOf(entry: number): number;
  spareOf(entry: number): number;
  generation(): number;
  saveCount(): number;
  failureCount(): number;
}

/**
 * Metadata kept in shared memory and never lost, with as many entries as dm-remap's version 3.
 *
 * As published an image is not valid when it is read back, since its checksum covers itself (S10):
 * with `isReadable` false, load() answers just that.
 */
export class HeldMetadata implements MetadataStore {
  readonly capacity = METADATA_ENTRY_COUNT;
  readonly #words: Int32Array;
  readonly #head: number;
  readonly #entries: number;
  readonly #isReadable: boolean;

  constructor(words: Int32Array, layout: Layout, isReadable: boolean) {
    this.#words = words;
    this.#head = layout.metadata;
    this.#entries = layout.metadata + MetadataHead.wordCount;
    this.#isReadable = isReadable;
  }

  put(entry: number, lba: number, spare: number): void {
    const at = this.#entries + entry * MetadataEntry.wordCount;
    this.#words[at + MetadataEntry.lba] = lba;
    this.#words[at + MetadataEntry.spare] = spare;
  }

  commit(entryCount: number): number {
    const words = this.#words;
    const head = this.#head;
    words[head + MetadataHead.count] = entryCount;
    words[head + MetadataHead.generation] = this.generation() + 1;
    words[head + MetadataHead.saves] = this.saveCount() + 1;
    return 0;
  }

  /** Never anything to do: commit() has written it, and a remap makes nothing dirty. */
  save(): number {
    return 0;
  }

  load(): number {
    if (this.#isReadable) return this.#words[this.#head + MetadataHead.count] as number;
    return ErrorNumber.invalid;
  }

  lbaOf(entry: number): number {
    return this.#words[
      this.#entries + entry * MetadataEntry.wordCount + MetadataEntry.lba
    ] as number;
  }

  spareOf(entry: number): number {
    return this.#words[
      this.#entries + entry * MetadataEntry.wordCount + MetadataEntry.spare
    ] as number;
  }

  generation(): number {
    return this.#words[this.#head + MetadataHead.generation] as number;
  }

  saveCount(): number {
    return this.#words[this.#head + MetadataHead.saves] as number;
  }

  failureCount(): number {
    return 0;
  }
}

/**
 * For a target whose every remap is on the medium before it is acknowledged: messages find nothing
 * to save, and nothing to restore that is not there. Its generation is the number of updates.
 */
export class NothingToSave implements MetadataStore {
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly #words: Int32Array;
  readonly #sequence: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#sequence = layout.savedMetadata + Metadata.sequence;
  }

  put(): void {}

  commit(): number {
    return 0;
  }

  save(): number {
    return 0;
  }

  load(): number {
    return 0;
  }

  lbaOf(): number {
    return -1;
  }

  spareOf(): number {
    return -1;
  }

  generation(): number {
    return this.#words[this.#sequence] as number;
  }

  saveCount(): number {
    return this.generation();
  }

  failureCount(): number {
    return 0;
  }
}
