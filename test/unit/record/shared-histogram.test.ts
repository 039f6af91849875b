import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { highestOf, histogramOf, mergeHistograms } from '../../../src/record/histogram.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { planWith } from '../../support/plans.ts';

const plan = planWith({ load: { threadCount: 3 } });
const { bucketCount } = createMemory(plan).layout;
/** Above this a latency finds no bucket. */
const highestNs = highestOf(bucketCount - 1);

const latency = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: highestNs }),
  fc.constantFrom(0, 1, highestNs, highestNs + 1, 2 ** 40, Number.MAX_SAFE_INTEGER),
);

function of(memory: ReturnType<typeof createMemory>, thread: number): SharedHistogram {
  return SharedHistogram.of(memory, thread, 'allocation') as SharedHistogram;
}

test('holds what a histogram of the same samples holds, overflow included', () => {
  fc.assert(
    fc.property(fc.array(latency, { maxLength: 100 }), (samples) => {
      const histogram = of(createMemory(plan), 0);
      for (const ns of samples) histogram.record(ns);
      expect(histogram.snapshot()).toEqual(histogramOf(samples, bucketCount));
    }),
    { numRuns: 40 },
  );
});

test('threads record side by side; their snapshots merge into that of all samples', () => {
  const memory = createMemory(plan);
  const samples = Array.from({ length: 300 }, (_, index) => (index * 7919) % 100_000);
  for (const [index, ns] of samples.entries()) of(memory, index % 3).record(ns);
  const snapshots = [0, 1, 2].map((thread) => of(memory, thread).snapshot());
  expect(mergeHistograms(snapshots, bucketCount)).toEqual(histogramOf(samples, bucketCount));
});

test('a snapshot does not follow what is recorded after it', () => {
  const histogram = of(createMemory(plan), 0);
  histogram.record(5);
  const before = histogram.snapshot();
  histogram.record(6);
  expect(before).toEqual(histogramOf([5], bucketCount));
});

test('a minimum of 0 is not mistaken for an empty histogram', () => {
  const histogram = of(createMemory(plan), 0);
  histogram.record(9);
  histogram.record(0);
  histogram.record(9);
  expect(histogram.snapshot().minNs).toBe(0);
});

test('there is none where the plan keeps none', () => {
  expect(SharedHistogram.of(createMemory(plan), 0, 'trim.service')).toBeNull();
});
