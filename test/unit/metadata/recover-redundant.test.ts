import { describe, expect, test } from 'vitest';
import { recoverRedundant } from '../../../src/metadata/recover-redundant.ts';
import { redundantAreaOf, sectorOf } from '../../../src/metadata/redundant-area.ts';
import { Block, checksumOf, emptyBlock } from '../../../src/metadata/redundant-block.ts';

const area = redundantAreaOf({ positions: [0, 8, 16], spareCount: 200, allocatableEnd: 200 });
const target = { identity: 5, area, reserved: new Uint8Array(200), blocks: [0, 1] };

/** A medium: by sector what it holds; what is not said is an empty block. */
function mediumOf(changes: Readonly<Record<number, Int32Array>> = {}) {
  const sectors = new Map<number, Int32Array>();
  for (const copy of [0, 1, 2]) {
    for (const block of [0, 1]) {
      sectors.set(sectorOf(area, copy, block), emptyBlock({ identity: 5, copy, block }));
    }
  }
  for (const [sector, words] of Object.entries(changes)) sectors.set(Number(sector), words);
  return { read: (sector: number) => sectors.get(sector) as Int32Array };
}

function block(copy: number, number: number, sequence: number, lba: number): Int32Array {
  const words = emptyBlock({ identity: 5, copy, block: number });
  words[Block.sequence] = sequence;
  words[Block.firstEntry + 30] = lba + 1;
  words[Block.used] = 1;
  words[Block.checksum] = checksumOf(words);
  return words;
}

const zeros = new Int32Array(128);

describe('a restart', () => {
  test('of a new target finds no remap and mends nothing', () => {
    const { entries, commands } = recoverRedundant(target, mediumOf());
    expect({ entries, commands }).toEqual({ entries: [], commands: [] });
  });

  test('takes the latest valid copy, and brings the others up to it, then flushes', () => {
    const medium = mediumOf({ 8: block(1, 0, 4, 17), 16: block(2, 0, 3, 12) });
    const { entries, marked, commands } = recoverRedundant(target, medium);
    expect(entries).toEqual([{ spare: 30, lba: 17 }]);
    expect(marked[30]).toBe(1);
    expect(commands.map((one) => (one.kind === 'write' ? one.sector : one.kind))).toEqual([
      0,
      16,
      'flush',
    ]);
    const [first] = commands;
    expect(first).toEqual({ kind: 'write', sector: 0, words: block(0, 0, 4, 17) });
  });

  test('judges each block by itself', () => {
    const medium = mediumOf({
      0: block(0, 0, 1, 7),
      8: zeros,
      16: zeros,
      1: zeros,
      9: zeros,
      17: block(2, 1, 2, 8),
    });
    expect(recoverRedundant(target, medium).entries).toEqual([
      { spare: 30, lba: 7 },
      { spare: 119 + 30, lba: 8 },
    ]);
  });

  test('takes a sequence that has wrapped for the later one', () => {
    const before = 2 ** 31 - 1;
    const medium = mediumOf({ 0: block(0, 0, before, 1), 8: block(1, 0, -(2 ** 31), 2) });
    expect(recoverRedundant(target, medium).entries).toEqual([{ spare: 30, lba: 2 }]);
  });

  test('hands out nothing of a block that has no valid copy', () => {
    const { entries, marked, commands } = recoverRedundant(
      target,
      mediumOf({ 0: zeros, 8: zeros, 16: zeros }),
    );
    expect(entries).toEqual([]);
    expect([...marked.subarray(0, 119)].every((bit) => bit === 1)).toBe(true);
    expect([...marked.subarray(119)].some((bit) => bit === 1)).toBe(false);
    expect(commands).toEqual([]);
  });

  test('says what it found where copies differ', () => {
    const { describe: said } = recoverRedundant(target, mediumOf({ 8: zeros }));
    expect(said()).toEqual(['block 0: copy 0 sequence 0, copy 1 no block, copy 2 sequence 0']);
  });
});
