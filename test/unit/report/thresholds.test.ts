import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../src/scenario/metrics.ts';
import type { COMPARISONS } from '../../../src/scenario/plan.ts';
import { someResult, someThreshold } from '../../support/run-record.ts';

function judged(metric: string, comparison: (typeof COMPARISONS)[number], limit: number, run = {}) {
  const plan = { thresholds: [someThreshold(metric, comparison, limit)] };
  const [threshold] = someResult({ plan, run }).thresholds;
  if (threshold === undefined) throw new Error('no threshold');
  return threshold;
}

test.each(METRICS.map((metric) => metric.name))('%s leads to a figure of the result', (metric) => {
  const { observed, reason } = judged(metric, '>=', 0);
  if (observed === null) expect(reason).toBe('no samples');
  else expect(observed).toBeGreaterThanOrEqual(0);
});

test('the observed value stands beside the expression, in the unit of the metric', () => {
  expect(judged('allocation.p99', '<', 100_000)).toEqual({
    expression: 'allocation.p99 < 100000',
    metric: 'allocation.p99',
    observed: 590,
    observedText: '590ns',
    pass: true,
    reason: null,
  });
  expect(judged('cache.hitRate', '>', 0.8)).toMatchObject({ observedText: '75%', pass: false });
  expect(judged('memory.allocator', '<', 5_242_880)).toMatchObject({ observedText: '512B' });
  expect(judged('throughput', '>', 100)).toMatchObject({ observedText: '760/s', pass: true });
});

describe('what cannot be judged fails', () => {
  const noSamples = { observed: null, observedText: 'no samples', pass: false };

  test('a distribution without samples, in either direction', () => {
    expect(judged('sync.p99', '<', 1e9)).toMatchObject(noSamples);
    expect(judged('sync.p99', '>=', 0)).toMatchObject({ ...noSamples, reason: 'no samples' });
  });

  test('the hit rate of no lookups', () => {
    expect(judged('cache.hitRate', '>', 0, { cache: { hitCount: 0, missCount: 0 } })).toMatchObject(
      noSamples,
    );
  });
});

test('a counter exists from the start', () => {
  expect(judged('collisions', '==', 0)).toMatchObject({ observed: 0, pass: true });
  expect(judged('allocation.refused', '==', 0)).toMatchObject({ observed: 0, pass: true });
});

test.each([
  ['<', [true, false, false]],
  ['<=', [true, true, false]],
  ['>', [false, false, true]],
  ['>=', [false, true, true]],
  ['==', [false, true, false]],
  ['!=', [true, false, true]],
] as const)('%s compares 20 granted with 21, 20 and 19', (comparison, expected) => {
  const passes = [21, 20, 19].map((limit) => judged('allocation.granted', comparison, limit).pass);
  expect(passes).toEqual(expected);
});
