import { describe, expect, test } from 'vitest';
import { HealthTable } from '../../../src/device/health-table.ts';
import { Health } from '../../../src/device/sector-health.ts';
import { HealthSlot, type Layout } from '../../../src/memory/layout.ts';

/**
 * Goal: an entry holds what was booked, stays reachable while others come and go, and is given back
 * when the sector is good again; and no word beside the table is touched.
 *
 * Method: sixteen slots between words that are none of theirs; every entry and every word is looked
 * at after.
 */
const SLOTS = 16;
const FIRST = 100;
const COUNT = 7;
const END = FIRST + SLOTS * HealthSlot.wordCount;
const THRESHOLD = 3;
const LAYOUT = { healthCount: COUNT, healthSlots: FIRST, healthSlotCount: SLOTS } as Layout;

function healthTable() {
  const words = new Int32Array(1000);
  const table = new HealthTable(words, LAYOUT);
  const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
  const slot = (at: number) => {
    const word = FIRST + at * HealthSlot.wordCount;
    return [...words.subarray(word, word + HealthSlot.wordCount)] as [number, ...number[]];
  };
  return {
    table,
    /** By LBA: errors, accesses, health. */
    entries: () =>
      Object.fromEntries(
        slots
          .map(slot)
          .filter(([stored]) => stored !== 0)
          .map(([stored, ...rest]) => [stored - 1, rest]),
      ),
    /** Where the only entry stands. */
    place: () => slots.findIndex((at) => slot(at)[0] !== 0),
    beside: () =>
      [...words.keys()].filter(
        (word) => words[word] !== 0 && word !== COUNT && (word < FIRST || word >= END),
      ),
  };
}

/** The first LBAs that stand at this place as long as they are alone. */
function lbasAt(place: number, count: number): number[] {
  const found: number[] = [];
  for (let lba = 0; found.length < count; lba++) {
    const alone = healthTable();
    alone.table.recordAccess(lba, true, THRESHOLD);
    if (alone.place() === place) found.push(lba);
  }
  return found;
}

test('counts accesses and errors from the first error on', () => {
  const { table, entries, beside } = healthTable();
  expect(table.recordAccess(50, false, THRESHOLD)).toBe(false);
  expect([table.trackedCount(), entries()]).toEqual([0, {}]);
  expect(table.recordAccess(50, true, THRESHOLD)).toBe(false);
  expect(entries()).toEqual({ 50: [1, 1, Health.suspect] });
  expect(table.recordAccess(50, false, THRESHOLD)).toBe(false);
  expect(table.recordAccess(50, true, THRESHOLD)).toBe(false);
  expect(entries()).toEqual({ 50: [2, 3, Health.suspect] });
  expect([table.recordAccess(50, true, THRESHOLD), table.isDue(50)]).toEqual([true, true]);
  expect(table.recordAccess(50, false, THRESHOLD)).toBe(false);
  expect(entries()).toEqual({ 50: [3, 5, Health.bad] });
  expect([table.trackedCount(), table.isDue(51), beside()]).toEqual([1, false, []]);
});

test('a sector that is good again has no entry, and begins anew with its next error', () => {
  const { table, entries } = healthTable();
  table.recordAccess(50, true, THRESHOLD);
  for (let access = 2; access <= 10; access++) table.recordAccess(50, false, THRESHOLD);
  expect(entries()).toEqual({ 50: [1, 10, Health.suspect] });
  table.recordAccess(50, false, THRESHOLD);
  expect([table.trackedCount(), entries()]).toEqual([0, {}]);
  table.recordAccess(50, true, THRESHOLD);
  expect(entries()).toEqual({ 50: [1, 1, Health.suspect] });
});

test('at every place of the table, within it', () => {
  const seen = new Set<number>();
  for (let lba = 0; lba < 200; lba++) {
    const { table, place, beside } = healthTable();
    table.recordAccess(lba, true, 1);
    expect([beside(), table.isDue(lba)]).toEqual([[], true]);
    seen.add(place());
  }
  expect(seen.size).toBe(SLOTS);
});

test('half of the slots are filled, and no more', () => {
  const { table, entries } = healthTable();
  for (let lba = 0; lba < 20; lba++) table.recordAccess(lba, true, THRESHOLD);
  expect(Object.keys(entries())).toHaveLength(SLOTS / 2);
  expect(table.trackedCount()).toBe(SLOTS / 2);
});

describe('sectors whose chains meet at the end of the table and go on at its begin', () => {
  const lbas = [...lbasAt(14, 2), ...lbasAt(15, 2), ...lbasAt(0, 1)];

  function* orders(rest: readonly number[]): Generator<number[]> {
    if (rest.length === 0) yield [];
    for (const first of rest) {
      for (const others of orders(rest.filter((one) => one !== first))) yield [first, ...others];
    }
  }

  test('whichever goes, all others are found, as they were', () => {
    for (const order of orders(lbas)) {
      for (const gone of order) {
        const { table, entries, beside } = healthTable();
        const expected: Record<number, number[]> = {};
        for (const [turn, lba] of order.entries()) {
          // Each with other numbers than its neighbours, and the last two bad.
          table.recordAccess(lba, true, THRESHOLD);
          for (let success = 0; success < turn; success++) table.recordAccess(lba, false, 3);
          if (turn > 2) table.recordAccess(lba, true, 2);
          expected[lba] = turn > 2 ? [2, 2 + turn, Health.bad] : [1, 1 + turn, Health.suspect];
        }
        expect(entries()).toEqual(expected);
        table.forget(gone);
        delete expected[gone];
        expect([entries(), table.trackedCount()]).toEqual([expected, 4]);
        expect(table.isDue(gone)).toBe(false);
        for (const lba of order.filter((one) => one !== gone)) {
          expect(table.isDue(lba)).toBe(order.indexOf(lba) > 2);
          table.recordAccess(lba, false, THRESHOLD);
          (expected[lba] as number[])[1] = ((expected[lba] as number[])[1] as number) + 1;
        }
        expect([entries(), beside()]).toEqual([expected, []]);
        table.forget(gone);
        expect(table.trackedCount()).toBe(4);
      }
    }
  });
});
