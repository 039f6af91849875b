import { CRC32C, crcOf } from './crc.ts';

/**
 * A block of the corrected metadata: one sector, 128 words, whole by itself. It says for 119 spares
 * in a row whom they serve. The word of a spare is at a place of its own, so no spare can have two
 * owners, however blocks get mixed; and a remap changes one block.
 *
 *     0        magic
 *     1        version of this format
 *     2        identity of the target: a block of another one is not ours
 *     3        which copy, from 0: tells a write that went astray
 *     4        which block of the copy, from 0
 *     5        sequence: of two valid copies of a block, the later one holds
 *     6        spares that serve an LBA in this block
 *     7        0
 *     8–126    by spare: LBA + 1, or 0
 *     127      CRC-32C over words 0–126, that is, over all but itself
 *
 * Words are 32 bits, low byte first, as on every machine that this runs on. What the words of one
 * block say does not depend on another block, so a sector is the unit of update, of loss and of
 * repair, and copies may be mended block by block.
 */
export const Block = {
  magic: 0,
  version: 1,
  identity: 2,
  copy: 3,
  block: 4,
  sequence: 5,
  used: 6,
  firstEntry: 8,
  checksum: 127,
  wordCount: 128,
} as const;

const BLOCK_MAGIC = 0x424d5353;
const BLOCK_VERSION = 1;
export const ENTRIES_PER_BLOCK = Block.checksum - Block.firstEntry;

/** Blocks that one copy needs for so many spares. */
export function blockCountFor(spareCount: number): number {
  return Math.ceil(spareCount / ENTRIES_PER_BLOCK);
}

/** The check word that the block should have. */
export function checksumOf(words: Int32Array): number {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, Block.checksum * 4);
  return crcOf(CRC32C, bytes);
}

export interface BlockName {
  readonly identity: number;
  readonly copy: number;
  readonly block: number;
}

/** A block in which no spare serves anybody, as a target begins. */
export function emptyBlock({ identity, copy, block }: BlockName): Int32Array {
  const words = new Int32Array(Block.wordCount);
  words[Block.magic] = BLOCK_MAGIC;
  words[Block.version] = BLOCK_VERSION;
  words[Block.identity] = identity;
  words[Block.copy] = copy;
  words[Block.block] = block;
  words[Block.checksum] = checksumOf(words);
  return words;
}

/** The same block as another copy holds it. */
export function asCopy(words: Int32Array, copy: number): Int32Array {
  const own = words.slice();
  own[Block.copy] = copy;
  own[Block.checksum] = checksumOf(own);
  return own;
}

export type BlockFault = 'no block' | 'checksum' | 'version' | 'of another target' | 'astray';

export interface ValidBlock {
  readonly sequence: number;
  /** Equal in two copies that agree: a check word over all but which copy it is. */
  readonly digest: number;
  /** Words of the spares of this block. */
  readonly entries: Int32Array;
}

/** What the sector holds, if it is this block. */
export function readBlock(words: Int32Array, name: BlockName): ValidBlock | BlockFault {
  if (words[Block.magic] !== BLOCK_MAGIC) return 'no block';
  if (words[Block.checksum] !== checksumOf(words)) return 'checksum';
  if (words[Block.version] !== BLOCK_VERSION) return 'version';
  if (words[Block.identity] !== name.identity) return 'of another target';
  if (words[Block.copy] !== name.copy || words[Block.block] !== name.block) return 'astray';
  return {
    sequence: words[Block.sequence] as number,
    digest: asCopy(words, 0)[Block.checksum] as number,
    entries: words.subarray(Block.firstEntry, Block.checksum),
  };
}

/** Whether a sequence was given out after another one; they wrap, so by their difference. */
export function isLater(sequence: number, other: number): boolean {
  return ((sequence - other) | 0) > 0;
}
