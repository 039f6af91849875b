import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Details, detailsSchema } from '../../src/report/details-schema.ts';
import { type Result, resultSchema } from '../../src/report/result-schema.ts';
import type { MergedSweep } from '../../src/sweep/merge.ts';
import { sparestorm, temporaryFolder } from '../support/cli.ts';
import { hasRedis, RedisServer } from '../support/redis.ts';
import {
  countsOf,
  finishedIn,
  mergedOf,
  NO_SHARD,
  sweepFolderIn,
  sweepOf,
  untilFinished,
} from '../support/sweeps.ts';

/**
 * Goal: a sweep over a queue makes every run exactly once, although a worker dies and Redis goes
 * away; shards and an interrupted sweep come to the same; and what is merged is what one histogram
 * over all samples says.
 *
 * Method: the built program, real processes, a redis-server of its own; hdr-histogram-js adds up
 * what each run stored, and the sum is compared with what was merged.
 *
 * Not covered: more than one machine.
 */
const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const WORKERS = 4;
const RUNS = 200;
const OPERATIONS = 50;

const folder = temporaryFolder();
const scenario = join(folder, 'many.yaml');
writeFileSync(
  scenario,
  `version: 1
name: many
device: { sectors: 64, spare: { sectors: 64 } }
load: { threads: 1, operations: ${OPERATIONS}, mix: { read: 50, write: 50 } }
integrity: off
matrix:
  load.blockSize: [512, 1k]
  lock.kind: [test-and-set, ticket, mcs, mutex]
  seeds: 1..25
`,
);

const children: ChildProcess[] = [];
function start(words: readonly string[]): ChildProcess {
  const env = { ...process.env, ...NO_SHARD, NO_COLOR: '1' };
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: 'ignore' });
  children.push(child);
  return child;
}
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function storedRuns(out: string): { result: Result; details: Details }[] {
  return finishedIn(out).map((id) => {
    const path = join(sweepFolderIn(out) ?? '', 'runs', id);
    return {
      result: resultSchema.parse(JSON.parse(readFileSync(join(path, 'result.json'), 'utf8'))),
      details: detailsSchema.parse(JSON.parse(readFileSync(join(path, 'details.json'), 'utf8'))),
    };
  });
}

async function sweep(words: readonly string[]): Promise<MergedSweep> {
  const answer = await sweepOf(scenario, ['--json', ...words]);
  if (answer.code !== 0) throw new Error(`${answer.code}: ${answer.stderr}`);
  return mergedOf(answer);
}

const cellOf = (result: Result) =>
  JSON.stringify([(result.scenario.load as { blockSize: unknown }).blockSize, result.lock.kind]);

/** What is merged is the sum of what is stored, by another program's arithmetic. */
function expectSum(
  merged: MergedSweep,
  runs: readonly { result: Result; details: Details }[],
): void {
  for (const cell of merged.cells) {
    const [blockSize, kind] = cell.values.map(({ text }) => text);
    const own = runs.filter(
      ({ result }) =>
        cellOf(result) === JSON.stringify([blockSize === '512' ? 512 : blockSize, kind]),
    );
    expect(own).toHaveLength(RUNS / 8);
    const [figures] = cell.classes.map((one) => one.figures);
    for (const name of ['read', 'write'] as const) {
      const sum = build({
        bitBucketSize: 64,
        highestTrackableValue: 2 ** 40,
        numberOfSignificantValueDigits: 3,
      });
      let count = 0;
      for (const { result, details } of own) {
        count += result.operations[name].count;
        const encoded = details.histograms[`${name}.service`]?.encoded;
        if (encoded !== undefined) sum.add(decodeFromCompressedBase64(encoded, 64) as Histogram);
      }
      const service = figures?.operations[name].service;
      expect(figures?.operations[name].count).toBe(count);
      expect(service?.count).toBe(sum.totalCount);
      const max = Math.max(...own.map(({ result }) => result.operations[name].service.max));
      expect(service?.max).toBe(max);
      for (const percentile of [50, 90, 99, 99.9] as const) {
        const expected = Math.min(sum.getValueAtPercentile(percentile), max);
        expect(service?.[`p${percentile}`]).toBe(expected);
      }
    }
  }
}

