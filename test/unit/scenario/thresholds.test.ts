import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../src/scenario/metrics.ts';
import { COMPARISONS } from '../../../src/scenario/plan.ts';
import { parseThreshold } from '../../../src/scenario/thresholds.ts';
import { problemsOf, underlined } from './support.ts';

describe('a threshold', () => {
  it.each([
    ['allocation.p99.9 < 100us', 'allocation.p99.9', '<', 100_000],
    ['read.response.max <= 1.5ms', 'read.response.max', '<=', 1.5e6],
    ['lock.wait.mean < 41.5ns', 'lock.wait.mean', '<', 41.5],
    ['cache.hitRate > 80%', 'cache.hitRate', '>', 0.8],
    ['cache.hitRate >= 0.8', 'cache.hitRate', '>=', 0.8],
    ['memory.allocator < 5MiB', 'memory.allocator', '<', 5 * 1024 ** 2],
    ['memory.table < 512', 'memory.table', '<', 512],
    ['collisions == 0', 'collisions', '==', 0],
    ['allocation.granted != 10k', 'allocation.granted', '!=', 10_000],
    ['throughput > 150k/s', 'throughput', '>', 150_000],
    ['throughput.bytes > 100MiB/s', 'throughput.bytes', '>', 100 * 1024 ** 2],
  ])('%s is read with its limit in the unit of the metric', (text, metric, comparison, limit) => {
    expect(parseThreshold(text).threshold).toEqual({ expression: text, metric, comparison, limit });
  });

  it('may be written with any white space, or none', () => {
    for (const text of ['collisions==0', '  collisions  ==\t0 ']) {
      expect(parseThreshold(text).threshold?.expression).toBe('collisions == 0');
    }
  });

  it.each([
    ['allocation.p99.9 < 100', 'needs a limit with a time unit', '100'],
    ['cache.hitRate > 80', 'needs a limit from 0% to 100%', '80'],
    ['cache.hitRate > 5ms', 'needs a limit from 0% to 100%', '5ms'],
    ['memory.allocator < 5MB', 'needs a limit in bytes', '5MB'],
    ['collisions < 0.5', 'needs a whole number', '0.5'],
    ['collisions == 5ms', 'needs a whole number', '5ms'],
    ['collisions == -1', 'needs a whole number', '-1'],
    ['throughput > 150k', 'needs a limit per second', '150k'],
    ['throughput > 100MiB/s', 'needs a limit per second', '100MiB/s'],
    ['throughput.bytes > 100M/s', 'needs a limit in bytes per second', '100M/s'],
    ['collisions ==', 'needs a whole number', ''],
    ['collisions = 0', 'a threshold compares with one of < <= > >= == !=', '='],
    ['collisions <> 0', 'a threshold compares with one of', '<>'],
    ['collisions', 'a threshold compares with one of', ''],
    ['collisions 0', 'a threshold compares with one of', '0'],
    ['collisons == 0', 'unknown metric "collisons"', 'collisons'],
    ['allocation < 1ms', 'allocation is a distribution', 'allocation'],
    ['allocation.p95 < 1ms', 'unknown metric "allocation.p95"', 'allocation.p95'],
    ['< 5', 'a threshold begins with a metric', '<'],
    ['', 'a threshold begins with a metric', ''],
  ])('%j is refused: %s', (text, message, part) => {
    const { problem } = parseThreshold(text);
    expect(problem?.message).toContain(message);
    const { offset = 0, width = 0 } = problem ?? {};
    expect(text.slice(offset, offset + width)).toBe(part);
  });

  it.each([
    ['collisons == 0', 'did you mean "collisions"?'],
    ['alocation.p99 < 1ms', 'did you mean "allocation.p99"?'],
    ['lock.hold.p99.9999 < 1ms', 'its statistics: min, mean, p50, p90, p99, p99.9'],
    ['allocation.p95 < 1ms', 'its statistics: min, mean, p50'],
    ['xyzzy < 5', 'known: allocation.*, read.*'],
  ])('%j comes with a hint', (text, hint) => {
    expect(parseThreshold(text).problem?.hint).toContain(hint);
  });

  it.each(METRICS.map((metric) => metric.name))('can be put on %s', (name) => {
    const limits = { ns: '1ms', ratio: '50%', bytes: '1KiB', count: '1', 'per-second': '1/s' };
    const metric = METRICS.find((one) => one.name === name);
    const limit = name === 'throughput.bytes' ? '1MiB/s' : limits[metric?.unit ?? 'count'];
    for (const comparison of COMPARISONS) {
      expect(parseThreshold(`${name} ${comparison} ${limit}`).threshold).toMatchObject({
        metric: name,
        comparison,
      });
    }
  });
});

describe('a threshold in a scenario', () => {
  const head = 'version: 1\nname: x\nload: { duration: 5s }\nthresholds:\n';

  it.each([
    ['  - allocation.p99 < 100', 22, '100'],
    ['  - "allocation.p99 < 100"', 23, '100'],
    ['  -   collisions  =  0', 19, '='],
    ['  - "\\u0063ollisions = 0"', 5, '"\\u0063ollisions = 0"'],
  ])('(%s) is underlined where it is wrong', (line, column, part) => {
    const [problem] = problemsOf(`${head}  - collisions == 0\n${line}\n`);
    expect(problem?.position).toEqual({ line: 6, column });
    expect(underlined(problem)).toBe(part);
  });
});
