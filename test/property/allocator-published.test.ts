import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reservedSparesOf } from '../../src/device/placement.ts';
import { NO_SPARE } from '../../src/device/spare-allocator.ts';
import { Allocator, allocatableEndOf } from '../../src/memory/layout.ts';
import type { Placement, Plan } from '../../src/scenario/plan.ts';
import { allocatorIn, memoryFor, PUBLISHED_CACHE, planWith } from '../support/plans.ts';
import { PublishedCacheModel } from '../support/published-cache.ts';

/**
 * Goal: single-threaded, the published cache answers call by call what its description says.
 *
 * Method: a second implementation, written from the description with plain arrays, and areas of
 * every size, placement and limit, with odd rings too.
 */
type Shape = Plan['allocator']['cache'];

const ODD: Shape = { slotCount: 7, batchCount: 3, searchLimit: 11 };
const NARROW: Shape = { slotCount: 64, batchCount: 64, searchLimit: 1000 };
const ONE: Shape = { slotCount: 1, batchCount: 1, searchLimit: 50 };

const areas: readonly [number, number | null, Placement, Shape][] = [
  [33, null, 'none', PUBLISHED_CACHE],
  [40, null, 'v4-dynamic', PUBLISHED_CACHE],
  [63, null, 'none', PUBLISHED_CACHE],
  [64, null, 'none', PUBLISHED_CACHE],
  [65, null, 'none', PUBLISHED_CACHE],
  [71, null, 'v4-dynamic', PUBLISHED_CACHE],
  [72, null, 'v4-dynamic', PUBLISHED_CACHE],
  [100, null, 'v4-dynamic', PUBLISHED_CACHE],
  [512, null, 'v4-dynamic', PUBLISHED_CACHE],
  [512, 100, 'v4-dynamic', PUBLISHED_CACHE],
  [512, 9, 'none', PUBLISHED_CACHE],
  [1000, null, 'v4-dynamic', ODD],
  [1024, null, 'v4-dynamic', ODD],
  [1024, null, 'v4-dynamic', NARROW],
  [1027, 1025, 'v4-dynamic', PUBLISHED_CACHE],
  [300, null, 'none', ONE],
  [4096, 4000, 'v4-dynamic', NARROW],
  [8191, null, 'v4-dynamic', PUBLISHED_CACHE],
  [8192, null, 'v4-dynamic', PUBLISHED_CACHE],
  [8200, 8195, 'v4-dynamic', PUBLISHED_CACHE],
  [16384, null, 'v4-fixed', PUBLISHED_CACHE],
  [16384, 1000, 'v4-dynamic', PUBLISHED_CACHE],
  [16385, 16383, 'v4-fixed', ODD],
  [34069, null, 'v4-dynamic', PUBLISHED_CACHE],
  [34166, null, 'v4-dynamic', PUBLISHED_CACHE],
  [70000, null, 'v4-dynamic', PUBLISHED_CACHE],
];

function bothOn(spareCount: number, limit: number | null, placement: Placement, cache: Shape) {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: spareCount, start: 0, limit, placement } },
    allocator: { kind: 'cached', protocol: 'as-published', cache },
    lock: { kind: 'none' },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const model = new PublishedCacheModel({
    ...cache,
    end: allocatableEndOf(plan),
    reserved: [...reservedSparesOf(plan.device)].map((bit) => bit === 1),
  });
  const { words, layout } = memory;
  const state = (field: number): number => words[layout.allocator + field] as number;
  return { memory, model, state, allocator: allocatorIn(plan, memory) };
}

/** First call that the two answer differently, or null. */
function firstDifference({ model, state, allocator }: ReturnType<typeof bothOn>, calls: number) {
  let refusals = 0;
  for (let call = 0; call < calls && refusals < 3; call++) {
    const expected = model.allocate();
    const spare = allocator.allocate(0);
    if (spare !== (expected ?? NO_SPARE)) return { call, expected, spare };
    const cursor = state(Allocator.cursor);
    if (cursor !== model.cursor) return { call, expected: `cursor ${model.cursor}`, cursor };
    if (expected === null) refusals++;
  }
  return null;
}

describe('call by call, to three refusals', () => {
  test.each(areas)('%i spares, limit %s, placement %s, cache %j', (...area) => {
    const both = bothOn(...area);
    expect(firstDifference(both, 2 * area[0] + 3)).toBeNull();
    expect(both.state(Allocator.hits)).toBe(both.model.hits);
    expect(both.state(Allocator.misses)).toBe(both.model.misses);
    expect(both.state(Allocator.refills)).toBe(both.model.refills.length);
  });
});

test('any area, any ring', () => {
  const area = fc.record({
    spareCount: fc.integer({ min: 1, max: 1500 }),
    limit: fc.option(fc.integer({ min: 1, max: 1600 }), { nil: null }),
    placement: fc.constantFrom<Placement>('none', 'v4-dynamic'),
    cache: fc
      .tuple(fc.integer({ min: 1, max: 80 }), fc.nat(), fc.integer({ min: 1, max: 60 }))
      .map(([slotCount, batch, searchLimit]) => ({
        slotCount,
        batchCount: 1 + (batch % slotCount),
        searchLimit,
      })),
  });
  fc.assert(
    fc.property(area, ({ spareCount, limit, placement, cache }) => {
      const both = bothOn(spareCount, limit, placement, cache);
      expect(firstDifference(both, 2 * spareCount + 3)).toBeNull();
    }),
    { numRuns: 60 },
  );
});
