import { describe, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { ThreadFloat } from '../../../src/memory/layout.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { IntervalSeries } from '../../../src/run/interval-series.ts';
import { planWith } from '../../support/plans.ts';

function seriesOf(warmupNs: number, intervalNs: number, watchdogNs = 1_000_000) {
  const plan = planWith({ intervalNs, watchdogNs, load: { threadCount: 2, warmupNs } });
  const memory = createMemory(plan);
  const threads = [0, 1].map((thread) => new ThreadCounters(memory, thread));
  const series = new IntervalSeries(plan, memory, threads);
  const read = (thread: number, ns: number) =>
    (SharedHistogram.of(memory, thread, 'read.service') as SharedHistogram).record(ns);
  return { series, read, threads };
}

/** No gap, no overlap, and what the parts hold is what there was. */
function expectWhole(series: IntervalSeries, endNs: number, latencies: readonly number[]): void {
  let end = 0;
  let count = 0;
  let sumNs = 0;
  for (const { startNs, endNs: until, operations } of series.intervals) {
    expect(startNs).toBe(end);
    expect(until).toBeGreaterThan(startNs);
    end = until;
    count += operations.read.count;
    sumNs += operations.read.service.sumNs;
    const inBuckets = operations.read.service.counts.reduce((sum, one) => sum + one, 0);
    expect(inBuckets + operations.read.service.overflowCount).toBe(operations.read.count);
  }
  expect(end).toBe(endNs);
  expect(count).toBe(latencies.length);
  expect(sumNs).toBe(latencies.reduce((sum, ns) => sum + ns, 0));
}

describe('the grid', () => {
  test('begins at the gate, and anew where measurement begins', () => {
    const { series } = seriesOf(250, 100);
    const due: number[] = [];
    for (let step = 0; step < 6; step++) {
      due.push(series.nextDueNs());
      series.take(series.nextDueNs());
    }
    expect(due).toEqual([100, 200, 250, 350, 450, 550]);
    expect(series.intervals.map(({ phase }) => phase)).toEqual([
      'warmup',
      'warmup',
      'warmup',
      'measure',
      'measure',
      'measure',
    ]);
  });

  test('is kept by one that was taken late', () => {
    const { series } = seriesOf(0, 100);
    series.take(117);
    expect(series.nextDueNs()).toBe(200);
    series.take(345);
    expect(series.nextDueNs()).toBe(400);
    expect(series.intervals.map(({ endNs }) => endNs)).toEqual([117, 345]);
  });

  test('takes no interval twice, and none of no length', () => {
    const { series } = seriesOf(0, 100);
    series.take(0);
    series.take(100);
    series.take(100);
    series.take(50);
    expect(series.intervals).toHaveLength(1);
  });
});

describe('the intervals', () => {
  test('join without a gap, empty ones included, and add up to all there was', () => {
    const { series, read } = seriesOf(0, 100);
    const latencies: number[] = [];
    for (let step = 1; step <= 20; step++) {
      for (let index = 0; index < step % 4; index++) {
        const ns = step * 1000 + index;
        latencies.push(ns);
        read(index % 2, ns);
      }
      series.take(step * 100 + (step % 3));
    }
    expectWhole(series, 2002, latencies);
    expect(series.intervals.filter(({ operations }) => operations.read.count === 0)).toHaveLength(
      5,
    );
  });

  test('hold what was recorded in them, and its bounds to a thousandth', () => {
    const { series, read } = seriesOf(0, 100);
    read(0, 10);
    read(1, 900_000);
    series.take(100);
    read(0, 5000);
    read(0, 7000);
    series.take(200);
    const [first, second] = series.intervals.map(({ operations }) => operations.read.service);
    expect(first).toMatchObject({ count: 2, minNs: 10, maxNs: 900_000, sumNs: 900_010 });
    expect(second).toMatchObject({ count: 2, sumNs: 12_000, overflowCount: 0 });
    expect(second?.minNs).toBeGreaterThan(4990);
    expect(second?.minNs).toBeLessThanOrEqual(5000);
    expect(second?.maxNs).toBeGreaterThanOrEqual(7000);
    expect(second?.maxNs).toBeLessThan(7010);
  });

  test('count what is beyond the range of the histogram', () => {
    const { series, read } = seriesOf(0, 100);
    series.take(100);
    read(0, 2 ** 40);
    series.take(200);
    expect(series.intervals[1]?.operations.read.service).toMatchObject({
      count: 1,
      overflowCount: 1,
      maxNs: 2 ** 40,
    });
  });

  test('carry the totals of their end', () => {
    const { series, threads } = seriesOf(0, 100);
    const [one, other] = threads as [ThreadCounters, ThreadCounters];
    one.set(ThreadFloat.granted, 5);
    other.set(ThreadFloat.granted, 2);
    other.set(ThreadFloat.ownerConflicts, 1);
    series.take(100);
    one.set(ThreadFloat.refused, 3);
    series.take(200);
    expect(series.intervals).toMatchObject([
      { grantedCount: 7, refusedCount: 0, ownerConflictCount: 1 },
      { grantedCount: 7, refusedCount: 3, ownerConflictCount: 1 },
    ]);
  });
});

test('a long series is kept at 600 intervals by joining neighbours, and loses nothing', () => {
  // Small histograms, since each step takes a snapshot of all of them.
  const { series, read, threads } = seriesOf(250, 100, 1000);
  const latencies: number[] = [];
  let now = 0;
  for (let step = 1; step <= 1000; step++) {
    now = series.nextDueNs();
    latencies.push(step);
    read(step % 2, step);
    threads[0]?.set(ThreadFloat.granted, step);
    series.take(now);
    expect(series.intervals.length).toBeLessThanOrEqual(600);
  }
  expectWhole(series, now, latencies);
  expect(series.intervals.at(-1)?.grantedCount).toBe(1000);
  const phases = series.intervals.map(({ phase }) => phase);
  expect(phases.lastIndexOf('warmup')).toBeLessThan(phases.indexOf('measure'));
  const boundary = series.intervals.find(({ phase }) => phase === 'measure');
  expect(boundary?.startNs).toBe(250);
});
