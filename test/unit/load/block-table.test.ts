import { array, assert, boolean, integer, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockTable } from '../../../src/load/trace/block-table.ts';

const SEED = 20_261_129;

const accesses = array(
  tuple(
    integer({ min: 0, max: 5 }).chain((far) =>
      integer({ min: 0, max: 900 }).map((near) => far * 2 ** 40 + near),
    ),
    integer({ min: 1, max: 40 }),
    boolean(),
  ),
  { maxLength: 80 },
);

describe('a table of touched blocks', () => {
  test(`tells blocks, touches and overlaps as plain sets do (seed ${SEED})`, () => {
    assert(
      property(accesses, (chosen) => {
        const table = new BlockTable();
        const written = new Set<number>();
        const touches = new Map<number, number>();
        for (const [lba, sectorCount, isWrite] of chosen) {
          const sectors = Array.from({ length: sectorCount }, (_, at) => lba + at);
          const expected = sectors.some((sector) => written.has(sector));
          expect(table.touch(lba, sectorCount, isWrite)).toBe(expected);
          if (isWrite) for (const sector of sectors) written.add(sector);
          for (const block of new Set(sectors.map((sector) => Math.floor(sector / 8)))) {
            touches.set(block, (touches.get(block) ?? 0) + 1);
          }
        }
        expect([...table.blocks()]).toEqual([...touches.keys()].sort((a, b) => a - b));
        expect([...table.touches()]).toEqual([...touches.values()].sort((a, b) => b - a));
      }),
      { seed: SEED },
    );
  });

  test('joins blocks two by two when there are more than it keeps, and loses no touch', () => {
    const table = new BlockTable(64);
    for (let block = 0; block < 1000; block++) table.touch(block * 8, 8, block % 2 === 0);
    expect(table.blockCount).toBeLessThanOrEqual(64);
    // 1000 blocks of 8 sectors become 63 of 128.
    expect(table.shift).toBe(7);
    expect([...table.blocks()]).toEqual(Array.from({ length: 63 }, (_, at) => at));
    expect(table.touches().reduce((sum, count) => sum + count, 0)).toBe(1000);
    // A part is 16 sectors by now: the unwritten block beside a written one counts as written.
    expect(table.touch(8, 8, false)).toBe(true);
    expect(table.touch(2 ** 30, 8, false)).toBe(false);
  });

  test('a request of more blocks than it keeps makes them larger at once', () => {
    const table = new BlockTable(64);
    table.touch(0, 2 ** 23, true);
    expect(table.blockCount).toBeLessThanOrEqual(64);
    expect(table.touch(2 ** 23 - 1, 1, false)).toBe(true);
  });
});
