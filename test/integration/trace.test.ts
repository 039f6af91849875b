import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';

/**
 * Goal: traces go through the whole program: told what they hold, replayed on threads, recorded,
 * and taken by fio.
 *
 * Method: counts, and exit codes; the sizes of latencies are nobody's business here.
 */
const folder = temporaryFolder();
const COLUMNS = 'time=issue_us,operation=op,offset=offset_bytes,length=length_bytes';

describe('sparestorm trace', () => {
  test('tells what a CSV holds, when it is told which column is which', async () => {
    const file = 'scenarios/traces/ext4-loop.csv';
    const { code, stdout } = await sparestorm(['trace', file, '--columns', COLUMNS, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'csv',
      recordCount: 300,
      operations: { read: { count: 5 }, write: { count: 197 }, sync: { count: 98 } },
    });
  });

  test('a trace that is cut short is an error with its place', async () => {
    const file = join(folder, 'cut.csv');
    const whole = readFileSync('scenarios/traces/ext4-loop.msr.csv');
    writeFileSync(file, whole.subarray(0, whole.length - 20));
    const { code, stdout, stderr } = await sparestorm(['trace', file]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${file}:300:1  error  `);
    expect(stderr).toContain('the file ends in the middle of this line; is the copy complete?');
  });

  test('a pipe is refused, and not waited for', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { code, stderr } = await sparestorm(['trace', pipe]);
    expect(code).toBe(2);
    expect(stderr).toContain('a regular file is needed');
  });
});

describe('a trace of a large device, replayed on a small one and recorded', () => {
  const record = join(folder, 'record.iolog');

  test('is issued whole, comes back unharmed, and is written down', async () => {
    const words = ['scenarios/replay-ext4.yaml', '--record', record];
    const { code, result } = await runJson(folder, words);
    expect(code).toBe(0);
    expect(verdictOf(result, 'data').verdict).toBe('held');
    const { read, write, sync } = result.operations;
    expect([read.count, write.count, sync.count]).toEqual([5, 205, 103]);
    expect(result.trace).toMatchObject({
      format: 'blkparse',
      device: '7,1',
      records: 313,
      fold: 'compact',
      recordedSectors: 164_384,
    });
    expect(result.recording).toEqual({
      ...{ file: record, operations: 313, leftOut: 0, unlogged: 0, problem: null },
    });
    // Every request once more, as fio would read it: on the small device.
    const told = await sparestorm(['trace', record, '--json']);
    const profile = JSON.parse(told.stdout);
    expect(profile).toMatchObject({ format: 'fio-iolog-v3', recordCount: 313 });
    expect(profile.operations.write.bytes).toBe(write.bytes);
    expect(profile.addresses.sectorCount).toBeLessThanOrEqual(16_384);
  });

  const hasFio = spawnSync('fio', ['--version']).status === 0;
  test.skipIf(!hasFio)('is replayed by fio, with as many reads, writes and flushes', () => {
    writeFileSync(join(folder, 'disk0'), '');
    truncateSync(join(folder, 'disk0'), 16_384 * 512);
    const words = ['--name=again', `--read_iolog=${record}`, '--ioengine=psync'];
    const answer = spawnSync('fio', [...words, '--output-format=json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([answer.status, answer.stderr]).toEqual([0, '']);
    const [job] = JSON.parse(answer.stdout.slice(answer.stdout.indexOf('{'))).jobs;
    const counts = [job.read.total_ios, job.write.total_ios, job.sync.total_ios];
    expect(counts).toEqual([5, 205, 103]);
  });
});

test('what cannot be recorded is refused before anything is run', async () => {
  const scenario = 'scenarios/quickstart.yaml';
  const refusals = await Promise.all(
    [
      [scenario, '--record', folder],
      [scenario, scenario, '--record', join(folder, 'x')],
    ].map((words) => sparestorm(['run', '--out', folder, ...words])),
  );
  expect(refusals.map(({ code }) => code)).toEqual([2, 2]);
  expect(refusals[0]?.stderr).toContain('is a directory');
  expect(refusals[1]?.stderr).toContain('--record takes one run, and these are 2');
});
