import { expect, test } from 'vitest';
import { metadataAreaOf, reservedSectorsOf } from '../../../src/device/metadata-area.ts';
import { sectorOf } from '../../../src/metadata/redundant-area.ts';
import { NO_METADATA } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

const planFor = (sectorCount: number, placement: 'v4-fixed' | 'v4-dynamic', copyCount: number) =>
  planWith({
    device: { spare: { sectorCount, placement } },
    metadata: { ...NO_METADATA, format: 'redundant', copyCount },
  });

test.each([
  [16384, 'v4-fixed', 5],
  [65536, 'v4-fixed', 5],
  [16384, 'v4-dynamic', 3],
  [1024, 'v4-dynamic', 4],
  [512, 'v4-dynamic', 1],
  [72, 'v4-dynamic', 5],
] as const)(
  '%i spares, %s, %i copies: no block lies on another, all are reserved',
  (n, place, copies) => {
    const plan = planFor(n, place, copies);
    const area = metadataAreaOf(plan);
    const reserved = reservedSectorsOf(plan);
    const sectors = area.positions.flatMap((_, copy) =>
      Array.from({ length: area.blockCount }, (_, block) => sectorOf(area, copy, block)),
    );
    expect(area.positions).toHaveLength(copies);
    expect(new Set(sectors).size).toBe(sectors.length);
    expect(sectors.every((sector) => sector >= 0 && sector < n && reserved[sector] === 1)).toBe(
      true,
    );
  },
);

test('the copies begin at the published places', () => {
  expect(metadataAreaOf(planFor(16384, 'v4-fixed', 5)).positions).toEqual([
    0, 1024, 2048, 4096, 8192,
  ]);
});
