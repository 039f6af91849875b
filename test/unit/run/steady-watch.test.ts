import { describe, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { SteadyWatch } from '../../../src/run/steady-watch.ts';
import type { SteadyPlan } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

const STEADY: SteadyPlan = {
  metric: 'throughput',
  windowNs: 300,
  slopeMax: 0.1,
  deviationMax: 0.1,
};

/** A watch over two threads on a grid of 100 ns that begins at 50, and what completes meanwhile. */
function watchOf(overrides: Partial<SteadyPlan> = {}) {
  const steady = { ...STEADY, ...overrides };
  const plan = planWith({ intervalNs: 100, steady, load: { threadCount: 2, warmupNs: 50 } });
  const memory = createMemory(plan);
  const watch = new SteadyWatch(plan, steady, memory);
  let nowNs = 50;
  /** So many operations complete in the next interval, half by each thread, reads and writes. */
  const interval = (count: number, latencyNs = 1000): boolean => {
    for (let done = 0; done < count; done++) {
      const name = done % 4 < 2 ? 'read.service' : 'write.service';
      (SharedHistogram.of(memory, done % 2, name) as SharedHistogram).record(latencyNs);
    }
    expect(watch.nextDueNs()).toBe(nowNs + 100);
    nowNs += 100;
    return watch.take(nowNs);
  };
  return { watch, interval };
}

describe('throughput', () => {
  test('that grows and then stands still is found steady by the first whole window of it', () => {
    const { watch, interval } = watchOf();
    expect([10, 20, 40, 40, 40].map((count) => interval(count))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    const { reachedNs, window } = watch.record;
    expect(reachedNs).toBe(550);
    expect(window?.points).toEqual([
      { startNs: 250, endNs: 350, value: 4e8 },
      { startNs: 350, endNs: 450, value: 4e8 },
      { startNs: 450, endNs: 550, value: 4e8 },
    ]);
    expect(window?.service.count).toBe(120);
    expect(watch.nextDueNs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('that keeps growing is never steady, and the last window says by how much', () => {
    const { watch, interval } = watchOf();
    for (const count of [10, 20, 40, 80]) expect(interval(count)).toBe(false);
    expect(watch.record.reachedNs).toBeNull();
    expect(watch.record.window?.fit?.slope).toBeCloseTo(60 / (140 / 3), 9);
  });

  test('that is level and uneven is not steady, unless that is allowed', () => {
    const uneven = [40, 52, 40];
    const strict = watchOf();
    expect(uneven.map((count) => strict.interval(count)).at(-1)).toBe(false);
    const lenient = watchOf({ deviationMax: 0.2 });
    expect(uneven.map((count) => lenient.interval(count)).at(-1)).toBe(true);
  });

  test('of nothing at all is not steady', () => {
    const { watch, interval } = watchOf();
    for (const count of [0, 0, 0]) expect(interval(count)).toBe(false);
    expect(watch.record.window?.fit).toBeNull();
  });
});

test('a percentile is that of each interval, not of the whole', () => {
  const { watch, interval } = watchOf({ metric: 'service.p99' });
  for (const latencyNs of [9000, 1000, 1000, 1000]) interval(40, latencyNs);
  expect(watch.record.reachedNs).toBe(450);
  expect(watch.record.window?.points.map(({ value }) => value)).toEqual([1000, 1000, 1000]);
  expect(watch.record.window?.response.maxNs).toBeLessThan(9000);
});

test('of a planned load the response is judged, of another the service', () => {
  const closed = watchOf({ metric: 'response.p99' });
  for (const latencyNs of [1000, 1000, 1000]) closed.interval(40, latencyNs);
  expect(closed.watch.record.window?.points.at(-1)?.value).toBe(1000);

  const segments = [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: 1e6, toPerSecond: 1e6 }];
  const arrivals = { law: 'constant', segments } as const;
  const steady: SteadyPlan = { ...STEADY, metric: 'response.p99' };
  const plan = planWith({
    intervalNs: 100,
    steady,
    load: { threadCount: 1, warmupNs: 0, arrivals },
  });
  const memory = createMemory(plan);
  const watch = new SteadyWatch(plan, steady, memory);
  for (const nowNs of [100, 200, 300]) {
    (SharedHistogram.of(memory, 0, 'read.service') as SharedHistogram).record(1000);
    (SharedHistogram.of(memory, 0, 'read.response') as SharedHistogram).record(5000);
    watch.take(nowNs);
  }
  expect(watch.record.window?.points.at(-1)?.value).toBeGreaterThanOrEqual(5000);
  expect(watch.record.window?.service.maxNs).toBeLessThan(5000);
});
