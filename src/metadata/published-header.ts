import { CRC32, crcOf } from './crc.ts';

/**
 * The metadata of dm-remap v4.0 at ef0af9b (its version 3): one copy, from sector 0 of the spare
 * device on. A header of 4104 bytes, 8 more than its author counted, and an array of entries of 16
 * bytes from sector 8 on. So the last 8 bytes of the header lie over the first entry, and the
 * entries lie over the first spares that the allocator hands out.
 *
 * Words of the header; the rest of its 1026 words is padding. Which field stands where is not
 * public beyond the magic, which comes first; the order of the others is ours, and changes nothing.
 *
 *     magic, version      fixed
 *     checksum            CRC-32 of header and entries, the magic left out and itself included
 *     state               clean 0, dirty 1, writing 2, error 3
 *     generation          counts every entry that is added and every `sync`
 *     count               entries, at most 252
 */
export const PublishedHeader = {
  magic: 0,
  version: 1,
  checksum: 2,
  state: 3,
  generation: 4,
  count: 5,
  /** 72 bytes of fields. */
  fieldCount: 18,
  /** What the first entry shares with the header: its LBA. */
  overlaidWords: 2,
  wordCount: 1026,
} as const;

export const PublishedState = { clean: 0, dirty: 1, writing: 2, error: 3 } as const;

/** An entry: LBA and spare, 64 bits each, of which the upper halves are 0 here. */
export const PublishedEntry = { lba: 0, spare: 2, wordCount: 4 } as const;

export const PUBLISHED_MAGIC = 0x44524d44;
export const PUBLISHED_VERSION = 1;
export const PUBLISHED_ENTRIES_MOST = 252;
/** Sectors of the header that it has to itself; the entries follow. */
export const HEADER_SECTORS = 8;
/** Header and entries. */
export const PUBLISHED_SECTORS = 16;

const WORD_BYTES = 4;

/**
 * The check word of header fields and entries, given words 0–17 of the header and the entries right
 * after them. As published, the field that it is stored in is part of what it covers.
 */
export function publishedChecksum(
  fieldsAndEntries: Int32Array,
  count: number,
  isCorrected: boolean,
): number {
  const { fieldCount, checksum, wordCount } = PublishedHeader;
  const covered = new Int32Array(wordCount + count * PublishedEntry.wordCount);
  covered.set(fieldsAndEntries.subarray(0, fieldCount));
  covered.set(
    fieldsAndEntries.subarray(fieldCount, fieldCount + count * PublishedEntry.wordCount),
    wordCount,
  );
  if (isCorrected) covered[checksum] = 0;
  return crcOf(CRC32, new Uint8Array(covered.buffer), WORD_BYTES);
}
