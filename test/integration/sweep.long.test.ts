import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { MergedSweep } from '../../src/sweep/merge.ts';
import { type Answer, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: a sweep, its shards and its resumption make every run exactly once, and come to the same.
 *
 * Method: the built program on tiny cells, whose counters do not depend on timing.
 *
 * Not covered: several machines; see sweep-queue.long.test.ts.
 */
const folder = temporaryFolder();
const scenario = join(folder, 'tiny.yaml');
const TINY = `version: 1
name: tiny
device: { sectors: 64, spare: { sectors: 64 } }
load: { threads: 1, operations: 50, mix: { read: 50, write: 50 } }
integrity: off
matrix:
  load.blockSize: [512, 1k]
  lock.kind: [ticket, mcs]
`;
writeFileSync(scenario, TINY);

/** Whatever machine the tests run on: it is no part of an array here. */
const NO_SHARD = { JOB_COMPLETION_INDEX: '', SLURM_ARRAY_TASK_ID: '', CI_NODE_INDEX: '' };

function sweep(words: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
  return sparestorm(['sweep', scenario, '--no-progress', ...words], {
    env: { ...NO_SHARD, ...env },
  });
}

function mergedOf({ stdout, stderr }: Answer): MergedSweep {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** What does not depend on timing. */
function countsOf(merged: MergedSweep) {
  return merged.cells.map(({ values, runCount, classes }) => ({
    values,
    runCount,
    operations: classes.map(({ figures }) => [
      figures.operations.read.count,
      figures.operations.write.count,
      figures.operations.read.bytes,
    ]),
  }));
}

describe('a sweep', () => {
  const out = join(folder, 'whole');

  test('is made as a whole', async () => {
    expect((await sweep(['--out', out])).code).toBe(0);
  });

  test('in shards, from options or the environment, merges to the same', async () => {
    const parts = join(folder, 'parts');
    const answers = [
      await sweep(['--out', parts, '--shard', '1/2']),
      await sweep(['--out', parts], { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '2' }),
    ];
    expect(answers.map(({ code }) => code)).toEqual([0, 0]);
    expect(answers[1]?.stderr).toMatch(/shard 2 of 2 \(SLURM_ARRAY_TASK_ID and .*\): 2 runs/);
    const merged = await sparestorm(['merge', parts, '--out', parts, '--json']);
    expect(merged.code).toBe(0);
    expect(mergedOf(merged)).toMatchObject({ runCount: 4, missingCount: 0, notes: [] });
    const whole = mergedOf(await sweep(['--out', out, '--json']));
    expect(countsOf(mergedOf(merged))).toEqual(countsOf(whole));
  });

  test('goes on where it was killed', async () => {
    const killed = join(folder, 'killed');
    const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'sweep', scenario, '--out', killed, '--quiet'], {
      env: { ...process.env, ...NO_SHARD },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const runs = () => {
      const [name] = existsSync(killed) ? readdirSync(killed) : [];
      const path = join(killed, name ?? '', 'runs');
      return existsSync(path) ? readdirSync(path).filter((one) => !one.startsWith('.')) : [];
    };
    while (runs().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    const before = runs();
    expect(before.length).toBeLessThan(4);
    const answer = await sweep(['--out', killed, '--json']);
    expect(answer.code).toBe(0);
    const merged = mergedOf(answer);
    expect(runs()).toHaveLength(4);
    expect(answer.stderr).toMatch(/finished already/);
    expect(countsOf(merged)).toEqual(countsOf(mergedOf(await sweep(['--out', out, '--json']))));
  });
});
