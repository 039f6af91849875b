import type { Lock } from '../lock/lock.ts';
import {
  type Layout,
  Metadata,
  SECTOR_WORDS,
  STRIDE,
  TableSlot,
  TargetSlot,
  WORD_BYTES,
} from '../memory/layout.ts';
import {
  HEADER_SECTORS,
  PUBLISHED_ENTRIES_MOST,
  PUBLISHED_MAGIC,
  PUBLISHED_SECTORS,
  PublishedEntry,
  PublishedHeader,
  PublishedState,
  publishedChecksum,
} from '../metadata/published-header.ts';
import type { Medium } from './medium.ts';
import { ErrorNumber, type MetadataStore } from './metadata-store.ts';
import type { MetadataWriter } from './metadata-writer.ts';
import { Outcome } from './outcome.ts';

/**
 * The metadata of dm-remap v4.0 as published. No remap saves anything; the `sync` message does:
 *
 *     clear the count; add every slot of the table, used or not, 252 at most; each makes the state
 *     dirty and counts the generation
 *     if the state is dirty: take the mutex, write, let go of it
 *
 * and a write is: state writing, checksum, header, entries, state clean, header again. Three writes
 * without a flush between or after them, to one copy.
 *
 * Kept to the letter are the faults under study. The entries are changed without the mutex, and
 * without the target lock that guards the table (P5, P6): a `sync` beside a write that is under way
 * mixes its entries into it, and finds the state clean before it has written any. The header is 8
 * bytes longer than its room and ends over the first entry (S11). The entries lie over the first
 * spares that the allocator hands out (P14). The checksum covers itself, and is not made again when
 * the state changes (S10); `checksum: corrected` mends that, and only that.
 *
 * A flush goes to the main device only (P13).
 */
