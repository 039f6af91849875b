import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { ThreadLoop } from '../../../src/load/thread-loop.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { OperationLog } from '../../../src/record/operation-log.ts';
import { Collector } from '../../../src/run/collect.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import { withRecording, writeRecording } from '../../../src/run/recording.ts';
import { OPERATIONS, type Operation } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';
import { traceFolder, tracePlanOf } from '../../support/traces.ts';

const folder = traceFolder();

type Issue = readonly [issueNs: number, operation: Operation, lba: number, sectors: number];

function logged(perThread: readonly (readonly Issue[])[], recordedCount: number) {
  const plan = { ...planWith({ load: { threadCount: perThread.length } }), recordedCount };
  const memory = createMemory(plan);
  for (const [thread, issues] of perThread.entries()) {
    const log = OperationLog.of(memory, thread) as OperationLog;
    for (const [ns, operation, lba, sectors] of issues) {
      log.add(ns, OPERATIONS.indexOf(operation), lba, sectors);
    }
  }
  return { plan, memory };
}

test('writes what all threads issued as one iolog, in order of issue', async () => {
  const { plan, memory } = logged(
    [
      [
        [1000, 'write', 8, 8],
        [5999, 'sync', 0, 0],
      ],
      [],
      [
        [900, 'read', 1, 2],
        [1000, 'remap', 3, 1],
        [2000, 'trim', 16, 64],
      ],
    ],
    3,
  );
  const file = join(folder, 'out.iolog');
  expect(await writeRecording(plan, memory, file)).toEqual({
    file,
    operationCount: 4,
    leftOutCount: 1,
    unloggedCount: 0,
    problem: null,
  });
  expect(readFileSync(file, 'utf8').split('\n')).toEqual([
    'fio version 3 iolog',
    '0 disk0 add',
    '0 disk0 open',
    '0 disk0 read 512 1024',
    '1 disk0 write 4096 4096',
    '2 disk0 trim 8192 32768',
    '5 disk0 sync 0 0',
    '5 disk0 close',
    '',
  ]);
});

test('counts what found no room', async () => {
  const issues = Array.from({ length: 5 }, (_, at): Issue => [at, 'read', at, 1]);
  const { plan, memory } = logged([issues, issues.slice(0, 2)], 3);
  const record = await writeRecording(plan, memory, join(folder, 'short.iolog'));
  expect(record).toMatchObject({ operationCount: 5, unloggedCount: 2 });
});

test('a file that cannot be written is a sentence, and leaves nothing behind', async () => {
  const { plan, memory } = logged([[]], 1);
  writeFileSync(join(folder, 'plain'), '');
  const record = await writeRecording(plan, memory, join(folder, 'plain', 'x.iolog'));
  expect(record.problem).toContain('ENOTDIR');
});

test.each(['off', 'strict'] as const)('a thread writes down all it issues (%s)', (integrity) => {
  const load = { threadCount: 1, operationCount: 500, warmupNs: 0, durationNs: null };
  const mix = { read: 1, write: 1, remap: 1, unremap: 0 };
  const plan = withRecording(planWith({ integrity, load: { ...load, mix } }), 1e6);
  const memory = prepareMemory(plan);
  new ThreadLoop(plan, memory, 0).run(nowNs());
  const log = OperationLog.of(memory, 0) as OperationLog;
  expect([log.count, log.unloggedCount]).toEqual([500, 0]);
  const operations = new Collector(plan, memory).operations();
  const issues = Array.from({ length: 500 }, (_, index) => log.at(index));
  for (const name of ['read', 'write', 'remap'] as const) {
    const logged = issues.filter(({ operation }) => OPERATIONS[operation] === name);
    expect(logged).toHaveLength(operations[name].count);
    const sectors = logged.reduce((sum, { sectorCount }) => sum + sectorCount, 0);
    if (name !== 'remap') expect(sectors * 512).toBe(operations[name].bytes);
  }
  const times = issues.map(({ issueNs }) => issueNs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('has room for all of a load that says how much it is, and for a share of any other', () => {
  const roomOf = (load: Parameters<typeof planWith>[0], most: number) =>
    withRecording(planWith(load), most).recordedCount;
  const counted = { threadCount: 3, operationCount: 1000, warmupNs: 0 };
  expect(roomOf({ load: counted }, 1e6)).toBe(334);
  expect(roomOf({ load: counted }, 300)).toBe(100);
  expect(roomOf({ load: { ...counted, warmupNs: 1e9 } }, 1e6)).toBe(333_333);
  const trace = tracePlanOf('/x', { recordCounts: [5, 7, 0], operations: ['read'] });
  expect(roomOf({ load: { ...counted, trace } }, 1e6)).toBe(7);
  expect(OperationLog.of(createMemory(planWith()), 0)).toBeNull();
});
