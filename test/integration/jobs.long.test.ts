import { expect, test } from 'vitest';
import { resultSchema } from '../../src/report/result-schema.ts';
import { OPERATIONS } from '../../src/scenario/plan.ts';
import { sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: jobs on real threads have figures of their own that add up to those of the run, begin when
 * they should, and draw the same whatever runs beside them.
 *
 * Not covered: how fast any of them is.
 */
const out = temporaryFolder();

async function run(...sets: readonly string[]) {
  const words = ['run', 'scenarios/jobs-scan-and-oltp.yaml', '--out', out, '--json'];
  const counts = ['load.duration=30s', 'jobs.fill.operations=2000', 'jobs.scan.operations=200'];
  const all = [...counts, 'jobs.oltp.operations=3000', 'device.sectors=16Ki', ...sets];
  const { code, stdout, stderr } = await sparestorm([
    ...words,
    ...all.flatMap((set) => ['--set', set]),
  ]);
  const [result] = (JSON.parse(stdout) as { results: unknown[] }).results;
  return { code, stderr, result: resultSchema.parse(result) };
}

test('three jobs share a device, one of them before the others', async () => {
  const [both, alone] = await Promise.all([run(), run('jobs.scan.threads=3')]);
  const { result } = both;
  expect(both.code, both.stderr).toBe(0);
  const [fill, scan, oltp] = result.jobs;
  const countOf = (job: typeof fill) =>
    OPERATIONS.reduce((sum, name) => sum + (job?.operations[name].count ?? 0), 0);
  expect([fill, scan, oltp].map(countOf)).toEqual([2000, 200, 3000]);
  expect(fill?.operations.write.count).toBe(2000);
  expect(scan?.operations.read.bytes).toBe(200 * 131_072);
  expect(oltp?.operations.remap.count).toBe(result.operations.remap.count);
  for (const name of OPERATIONS) {
    const sum = result.jobs.reduce((total, job) => total + job.operations[name].count, 0);
    expect([name, sum]).toEqual([name, result.operations[name].count]);
  }

  expect(scan?.startNs).toBe(fill?.endNs);
  expect(oltp?.startNs).toBe(fill?.endNs);
  const filled = result.threads[0]?.lastCompletionNs ?? 0;
  for (const thread of [1, 2, 3]) {
    expect(result.threads[thread]?.firstIssueNs).toBeGreaterThan(filled);
  }

  // The threads of oltp have other numbers in the other run, and draw what they drew.
  const digestsOf = ({ threads }: typeof result, first: number) =>
    threads.slice(first, first + 2).map(({ operationDigest }) => operationDigest);
  expect(alone.result.jobs[2]?.firstThread).toBe(4);
  expect(digestsOf(alone.result, 4)).toEqual(digestsOf(result, 2));
  expect(result.thresholds.map(({ pass }) => pass)).toEqual([true, true, true, true]);
});

test('a device that was prepared is what the load and the checks find', async () => {
  const sets = ['device.sectors=4Ki', 'device.spare.sectors=1024', 'load.duration=5s'];
  const { code, stdout, stderr } = await sparestorm([
    ...['run', 'scenarios/preconditioned.yaml', '--out', out, '--json'],
    ...[...sets, 'thresholds=[collisions == 0, errors == 0]'].flatMap((set) => ['--set', set]),
  ]);
  expect(code, stderr).toBe(0);
  const [first] = (JSON.parse(stdout) as { results: unknown[] }).results;
  const { precondition, spares, allocation, data } = resultSchema.parse(first);
  expect(precondition).toEqual({ filledSectors: 4096, remaps: 892, wantedRemaps: 892 });
  expect(spares.allocatable).toBe(992);
  expect(spares.used).toBe(892 + allocation.granted);
  expect(allocation.granted).toBe(100);
  expect(data.sweptSectors).toBe(4096);
});