export class PublishedMetadata implements MetadataWriter, MetadataStore {
  readonly capacity = PUBLISHED_ENTRIES_MOST;
  readonly #words: Int32Array;
  readonly #medium: Medium;
  readonly #mutex: Lock;
  readonly #header: number;
  readonly #entries: number;
  readonly #outgoing: number;
  readonly #saves: number;
  readonly #failures: number;
  readonly #syncs: number;
  readonly #slots: number;
  readonly #slotCount: number;
  readonly #slotWords: number;
  /** Whether a slot holds its LBA as it is: −1 = cleared; else LBA + 1, 0 = never used. */
  readonly #hasPlainSlots: boolean;
  readonly #isCorrected: boolean;
  /** 0 = no thread ever sends `sync` after a remap. */
  readonly #remapsPerSync: number;
  /** This thread's own: fields of the header and the entries, for the check word. */
  readonly #covered = new Int32Array(
    PublishedHeader.fieldCount + PUBLISHED_ENTRIES_MOST * PublishedEntry.wordCount,
  );

  constructor(
    words: Int32Array,
    layout: Layout,
    parts: { readonly medium: Medium; readonly mutex: Lock },
    shape: {
      readonly isCorrected: boolean;
      readonly remapsPerSync: number;
      readonly hasPlainSlots: boolean;
    },
  ) {
    this.#words = words;
    this.#medium = parts.medium;
    this.#mutex = parts.mutex;
    this.#header = layout.savedMetadata + Metadata.context;
    this.#entries = this.#header + HEADER_SECTORS * SECTOR_WORDS;
    this.#saves = layout.savedMetadata + Metadata.saves;
    this.#failures = layout.savedMetadata + Metadata.failures;
    this.#outgoing = layout.savedMetadata + Metadata.outgoing;
    this.#syncs = layout.metadataSyncs;
    this.#slots = layout.tableSlots;
    this.#slotCount = layout.tableCapacity;
    this.#slotWords = shape.hasPlainSlots ? TargetSlot.wordCount : TableSlot.wordCount;
    this.#hasPlainSlots = shape.hasPlainSlots;
    this.#isCorrected = shape.isCorrected;
    this.#remapsPerSync = shape.remapsPerSync;
  }

  recordRemap(): number {
    return Outcome.done;
  }

  recordUnremap(): number {
    return Outcome.done;
  }

  finishRemap(thread: number): void {
    if (this.#remapsPerSync === 0) return;
    const at = this.#syncs + thread * STRIDE;
    const remaps = (this.#words[at] as number) + 1;
    this.#words[at] = remaps === this.#remapsPerSync ? 0 : remaps;
    if (remaps === this.#remapsPerSync) this.sync(thread);
  }

  /** Every slot that was never cleared counts as a remap (S8); what has no room is left out. */
  sync(thread: number): void {
    const words = this.#words;
    let count = 0;
    words[this.#header + PublishedHeader.count] = 0;
    for (let slot = 0; slot < this.#slotCount && count < this.capacity; slot++) {
      const at = this.#slots + slot * this.#slotWords;
      const stored = words[at + TableSlot.lba] as number;
      // Cleared; where slots hold an LBA + 1, nothing is below 0.
      if (stored < 0) continue;
      // A slot that was never used is born zero, and LBA 0 does not mean "none".
      const lba = this.#hasPlainSlots || stored === 0 ? stored : stored - 1;
      this.put(count++, lba, words[at + TableSlot.spare] as number);
    }
    this.autosave(thread);
  }

  autosave(_thread: number): void {
    this.save();
  }

  /** Without the mutex; the image is longer by it, and dirty, at once. */
  put(entry: number, lba: number, spare: number): void {
    const words = this.#words;
    const at = this.#entries + entry * PublishedEntry.wordCount;
    words[at + PublishedEntry.lba] = lba;
    words[at + PublishedEntry.spare] = spare;
    words[this.#header + PublishedHeader.count] = entry + 1;
    words[this.#header + PublishedHeader.generation] = this.generation() + 1;
    words[this.#header + PublishedHeader.state] = PublishedState.dirty;
  }

  commit(entryCount: number): number {
    this.#words[this.#header + PublishedHeader.count] = entryCount;
    return this.save();
  }

  save(): number {
    // Tested before the mutex: a write under way may make it clean before we are in.
    if (this.#words[this.#header + PublishedHeader.state] !== PublishedState.dirty) return 0;
    this.#mutex.acquire(0);
    const outcome = this.#write();
    if (outcome !== Outcome.done) this.#fail();
    this.#mutex.release(0);
    return outcome === Outcome.done ? 0 : ErrorNumber.io;
  }

  /** Into the place of what is being written, where lbaOf() and spareOf() find it. */
  load(): number {
    const words = this.#words;
    this.#mutex.acquire(0);
    this.#medium.readSpare(0, PUBLISHED_SECTORS, this.#outgoing * WORD_BYTES);
    const read = this.#outgoing;
    const count = words[read + PublishedHeader.count] as number;
    const magic = words[read + PublishedHeader.magic] as number;
    const checksum = words[read + PublishedHeader.checksum] as number;
    const isValid =
      magic === PUBLISHED_MAGIC &&
      count >= 0 &&
      count <= this.capacity &&
      checksum === this.#checksumAt(read);
    this.#mutex.release(0);
    return isValid ? count : ErrorNumber.invalid;
  }

  lbaOf(entry: number): number {
    return this.#words[this.#loaded(entry) + PublishedEntry.lba] as number;
  }

  spareOf(entry: number): number {
    return this.#words[this.#loaded(entry) + PublishedEntry.spare] as number;
  }

  generation(): number {
    return this.#words[this.#header + PublishedHeader.generation] as number;
  }

  saveCount(): number {
    return this.#words[this.#saves] as number;
  }

  failureCount(): number {
    return this.#words[this.#failures] as number;
  }

  flush(): number {
    return this.#medium.flushMain();
  }

  /** Under the mutex. Each of the three takes header or entries as they are at that moment. */
  #write(): number {
    const words = this.#words;
    words[this.#header + PublishedHeader.state] = PublishedState.writing;
    this.#makeChecksum();
    let outcome = this.#writeHeader();
    if (outcome === Outcome.done) outcome = this.#writeEntries();
    if (outcome !== Outcome.done) return outcome;
    words[this.#header + PublishedHeader.state] = PublishedState.clean;
    if (this.#isCorrected) this.#makeChecksum();
    outcome = this.#writeHeader();
    if (outcome === Outcome.done) words[this.#saves] = (words[this.#saves] as number) + 1;
    return outcome;
  }

  /** An error is not dirty: nobody tries again. */
  #fail(): void {
    const words = this.#words;
    words[this.#header + PublishedHeader.state] = PublishedState.error;
    words[this.#failures] = (words[this.#failures] as number) + 1;
  }

  #loaded(entry: number): number {
    const entries = this.#outgoing + HEADER_SECTORS * SECTOR_WORDS;
    return entries + entry * PublishedEntry.wordCount;
  }

  #makeChecksum(): void {
    const checksum = this.#checksumAt(this.#header);
    this.#words[this.#header + PublishedHeader.checksum] = checksum;
  }

  /** Of the header at this word, and of the entries that belong to it. */
  #checksumAt(header: number): number {
    const words = this.#words;
    const { fieldCount } = PublishedHeader;
    const entries = header + HEADER_SECTORS * SECTOR_WORDS;
    const count = words[header + PublishedHeader.count] as number;
    const covered = this.#covered;
    for (let word = 0; word < fieldCount; word++) covered[word] = words[header + word] as number;
    for (let word = 0; word < count * PublishedEntry.wordCount; word++) {
      covered[fieldCount + word] = words[entries + word] as number;
    }
    return publishedChecksum(covered, count, this.#isCorrected);
  }

  /** Eight sectors, and the first bytes of the ninth, where the entries begin. */
  #writeHeader(): number {
    const words = this.#words;
    for (let word = 0; word < PublishedHeader.fieldCount; word++) {
      words[this.#outgoing + word] = words[this.#header + word] as number;
    }
    const outcome = this.#medium.writeSpare(0, HEADER_SECTORS, this.#outgoing * WORD_BYTES);
    if (outcome !== Outcome.done) return outcome;
    const ninth = this.#outgoing + HEADER_SECTORS * SECTOR_WORDS;
    this.#medium.readSpare(HEADER_SECTORS, 1, ninth * WORD_BYTES);
    for (let word = 0; word < PublishedHeader.overlaidWords; word++) words[ninth + word] = 0;
    return this.#medium.writeSpare(HEADER_SECTORS, 1, ninth * WORD_BYTES);
  }

  #writeEntries(): number {
    const words = this.#words;
    const count = words[this.#header + PublishedHeader.count] as number;
    if (count === 0) return Outcome.done;
    const wordCount = count * PublishedEntry.wordCount;
    const sectorCount = Math.ceil(wordCount / SECTOR_WORDS);
    const outgoing = this.#outgoing + HEADER_SECTORS * SECTOR_WORDS;
    for (let word = 0; word < wordCount; word++) {
      words[outgoing + word] = words[this.#entries + word] as number;
    }
    // The rest of the last sector: nobody says what the original sends there.
    for (let word = wordCount; word < sectorCount * SECTOR_WORDS; word++)
      words[outgoing + word] = 0;
    return this.#medium.writeSpare(HEADER_SECTORS, sectorCount, outgoing * WORD_BYTES);
  }
}
