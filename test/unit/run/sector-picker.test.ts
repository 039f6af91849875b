import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SectorPicker } from '../../../src/run/sector-picker.ts';
import type { SectorChoice } from '../../../src/scenario/plan.ts';

const NOTHING: SectorChoice = {
  surface: 'main',
  listed: [],
  share: 0,
  clusters: { count: 0, sectorCount: 0 },
};

const picked = (sectorCount: number, choice: Partial<SectorChoice>, seed = 1) =>
  new SectorPicker(sectorCount, seed, 'test').pick({ ...NOTHING, ...choice });

test('listed sectors are those listed, each once', () => {
  const listed = [
    { first: 7, sectorCount: 1 },
    { first: 5, sectorCount: 4 },
  ];
  expect(picked(16, { listed })).toEqual([7, 5, 6, 8]);
});

test('a share is so many different sectors, at least one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      fc.nat(),
      (sectorCount, share, seed) => {
        const sectors = picked(sectorCount, { share }, seed);
        expect(sectors).toHaveLength(Math.max(1, Math.round(share * sectorCount)));
        expect(new Set(sectors).size).toBe(sectors.length);
        for (const sector of sectors) expect(sector).toBeLessThan(sectorCount);
      },
    ),
  );
});

test('clusters are so many runs, none over another, all on the surface', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat({ max: 100 }),
      fc.nat(),
      (count, sectorCount, room, seed) => {
        const end = count * sectorCount + room;
        const sectors = picked(end, { clusters: { count, sectorCount } }, seed);
        expect(new Set(sectors).size).toBe(count * sectorCount);
        const begins = sectors.filter((_, index) => index % sectorCount === 0);
        for (const [index, sector] of sectors.entries()) {
          const begin = begins[Math.floor(index / sectorCount)] as number;
          expect(sector).toBe(begin + (index % sectorCount));
          expect(sector).toBeLessThan(end);
        }
      },
    ),
  );
});

describe('further sectors', () => {
  test('are never ones that were picked before, until there are none', () => {
    const picker = new SectorPicker(10, 3, 'test');
    const first = picker.pick({ ...NOTHING, listed: [{ first: 2, sectorCount: 3 }] });
    const further = [...picker.further(4), ...picker.further(4)];
    expect(new Set([...first, ...further]).size).toBe(10);
    expect(picker.further(4)).toEqual([]);
  });

  test('are the same for one seed, and others for another', () => {
    const of = (seed: number) => picked(1000, { share: 0.01 }, seed);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});
