import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';

/**
 * Goal: open load on real threads: every arrival is accounted for, data stays right with several
 * operations in flight, and a depth without effect is refused.
 *
 * Method: counts and verdicts, never a latency: the machine may be as slow as it likes.
 */
describe('open load', () => {
  const out = temporaryFolder();
  const file = join(out, 'open.yaml');
  writeFileSync(
    file,
    `version: 1
name: open
device:
  sectors: 4096
  serviceTime: { distribution: exponential, mean: 200us }
  channels: 4
  stalls: [{ at: 200ms, for: 100ms }]
load:
  threads: 2
  model: open
  rate: 2k/s
  arrivals: poisson
  iodepth: 16
  duration: 600ms
  mix: { read: 50, write: 40, remap: 10 }
`,
  );

  test('accounts for every arrival, and loses no data with many in flight', async () => {
    const { code, result } = await runJson(out, [file]);
    expect(code).toBe(0);
    expect(verdictOf(result, 'arrivals kept').verdict).toBe('held');
    expect(verdictOf(result, 'data').verdict).toBe('held');
    const { arrivals, operations, overall } = result;
    const done = Object.values(operations).reduce((sum, { count }) => sum + count, 0);
    expect(arrivals.planned).toBe(done + arrivals.dropped + arrivals.skipped);
    expect(arrivals.planned).toBeGreaterThan(1000);
    expect(arrivals.requestedPerSecond).toBe(2000);
    expect(overall.response.count).toBe(overall.service.count);
    expect(overall.queueing.count).toBe(overall.service.count);
    expect(operations.read.response.max).toBeGreaterThanOrEqual(operations.read.service.max);
  });

  test('has the same schedule for one thread and for three', async () => {
    const planned = async (threads: number) => {
      const { result } = await runJson(out, [file, '--set', `load.threads=${threads}`]);
      return result.arrivals.planned;
    };
    expect(await planned(1)).toBe(await planned(3));
  });

  test('refuses a depth that can have no effect, in a sentence', async () => {
    const { code, stderr } = await sparestorm([
      'run',
      'scenarios/quickstart.yaml',
      '--set',
      'load.iodepth=8',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('load.iodepth can have no effect');
  });
});

test('coordinated omission: the open load has the stall in a tenth of its responses', async () => {
  const { result } = await runJson(temporaryFolder(), ['scenarios/coordinated-omission.yaml']);
  const { overall, arrivals } = result;
  expect(arrivals.planned).toBe(5000);
  // What falls into the stall waits for what is left of it, however fast the machine is.
  expect(overall.response.p90).toBeGreaterThan(300_000_000);
  expect(overall.response.p99).toBeGreaterThan(900_000_000);
}, 30_000);
