import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalSchedule } from '../../../src/load/arrivals.ts';
import { streamFor } from '../../../src/random.ts';
import { type ArrivalPlan, arrivalsUntil, type RateSegment } from '../../../src/scenario/plan.ts';

/**
 * Goal: the schedule is the one that the plan calls for, to the nanosecond, however many threads
 * share it.
 *
 * Method: constant arrivals against whole-number arithmetic, far out too; stages against the rate's
 * integral; Poisson gaps against the exponential law (Kolmogorov and Smirnov, fixed seed) and their
 * number against the rate. Nothing here waits for anything.
 */
const FOR_EVER = Number.POSITIVE_INFINITY;
const at = (perSecond: number, forNs = FOR_EVER): RateSegment => ({
  forNs,
  fromPerSecond: perSecond,
  toPerSecond: perSecond,
});
const ramp = (fromPerSecond: number, toPerSecond: number, forNs: number): RateSegment => ({
  forNs,
  fromPerSecond,
  toPerSecond,
});
const constant = (...segments: RateSegment[]): ArrivalPlan => ({ law: 'constant', segments });
const poisson = (...segments: RateSegment[]): ArrivalPlan => ({ law: 'poisson', segments });

function scheduleOf(plan: ArrivalPlan, thread = 0, threadCount = 1) {
  return new ArrivalSchedule(plan, { gaps: streamFor(7, null, 'arrival'), thread, threadCount });
}

function first(count: number, plan: ArrivalPlan, thread = 0, threadCount = 1): number[] {
  const schedule = scheduleOf(plan, thread, threadCount);
  const cell = new Float64Array(1);
  const times: number[] = [];
  while (times.length < count && schedule.next(cell, 0)) times.push(cell[0] as number);
  return times;
}

function until(endNs: number, plan: ArrivalPlan): number[] {
  const schedule = scheduleOf(plan);
  const cell = new Float64Array(1);
  const times: number[] = [];
  while (schedule.next(cell, 0) && (cell[0] as number) < endNs) times.push(cell[0] as number);
  return times;
}

describe('constant arrivals', () => {
  it.each([1, 3, 7, 999, 1000, 10_000, 123_457, 1_000_000])('%i a second', (perSecond) => {
    const exact = Array.from({ length: 5000 }, (_, n) => {
      const whole = (BigInt(n) * 2_000_000_000n) / BigInt(perSecond);
      return Number((whole + 1n) / 2n);
    });
    expect(first(5000, constant(at(perSecond)))).toEqual(exact);
  });

  it('do not drift: the millionth is where it belongs', () => {
    const times = first(1_000_001, constant(at(333_333)));
    expect(times[1_000_000]).toBe(Math.round(1e15 / 333_333));
    expect(until(10e9, constant(at(100_000)))).toHaveLength(1_000_000);
  });
});

describe('threads', () => {
  it.each([constant(at(12_345)), poisson(ramp(0, 20_000, 1e8), at(20_000))])(
    'have the same schedule between them, whatever their number',
    (plan) => {
      const alone = first(2400, plan);
      for (const threadCount of [2, 3, 8]) {
        const shares = Array.from({ length: threadCount }, (_, thread) =>
          first(2400 / threadCount, plan, thread, threadCount),
        );
        const merged = alone.map((_, n) => shares[n % threadCount]?.[Math.floor(n / threadCount)]);
        expect(merged).toEqual(alone);
      }
    },
  );
});

describe('stages', () => {
  it('follow the integral of the rate', () => {
    // 0 to 1000/s in 2 s are 1000 arrivals, the n-th where 250 t² = n.
    const times = first(1000, constant(ramp(0, 1000, 2e9), at(1000)));
    for (const n of [0, 1, 500, 999]) {
      expect(times[n]).toBe(Math.round(Math.sqrt(n / 250) * 1e9));
    }
  });

  it('go up, hold, come down and step', () => {
    const plan = constant(
      ramp(0, 1000, 1e9),
      at(1000, 1e9),
      ramp(1000, 0, 1e9),
      at(0, 1e9),
      at(200, 1e9),
      at(0),
    );
    const times = first(5000, plan);
    expect(times).toHaveLength(2200);
    const inSecond = (s: number) => times.filter((ns) => Math.floor(ns / 1e9) === s).length;
    expect([0, 1, 2, 3, 4].map(inSecond)).toEqual([500, 1000, 500, 0, 200]);
  });

  it('call for what the integral says, and never go back', () => {
    const rate = fc.integer({ min: 0, max: 5000 });
    const stages = fc.array(fc.tuple(rate, rate, fc.integer({ min: 1e6, max: 1e8 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(stages, fc.integer({ min: 0, max: 4e8 }), (written, endNs) => {
        const plan = constant(...written.map(([from, to, ns]) => ramp(from, to, ns)), at(100));
        const times = until(endNs, plan);
        expect(times).toEqual([...times].sort((one, other) => one - other));
        // Rounding may carry the last one over the end, or back.
        const called = Math.ceil(arrivalsUntil(plan, endNs));
        expect(Math.abs(times.length - called)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('Poisson arrivals', () => {
  it.each([1000, 100_000])('come at %i a second, and their gaps are exponential', (perSecond) => {
    const times = first(50_000, poisson(at(perSecond)));
    const gaps = times.map((ns, n) => ns - (times[n - 1] ?? 0)).sort((one, other) => one - other);
    const meanNs = 1e9 / perSecond;
    let distance = 0;
    for (const [n, ns] of gaps.entries()) {
      const share = 1 - Math.exp(-ns / meanNs);
      distance = Math.max(distance, Math.abs(share - n / gaps.length));
    }
    // Passed by chance once in a thousand; a rate that is off by 3 % is not.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(gaps.length));
    const off = Math.max(
      ...gaps.map((ns, n) => Math.abs(1 - Math.exp(-ns / (meanNs * 1.03)) - n / gaps.length)),
    );
    expect(off).toBeGreaterThan(1.95 / Math.sqrt(gaps.length));
  });

  it('come as often as the rate says, within what chance allows', () => {
    for (const endNs of [1e9, 5e9, 20e9]) {
      const count = until(endNs, poisson(at(10_000))).length;
      const expected = endNs / 1e5;
      expect(Math.abs(count - expected)).toBeLessThan(3.3 * Math.sqrt(expected));
    }
  });
});
