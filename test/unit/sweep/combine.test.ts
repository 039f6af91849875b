import { describe, expect, test } from 'vitest';
import { bucketCountFor, histogramOf } from '../../../src/record/histogram.ts';
import { latencySummaryOf } from '../../../src/record/latency-summary.ts';
import { METRICS } from '../../../src/scenario/metrics.ts';
import { combineRuns, type MeasuredRun } from '../../../src/sweep/combine.ts';
import {
  brokenVerdict,
  samples,
  someDetails,
  someOperation,
  someResult,
  someVerdict,
} from '../../support/run-record.ts';

type Input = NonNullable<Parameters<typeof someResult>[0]>;

function runOf(input: Input = {}): MeasuredRun {
  return { result: someResult(input), details: someDetails(input.run, input.verdicts) };
}

function at(node: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Record<string, unknown>)[key], node);
}

describe('runs of one cell', () => {
  const run = runOf();
  const doubled = combineRuns([run, run]);

  test.each(METRICS.map((metric) => ({ metric, name: metric.name })))(
    'a run with itself: $name adds up if it is a count, and stays what it is if not',
    ({ metric: { path, unit, isDistribution } }) => {
      const alone = at(run.result, path);
      const twice = at(doubled, path);
      if (alone === null) expect(twice).toBeNull();
      else if (isDistribution || unit !== 'count') expect(twice).toBeCloseTo(alone as number, 6);
      else if (path.at(-1) === 'queueDepthMax') expect(twice).toBe(alone);
      else expect(twice).toBe(2 * (alone as number));
    },
  );

  test('have the percentiles of one histogram over all their latencies', () => {
    const parts = [
      [100, 200, 300, 5_000_000],
      Array.from({ length: 2000 }, (_, index) => 150 + index),
      [90, 40_000],
    ];
    const runs = parts.map((latencies) =>
      runOf({ run: { operations: { read: someOperation(samples(...latencies), 0) } } }),
    );
    const whole = latencySummaryOf(histogramOf(parts.flat(), bucketCountFor(60e9)));
    expect(combineRuns(runs).operations.read.service).toEqual(whole);
    expect(combineRuns([...runs].reverse()).operations.read.service).toEqual(whole);
  });

  test('are broken if one of them is, and say how often', () => {
    const held = runOf({ verdicts: [someVerdict('collisions')] });
    const broken = runOf({ verdicts: [brokenVerdict('collisions', 3)] });
    const checks = combineRuns([held, broken, broken]).checks;
    expect(checks).toMatchObject([{ name: 'collisions', verdict: 'broken', count: 6 }]);
    expect(combineRuns([held, held]).checks[0]?.verdict).toBe('held');
  });
});
