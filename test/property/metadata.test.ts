import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formattedSectors,
  identityOf,
  metadataAreaOf,
  reservedSectorsOf,
} from '../../src/device/metadata-area.ts';
import { SECTOR_WORDS } from '../../src/memory/layout.ts';
import { recoverRedundant } from '../../src/metadata/recover-redundant.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { loadOf, metadataPlan, PRODUCT, powerCutsIn, type Step } from '../support/crash.ts';

/**
 * Laws: whatever one thread does, no power cut loses anything as long as each copy is flushed; a
 * restart from the medium as it stands comes to the table as it stands.
 */
const lba = fc.integer({ min: 0, max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('write' as const), lba) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('remap' as const), lba) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('unremap' as const), lba) },
  { weight: 2, arbitrary: fc.constant(['flush'] as const) },
);

test('no load of one thread loses anything to a power cut', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 14 }),
      fc.constantFrom(2, 3, 5),
      fc.constantFrom('primary-first' as const, 'primary-last' as const),
      (steps, copyCount, order) => {
        const plan = metadataPlan({ copyCount, order, crash: { pointCount: 400 } });
        const record = powerCutsIn(plan, steps, PRODUCT);
        expect(record.losses).toEqual([]);
        expect(record.failedPointCount).toBe(0);
      },
    ),
    { numRuns: 40 },
  );
});

/** What a restart makes of the surfaces as they are, all copies looked at. */
function restartOf(plan: Plan, steps: readonly Step[]) {
  const { words, layout } = loadOf(plan, steps, PRODUCT);
  const area = metadataAreaOf(plan);
  const target = {
    identity: identityOf(plan.seed),
    area,
    reserved: reservedSectorsOf(plan),
    blocks: Array.from({ length: area.blockCount }, (_, block) => block),
  };
  const read = (sector: number) => {
    const from = layout.spare + sector * SECTOR_WORDS;
    return words.subarray(from, from + SECTOR_WORDS);
  };
  return recoverRedundant(target, { read });
}

describe('entries beyond one copy', () => {
  // 952 spares fit into the eight sectors of a copy; the rest is in extents.
  const plan: Plan = (() => {
    const small = metadataPlan();
    const spare = { ...small.device.spare, sectorCount: 32_768, placement: 'v4-fixed' as const };
    const crash = { ...small.metadata.crash, logSectorCount: 16 };
    return {
      ...small,
      device: { ...small.device, sectorCount: 40_000, spare },
      metadata: { ...small.metadata, crash },
    };
  })();

  test('tens of thousands of remaps come back', () => {
    const usable = 32_768 - reservedSectorsOf(plan).reduce((sum, bit) => sum + bit, 0);
    expect(usable).toBeGreaterThan(30_000);
    const steps = Array.from({ length: usable }, (_, at) => ['remap', at] as const);
    const { entries, marked, commands } = restartOf(plan, steps);
    expect(commands).toEqual([]);
    expect(entries).toHaveLength(usable);
    expect(new Set(entries.map((entry) => entry.lba)).size).toBe(usable);
    expect(new Set(entries.map((entry) => entry.spare)).size).toBe(usable);
    expect(marked.every((bit) => bit === 1)).toBe(true);
  });

  test('an area is formatted whole', () => {
    const { entries, commands } = restartOf(plan, []);
    expect({ entries, commands }).toEqual({ entries: [], commands: [] });
    expect(formattedSectors(plan).size).toBe(5 * 276);
  });
});

test('a restart comes to the table as it stands', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const remaps = new Set<number>();
      for (const [operation, at = 0] of steps) {
        if (operation === 'remap') remaps.add(at);
        if (operation === 'unremap') remaps.delete(at);
      }
      const { entries, commands } = restartOf(metadataPlan(), steps);
      expect(commands).toEqual([]);
      expect(entries.map((entry) => entry.lba).toSorted()).toEqual([...remaps].toSorted());
    }),
    { numRuns: 60 },
  );
});
