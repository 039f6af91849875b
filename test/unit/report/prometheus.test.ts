import { describe, expect, test } from 'vitest';
import { prometheusText } from '../../../src/report/prometheus.ts';
import { METRICS } from '../../../src/scenario/metrics.ts';
import { HOSTILE_NAMES } from '../../support/hostile.ts';
import { seriesIn } from '../../support/prometheus.ts';
import { brokenVerdict, someResult, someThreshold } from '../../support/run-record.ts';

describe('metrics.prom', () => {
  const result = someResult({
    plan: { thresholds: [someThreshold('collisions', '==', 0)] },
    verdicts: [brokenVerdict('collisions', 3)],
  });
  const series = seriesIn(prometheusText([result]));
  const figure = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    series.find(
      (one) =>
        one.name === `sparestorm_${name}` &&
        Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )?.value;

  test('has the figures of the result, in base units', () => {
    expect(figure('collisions')).toBe(3);
    expect(figure('exit_code')).toBe(3);
    expect(figure('cache_hit_rate_ratio')).toBe(result.cache.hitRate);
    expect(figure('memory_allocator_bytes')).toBe(result.memory.allocatorBytes);
    expect(figure('throughput_operations_per_second')).toBe(result.throughput.operationsPerSecond);
    expect(figure('throughput_bytes_per_second')).toBe(result.throughput.bytesPerSecond);
    expect(figure('operations', { operation: 'read' })).toBe(result.operations.read.count);
    expect(figure('check_violations', { check: 'collisions' })).toBe(3);
    expect(figure('threshold_held', { expression: 'collisions == 0' })).toBe(0);
    const p99 = figure('latency_seconds', { distribution: 'read.service', statistic: 'p99' });
    expect(Math.round((p99 as number) * 1e9)).toBe(result.operations.read.service.p99);
  });

  test('has every metric that a threshold can name and that has a value', () => {
    const scalars = METRICS.filter(({ isDistribution }) => !isDistribution);
    const named = new Set(series.map(({ name }) => name));
    expect(scalars.length).toBeGreaterThan(30);
    expect(named.size).toBeGreaterThanOrEqual(scalars.length);
  });

  test('has no line for what has no value', () => {
    expect(figure('latency_seconds', { distribution: 'sync.service' })).toBeUndefined();
    expect(prometheusText([result])).not.toMatch(/null|NaN|undefined/);
  });

  test('keeps the lines of a family together, whatever the number of runs', () => {
    const text = prometheusText([result, someResult({ plan: { seed: 43 } })]);
    const families = text.split('\n').flatMap((line) => /^(\w+)\{/.exec(line)?.[1] ?? []);
    const changes = families.filter((name, index) => name !== families[index - 1]);
    expect(new Set(changes).size).toBe(changes.length);
    expect(seriesIn(text).filter(({ name }) => name === 'sparestorm_exit_code')).toHaveLength(2);
  });

  test('a series has one value, the last', () => {
    const text = prometheusText([result, someResult()]);
    const codes = seriesIn(text).filter(({ name }) => name === 'sparestorm_exit_code');
    expect(codes.map(({ value }) => value)).toEqual([0]);
  });

  test.each(HOSTILE_NAMES)('%s in a name stays a label', (_, name) => {
    const plain = seriesIn(prometheusText([someResult()]));
    const hostile = seriesIn(prometheusText([someResult({ plan: { name } })]));
    expect(hostile.map((one) => one.name)).toEqual(plain.map((one) => one.name));
  });
});
