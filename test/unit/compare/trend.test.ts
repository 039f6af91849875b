import { describe, expect, test } from 'vitest';
import { trendsOf } from '../../../src/compare/trend.ts';
import { standsApart, trendText } from '../../../src/compare/trend-text.ts';
import { type Metric, metricNamed } from '../../../src/scenario/metrics.ts';
import { someResult } from '../../support/run-record.ts';

const METRIC = metricNamed('throughput') as Metric;

function stored(day: number, overrides: Parameters<typeof someResult>[0] = {}) {
  const startedAt = `2026-11-${day}T10:00:00.000Z`;
  const result = someResult({ ...overrides, run: { ...overrides?.run, startedAt } });
  return { path: `results/${day}`, result };
}

describe('trends', () => {
  test('are of one load on one host; that of the newest run comes first', () => {
    const other = stored(23);
    const elsewhere = {
      ...other,
      result: { ...other.result, environment: { ...other.result.environment, cpu: 'another' } },
    };
    const trends = trendsOf([stored(20), stored(21, { plan: { seed: 7 } }), elsewhere], METRIC);
    expect(trends.map(({ host, points }) => [host.split(',')[0], points.length])).toEqual([
      ['another', 1],
      [other.result.environment.cpu, 2],
    ]);
    expect(trends[1]?.points.map(({ folder, seed }) => [folder, seed])).toEqual([
      ['20', 42],
      ['21', 7],
    ]);
    expect(trends[1]?.points[0]?.value).toBe(other.result.throughput.operationsPerSecond);
  });

  test('leave out what broke, and count what has no value', () => {
    const broken = stored(22, { run: { ending: { kind: 'broken', reason: 'x', dump: [] } } });
    const sync = metricNamed('sync.p99') as Metric;
    expect(trendsOf([broken], METRIC)).toEqual([]);
    expect(trendsOf([stored(20)], sync)[0]).toMatchObject({ points: [], withoutValue: 1 });
  });

  test('a run far from those before it is marked; the first ones never are', () => {
    const values = [100, 101, 99, 100, 102, 150, 100];
    expect(values.map((_, index) => standsApart(values, index))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  test.each([
    ['unicode', true],
    ['ASCII', false],
  ])('fit into 80 columns, in %s', (_, unicode) => {
    const [trend] = trendsOf([stored(20), stored(21)], METRIC);
    const text = trendText(trend as NonNullable<typeof trend>, METRIC, {
      color: false,
      unicode,
      width: 80,
    });
    expect(text).toContain('2026-11-20 10:00:00');
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    if (!unicode) expect(text).not.toMatch(/[^\0-\x7f]/);
  });
});
