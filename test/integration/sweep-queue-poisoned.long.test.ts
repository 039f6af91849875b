import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import { hasRedis, RedisServer } from '../support/redis.ts';
import { mergedOf, sweepOf, TINY } from '../support/sweeps.ts';

/**
 * Goal: a run that takes every worker with it ends on the dead-letter list with that reason, the
 * sweep ends with it as broken, and it can be made again once the cause is gone. Beside `--shard`,
 * a queue is handed the runs of that shard.
 *
 * Method: the built program, a redis-server of its own, workers that are killed by their first
 * thread. Workers follow one another as a supervisor would start them, until the sweep has ended:
 * no worker that takes the run survives it, however long anything takes.
 *
 * Not covered: a worker that hangs; its lease is renewed as long as it lives, and the watchdog of a
 * run ends what makes no progress.
 */
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = temporaryFolder();
const scenario = join(folder, 'one.yaml');
writeFileSync(scenario, TINY.replace(/matrix:[\s\S]*/, 'matrix: { lock.kind: [mcs] }\n'));
const deadly = join(folder, 'deadly.cjs');
writeFileSync(
  deadly,
  `const threads = require('node:worker_threads');
threads.Worker = class { constructor() { process.kill(process.pid, 'SIGKILL'); } };
require('node:module').syncBuiltinESMExports();
`,
);

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

describe.skipIf(!hasRedis())('a run that takes its workers with it', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.remove());

  const out = join(folder, 'poisoned');
  const work = (nodeFlags: readonly string[]): ChildProcess => {
    const words = ['work', '--queue', redis.url, '--lease', '1s', '--quiet'];
    const child = spawn(process.execPath, [...nodeFlags, MAIN, ...words], { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const deadOnes = async (): Promise<{ id: string; reason: string }[]> => {
    const { stdout } = await sparestorm(['work', '--queue', redis.url, '--dead', '--json']);
    return JSON.parse(stdout).dead;
  };
  const REASON = 'it took 3 workers with it, or they were ended while they made it';

  test('is dead after the third, with its reason', async () => {
    let isSwept = false;
    const swept = sweepOf(scenario, ['--queue', redis.url, '--out', out, '--json']).finally(() => {
      isSwept = true;
    });
    let lostCount = 0;
    while (!isSwept) {
      const worker = work(['--require', deadly]);
      const ended = once(worker, 'exit');
      await Promise.race([ended, swept]);
      worker.kill('SIGTERM');
      const [, signal] = await ended;
      if (signal === 'SIGKILL') lostCount++;
    }
    const answer = await swept;
    const merged = mergedOf(answer);
    expect([answer.code, merged.runCount, merged.missingCount]).toEqual([4, 1, 0]);
    const [failure] = merged.cells.flatMap(({ failures }) => failures);
    expect(failure?.failure).toBe(REASON);
    expect(lostCount).toBe(3);
    expect(await deadOnes()).toEqual([{ id: failure?.id, reason: REASON }]);
  });

  test('stays so when it is handed in again', async () => {
    const again = join(folder, 'again');
    const { code, stdout } = await sweepOf(scenario, ['--queue', redis.url, '--out', again]);
    expect(code).toBe(4);
    expect(stdout.replace(/\s+/g, ' ')).toContain(REASON);
    expect(stdout).toContain('--retry');
  });

  test('is made by --retry when the cause is gone', async () => {
    const worker = work([]);
    const words = ['--queue', redis.url, '--out', out, '--json', '--retry'];
    const { code, stdout, stderr } = await sweepOf(scenario, words);
    worker.kill('SIGTERM');
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/finished already/)]);
    expect(JSON.parse(stdout)).toMatchObject({ runCount: 1, missingCount: 0 });
    expect(await deadOnes()).toEqual([]);
  });

  test('a shard is handed in by itself', async () => {
    const tiny = join(folder, 'tiny.yaml');
    writeFileSync(tiny, TINY);
    const worker = work([]);
    const parts = join(folder, 'parts');
    for (const shard of ['1/2', '2/2']) {
      const words = ['--queue', redis.url, '--shard', shard, '--out', parts, '--json'];
      expect(mergedOf(await sweepOf(tiny, words))).toMatchObject({ runCount: 2, missingCount: 0 });
    }
    worker.kill('SIGTERM');
    const merged = await sparestorm(['merge', parts, '--out', parts, '--json']);
    expect([merged.code, mergedOf(merged).runCount]).toEqual([0, 4]);
  });
});
