import { describe, expect, test } from 'vitest';
import { addressSourceFor } from '../../../src/load/addresses.ts';
import { NormalItems } from '../../../src/load/normal.ts';
import { OncePerPass } from '../../../src/load/once-per-pass.ts';
import {
  DRAWN_MOST,
  DrawnOperations,
  operationSourceFor,
} from '../../../src/load/operation-source.ts';
import { ParetoItems, paretoShare } from '../../../src/load/pareto.ts';
import { Scatter } from '../../../src/load/scatter.ts';
import { ZonedItems } from '../../../src/load/zoned.ts';
import type { Memory } from '../../../src/memory/attach.ts';
import { streamFor } from '../../../src/random.ts';
import {
  type MixPlan,
  NO_MIX,
  OPERATIONS,
  UNIFORM_ADDRESSES,
  zonesOf,
} from '../../../src/scenario/plan.ts';
import { expectAnotherLaw, expectLaw } from '../../support/goodness-of-fit.ts';
import { planWith } from '../../support/plans.ts';

/*
 * Goal: what a workload is described by is what it does: the laws of its addresses, the weights of
 * its operations and of its block sizes.
 *
 * Method: chi-square against the exact law (see support/goodness-of-fit), with fixed seeds. Beside
 * each law stands the same one bent a little, which the same draws must not pass for.
 *
 * Not covered: uniform and zipf (see addresses-law); when operations arrive.
 */
/** Few enough that a law which is bent a little everywhere shows in every one of them. */
const ITEMS = 250;

const weightsOf = (weight: (item: number) => number, count = ITEMS) =>
  new Float64Array(count).map((_, item) => weight(item));

describe('pareto', () => {
  const law = (h: number) =>
    weightsOf((item) => paretoShare((item + 1) / ITEMS, h) - paretoShare(item / ITEMS, h));
  /** What the scatter put at a place, put back to its rank. */
  const ranksOf = (h: number): (() => number) => {
    const scatter = new Scatter(ITEMS, streamFor(7, null, 'scatter'));
    const rankOf = new Int32Array(ITEMS);
    for (let rank = 0; rank < ITEMS; rank++) rankOf[scatter.positionOf(rank)] = rank;
    const items = new ParetoItems(ITEMS, h, streamFor(7, 0, 'law'), scatter);
    return () => rankOf[items.next()] as number;
  };

  test.each([0.05, 0.2, 0.4])('with h = %f is the self-similar law, and no other', (h) => {
    expectLaw(law(h), ranksOf(h));
    expectAnotherLaw(law(h * 1.05), ranksOf(h));
  });

  test('with h = 0.2 is the rule of 80 to 20, and with h = 0.5 uniform', () => {
    expect(paretoShare(0.2, 0.2)).toBeCloseTo(0.8, 12);
    expect(paretoShare(0.04, 0.2)).toBeCloseTo(0.64, 12);
    expectLaw(
      weightsOf(() => 1),
      ranksOf(0.5),
    );
  });
});

describe('normal', () => {
  /** Simpson's rule on the density of each item, which is smooth: exact to 12 digits and more. */
  const law = (mean: number, deviation: number) => {
    const density = (x: number) => Math.exp(-0.5 * ((x / ITEMS - mean) / deviation) ** 2);
    return weightsOf((item) => density(item) + 4 * density(item + 0.5) + density(item + 1));
  };
  const itemsOf = (mean: number, deviation: number) => {
    const items = new NormalItems(ITEMS, { mean, deviation }, streamFor(8, 0, 'law'));
    return () => items.next();
  };

  test.each([
    [0.5, 0.15, 0.155],
    [0.1, 0.2, 0.206],
    [1, 0.05, 0.0515],
    [0.5, 0.4, 0.43],
  ])(
    'around %f by %f is the normal law within the slice, and no other',
    (mean, deviation, bent) => {
      expectLaw(law(mean, deviation), itemsOf(mean, deviation));
      expectAnotherLaw(law(mean, bent), itemsOf(mean, deviation));
      expectAnotherLaw(law(mean - 0.02, deviation), itemsOf(mean, deviation));
    },
  );
});

