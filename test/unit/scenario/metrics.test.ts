import { describe, expect, it } from 'vitest';
import { formatMetric, METRICS, metricNamed, STATISTICS } from '../../../src/scenario/metrics.ts';

describe('the catalogue of metrics', () => {
  it('has no name twice, and finds each by its name', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const metric of METRICS) expect(metricNamed(metric.name)).toBe(metric);
    expect(metricNamed('latency.p99')).toBeUndefined();
  });

  it('describes each, in a unit, with a place in the result', () => {
    for (const { description, path, unit } of METRICS) {
      expect(description).not.toBe('');
      expect(path.length).toBeGreaterThan(0);
      expect(['ns', 'ratio', 'bytes', 'count', 'per-second']).toContain(unit);
    }
  });

  it.each([
    ['read.p99.9', ['operations', 'read', 'service', 'p99.9']],
    ['read.service.p99.9', ['operations', 'read', 'service', 'p99.9']],
    ['remap.response.max', ['operations', 'remap', 'response', 'max']],
    ['allocation.p50', ['allocation', 'service', 'p50']],
    ['lock.wait.p99', ['lock', 'wait', 'p99']],
    ['targetLock.hold.mean', ['targetLock', 'hold', 'mean']],
    ['cache.hitRate', ['cache', 'hitRate']],
    ['memory.allocator', ['memory', 'allocatorBytes']],
  ])('finds %s at %j', (name, path) => {
    expect(metricNamed(name)?.path).toEqual(path);
  });

  it('has every statistic of a distribution, and says that it is one', () => {
    for (const statistic of STATISTICS) {
      expect(metricNamed(`allocation.${statistic}`)).toMatchObject({
        unit: 'ns',
        isDistribution: true,
      });
    }
    expect(metricNamed('collisions')?.isDistribution).toBe(false);
  });

  it.each([
    ['allocation.p99', 41_300, '41.3µs'],
    ['cache.hitRate', 0.984, '98.4%'],
    ['memory.allocator', 4096, '4.00KiB'],
    ['collisions', 0, '0'],
    ['throughput', 2_780_000, '2.78M/s'],
    ['throughput.bytes', 1024 ** 2, '1.00MiB/s'],
  ])('shows %s in its unit', (name, value, text) => {
    const metric = metricNamed(name);
    expect(metric && formatMetric(metric, value)).toBe(text);
  });
});
