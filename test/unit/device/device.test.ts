import { describe, expect, test } from 'vitest';
import { Outcome } from '../../../src/device/outcome.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { partOf, SECTOR_WORDS, WORD_BYTES } from '../../../src/memory/layout.ts';
import type { RemapPlan } from '../../../src/scenario/plan.ts';
import { deviceIn, memoryFor, planWith, sectorIn } from '../../support/plans.ts';

/** 300 sectors, 16 spares; every word of a written sector is the value given for it. */
function deviceOf(remap: Partial<RemapPlan> = {}, spareCount = 16) {
  const plan = planWith({
    device: { sectorCount: 300, spare: { sectorCount: spareCount } },
    remap,
  });
  const memory = memoryFor(plan);
  const { words, layout } = memory;
  const device = deviceIn(plan, memory);
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  return {
    device,
    memory,
    write(lba: number, values: readonly number[]): number {
      for (const [index, value] of values.entries()) {
        const at = staging + index * SECTOR_WORDS;
        words.fill(value, at, at + SECTOR_WORDS);
      }
      return device.write(0, lba, values.length, staging * WORD_BYTES);
    },
    read(lba: number, length: number): number[] {
      expect(device.read(0, lba, length, staging * WORD_BYTES)).toBe(Outcome.done);
      return Array.from({ length }, (_, index) => words[staging + index * SECTOR_WORDS] as number);
    },
    main: (lba: number) => sectorIn(memory, 'main', lba)[0],
    spare: (spare: number) => sectorIn(memory, 'spare', spare)[0],
  };
}

const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];

describe('every-sector', () => {
  test('a request that straddles a remapped sector is split around it', () => {
    const { device, write, read, main, spare } = deviceOf();
    device.attach(103, 9);
    write(100, EIGHT);
    expect(spare(9)).toBe(4);
    expect([100, 101, 102, 103, 104, 107].map(main)).toEqual([1, 2, 3, 0, 5, 8]);
    expect(read(100, 8)).toEqual(EIGHT);
  });

  test('remapped sectors side by side go to spares that are not', () => {
    const { device, write, read, spare } = deviceOf();
    for (const [lba, at] of [
      [100, 7],
      [101, 3],
      [107, 0],
    ] as const) {
      device.attach(lba, at);
    }
    write(100, EIGHT);
    expect([7, 3, 0].map(spare)).toEqual([1, 2, 8]);
    expect(read(100, 8)).toEqual(EIGHT);
  });
});

describe('first-sector, as published', () => {
  test('a 4 KiB write at a remapped sector goes whole to the spares from its own on', () => {
    const { device, write, read, main, spare } = deviceOf({ match: 'first-sector' });
    device.attach(104, 8);
    device.attach(200, 9);
    write(200, [77]);
    expect(spare(9)).toBe(77);
    write(104, EIGHT);
    expect(Array.from({ length: 8 }, (_, index) => spare(8 + index))).toEqual(EIGHT);
    expect(main(105)).toBe(0);
    // Spare 9 belongs to LBA 200, whose data is gone.
    expect(read(200, 1)).toEqual([2]);
  });

  test('a 4 KiB request that only covers a remapped sector is not redirected', () => {
    const { device, write, read, main, spare } = deviceOf({ match: 'first-sector' });
    device.attach(104, 8);
    write(100, EIGHT);
    expect(spare(8)).toBe(0);
    expect(main(104)).toBe(5);
    expect(read(100, 8)).toEqual(EIGHT);
    expect(read(104, 1)).toEqual([0]);
  });

  test.each(['hash', 'linear'] as const)('past the spare area it fails, %s lookup', (lookup) => {
    const { device, write, memory, spare } = deviceOf({ match: 'first-sector', lookup });
    device.attach(104, 9);
    device.attach(120, 8);
    expect(write(104, EIGHT)).toBe(Outcome.pastSpareArea);
    expect(device.read(0, 104, 8, 0)).toBe(Outcome.pastSpareArea);
    expect(spare(9)).toBe(0);
    expect(memory.words[memory.layout.inFlight]).toBe(0);
    expect(write(120, EIGHT)).toBe(Outcome.done);
  });
});

describe('moves', () => {
  test('attach takes the data along, and detach brings it back', () => {
    const { device, write, read, main, spare } = deviceOf();
    write(50, [7]);
    expect(device.attach(50, 3)).toBe(Outcome.done);
    expect(spare(3)).toBe(7);
    write(50, [8]);
    expect(main(50)).toBe(7);
    expect(device.detach(50)).toBe(3);
    expect(main(50)).toBe(8);
    expect(read(50, 1)).toEqual([8]);
  });

  test('a sector that is remapped is not remapped again', () => {
    const { device, write, read, spare } = deviceOf();
    device.attach(50, 3);
    write(50, [7]);
    expect(device.attach(50, 4)).toBe(Outcome.alreadyRemapped);
    expect(spare(4)).toBe(0);
    expect(read(50, 1)).toEqual([7]);
  });

  test('a sector that is not remapped has nothing to give back', () => {
    expect(deviceOf().device.detach(50)).toBe(ON_MAIN);
  });

  test.each(['hash', 'linear'] as const)('a full %s table refuses and copies nothing', (lookup) => {
    const { device, write, spare } = deviceOf({ lookup }, 2);
    for (const lba of [0, 1, 2, 3]) expect(device.attach(lba, lba % 2)).toBe(Outcome.done);
    write(9, [7]);
    expect(device.attach(9, 1)).toBe(Outcome.tableFull);
    expect(spare(1)).toBe(0);
    expect(device.detach(2)).toBe(0);
    expect(device.attach(9, 1)).toBe(Outcome.done);
    expect(spare(1)).toBe(7);
  });
});

test('without a medium operations are done, remaps are kept, and no data moves', () => {
  const plan = planWith({
    device: { sectorCount: 300, medium: 'none', spare: { sectorCount: 16 } },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const device = deviceIn(plan, memory);
  const { words, layout } = memory;
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  words[staging] = 7;
  expect(device.attach(103, 9)).toBe(Outcome.done);
  expect(device.write(0, 100, 8, staging * WORD_BYTES)).toBe(Outcome.done);
  words[staging] = 8;
  expect(device.read(0, 100, 8, staging * WORD_BYTES)).toBe(Outcome.done);
  expect(words[staging]).toBe(8);
  expect(device.detach(103)).toBe(9);
});
