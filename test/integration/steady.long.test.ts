import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runJson, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: a load that is to end when it is steady ends then, or says that it never was.
 *
 * Method: criteria that almost every window meets, and some that none can. What becomes steady when
 * on a given machine is not for a test to say.
 */
const sets = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
const BASE = { 'load.warmup': '0ms', interval: '50ms', 'steady.window': '150ms' };

test('the load ends with the first window that is steady, long before its time', async () => {
  const lenient = { ...BASE, 'steady.slope': '100%', 'steady.deviation': '100%' };
  const words = ['scenarios/steady.yaml', ...sets(lenient)];
  const { code, result, folder } = await runJson(temporaryFolder(), words);
  expect(code).toBe(0);
  const { steady, durationNs, ending } = result;
  expect(ending.kind).toBe('finished');
  expect(steady).toMatchObject({ applies: true, reached: 1 });
  expect(steady.points).toHaveLength(3);
  expect(steady.reachedNs).toBe(steady.endNs);
  expect(durationNs).toBeLessThan(30e9);
  expect(steady.service.count).toBeGreaterThan(0);
  expect(result.thresholds[0]).toMatchObject({ metric: 'steady.reached', pass: true });
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(page).toContain('throughput stood still');
});

test('a load that never is fails like a threshold, and says what was missing', async () => {
  const strict = { ...BASE, 'load.duration': '1500ms', 'steady.deviation': '0.000001%' };
  const { code, result } = await runJson(temporaryFolder(), [
    'scenarios/steady.yaml',
    ...sets(strict),
  ]);
  expect(code).toBe(1);
  expect(result.steady).toMatchObject({ applies: true, reached: 0, reachedNs: null });
  expect(result.thresholds[0]).toMatchObject({ pass: false, observed: 0 });
  expect(result.thresholds[0]?.reason).toContain('deviation');
  expect(result.verdict.sentence).toContain('throughput did not become steady in');
});
