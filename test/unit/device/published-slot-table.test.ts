import { describe, expect, test } from 'vitest';
import { PublishedSlotTable } from '../../../src/device/published-slot-table.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { Health, healthAfter, RemapReason } from '../../../src/device/sector-health.ts';
import { type Layout, TargetSlot, TargetTable } from '../../../src/memory/layout.ts';
import { memoryFor, planWith, tableIn } from '../../support/plans.ts';

const THRESHOLD = 3;
/** LBA 900 on spare 8. */
const ONE_ENTRY = { lbaOf: () => 900, spareOf: () => 8 };

/** A target of 300 sectors and 16 spares, as published. */
function slotTable(): PublishedSlotTable {
  const plan = planWith({
    device: { sectorCount: 300, spare: { sectorCount: 16 } },
    remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
    target: { protocol: 'as-published' },
  });
  return tableIn(plan, memoryFor(plan)) as PublishedSlotTable;
}

function fail(table: PublishedSlotTable, lba: number, times: number): boolean {
  let isDue = false;
  for (let turn = 0; turn < times; turn++) isDue = table.recordAccess(lba, true, THRESHOLD);
  return isDue;
}

describe('remaps', () => {
  test('are appended, found by a search from the front, and end with the spares', () => {
    const table = slotTable();
    expect(table.mayHold()).toBe(false);
    for (let spare = 0; spare < 16; spare++) table.insert(100 + spare, 15 - spare);
    expect(table.mayHold()).toBe(true);
    expect(table.isFull()).toBe(true);
    expect(table.spareFor(103)).toBe(12);
    expect(table.spareFor(99)).toBe(ON_MAIN);
    expect(table.manualRemapCount()).toBe(16);
  });

  test('of two slots of one LBA the first is found, by a range as by one sector', () => {
    const table = slotTable();
    table.insert(100, 8);
    table.insert(101, 9);
    table.insert(100, 10);
    const into = new Int32Array(4);
    table.resolve(99, 4, into);
    expect([...into]).toEqual([ON_MAIN, 8, 9, ON_MAIN]);
    table.resolve(100, 1, into);
    expect(into[0]).toBe(8);
  });

  test('one that found no spare leaves its LBA in the slot, unseen, where a promotion finds it', () => {
    const table = slotTable();
    table.insert(5, 8);
    table.prepare(77);
    expect(table.lbaOf(1)).toBe(77);
    expect(table.spareFor(77)).toBe(ON_MAIN);
    expect(table.promote(77)).toBe(0);
    expect(table.spareFor(77)).toBe(0);
  });
});

describe('health', () => {
  test('successes alone are not tracked; the first error makes a slot of its own index', () => {
    const table = slotTable();
    expect(table.recordAccess(7, false, THRESHOLD)).toBe(false);
    expect(table.healthCount()).toBe(0);
    fail(table, 7, 1);
    fail(table, 8, 1);
    expect([table.lbaOf(1), table.spareOf(1), table.healthOf(1)]).toEqual([8, 1, Health.suspect]);
    expect(table.healthCount()).toBe(2);
    expect(table.usedCount()).toBe(0);
  });

  test('a sector is due when its errors reach the threshold, and not after it was promoted', () => {
    const table = slotTable();
    expect(fail(table, 7, 2)).toBe(false);
    expect(fail(table, 7, 1)).toBe(true);
    expect(table.isDue(7, THRESHOLD)).toBe(true);
    table.promote(7);
    expect(table.healthOf(0)).toBe(Health.remapped);
    expect(table.reasonOf(0)).toBe(RemapReason.writeError);
    expect(table.isDue(7, THRESHOLD)).toBe(false);
    expect(fail(table, 7, 1)).toBe(false);
  });

  test('no more LBAs are tracked than there are slots', () => {
    const table = slotTable();
    for (let lba = 0; lba < 20; lba++) fail(table, lba, 1);
    expect(table.healthCount()).toBe(16);
    expect(fail(table, 18, 5)).toBe(false);
  });

  test.each([
    ['the first error', Health.unknown, true, 1, 1, Health.suspect],
    ['a second one below the threshold', Health.suspect, true, 2, 2, Health.suspect],
    ['the threshold', Health.suspect, true, 3, 3, Health.bad],
    ['ten accesses', Health.suspect, false, 1, 10, Health.suspect],
    ['eleven accesses, one of them an error', Health.suspect, false, 1, 11, Health.good],
    ['two errors in twenty', Health.suspect, false, 2, 20, Health.suspect],
    ['two errors in twenty-one', Health.suspect, false, 2, 21, Health.good],
    ['success on a bad sector', Health.bad, false, 3, 500, Health.bad],
    ['a second error of a remapped sector', Health.remapped, true, 2, 2, Health.remapped],
    ['ten accesses and no error', Health.suspect, false, 0, 10, Health.suspect],
  ])('%s', (_name, before, isError, errors, accesses, after) => {
    expect(healthAfter(before, isError, errors, accesses, THRESHOLD)).toBe(after);
  });
});

