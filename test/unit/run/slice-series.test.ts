import { expect, test } from 'vitest';
import { ArrivalCounter } from '../../../src/load/trace/arrival-counts.ts';
import type { Trace } from '../../../src/load/trace/trace.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { Allocator, ThreadFloat } from '../../../src/memory/layout.ts';
import { latencyRowOf } from '../../../src/record/latency-row.ts';
import type { Slice } from '../../../src/record/run-record.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { SliceSeries } from '../../../src/run/slice-series.ts';
import { planWith } from '../../support/plans.ts';
import type { PlanOverrides } from '../../support/run-record.ts';
import { tracePlanOf } from '../../support/traces.ts';

function seriesOf(load: NonNullable<PlanOverrides['load']> = {}, trace: Trace | null = null) {
  const plan = planWith({ load: { threadCount: 2, durationNs: 2e9, ...load } });
  const memory = createMemory(plan);
  const threads = [0, 1].map((thread) => new ThreadCounters(memory, thread));
  const series = new SliceSeries(plan, memory, threads, trace);
  const read = (thread: number, ns: number) =>
    (SharedHistogram.of(memory, thread, 'read.service') as SharedHistogram).record(ns);
  return { series, read, threads, memory };
}

function readsIn(slices: readonly Slice[]): number {
  return slices.flatMap(({ rows }) => [...rows.read]).reduce((sum, count) => sum + count, 0);
}

test('a slice has what was recorded in it, by row', () => {
  const { series, read } = seriesOf();
  read(0, 1000);
  series.take(20e6);
  read(0, 1010);
  read(1, 5000);
  read(1, 5001);
  series.take(40e6);
  const [first, second] = series.slices;
  expect(first?.rows.read[latencyRowOf(1000)]).toBe(1);
  expect(second?.rows.read[latencyRowOf(1000)]).toBe(1);
  expect(second?.rows.read[latencyRowOf(5000)]).toBe(2);
  expect(second?.rows.read).toHaveLength(latencyRowOf(5000) + 1);
  expect(second?.rows.write).toHaveLength(0);
  expect(readsIn(series.slices)).toBe(4);
});

test('totals are those of all threads, and of the allocator', () => {
  const { series, threads, memory } = seriesOf();
  threads[0]?.set(ThreadFloat.operations, 7);
  threads[1]?.set(ThreadFloat.operations, 5);
  threads[1]?.set(ThreadFloat.ownerConflicts, 2);
  memory.words[memory.layout.allocator + Allocator.hits] = 9;
  memory.words[memory.layout.allocator + Allocator.misses] = -1;
  series.take(20e6);
  expect(series.slices[0]).toMatchObject({
    operationCount: 12,
    ownerConflictCount: 2,
    hitCount: 9,
    // The allocator's counter is a word: past 2^31 it reads negative.
    missCount: 2 ** 32 - 1,
    plannedCount: null,
  });
});

test('the warm-up ends with a slice of its own', () => {
  const { series } = seriesOf({ warmupNs: 50e6 });
  while (series.nextDueNs() < 100e6) series.take(series.nextDueNs());
  const warmup = series.slices.filter(({ phase }) => phase === 'warmup');
  expect(warmup.at(-1)?.endNs).toBe(50e6);
  expect(series.slices.length).toBeGreaterThan(warmup.length);
});

test('a long run keeps 100 slices at most, without a gap and without a loss', () => {
  const { series, read } = seriesOf({ durationNs: null, warmupNs: 70e6 });
  for (let step = 1; step <= 3000; step++) {
    read(step % 2, 1000 + step);
    if (step * 10e6 >= series.nextDueNs()) series.take(step * 10e6);
  }
  series.take(30e9);
  const { slices } = series;
  expect(slices.length).toBeLessThanOrEqual(100);
  expect(slices.length).toBeGreaterThan(40);
  let end = 0;
  for (const { startNs, endNs } of slices) {
    expect(startNs).toBe(end);
    end = endNs;
  }
  expect(end).toBe(30e9);
  expect(readsIn(slices)).toBe(3000);
  expect(slices.filter(({ phase }) => phase === 'warmup').at(-1)?.endNs).toBe(70e6);
});

test('counts the arrivals that were planned by then, in the time of the replay', () => {
  const counter = new ArrivalCounter();
  for (const ns of [10e6, 20e6, 30e6, 80e6]) counter.add(ns);
  const trace = { arrivals: counter.counted } as Trace;
  const replay: NonNullable<PlanOverrides['load']> = {
    trace: tracePlanOf('/t', { speed: 2, recordCounts: [2, 2], operations: ['read'] }),
  };
  const { series } = seriesOf(replay, trace);
  for (const now of [4e6, 6e6, 16e6, 100e6]) series.take(now);
  expect(series.slices.map(({ plannedCount }) => plannedCount)).toEqual([0, 1, 3, 4]);
});

test('of a planned load the rows are of responses', () => {
  const segments = [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: 1e6, toPerSecond: 1e6 }];
  const { series, read, memory } = seriesOf({ arrivals: { law: 'constant', segments } });
  read(0, 1000);
  SharedHistogram.of(memory, 0, 'read.response')?.record(900_000);
  series.take(20e6);
  const [slice] = series.slices;
  expect(slice?.rows.read[latencyRowOf(900_000)]).toBe(1);
  expect(readsIn(series.slices)).toBe(1);
});
