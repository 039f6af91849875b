import { describe, expect, test } from 'vitest';
import { HashRemapTable } from '../../../src/device/hash-remap-table.ts';
import { LinearRemapTable } from '../../../src/device/linear-remap-table.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { type Layout, Table, TableSlot } from '../../../src/memory/layout.ts';

/**
 * Goal: a remap table keeps to its own words, and to those of them that are in use.
 *
 * Method: by itself in memory that holds something else all around it; each word is compared.
 *
 * Not covered: what lookups find amid a history of changes, see the property tests.
 */
const CAPACITY = 4;
const SLOTS = 0;
const TABLE = 20;
const HEADS = 30;
const HEAD_COUNT = 8;
const FILTER = 40;
const FILTER_WORDS = 3;
const WORD_COUNT = 50;
/** What stands where nothing of the table does; as an LBA it is one below. */
const ELSE = 71;

function tableOf(lookup: 'linear' | 'hash') {
  const words = new Int32Array(WORD_COUNT).fill(ELSE);
  words.fill(0, SLOTS, SLOTS + CAPACITY * TableSlot.wordCount);
  words.fill(0, TABLE, TABLE + Table.freeSlot + 1);
  words.fill(0, HEADS, HEADS + HEAD_COUNT);
  words.fill(0, FILTER, FILTER + FILTER_WORDS);
  const layout = {
    table: TABLE,
    tableSlots: SLOTS,
    tableCapacity: CAPACITY,
    tableHeads: HEADS,
    tableHeadCount: HEAD_COUNT,
    tableFilter: FILTER,
  } as Layout;
  const table =
    lookup === 'hash' ? new HashRemapTable(words, layout) : new LinearRemapTable(words, layout);
  return { table, words, slots: () => slotsIn(words) };
}

/** LBA + 1 and spare of each slot. */
function slotsIn(words: Int32Array): (readonly number[])[] {
  return Array.from({ length: CAPACITY }, (_, slot) => {
    const at = SLOTS + slot * TableSlot.wordCount;
    return [words[at + TableSlot.lba] as number, words[at + TableSlot.spare] as number];
  });
}

/** Words that hold something, by where they stand, and what. */
function outsideOf(words: Int32Array): number[] {
  return [...words.keys()].filter((at) => words[at] !== ELSE);
}

describe.each(['linear', 'hash'] as const)('%s', (lookup) => {
  test('fills just the sectors that are asked for', () => {
    const { table } = tableOf(lookup);
    for (const [lba, spare] of [
      [9, 1],
      [10, 2],
      [12, 3],
      [13, 4],
    ] as const) {
      table.insert(lba, spare);
    }
    const into = new Int32Array(6).fill(-99);
    table.resolve(10, 3, into);
    expect([...into]).toEqual([2, ON_MAIN, 3, -99, -99, -99]);
  });

  test('takes the slots in their order, and says which LBA each holds', () => {
    const { table, slots } = tableOf(lookup);
    expect([table.usedCount(), table.isFull()]).toEqual([0, false]);
    table.insert(0, 6);
    table.insert(50, 5);
    expect(slots()).toEqual([
      [1, 6],
      [51, 5],
      [0, 0],
      [0, 0],
    ]);
    expect([table.usedCount(), table.lbaOf(0), table.lbaOf(1)]).toEqual([2, 0, 50]);
    expect([table.spareFor(0), table.spareFor(50), table.spareFor(1)]).toEqual([6, 5, ON_MAIN]);
  });

  test('is full when every slot is taken, and uses those again that were given back', () => {
    const { table, words } = tableOf(lookup);
    for (let lba = 0; lba < CAPACITY; lba++) {
      expect(table.isFull()).toBe(false);
      table.insert(lba, 10 + lba);
    }
    expect(table.isFull()).toBe(true);
    for (const lba of [1, 3, 0]) {
      table.remove(lba);
      expect([table.isFull(), table.spareFor(lba)]).toEqual([false, ON_MAIN]);
    }
    expect([0, 1, 2, 3].map((slot) => table.lbaOf(slot))).toEqual([-1, -1, 2, -1]);
    for (const lba of [60, 61, 62]) table.insert(lba, lba);
    // The one that was given back last comes first.
    expect([0, 1, 2, 3].map((slot) => table.lbaOf(slot))).toEqual([60, 62, 2, 61]);
    expect([table.isFull(), table.usedCount()]).toEqual([true, CAPACITY]);
    expect([2, 60, 61, 62].map((lba) => table.spareFor(lba))).toEqual([12, 60, 61, 62]);
    expect(words[TABLE + Table.freeSlot]).toBe(0);
  });

  test('finds nothing behind the slots in use, and writes nothing outside', () => {
    const { table, words } = tableOf(lookup);
    const mine = outsideOf(words);
    for (let lba = 0; lba < CAPACITY; lba++) table.insert(lba, 10 + lba);
    expect(table.spareFor(ELSE - 1)).toBe(ON_MAIN);
    const into = new Int32Array(1);
    table.resolve(ELSE - 1, 1, into);
    expect([...into]).toEqual([ON_MAIN]);
    for (let lba = 0; lba < CAPACITY; lba++) table.remove(lba);
    expect(outsideOf(words)).toEqual(mine);
  });
});

test('the linear table holds something from its first entry on', () => {
  const { table } = tableOf('linear');
  expect(table.mayHold(5, 1)).toBe(false);
  table.insert(9, 1);
  expect(table.mayHold(5, 1)).toBe(true);
});