describe('two counters over one array', () => {
  test('errors and a promotion lead I/O to spare 0', () => {
    const table = slotTable();
    fail(table, 700, 3);
    expect(table.promote(700)).toBe(0);
    expect(table.spareFor(700)).toBe(0);
  });

  test('a first error is tracked over a live remap, which is gone (P2 a)', () => {
    const table = slotTable();
    table.insert(900, 8);
    fail(table, 700, 1);
    expect(table.spareFor(900)).toBe(ON_MAIN);
    // The slot is still counted as a remap: the sector that has failed once is served by spare 0.
    expect(table.spareFor(700)).toBe(0);
  });

  test('a promotion that is not of the next slot succeeds and remaps nothing (P2 b, c)', () => {
    const table = slotTable();
    fail(table, 100, 1);
    fail(table, 200, 3);
    expect(table.promote(200)).toBe(1);
    expect(table.autoRemapCount()).toBe(1);
    expect(table.usedCount()).toBe(0);
    expect(table.spareFor(200)).toBe(ON_MAIN);
    table.promote(100);
    expect([table.spareFor(100), table.spareFor(200)]).toEqual([0, ON_MAIN]);
    table.promote(200);
    expect(table.spareFor(200)).toBe(1);
  });

  test('a manual remap takes the slot of a tracked sector, and its history (P2 d)', () => {
    const table = slotTable();
    fail(table, 700, 2);
    table.insert(900, 8);
    expect(table.errorsOf(0)).toBe(0);
    expect(fail(table, 700, 2)).toBe(false);
    expect(table.healthCount()).toBe(2);
  });

  test('a second promotion of one LBA is counted again (P3)', () => {
    const table = slotTable();
    fail(table, 700, 3);
    table.promote(700);
    table.promote(700);
    expect(table.autoRemapCount()).toBe(2);
    expect(table.usedCount()).toBe(1);
  });

  test('an LBA in no slot is not promoted, but LBA 0 is in every slot that nobody has used', () => {
    const table = slotTable();
    expect(table.promote(700)).toBe(ON_MAIN);
    expect(table.autoRemapCount()).toBe(0);
    expect(table.promote(0)).toBe(0);
    expect(table.spareFor(0)).toBe(0);
  });
});

describe('clear and restore', () => {
  test('clear forgets remaps and keeps counting health slots', () => {
    const table = slotTable();
    table.insert(900, 8);
    fail(table, 700, 3);
    table.clear();
    expect(table.spareFor(900)).toBe(ON_MAIN);
    expect([table.usedCount(), table.manualRemapCount(), table.healthCount()]).toEqual([0, 0, 1]);
    fail(table, 700, 1);
    expect(table.healthCount()).toBe(2);
  });

  test('a fresh table looks full to the export, and nothing is restored into it', () => {
    const table = slotTable();
    expect(table.looksUsed(15)).toBe(true);
    expect(table.restore(ONE_ENTRY, 1)).toBe(0);
    expect(table.spareFor(900)).toBe(ON_MAIN);
  });

  test('after clear an entry is restored where no lookup sees it', () => {
    const table = slotTable();
    table.clear();
    expect(table.restore(ONE_ENTRY, 1)).toBe(1);
    expect([table.lbaOf(8), table.usedCount()]).toEqual([900, 1]);
    expect(table.spareFor(900)).toBe(ON_MAIN);
  });
});

