import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { PreRemaps } from '../../../src/load/pre-remaps.ts';
import { RemapWalk } from '../../../src/load/remap-walk.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import { Collector } from '../../../src/run/collect.ts';
import { sweepData } from '../../../src/run/data-sweep.ts';
import { precondition } from '../../../src/run/precondition.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import {
  ALLOCATOR_KINDS,
  NO_MIX,
  NO_PRECONDITION,
  OPERATIONS,
  type Plan,
} from '../../../src/scenario/plan.ts';
import { markedSpares, planWith, sectorIn } from '../../support/plans.ts';

type Choice = Parameters<typeof planWith>[0];

function preconditioned(changes: Partial<Plan['precondition']>, choice: Choice = {}) {
  const plan = planWith({ ...choice, precondition: { ...NO_PRECONDITION, ...changes } });
  const memory = prepareMemory(plan);
  const record = precondition(plan, memory);
  return { plan, memory, record, collector: new Collector(plan, memory) };
}

const claimsOf = (collector: Collector) => collector.claims({ claims: [], conflicts: [] });

describe('a device that is filled', () => {
  test('holds data of this run in as many sectors as were asked for', () => {
    const { plan, memory, record } = preconditioned({ fillShare: 0.5 });
    expect(record.filledSectorCount).toBe(512);
    expect(sectorIn(memory, 'main', 511).some((word) => word !== 0)).toBe(true);
    expect(sectorIn(memory, 'main', 512).every((word) => word === 0)).toBe(true);
    expect(sweepData(plan, memory).findings).toEqual([]);
  });

  test('is filled to its end, whatever its length and the size of its blocks', () => {
    for (const sectorCount of [1000, 1023, 8]) {
      const load = { blockSizes: [8, 16].map((size) => ({ sectorCount: size, weight: 1 })) };
      const choice = { device: { sectorCount }, load: sectorCount < 16 ? {} : load };
      const { plan, memory, record } = preconditioned({ fillShare: 1 }, choice);
      expect(record.filledSectorCount).toBe(sectorCount);
      expect(sectorIn(memory, 'main', sectorCount - 1).some((word) => word !== 0)).toBe(true);
      expect(sweepData(plan, memory).findings).toEqual([]);
    }
  });

  test('canary: a sector of it that is not what was written is found', () => {
    const { plan, memory } = preconditioned({ fillShare: 1 });
    sectorIn(memory, 'main', 300).fill(0);
    expect(sweepData(plan, memory).findings).toMatchObject([{ fault: 'lost-write', lba: 300 }]);
  });
});

describe('sectors that are remapped before the load', () => {
  test('are spread over the device, claimed at time 0, and whole', () => {
    const { plan, memory, record, collector } = preconditioned({ fillShare: 1, remapCount: 40 });
    expect(record).toMatchObject({ remapCount: 40, wantedRemapCount: 40 });
    const { claims, conflictCount } = claimsOf(collector);
    expect(claims.map(({ lba }) => lba)).toEqual(
      Array.from({ length: 40 }, (_, index) => Math.floor((index * 1024) / 40)),
    );
    expect(new Set(claims.map(({ spare }) => spare)).size).toBe(40);
    expect(claims.every(({ kind, issueNs }) => kind === 'claim' && issueNs === 0)).toBe(true);
    expect(conflictCount).toBe(0);
    expect(collector.remapTable()).toHaveLength(40);
    expect(sweepData(plan, memory).findings).toEqual([]);
  });

  test.each(ALLOCATOR_KINDS)('use up a share of the spares of a %s allocator', (kind) => {
    const spare = { sectorCount: 200, placement: 'v4-dynamic' as const };
    const choice = { device: { spare }, allocator: { kind } };
    const { plan, memory, collector } = preconditioned({ spareShare: 0.75 }, choice);
    const { reserved, ring } = collector.spares();
    const allocatable = reserved.filter((bit) => bit === 0).length;
    const used = claimsOf(collector).claims.length;
    expect(used).toBe(Math.floor(0.75 * allocatable));
    const held = used + (ring?.count ?? 0) + (200 - allocatable);
    expect(markedSpares(plan, memory)).toHaveLength(held);
  });

  test('are as few as the allocator has spares for, and the record says so', () => {
    const choice = { device: { spare: { sectorCount: 64, placement: 'v4-fixed' as const } } };
    const { record, collector } = preconditioned({ remapCount: 64 }, choice);
    expect(record.wantedRemapCount).toBe(64);
    expect(record.remapCount).toBeLessThan(64);
    expect(claimsOf(collector).claims).toHaveLength(record.remapCount);
  });

  test('are in no figure of the run', () => {
    const { collector } = preconditioned({ fillShare: 1, remapCount: 40 });
    expect(collector.cache()).toEqual({ hitCount: 0, missCount: 0, refillCount: 0 });
    expect(collector.allocation({ claims: [], conflicts: [] })).toMatchObject({
      requestedCount: 0,
      service: { count: 0 },
    });
    expect(collector.threads()[0]).toMatchObject({ operationCount: 0, claimCount: 0 });
    expect(collector.lock('targetLock').acquisitionCount).toBe(0);
    const operations = collector.operations();
    for (const name of OPERATIONS) expect(operations[name]).toMatchObject({ count: 0, bytes: 0 });
  });

  test('are left out by what the load remaps, and the rest of them is all of the device', () => {
    const { plan, memory, collector } = preconditioned(
      { remapCount: 100 },
      {
        device: { sectorCount: 300, spare: { sectorCount: 400 } },
        load: { mix: { ...NO_MIX, read: 0, write: 0, remap: 1 }, operationCount: 1000 },
      },
    );
    new ThreadLoop(plan, memory, 0).run(nowNs());
    const { remap } = collector.operations();
    expect(remap).toMatchObject({ errorCount: 0, refusedCount: 0 });
    expect(remap.service.count).toBe(200);
    expect(new Set(collector.remapTable().map(({ lba }) => lba)).size).toBe(300);
    expect(claimsOf(collector).claims).toHaveLength(300);
  });
});

test('a walk passes over what was remapped before, for any numbers of both', () => {
  const law = (sectorCount: number, wanted: number) => {
    const remapCount = Math.min(wanted, sectorCount - 1);
    const plan = planWith({
      device: { sectorCount },
      precondition: { ...NO_PRECONDITION, remapCount },
    });
    const before = new PreRemaps(plan);
    const taken = new Set(Array.from({ length: before.count }, (_, index) => before.lbaOf(index)));
    const walk = new RemapWalk({ firstLba: 0, sectorCount }, before);
    expect(taken.size).toBe(remapCount);
    expect(walk.lbaCount).toBe(sectorCount - remapCount);
    const first = Array.from({ length: walk.lbaCount }, () => walk.next());
    expect(first.some((lba) => taken.has(lba))).toBe(false);
    expect(new Set(first).size).toBe(walk.lbaCount);
    expect(walk.next()).toBe(first[0]);
  };
  assert(property(integer({ min: 2, max: 400 }), integer({ min: 0, max: 400 }), law), { seed: 6 });
});
