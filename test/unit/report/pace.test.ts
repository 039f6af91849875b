import { describe, expect, test } from 'vitest';
import type { PaceRecord, ThreadPace } from '../../../src/record/run-record.ts';
import { arrivalParts, pacerParts } from '../../../src/report/pace.ts';
import type { StallPlan } from '../../../src/scenario/plan.ts';
import { risingSamples, samples, someOperation, someResult } from '../../support/run-record.ts';

/** Half a second of warm-up and two seconds of 1000 arrivals a second, for two threads. */
const OPEN = {
  arrivals: {
    law: 'constant',
    segments: [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: 1000, toPerSecond: 1000 }],
  },
} as const;

function paceOf(changes: Partial<ThreadPace> = {}, lateness = samples(100)): PaceRecord {
  const threads = [0, 1].map((thread) => ({
    thread,
    plannedCount: 1250,
    skippedCount: 0,
    droppedCount: 0,
    measuredCount: 1000,
    unfinishedCount: 0,
    earlyCount: 0,
    lastIssueNs: 2_499_000_000,
    heldNs: 0,
    ...changes,
  }));
  return { threads, lateness };
}

const slow = {
  read: {
    ...someOperation(risingSamples(2000, 100_000, 0), 0),
    queueing: risingSamples(2000, 10_000, 0),
    response: risingSamples(2000, 110_000, 0),
  },
  write: someOperation(samples(), 0),
  remap: someOperation(samples(), 0),
};

const of = (
  pace: PaceRecord,
  plan: { load?: object; device?: object } = { load: OPEN },
  run: object = { operations: slow },
) => someResult({ plan, run: { pace, ...run } });

describe('arrivals', () => {
  test('that were all issued make the rate that was asked for', () => {
    const { arrivals } = of(paceOf());
    expect(arrivals).toMatchObject({
      planned: 2500,
      requestedPerSecond: 1000,
      achievedPerSecond: 1000,
      rateError: 0,
    });
    expect(arrivalParts({ arrivals })).toEqual([
      '1.00k/s of 1.00k/s requested (exact)',
      '2.50k arrivals',
      '0 dropped',
    ]);
  });

  test('that were dropped are missing from the rate, and a warning says so', () => {
    const result = of(paceOf({ measuredCount: 900, droppedCount: 100 }));
    expect(result.arrivals.rateError).toBeCloseTo(-0.1, 12);
    expect(arrivalParts(result)[0]).toBe('900/s of 1.00k/s requested (−10%)');
    const [warning] = result.warnings.filter(({ id }) => id === 'could-not-keep-up');
    expect(warning?.text).toMatch(/200 arrivals dropped.*The limit was the generator, or a stall/);
  });

  test('too many for the device are its own limit', () => {
    const read = { ...slow.read, service: risingSamples(2000, 2_000_000, 0) };
    const result = of(
      paceOf({ droppedCount: 100 }),
      { load: OPEN },
      { operations: { ...slow, read } },
    );
    const [warning] = result.warnings.filter(({ id }) => id === 'could-not-keep-up');
    expect(warning?.text).toMatch(/The limit was the device: .*keep 2\.00 operations in flight/);
  });

  test('do not apply to a closed load', () => {
    const { arrivals, pacer } = someResult({});
    expect(arrivals).toMatchObject({ applies: false, requestedPerSecond: null, rateError: null });
    expect([arrivalParts({ arrivals }), pacer.applies]).toEqual([[], false]);
  });
});

describe('the generator', () => {
  const warned = (lateness: PaceRecord['lateness']) =>
    of(paceOf({}, lateness)).warnings.find(({ id }) => id === 'generator-late')?.text;

  test('is said to be late where that is much of all response time', () => {
    expect(warned(risingSamples(2000, 50_000, 0))).toMatch(/50\.0µs late at p99.*45\.\d% of all/);
  });

  test('is not, where it is little or hardly a moment', () => {
    expect(warned(risingSamples(100, 50_000, 0))).toBeUndefined();
    expect(warned(risingSamples(2000, 15_000, 0))).toBeUndefined();
  });

  test('shows how late it was', () => {
    const result = of(paceOf({}, risingSamples(3, 1000, 1000)));
    expect(pacerParts(result)[0]).toBe('late by p50 2.00µs p99 3.00µs max 3.00µs');
  });
});

describe("Little's law", () => {
  // 2000 × 100 µs in two seconds: a tenth of an operation at any time.
  const warned = (heldNs: number) =>
    of(paceOf({ heldNs })).warnings.find(({ id }) => id === 'littles-law')?.text;

  test('holds where threads saw as much in flight as was served', () => {
    expect(warned(100_000_000)).toBeUndefined();
    expect(warned(105_000_000)).toBeUndefined();
  });

  test('does not where they saw less, or more', () => {
    expect(warned(80_000_000)).toMatch(
      /does not hold: on average 0\.0800 .* makes 0\.100; do not trust/,
    );
    expect(warned(130_000_000)).toMatch(/does not close: on average 0\.130/);
  });
});

describe('a closed load on a device that stood still', () => {
  const stalls: StallPlan[] = [{ atNs: 1e9, forNs: 5e8, everyNs: null }];
  const warned = (device: object, load: object = {}) =>
    of(paceOf(), { device, load }).warnings.find(({ id }) => id === 'coordinated-omission')?.text;

  test('is told what it left out', () => {
    expect(warned({ stalls })).toMatch(
      /stood still for 500ms.*about 667 others.*coordinated omission/,
    );
  });

  test('counts overlapping stalls once, and those of events', () => {
    expect(warned({ stalls: [...stalls, ...stalls] })).toMatch(/stood still for 500ms/);
  });

  test('has nothing to be told without a stall, or when it is open', () => {
    expect(warned({ stalls: [] })).toBeUndefined();
    expect(warned({ stalls }, OPEN)).toBeUndefined();
  });
});