describe('zoned', () => {
  const zones = [
    { accesses: 0.6, space: 0.1 },
    { accesses: 0.3, space: 0.2 },
    { accesses: 0, space: 0.3 },
    { accesses: 0.1, space: 0.4 },
  ];
  const law = (accesses: readonly number[]) => {
    const weights = new Float64Array(ITEMS);
    for (const [index, { first, itemCount }] of zonesOf(ITEMS, zones).entries()) {
      weights.fill((accesses[index] as number) / itemCount, first, first + itemCount);
    }
    return weights;
  };
  const items = () => {
    const source = new ZonedItems(ITEMS, zones, streamFor(9, 0, 'law'));
    return () => source.next();
  };

  test('gives each share of the space its share of the accesses, and no other', () => {
    expectLaw(law([0.6, 0.3, 0, 0.1]), items());
    expectAnotherLaw(law([0.61, 0.29, 0, 0.1]), items());
  });

  test('zones are all of the items, whatever their number', () => {
    for (const count of [1, 2, 3, 7, 97, 1000]) {
      const places = zonesOf(count, zones);
      expect(places.reduce((sum, { itemCount }) => sum + itemCount, 0)).toBe(count);
      for (const { itemCount } of places) expect(itemCount).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('once', () => {
  test.each([1, 2, 3, 64, 97, 1000])('every one of %i comes once in each pass', (count) => {
    const items = new OncePerPass(count, streamFor(10, 0, 'law'));
    const orders = Array.from({ length: 4 }, () =>
      Array.from({ length: count }, () => items.next()),
    );
    for (const order of orders) expect(new Set(order).size).toBe(count);
    if (count >= 64) expect(new Set(orders.map(String)).size).toBe(4);
  });

  test('each place of a pass is as likely to have any of them', () => {
    const items = new OncePerPass(11, streamFor(11, 0, 'law'));
    const at = (place: number) => () => {
      let item = 0;
      for (let index = 0; index < 11; index++) {
        const next = items.next();
        if (index === place) item = next;
      }
      return item;
    };
    for (const place of [0, 1, 5, 10]) {
      expectLaw(
        weightsOf(() => 1, 11),
        at(place),
        20_000,
      );
      expectAnotherLaw(
        weightsOf((item) => 1 + item / 50, 11),
        at(place),
        20_000,
      );
    }
  });
});

describe('addresses', () => {
  const planOf = (addresses: Partial<typeof UNIFORM_ADDRESSES>, slices: 'shared' | 'disjoint') =>
    planWith({
      device: { sectorCount: 80_003 },
      load: { threadCount: 2, addresses: { ...UNIFORM_ADDRESSES, ...addresses, slices } },
    });

  test.each(['shared', 'disjoint'] as const)(
    'of a zone lie in it, on slices that are %s',
    (slices) => {
      const zones = [
        { accesses: 1, space: 0.25 },
        { accesses: 0, space: 0.75 },
      ];
      const source = addressSourceFor(planOf({ distribution: 'zoned', zones }, slices), 1);
      const [from, length] = slices === 'shared' ? [0, 80_003] : [40_001, 40_002];
      const lbas = Array.from({ length: 20_000 }, () => source.next(8));
      expect(Math.min(...lbas)).toBe(from);
      expect(Math.max(...lbas)).toBeLessThan(from + length / 4 + 8);
      expect(Math.max(...lbas)).toBeGreaterThan(from + length / 4 - 80);
    },
  );

  test('once, each thread covers its slice, and threads with a slice each the device', () => {
    const blocks = new Set<number>();
    for (const thread of [0, 1]) {
      const source = addressSourceFor(planOf({ distribution: 'once' }, 'disjoint'), thread);
      for (let draw = 0; draw < 5000; draw++) blocks.add(source.next(8));
    }
    expect(blocks.size).toBe(10_000);
  });
});

/** The drawn operations of one thread, one at a time, as `of` sees them. */
function operations(
  load: { readonly mix?: MixPlan; readonly blockSizes?: { sectorCount: number; weight: number }[] },
  of: (drawn: DrawnOperations, index: number) => number,
): () => number {
  const plan = planWith({ seed: 12, device: { sectorCount: 2 ** 20 }, load });
  const source = operationSourceFor(plan, null as unknown as Memory, 0);
  const drawn = new DrawnOperations();
  let at = DRAWN_MOST;
  return () => {
    if (at === DRAWN_MOST) {
      source.draw(drawn, DRAWN_MOST);
      at = 0;
    }
    return of(drawn, at++);
  };
}

describe('the mix', () => {
  const weights = { read: 55, write: 30, remap: 6, unremap: 4, flush: 3, trim: 2 };
  const order = ['read', 'write', 'remap', 'unremap', 'sync', 'trim'].map((name) =>
    OPERATIONS.indexOf(name as (typeof OPERATIONS)[number]),
  );
  const drawn = (mix: Partial<MixPlan>) =>
    operations({ mix: { ...NO_MIX, ...mix } }, ({ operations: kinds }, index) =>
      order.indexOf(kinds[index] as number),
    );

  test('has each operation by its weight, and by no other', () => {
    expectLaw(Object.values(weights), drawn(weights));
    expectAnotherLaw([55, 30, 6, 4, 3.2, 2], drawn(weights));
    expectAnotherLaw([54.5, 30.5, 6, 4, 3, 2], drawn(weights));
  });

  test.each([{ flush: 1 }, { trim: 1, read: 0.01 }, { write: 2, trim: 3 }, { remap: 1, flush: 1 }])(
    '%j has nothing else',
    (mix: Partial<MixPlan>) => {
      const whole = { ...NO_MIX, ...mix };
      const draw = drawn(mix);
      const seen = new Set(Array.from({ length: 20_000 }, draw));
      const inIt = Object.values(whole).flatMap((weight, index) => (weight > 0 ? [index] : []));
      expect([...seen].sort()).toEqual(inIt);
    },
  );
});

test('block sizes come by their weights, and by no others', () => {
  const blockSizes = [
    { sectorCount: 1, weight: 5 },
    { sectorCount: 8, weight: 80 },
    { sectorCount: 16, weight: 0 },
    { sectorCount: 128, weight: 15 },
  ];
  const mix = { ...NO_MIX, read: 1, trim: 1 };
  const sizes = blockSizes.map(({ sectorCount }) => sectorCount);
  const draw = () =>
    operations({ mix, blockSizes }, ({ sectorCounts }, index) =>
      sizes.indexOf(sectorCounts[index] as number),
    );
  expectLaw([5, 80, 0, 15], draw());
  expectAnotherLaw([5.2, 79.8, 0, 15], draw());
});
