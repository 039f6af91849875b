import { describe, expect, test } from 'vitest';
import { CHECKS, judge } from '../../src/check/index.ts';
import { allocatorOn, initialiseDevice } from '../../src/device/index.ts';
import { reservedSparesOf } from '../../src/device/placement.ts';
import { ReservationBitmap } from '../../src/device/reservation-bitmap.ts';
import { NO_SPARE } from '../../src/device/spare-allocator.ts';
import { lockOn } from '../../src/lock/index.ts';
import { createMemory } from '../../src/memory/attach.ts';
import { Allocator, allocatableEndOf } from '../../src/memory/layout.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import {
  ALLOCATOR_KINDS,
  type AllocatorPlan,
  AT_ONCE,
  type Plan,
} from '../../src/scenario/plan.ts';
import { claim, drain, type Event, planOf, release, runOf } from '../support/checks.ts';

/**
 * Goal: the checks say of the allocators, driven by one thread, what is known of them: nothing of
 * the guarded ones, and of the published ones the faults that need no second thread.
 *
 * Method: the allocators themselves, with the published sizes, until they say "none" or long
 * enough; the record is taken from the memory they leave.
 *
 * Not covered: threads (see the integration tests).
 */
interface Drive {
  readonly allocator: Pick<AllocatorPlan, 'kind' | 'protocol'>;
  readonly spareCount: number;
  readonly limit?: number;
  /** Allocations at most; until "none" without. */
  readonly most?: number;
  /** One spare in so many is given back at once; 0 for none. */
  readonly releasePeriod?: number;
}

function drive(choices: Drive): { plan: Plan; run: RunRecord } {
  const { allocator, spareCount, limit = null, releasePeriod = 0 } = choices;
  const most = choices.most ?? Number.POSITIVE_INFINITY;
  const base = planOf({
    ...allocator,
    untilExhausted: choices.most === undefined,
    unremap: releasePeriod,
  });
  const plan: Plan = {
    ...base,
    device: {
      sectorCount: 131_072,
      medium: 'memory',
      spare: { sectorCount: spareCount, start: 0, limit, placement: 'v4-dynamic' },
      ...AT_ONCE,
    },
    allocator: { ...base.allocator, cache: { slotCount: 64, batchCount: 32, searchLimit: 1000 } },
  };
  const memory = createMemory(plan);
  const { words, layout } = memory;
  initialiseDevice(plan, memory);
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const spares = allocatorOn(plan, words, layout, lock);

  const events: Event[] = [];
  let nowNs = 0;
  let firstRefusal: RunRecord['allocation']['firstRefusal'] = null;
  for (let lba = 0; lba < most; lba++) {
    nowNs += 100;
    const spare = spares.allocate(0);
    if (spare === NO_SPARE) {
      firstRefusal = { thread: 0, issueNs: nowNs, completionNs: nowNs + 10 };
      break;
    }
    events.push(claim({ thread: 0, lba, spare, issueNs: nowNs }));
    if (releasePeriod === 0 || lba % releasePeriod !== 0) continue;
    spares.release(0, spare);
    events.push(release({ thread: 0, lba, spare, issueNs: nowNs + 20 }));
  }
  if (firstRefusal !== null) {
    for (let spare = spares.allocate(0); spare !== NO_SPARE; spare = spares.allocate(0)) {
      nowNs += 100;
      events.push(drain(spare, nowNs));
    }
  }

  const run = runOf(events, { firstRefusal });
  const bitmap = new ReservationBitmap(words, layout.bitmap);
  const state = (field: number) => words[layout.allocator + field] as number;
  const ring = {
    slotCount: 64,
    head: state(Allocator.head),
    tail: state(Allocator.tail),
    count: state(Allocator.count),
    slots: Array.from({ length: 64 }, (_, slot) => state(Allocator.slots + slot)),
  };
  return {
    plan,
    run: {
      ...run,
      spares: {
        allocatableEnd: allocatableEndOf(plan),
        reserved: reservedSparesOf(plan.device),
        marked: Uint8Array.from({ length: spareCount }, (_, spare) => Number(bitmap.isSet(spare))),
        ring: allocator.kind === 'cached' ? ring : null,
        cachedAreMarked: allocator.protocol === 'guarded',
      },
    },
  };
}

function brokenIn(choices: Drive): Record<string, number> {
  const { plan, run } = drive(choices);
  const verdicts = judge(plan, run);
  expect(verdicts).toHaveLength(CHECKS.length);
  return Object.fromEntries(
    verdicts.flatMap(({ name, verdict, count }) => (verdict === 'broken' ? [[name, count]] : [])),
  );
}

describe.each(ALLOCATOR_KINDS)('guarded %s', (kind) => {
  const allocator = { kind, protocol: 'guarded' } as const;

  test.each([100, 512, 16384, 65536])('%i spares to the last', (spareCount) => {
    expect(brokenIn({ allocator, spareCount })).toEqual({});
  });

  test('half used, and with spares given back', () => {
    expect(brokenIn({ allocator, spareCount: 1000, most: 500 })).toEqual({});
    expect(brokenIn({ allocator, spareCount: 1000, most: 3000, releasePeriod: 2 })).toEqual({});
    expect(brokenIn({ allocator, spareCount: 1000, releasePeriod: 3 })).toEqual({});
  });

  test('with the area clipped after the reservations', () => {
    expect(brokenIn({ allocator, spareCount: 16384, limit: 1000 })).toEqual({});
  });
});

describe('cached as published', () => {
  const allocator = { kind: 'cached', protocol: 'as-published' } as const;

  test.each([100, 512, 16384])('%i spares to the last', (spareCount) => {
    expect(brokenIn({ allocator, spareCount })).toEqual({});
  });

  test('half used, with a ring of unmarked spares', () => {
    expect(brokenIn({ allocator, spareCount: 16384, most: 5000 })).toEqual({});
  });

  test('65536 spares: eight are lost for ever', () => {
    expect(brokenIn({ allocator, spareCount: 65536 })).toEqual({ 'false exhaustion': 8 });
    const { plan, run } = drive({ allocator, spareCount: 65536 });
    const lost = judge(plan, run).find(({ name }) => name === 'false exhaustion');
    expect(lost?.evidence.map(({ spare }) => spare)).toEqual([
      2136, 2137, 2138, 2139, 2140, 2141, 2142, 2143,
    ]);
  });

  test('nothing gives a spare back', () => {
    const broken = brokenIn({ allocator, spareCount: 1000, most: 500, releasePeriod: 10 });
    expect(broken).toEqual({ conservation: 50 });
  });
});

describe('linear as published', () => {
  const allocator = { kind: 'linear', protocol: 'as-published' } as const;

  test('marks nothing that it hands out', () => {
    expect(brokenIn({ allocator, spareCount: 1000, most: 960 })).toEqual({ conservation: 960 });
  });

  test('hands everything out again after one round', () => {
    expect(brokenIn({ allocator, spareCount: 1000, most: 1920 })).toMatchObject({
      collisions: 960,
      conservation: 960,
      'remap table': 960,
    });
  });
});
