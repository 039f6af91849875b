import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import {
  countsOf,
  finishedIn,
  mergedOf,
  NO_SHARD,
  sweepFolderIn,
  sweepOf,
  TINY,
  untilFinished,
} from '../support/sweeps.ts';

/**
 * Goal: a sweep, its shards and its resumption make every run exactly once, and come to the same.
 *
 * Method: the built program on tiny cells, whose counters do not depend on timing.
 *
 * Not covered: several machines; see sweep-queue.long.test.ts.
 */
const folder = temporaryFolder();
const scenario = join(folder, 'tiny.yaml');
writeFileSync(scenario, TINY);

const sweep = (words: readonly string[], env: Record<string, string> = {}) =>
  sweepOf(scenario, words, env);

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

  test('makes again what broke only when told to', async () => {
    const path = join(sweepFolderIn(out) as string, 'runs');
    const [broken, ...others] = finishedIn(out) as [string];
    const file = join(path, broken, 'run.json');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...record, failure: 'the disk was full' }));
    const starts = () =>
      others.map((id) => JSON.parse(readFileSync(join(path, id, 'result.json'), 'utf8')).startedAt);
    const before = starts();
    const left = await sweep(['--out', out]);
    expect(left.code).toBe(4);
    expect(left.stdout).toMatch(/the disk was full\nsweep --retry makes again/);
    const made = await sweep(['--out', out, '--retry']);
    expect([made.code, made.stderr]).toEqual([0, expect.stringMatching(/3 runs finished already/)]);
    expect(starts()).toEqual(before);
  });

  test('goes on where it was killed', async () => {
    const killed = join(folder, 'killed');
    const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'sweep', scenario, '--out', killed, '--quiet'], {
      env: { ...process.env, ...NO_SHARD },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await untilFinished(killed, 1);
    child.kill('SIGKILL');
    await ended;
    expect(finishedIn(killed).length).toBeLessThan(4);
    const answer = await sweep(['--out', killed, '--json']);
    expect(answer.code).toBe(0);
    const merged = mergedOf(answer);
    expect(finishedIn(killed)).toHaveLength(4);
    expect(answer.stderr).toMatch(/finished already/);
    expect(countsOf(merged)).toEqual(countsOf(mergedOf(await sweep(['--out', out, '--json']))));
  });
});