describe.skipIf(!hasRedis())(`a sweep of ${RUNS} runs`, () => {
  let redis: RedisServer;
  let byQueue: MergedSweep;
  const out = join(folder, 'queue');

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.remove());

  test('over a queue: a worker is killed, Redis restarted, and every run is there once', async () => {
    const work = () => start(['work', '--queue', redis.url, '--lease', '4s', '--quiet']);
    const workers = Array.from({ length: WORKERS }, work);
    const swept = sweep(['--queue', redis.url, '--out', out]);
    await untilFinished(out, 40);
    workers[0]?.kill('SIGKILL');
    await untilFinished(out, 90);
    await redis.down();
    await sleep(500);
    await redis.up();
    byQueue = await swept;
    expect(byQueue).toMatchObject({
      runCount: RUNS,
      missingCount: 0,
      duplicateCount: 0,
      notes: [],
    });
    expect(byQueue.cells).toHaveLength(8);
    expect(new Set(finishedIn(out)).size).toBe(RUNS);
    const runs = storedRuns(out);
    expect(new Set(runs.map(({ result }) => `${cellOf(result)} ${result.seed}`)).size).toBe(RUNS);
    expectSum(byQueue, runs);
    for (const worker of workers) worker.kill('SIGTERM');
  });

  test('handed in again, it is made already', async () => {
    const again = join(folder, 'again');
    expect(await sweep(['--queue', redis.url, '--out', again])).toEqual(byQueue);
    const startedAt = (of: string) => storedRuns(of).map(({ result }) => result.startedAt);
    expect(startedAt(again)).toEqual(startedAt(out));
  });

  test('a run that nobody can make is on the dead-letter list with its reason, and ends nothing', async () => {
    const connection = { port: redis.port, maxRetriesPerRequest: null };
    const queue = new Queue('poison', { connection, prefix: 'sparestorm' });
    await queue.add('run', { hello: 'stranger' }, { jobId: 'run-aaaaaaaaaaaa', attempts: 3 });
    await queue.close();
    const url = `${redis.url}?queue=poison`;
    const worked = await sparestorm(['work', '--queue', url, '--idle', '3s']);
    expect([worked.code, worked.stderr]).toEqual([
      0,
      expect.stringMatching(/refused: no run: .*\n0 runs made/),
    ]);
    const { stdout } = await sparestorm(['work', '--queue', url, '--dead', '--json']);
    expect(JSON.parse(stdout).dead).toEqual([
      { id: 'aaaaaaaaaaaa', reason: expect.stringMatching(/^no run: /) },
    ]);
  });

  test('in four shards, merged, it comes to the same', async () => {
    const parts = join(folder, 'parts');
    for (const index of [1, 2, 3, 4]) {
      const part = await sweep(['--shard', `${index}/4`, '--out', parts]);
      expect(part.runCount).toBe(RUNS / 4);
    }
    const { code, stdout } = await sparestorm(['merge', parts, '--out', parts, '--json']);
    const merged = JSON.parse(stdout) as MergedSweep;
    expect(code).toBe(0);
    expect(merged).toMatchObject({ runCount: RUNS, missingCount: 0, duplicateCount: 0 });
    expect(countsOf(merged)).toEqual(countsOf(byQueue));
  });

  test('interrupted, killed and resumed, it has the same runs', async () => {
    const resumed = join(folder, 'resumed');
    const words = ['sweep', scenario, '--out', resumed, '--quiet'];
    for (const [signal, count] of [
      ['SIGINT', 20],
      ['SIGKILL', 60],
    ] as const) {
      const child = start(words);
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      await untilFinished(resumed, count);
      child.kill(signal);
      expect(await ended).toBe(signal === 'SIGINT' ? 130 : null);
      expect(finishedIn(resumed).length).toBeLessThan(RUNS);
    }
    const merged = await sweep(['--out', resumed]);
    expect(countsOf(merged)).toEqual(countsOf(byQueue));
    expectSum(merged, storedRuns(resumed));
  });
});
