import { array, assert, constantFrom, double, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { addressSourceFor, disjointSlice, sliceFor } from '../../src/load/addresses.ts';
import { Scatter } from '../../src/load/scatter.ts';
import { streamFor } from '../../src/random.ts';
import { DISTRIBUTIONS_OF_ADDRESSES } from '../../src/scenario/plan.ts';
import { planWith } from '../support/plans.ts';

const SEED = 20_250_102;

test(`the scatter is a bijection for every number of items (seed ${SEED})`, () => {
  const isBijection = (itemCount: number, seed: number): void => {
    const scatter = new Scatter(itemCount, streamFor(seed, null, 'scatter'));
    const hits = new Uint8Array(itemCount);
    for (let index = 0; index < itemCount; index++) {
      const position = scatter.positionOf(index);
      expect(hits[position], `item ${index} of ${itemCount}, seed ${seed}`).toBe(0);
      hits[position] = 1;
    }
  };
  for (let itemCount = 1; itemCount <= 300; itemCount++) isBijection(itemCount, itemCount);
  for (const itemCount of [4095, 4096, 4097]) isBijection(itemCount, 1);
  const arbitrary = property(integer({ min: 1, max: 3000 }), integer({ min: 0 }), isBijection);
  assert(arbitrary, { seed: SEED, numRuns: 30 });
});

test(`the scatter stays inside its range up to 2^32 items (seed ${SEED})`, () => {
  assert(
    property(integer({ min: 1, max: 2 ** 32 }), integer({ min: 0 }), (itemCount, seed) => {
      const scatter = new Scatter(itemCount, streamFor(seed, null, 'scatter'));
      for (const index of [0, Math.floor(itemCount / 2), itemCount - 1]) {
        const position = scatter.positionOf(index);
        expect(position >= 0 && position < itemCount).toBe(true);
      }
    }),
    { seed: SEED },
  );
});

test(`disjoint slices cover every sector exactly once (seed ${SEED})`, () => {
  assert(
    property(
      integer({ min: 1, max: 2 ** 23 }),
      integer({ min: 1, max: 300 }),
      (sectorCount, threadCount) => {
        let end = 0;
        for (let thread = 0; thread < threadCount; thread++) {
          const slice = disjointSlice({ sectorCount, threadCount, thread });
          expect(slice.firstLba).toBe(end);
          end += slice.sectorCount;
        }
        expect(end).toBe(sectorCount);
      },
    ),
    { seed: SEED },
  );
});

const ZONES = [
  { accesses: 0.8, space: 0.5 },
  { accesses: 0.2, space: 0.5 },
];

const geometry = record({
  seed: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  sectorCount: integer({ min: 600, max: 40_000 }),
  threadCount: integer({ min: 1, max: 9 }),
  sizes: array(integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 4 }),
  distribution: constantFrom(...DISTRIBUTIONS_OF_ADDRESSES),
  theta: double({ min: 0.01, max: 5, noNaN: true }),
  slices: constantFrom('shared' as const, 'disjoint' as const),
});

test(`every block lies within its thread's slice, aligned to its size in it (seed ${SEED})`, () => {
  assert(
    property(geometry, ({ sizes, distribution, theta, slices, ...rest }) => {
      const plan = planWith({
        seed: rest.seed,
        device: { sectorCount: rest.sectorCount },
        load: {
          threadCount: rest.threadCount,
          blockSizes: sizes.map((sectorCount) => ({ sectorCount, weight: 1 })),
          addresses: {
            distribution,
            theta,
            h: 0.2,
            mean: 0.3,
            deviation: 0.4,
            zones: ZONES,
            slices,
          },
        },
      });
      const isGapless = distribution === 'sequential' && sizes.length > 1;
      for (let thread = 0; thread < rest.threadCount; thread++) {
        const { firstLba, sectorCount } = sliceFor(plan, thread);
        const source = addressSourceFor(plan, thread);
        for (let draw = 0; draw < 60; draw++) {
          const size = sizes[distribution === 'once' ? 0 : draw % sizes.length] as number;
          const offset = source.next(size) - firstLba;
          expect(Number.isInteger(offset)).toBe(true);
          expect(offset >= 0 && offset + size <= sectorCount).toBe(true);
          if (!isGapless) expect(offset % size).toBe(0);
        }
      }
    }),
    { seed: SEED },
  );
});