/**
 * Three slots between words that are none of theirs, all of them marked. What a slot holds: LBA,
 * spare, errors, accesses, reason, health.
 */
describe('word for word', () => {
  const MARK = 77;
  const FIRST = 40;
  const CAPACITY = 3;
  const END = FIRST + CAPACITY * TargetSlot.wordCount;
  const LAYOUT = { table: 10, tableSlots: FIRST, tableCapacity: CAPACITY } as Layout;
  const HEADER = Object.values(TargetTable).map((field) => LAYOUT.table + field);

  function marked() {
    const words = new Int32Array(80).fill(MARK);
    for (const word of HEADER) words[word] = 0;
    const at = (slot: number) => FIRST + slot * TargetSlot.wordCount;
    return {
      words,
      table: new PublishedSlotTable(words, LAYOUT),
      slot: (slot: number) => [...words.subarray(at(slot), at(slot) + TargetSlot.wordCount)],
      set: (slot: number, holds: readonly number[]) => words.set(holds, at(slot)),
      header: (field: keyof typeof TargetTable) => words[LAYOUT.table + TargetTable[field]],
      put: (field: keyof typeof TargetTable, value: number) =>
        words.fill(value, LAYOUT.table + TargetTable[field], LAYOUT.table + TargetTable[field] + 1),
      /** Words that belong to nobody here and are marked no longer. */
      spoilt: () =>
        [...words.keys()].filter(
          (word) => (word < FIRST || word >= END) && !HEADER.includes(word) && words[word] !== MARK,
        ),
    };
  }
  const UNTOUCHED = Array(TargetSlot.wordCount).fill(MARK);

  test('a manual remap is whole, and has no history', () => {
    const { table, slot, spoilt } = marked();
    expect([table.lookupNeedsLock, table.mayHold()]).toEqual([true, false]);
    table.insert(100, 5);
    expect(table.mayHold()).toBe(true);
    expect(slot(0)).toEqual([100, 5, 0, 0, RemapReason.manual, Health.remapped]);
    expect([slot(1), slot(2), spoilt()]).toEqual([UNTOUCHED, UNTOUCHED, []]);
  });

  test('a health slot is whole, and counts from there', () => {
    const { table, slot, spoilt } = marked();
    table.recordAccess(200, true, THRESHOLD);
    expect(slot(0)).toEqual([200, 0, 1, 1, RemapReason.none, Health.suspect]);
    table.recordAccess(200, false, THRESHOLD);
    expect(slot(0)).toEqual([200, 0, 1, 2, RemapReason.none, Health.suspect]);
    table.recordAccess(200, true, THRESHOLD);
    expect(slot(0)).toEqual([200, 0, 2, 3, RemapReason.none, Health.suspect]);
    // The first error of a sector, whose health nobody knew.
    table.recordAccess(201, true, 1);
    expect(slot(1)).toEqual([201, 1, 1, 1, RemapReason.none, Health.bad]);
    expect([slot(2), spoilt()]).toEqual([UNTOUCHED, []]);
    table.recordAccess(202, true, 9);
    expect(slot(2)).toEqual([202, 2, 1, 1, RemapReason.none, Health.suspect]);
    expect([table.recordAccess(203, true, 1), spoilt()]).toEqual([false, []]);
  });

  test.each([
    [3, RemapReason.none, Health.bad, true],
    [4, RemapReason.none, Health.bad, true],
    [2, RemapReason.none, Health.bad, false],
    [3, RemapReason.none, Health.suspect, false],
    [3, RemapReason.writeError, Health.bad, false],
  ])('%i errors, reason %i, health %i: due is %s', (errors, reason, health, isDue) => {
    const { table, set } = marked();
    set(1, [200, 1, errors, 50, reason, health]);
    expect(table.isDue(200, 3)).toBe(isDue);
  });

  test('a success makes nobody due, and what is in no slot is not due', () => {
    const { words, table, set } = marked();
    const due = [200, 0, 3, 3, RemapReason.none, Health.bad];
    set(0, due);
    table.promote(999);
    words[LAYOUT.table + TargetTable.healthEntries] = 1;
    expect(table.recordAccess(200, false, 3)).toBe(false);
    expect(table.isDue(200, 3)).toBe(true);
    expect(table.recordAccess(200, true, 3)).toBe(true);
    // Where the slot before the first one would be.
    set(-1, due);
    expect(table.isDue(300, 3)).toBe(false);
  });

  test('a range gets its own sectors, of the slots that are remaps', () => {
    const { table, set, put } = marked();
    for (const [slot, lba] of [99, 100, 103].entries()) set(slot, [lba, 5 + slot, 0, 0, 0, 0]);
    put('used', 3);
    const resolved = (lba: number, count: number) => {
      const into = new Int32Array(6).fill(MARK);
      table.resolve(lba, count, into);
      return [...into];
    };
    expect(resolved(99, 2)).toEqual([5, 6, MARK, MARK, MARK, MARK]);
    expect(resolved(100, 3)).toEqual([6, ON_MAIN, ON_MAIN, MARK, MARK, MARK]);
    expect(resolved(100, 4)).toEqual([6, ON_MAIN, ON_MAIN, 7, MARK, MARK]);
    expect(resolved(103, 1)).toEqual([7, MARK, MARK, MARK, MARK, MARK]);
    put('used', 2);
    expect(resolved(100, 4)).toEqual([6, ON_MAIN, ON_MAIN, ON_MAIN, MARK, MARK]);
    put('used', 1);
    expect(resolved(99, 2)).toEqual([5, ON_MAIN, MARK, MARK, MARK, MARK]);
  });

  test('a promotion changes reason and health, and who is next', () => {
    const { words, table, slot, set, header, spoilt } = marked();
    set(1, [200, 1, 3, 9, RemapReason.none, Health.bad]);
    expect(table.promote(200)).toBe(1);
    expect(slot(1)).toEqual([200, 1, 3, 9, RemapReason.writeError, Health.remapped]);
    expect([header('used'), header('autoRemaps')]).toEqual([0, 1]);
    table.insert(100, 5);
    expect([table.promote(200), header('used')]).toEqual([1, 2]);
    // Once all are remaps nobody is next, whatever stands behind the last slot.
    table.insert(300, 6);
    words[END] = 200;
    expect([table.promote(200), header('used'), header('autoRemaps')]).toEqual([1, 3, 3]);
    expect(spoilt()).toEqual([END]);
  });

  test('clear leaves LBA -1, which is all that looks unused', () => {
    const { table, slot, header, spoilt } = marked();
    table.insert(100, 5);
    table.recordAccess(200, true, THRESHOLD);
    table.countWriteError();
    table.clear();
    expect(slot(0)).toEqual([-1, 0, 1, 1, RemapReason.none, Health.suspect]);
    expect(slot(2)).toEqual([-1, MARK, MARK, MARK, MARK, MARK]);
    expect([header('used'), header('healthEntries'), spoilt()]).toEqual([0, 1, []]);
    expect([0, 1, 2].map((at) => table.looksUsed(at))).toEqual([false, false, false]);
    expect([table.writeErrorCount(), table.readErrorCount()]).toEqual([1, 0]);
  });

  test('entries are restored each at the slot of its spare, where that is unused', () => {
    const { table, slot, set, put, spoilt } = marked();
    table.clear();
    set(1, [500, 8, 0, 0, 0, 0]);
    const entries = [
      [10, -1],
      [11, 0],
      [12, 1],
      [13, 2],
      [14, 3],
      [15, 0],
    ] as const;
    // Where the slots before the first and behind the last one would be.
    for (const beside of [-1, 3]) set(beside, [-1, MARK, MARK, MARK, MARK, MARK]);
    const before = spoilt();
    const image = {
      lbaOf: (entry: number) => entries[entry]?.[0] as number,
      spareOf: (entry: number) => entries[entry]?.[1] as number,
    };
    expect(table.restore(image, entries.length)).toBe(2);
    expect([slot(0), slot(1), slot(2)].map(([lba, spare]) => [lba, spare])).toEqual([
      [11, 0],
      [500, 8],
      [13, 2],
    ]);
    expect([table.usedCount(), spoilt()]).toEqual([2, before]);
    put('readErrors', 6);
    put('writeErrors', 5);
    expect([table.readErrorCount(), table.writeErrorCount()]).toEqual([6, 5]);
  });
});
