import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { DeadRun, Dispatcher } from '../../../src/queue/dispatcher.ts';
import { packReport } from '../../../src/queue/run-payload.ts';
import { sweepByQueue } from '../../../src/queue/sweep-by-queue.ts';
import { loadSweepText } from '../../../src/run/load-scenario.ts';
import type { RunSweepOptions } from '../../../src/sweep/run-sweep.ts';
import { isBroken, manifestOf, SweepFolder } from '../../../src/sweep/sweep-folder.ts';
import { planSweep } from '../../../src/sweep/sweep-plan.ts';
import { someDetails, someResult } from '../../support/run-record.ts';

const root = mkdtempSync(join(tmpdir(), 'sparestorm-queue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const plan = planSweep(
  loadSweepText(
    'version: 1\nname: q\nload: { threads: 1, operations: 10 }\nmatrix: { load.threads: 1..4 }\n',
    { file: 'q.yaml' },
  ),
);
const IDS = plan.runs.map(({ id }) => id);

/** A queue in memory: what is handed in is done at once, but for what a test says. */
class FakeQueue implements Dispatcher {
  readonly known = new Set<string>();
  readonly submissions: string[][] = [];
  /** Without what was known already. */
  readonly handedOut: string[] = [];
  readonly reports = new Map<string, unknown>();
  readonly deadRuns: DeadRun[] = [];
  /** Lost when they are handed in for the first time, as by a Redis that came back without them. */
  readonly losesOnce = new Set<string>();

  async submit(runs: readonly { readonly id: string }[]) {
    this.submissions.push(runs.map(({ id }) => id));
    for (const { id } of runs) {
      if (this.known.has(id)) continue;
      this.handedOut.push(id);
      if (!this.losesOnce.delete(id)) this.known.add(id);
    }
  }
  async unknownOf(ids: ReadonlySet<string>) {
    return [...ids].filter((id) => !this.known.has(id));
  }
  async *doneOf(ids: ReadonlySet<string>) {
    for (const id of ids) {
      const isDead = this.deadRuns.some((one) => one.id === id);
      if (!this.known.has(id) || isDead) continue;
      const measured = { result: someResult(), details: someDetails() };
      yield { id, report: this.reports.get(id) ?? packReport(id, measured, 'there') };
    }
  }
  async dead() {
    return this.deadRuns;
  }
  async forget(ids: ReadonlySet<string>) {
    for (const id of ids) {
      this.known.delete(id);
      this.reports.delete(id);
    }
    const kept = this.deadRuns.filter(({ id }) => !ids.has(id));
    this.deadRuns.splice(0, this.deadRuns.length, ...kept);
  }
  async active() {
    return [];
  }
  async close() {}
}

let folderCount = 0;
async function sweptBy(queue: FakeQueue, options: Partial<RunSweepOptions> = {}) {
  const { shard = null } = options;
  const folder = await SweepFolder.open(
    join(root, String(folderCount++)),
    manifestOf(plan, [], shard),
  );
  await sweepByQueue(queue, { lookMs: 5 })(plan, folder, { shard, ...options });
  return folder;
}

describe('a sweep by queue', () => {
  test('hands every run in, and keeps what comes back with where it was made', async () => {
    const queue = new FakeQueue();
    const folder = await sweptBy(queue);
    expect([...(await folder.finished())].sort()).toEqual([...IDS].sort());
    expect(queue.submissions.map((ids) => ids.length)).toEqual([4]);
    expect((await folder.runOf(IDS[0] as string)).record.host).toBe('there');
  });

  test('keeps a dead run, and a report that is none, as broken with their reasons', async () => {
    const queue = new FakeQueue();
    queue.deadRuns.push({ id: IDS[1] as string, reason: 'it took 3 workers with it' });
    queue.reports.set(IDS[2] as string, { nonsense: true });
    const folder = await sweptBy(queue);
    const failureOf = async (id?: string) => (await folder.runOf(id as string)).record.failure;
    expect(await failureOf(IDS[1])).toBe('it took 3 workers with it');
    expect(await failureOf(IDS[2])).toMatch(/^what came back is no report of it: /);
    expect(await failureOf(IDS[0])).toBeNull();
  });

  test('hands in again what the queue has lost', async () => {
    const queue = new FakeQueue();
    queue.losesOnce.add(IDS[3] as string);
    const folder = await sweptBy(queue);
    expect((await folder.finished()).size).toBe(4);
    expect(queue.submissions.at(-1)).toEqual([IDS[3]]);
  });

  test('hands in the runs of its shard alone', async () => {
    const queue = new FakeQueue();
    const shards = [1, 2].map((index) => ({ index, count: 2, from: '--shard' }));
    const parts = await Promise.all(shards.map((shard) => sweptBy(queue, { shard })));
    const finished = await Promise.all(parts.map(async (part) => [...(await part.finished())]));
    expect(finished.map((ids) => ids.length)).toEqual([2, 2]);
    expect(finished.flat().sort()).toEqual([...IDS].sort());
    expect(queue.handedOut).toHaveLength(4);
  });

  test('to retry, has what broke made anew and nothing else', async () => {
    const queue = new FakeQueue();
    const broken = { ...someResult(), ending: { ...someResult().ending, kind: 'broken' as const } };
    queue.deadRuns.push({ id: IDS[1] as string, reason: 'it took 3 workers with it' });
    queue.reports.set(
      IDS[2] as string,
      packReport(IDS[2] as string, { result: broken, details: someDetails() }, 'there'),
    );
    const failures = async (folder: SweepFolder) => {
      const outcomes = await Promise.all(IDS.map(async (id) => (await folder.runOf(id)).outcome));
      return outcomes.map(isBroken);
    };
    expect(await failures(await sweptBy(queue))).toEqual([false, true, true, false]);
    expect(queue.handedOut).toHaveLength(4);
    expect(await failures(await sweptBy(queue, { retry: true }))).toEqual(Array(4).fill(false));
    expect(queue.handedOut.slice(4).sort()).toEqual([IDS[1], IDS[2]].sort());
  });

  test('ends when it is told to, and leaves the queue as it is', async () => {
    const queue = new FakeQueue();
    for (const id of IDS) queue.losesOnce.add(id);
    const folder = await sweptBy(queue, { signal: AbortSignal.timeout(100) });
    expect((await folder.finished()).size).toBe(0);
  });
});
