import { describe, expect, test } from 'vitest';
import { resultSchema } from '../../../src/report/result-schema.ts';
import {
  brokenVerdict,
  type Overrides,
  risingSamples,
  samples,
  someInterval,
  someOperation,
  someResult,
  someVerdict,
} from '../../support/run-record.ts';

type Input = NonNullable<Parameters<typeof someResult>[0]>;

const CASES: Record<string, Input> = {
  'a plain run': {},
  'a run that did nothing': {
    plan: { load: { threadCount: 1 } },
    run: {
      durationNs: 0,
      threads: [
        {
          thread: 0,
          operationCount: 0,
          firstIssueNs: null,
          lastCompletionNs: null,
          claimCount: 0,
          refusedCount: 0,
          operationDigest: 0,
        },
      ],
      operations: {
        read: someOperation(samples(), 0),
        write: someOperation(samples(), 0),
        remap: someOperation(samples(), 0),
      },
      allocation: { requestedCount: 0, grantedCount: 0, service: samples() },
      allocationLock: {
        acquisitionCount: 0,
        contendedCount: 0,
        wait: samples(),
        hold: samples(),
        perThread: [],
      },
      claims: [],
      intervals: [],
      remapTable: [],
    },
  },
  'a broken run': {
    run: { ending: { kind: 'broken', reason: 'Thread 1 died.', dump: ['lock: held by 1'] } },
  },
  'a run without cache, data and ring': {
    run: { cache: null, data: null, spares: { ring: null } },
  },
  'a run with violations': {
    verdicts: [brokenVerdict('collisions', 12), brokenVerdict('data', 3)],
  },
  'a run with latencies above the range': {
    run: { operations: { read: someOperation(samples(100, 2 ** 42), 8192) } },
  },
  'a refused allocation': {
    run: {
      allocation: {
        refusedCount: 1,
        drainedCount: 4,
        firstRefusal: { thread: 1, issueNs: 5, completionNs: 9 },
      },
    },
  },
};

test.each(Object.entries(CASES))('%s yields a result that its schema accepts', (_, input) => {
  expect(resultSchema.safeParse(someResult(input)).error).toBeUndefined();
});

test('plan, source and environment are copied', () => {
  const result = someResult({ sets: ['load.threads=2'], sourceFile: 'a.yaml' });
  expect(result).toMatchObject({
    schemaVersion: 1,
    tool: 'sparestorm 0.1.0',
    name: 'small-and-plain',
    seed: 42,
    startedAt: '2026-11-22T07:40:12.345Z',
    durationNs: 2e9,
    warmupNs: 5e8,
    threadCount: 2,
    integrity: 'strict',
    source: { file: 'a.yaml', sets: ['load.threads=2'] },
    scenario: { version: 1, name: 'small-and-plain' },
    repro: 'npx sparestorm run a.yaml --seed 42 --set load.threads=2',
  });
  expect(result.environment).not.toHaveProperty('tool');
});

test('operations keep service and response apart', () => {
  const result = someResult({
    run: { operations: { read: { response: risingSamples(1000, 2_000_000, 1000) } } },
  });
  expect(result.operations.read.service.p50).toBeLessThan(2_000_000);
  expect(result.operations.read.response.p50).toBeGreaterThan(2_000_000);
  expect(result.operations.write.response).toEqual(result.operations.write.service);
});

test('throughput counts the measured phase, per thread the time of each', () => {
  const { throughput } = someResult();
  expect(throughput.operationsPerSecond).toBe(1520 / 2);
  expect(throughput.bytesPerSecond).toBe((4_096_000 + 2_048_000) / 2);
  expect(throughput.perThread.map(({ thread }) => thread)).toEqual([0, 1]);
  expect(throughput.perThread[0]?.operationsPerSecond).toBeCloseTo(950 / 2.49999, 3);
});

describe('the instrument share', () => {
  const busyFor = (ns: number): Overrides<Input['run'] & object> => ({
    operations: {
      read: someOperation(samples(ns), 0),
      write: someOperation(samples(), 0),
      remap: someOperation(samples(), 0),
    },
  });

  test("is the share of the threads' time outside measured operations", () => {
    // Two threads, two seconds each after the warm-up.
    const { throughput } = someResult({ run: busyFor(3_000_000_000) });
    expect(throughput.instrumentShare).toBeCloseTo(0.25, 9);
  });

  test('is not defined where threads wait on purpose', () => {
    expect(
      someResult({ plan: { load: { thinkTimeNs: 1 } } }).throughput.instrumentShare,
    ).toBeNull();
  });

  test('is not defined for a run that did nothing', () => {
    const run = CASES['a run that did nothing']?.run ?? {};
    expect(someResult({ run }).throughput.instrumentShare).toBeNull();
  });
});

test('the hit rate is null without lookups and without a cache', () => {
  expect(someResult().cache).toMatchObject({
    applies: true,
    hits: 15,
    misses: 5,
    hitRate: 0.75,
    refills: 5,
  });
  expect(someResult({ run: { cache: { hitCount: 0, missCount: 0 } } }).cache.hitRate).toBeNull();
  expect(someResult({ run: { cache: null } }).cache).toMatchObject({
    applies: false,
    hitRate: null,
  });
});

test('fairness compares the least with the most served thread', () => {
  expect(someResult().lock.fairness).toBeCloseTo(10 / 15);
  expect(someResult().targetLock.fairness).toBeNull();
  const perThread = [
    { acquisitionCount: 25, contendedCount: 5 },
    { acquisitionCount: 0, contendedCount: 0 },
  ];
  expect(someResult({ run: { allocationLock: { perThread } } }).lock.fairness).toBe(0);
});

test('errors and collisions are summed over their kinds', () => {
  const result = someResult({
    run: { operations: { read: { errorCount: 2 }, remap: { errorCount: 3 } } },
    verdicts: [brokenVerdict('collisions', 4), brokenVerdict('reserved', 1), brokenVerdict('data')],
  });
  expect(result.errors).toBe(5);
  expect(result.collisions).toBe(5);
});

test('intervals keep their empty operations and their totals', () => {
  const result = someResult({
    run: { intervals: [someInterval('measure', 0, 1e9, { read: [100, 200] })] },
  });
  expect(result.intervals).toHaveLength(1);
  expect(result.intervals[0]).toMatchObject({ startNs: 0, endNs: 1e9, phase: 'measure' });
  expect(result.intervals[0]?.operations.read).toEqual({ count: 2, p50: 100, p99: 200, max: 200 });
  expect(result.intervals[0]?.operations.write).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
});

test('evidence has every key, whatever the check gave', () => {
  const bare = someVerdict('data', {
    verdict: 'broken',
    count: 1,
    evidence: [{ text: 'a sentence' }],
  });
  expect(someResult({ verdicts: [bare] }).checks[0]?.evidence).toEqual([
    { text: 'a sentence', spare: null, lbas: [], threads: [], timesNs: [] },
  ]);
});
