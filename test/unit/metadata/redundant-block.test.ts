import { describe, expect, test } from 'vitest';
import {
  asCopy,
  Block,
  blockCountFor,
  checksumOf,
  ENTRIES_PER_BLOCK,
  emptyBlock,
  isLater,
  readBlock,
} from '../../../src/metadata/redundant-block.ts';

const NAME = { identity: 77, copy: 2, block: 1 };

function blockWith(change: (words: Int32Array) => void): Int32Array {
  const words = emptyBlock(NAME);
  words[Block.firstEntry + 5] = 43;
  words[Block.sequence] = 9;
  words[Block.checksum] = checksumOf(words);
  change(words);
  return words;
}

describe('a block', () => {
  test('is a sector, and its last word is the check of all before it', () => {
    expect(emptyBlock(NAME)).toHaveLength(128);
    expect(Block.firstEntry + ENTRIES_PER_BLOCK).toBe(Block.checksum);
    expect(ENTRIES_PER_BLOCK).toBe(119);
  });

  test('says what was written', () => {
    const block = readBlock(
      blockWith(() => {}),
      NAME,
    );
    if (typeof block === 'string') throw new Error(block);
    expect(block.sequence).toBe(9);
    expect([...block.entries.entries()].filter(([, entry]) => entry !== 0)).toEqual([[5, 43]]);
  });

  test('with any one bit turned is none', () => {
    for (let bit = 0; bit < 128 * 32; bit++) {
      const words = blockWith((own) => {
        own[bit >>> 5] = (own[bit >>> 5] as number) ^ (1 << (bit & 31));
      });
      expect(typeof readBlock(words, NAME)).toBe('string');
    }
  });

  test.each([
    ['no block', new Int32Array(128), NAME],
    ['of another target', blockWith(() => {}), { ...NAME, identity: 78 }],
    ['astray', blockWith(() => {}), { ...NAME, copy: 3 }],
    ['astray', blockWith(() => {}), { ...NAME, block: 0 }],
    [
      'version',
      blockWith((words) => {
        words[Block.version] = 2;
        words[Block.checksum] = checksumOf(words);
      }),
      NAME,
    ],
  ] as const)('that is not ours is told: %s', (fault, words, name) => {
    expect(readBlock(words, name)).toBe(fault);
  });

  test('has the same digest as its other copies, and no other', () => {
    const words = blockWith(() => {});
    const digest = (own: Int32Array, copy: number) => {
      const block = readBlock(own, { ...NAME, copy });
      return typeof block === 'string' ? block : block.digest;
    };
    expect(digest(asCopy(words, 0), 0)).toBe(digest(words, 2));
    const other = blockWith((own) => {
      own[Block.firstEntry] = 1;
      own[Block.checksum] = checksumOf(own);
    });
    expect(digest(other, 2)).not.toBe(digest(words, 2));
  });
});

test('sequences wrap', () => {
  expect(isLater(2, 1)).toBe(true);
  expect(isLater(1, 2)).toBe(false);
  expect(isLater(1, 1)).toBe(false);
  expect(isLater(-(2 ** 31), 2 ** 31 - 1)).toBe(true);
  expect(isLater(2 ** 31 - 1, -(2 ** 31))).toBe(false);
});

test.each([
  [1, 1],
  [119, 1],
  [120, 2],
  [16384, 138],
])('%i spares take %i blocks', (spares, blocks) => {
  expect(blockCountFor(spares)).toBe(blocks);
});
