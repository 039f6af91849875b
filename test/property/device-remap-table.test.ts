import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ON_MAIN } from '../../src/device/remap-table.ts';
import { LOOKUPS } from '../../src/scenario/plan.ts';
import { memoryFor, planWith, tableIn } from '../support/plans.ts';

/** Both tables against a Map: 97 sectors, so that the last filter word is not a whole one. */
const SECTOR_COUNT = 97;
const CAPACITY = 12;

function tableOf(lookup: (typeof LOOKUPS)[number]) {
  const plan = planWith({
    device: { sectorCount: SECTOR_COUNT, spare: { sectorCount: CAPACITY / 2 } },
    remap: { lookup },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  expect(memory.layout.tableCapacity).toBe(CAPACITY);
  return tableIn(plan, memory);
}

const lba = fc.oneof(fc.constantFrom(0, 30, 31, 32, 33, 63, 64, 95, 96), fc.nat(SECTOR_COUNT - 1));
const changes = fc.array(fc.tuple(lba, fc.nat(100)), { maxLength: 80, size: 'max' });

describe.each(LOOKUPS)('%s lookup', (lookup) => {
  test('agrees with a map, slots used again and again', () => {
    fc.assert(
      fc.property(changes, lba, fc.integer({ min: 1, max: 70 }), (history, from, length) => {
        const table = tableOf(lookup);
        const model = new Map<number, number>();
        const sectorCount = Math.min(length, SECTOR_COUNT - from);
        const into = new Int32Array(sectorCount);
        for (const [at, spare] of history) {
          expect(table.isFull()).toBe(model.size === CAPACITY);
          if (model.has(at)) {
            table.remove(at);
            model.delete(at);
          } else if (model.size < CAPACITY) {
            table.insert(at, spare);
            model.set(at, spare);
          }
          const expected = Array.from(
            { length: sectorCount },
            (_, offset) => model.get(from + offset) ?? ON_MAIN,
          );
          table.resolve(from, sectorCount, into);
          expect([...into]).toEqual(expected);
          expect(expected.map((_, offset) => table.spareFor(from + offset))).toEqual(expected);
          // The hash table knows exactly; the linear one only knows whether it was ever used.
          const holds = expected.some((answer) => answer !== ON_MAIN);
          if (lookup === 'hash') expect(table.mayHold(from, sectorCount)).toBe(holds);
          else if (holds) expect(table.mayHold(from, sectorCount)).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('an empty table holds nothing', () => {
    const table = tableOf(lookup);
    expect(table.mayHold(0, SECTOR_COUNT)).toBe(false);
    expect(table.isFull()).toBe(false);
    expect(table.spareFor(0)).toBe(ON_MAIN);
  });
});

test('the filter tells neighbours apart, across the borders of its words', () => {
  const table = tableOf('hash');
  for (const at of [0, 31, 32, 63, 96]) {
    table.insert(at, 1);
    for (let from = 0; from < SECTOR_COUNT; from++) {
      for (const length of [1, 2, 31, 32, 33, 64]) {
        if (from + length > SECTOR_COUNT) continue;
        expect(table.mayHold(from, length)).toBe(from <= at && at < from + length);
      }
    }
    table.remove(at);
  }
});
