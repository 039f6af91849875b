import { describe, expect, test } from 'vitest';
import type { PublishedSlotTable } from '../../../src/device/published-slot-table.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { Health, healthAfter, RemapReason } from '../../../src/device/sector-health.ts';
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
