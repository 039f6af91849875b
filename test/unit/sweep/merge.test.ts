import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../../src/report/result-schema.ts';
import { type MergedSweep, mergeSweeps } from '../../../src/sweep/merge.ts';
import { mergedJsonSchema, mergedSchema } from '../../../src/sweep/merged-schema.ts';
import { type Manifest, SweepFolder, sweepFolderName } from '../../../src/sweep/sweep-folder.ts';
import {
  brokenVerdict,
  samples,
  someDetails,
  someOperation,
  someResult,
  someThreshold,
} from '../../support/run-record.ts';

const root = mkdtempSync(join(tmpdir(), 'sparestorm-merge-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Two cells of two seeds each. */
const RUNS = ['1', '2'].flatMap((threads, cell) =>
  [1, 2].map((seed) => ({
    id: `${cell}${seed}aaaaaa`,
    values: [{ key: 'load.threads', text: threads }],
    seed,
    repeat: 0,
  })),
);
const IDS = RUNS.map(({ id }) => id);

function manifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    schemaVersion: 1,
    tool: 'sparestorm 0.1.0',
    id: 'abcdef0123456789',
    name: 'two cells',
    source: { file: 'two.yaml', sets: [] },
    axes: [{ key: 'load.threads', texts: ['1', '2'] }],
    cellCount: 2,
    seeds: [1, 2],
    repeats: 1,
    shard: null,
    runs: RUNS,
    ...overrides,
  };
}

interface Made {
  readonly cpu?: string;
  readonly tool?: string;
  readonly readsNs?: readonly number[];
  readonly isBroken?: boolean;
  readonly startedAt?: string;
}

function outcome({ cpu = 'one', tool, readsNs = [100], isBroken = false, startedAt }: Made = {}) {
  const reads = { operations: { read: someOperation(samples(...readsNs), 0) } };
  const verdicts = isBroken ? { verdicts: [brokenVerdict('collisions', 2)] } : {};
  const plan = { thresholds: [someThreshold('read.p99', '<', 1000)] };
  const made = someResult({ run: reads, plan, ...verdicts });
  const result = {
    ...made,
    tool: tool ?? made.tool,
    startedAt: startedAt ?? made.startedAt,
    environment: { ...made.environment, cpu },
    thresholds: made.thresholds.map((one) => ({ ...one, expression: 'read.p99 < 1us' })),
  };
  return { result, details: someDetails(reads), failure: null };
}

let folderCount = 0;
async function folderWith(
  made: Readonly<Record<string, Made | string>>,
  overrides: Partial<Manifest> = {},
): Promise<SweepFolder> {
  const folder = await SweepFolder.open(join(root, String(folderCount++)), manifest(overrides));
  for (const [id, one] of Object.entries(made)) {
    const failed = typeof one === 'string';
    await folder.keep(id, failed ? { result: null, details: null, failure: one } : outcome(one));
  }
  folder.close();
  return folder;
}

const all = (made: Made = {}) => Object.fromEntries(IDS.map((id) => [id, made]));

describe('merged.json', () => {
  test('is valid by its schema, which is the one in schema/', async () => {
    const kinds = {
      ...all(),
      [IDS[0] as string]: 'the thread died',
      [IDS[1] as string]: { cpu: 'b' },
    };
    const merged = await mergeSweeps([await folderWith(kinds)]);
    expect(mergedSchema.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
    const stored = readFileSync('schema/merged.schema.json', 'utf8');
    expect(stored).toBe(`${JSON.stringify(mergedJsonSchema(), null, 2)}\n`);
  });

  test('has no key that its schema does not list', async () => {
    const merged = await mergeSweeps([await folderWith(all())]);
    const paths = [
      [],
      ['cells', 0],
      ['cells', 0, 'classes', 0],
      ['cells', 0, 'classes', 0, 'figures'],
    ];
    for (const path of paths) {
      const copy = structuredClone(merged) as unknown as Record<string, unknown>;
      let node = copy;
      for (const key of path) node = node[key] as Record<string, unknown>;
      node.surprise = 1;
      expect(mergedSchema.safeParse(copy).success).toBe(false);
    }
  });
});

describe('what cannot be added up', () => {
  const two = { [IDS[0] as string]: {}, [IDS[1] as string]: {} };
  const isExpected = ({ id }: { readonly id: string }) => id in two;

  test('jobs: their counts are, and their latencies are said to be left out', async () => {
    const folder = await folderWith({});
    for (const [index, id] of Object.keys(two).entries()) {
      const { result, details } = outcome({ readsNs: Array(index + 1).fill(100) });
      const [job] = result.jobs as [Result['jobs'][number]];
      const jobs = [job, { ...job, name: 'other', errors: 2 }];
      await folder.keep(id, { result: { ...result, jobs }, details, failure: null });
    }
    const merged = await mergeSweeps([folder], { isExpected });
    const [one] = merged.cells[0]?.classes ?? [];
    expect(one?.jobs.map(({ name, errors }) => [name, errors])).toEqual([
      ['load', 0],
      ['other', 4],
    ]);
    expect(one?.jobs[1]?.operations.read.count).toBe(3);
    expect(merged.notes).toEqual([expect.stringMatching(/^Of the jobs of a cell, counts are/)]);
    expect(mergedSchema.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
  });

  test('steady windows: those that were reached are counted, thresholds judged run by run', async () => {
    const sweepOf = async (passes: readonly boolean[]) => {
      const folder = await folderWith({});
      for (const [index, id] of Object.keys(two).entries()) {
        const { result, details } = outcome();
        const steady = { ...result.steady, applies: true, reached: 1 };
        const pass = passes[index] === true;
        const threshold = {
          expression: 'steady.service.p99 < 1us',
          metric: 'steady.service.p99',
          observed: pass ? 100 : 2000,
          observedText: pass ? '100ns' : '2.00µs',
          pass,
          reason: null,
        };
        const made = { ...result, steady, thresholds: [threshold] };
        await folder.keep(id, { result: made, details, failure: null });
      }
      return mergeSweeps([folder], { isExpected });
    };
    const held = await sweepOf([true, true]);
    expect(held.cells[0]?.classes[0]).toMatchObject({
      steady: { applies: true, reachedCount: 2 },
      thresholds: [{ pass: true, observed: 100 }],
      exitCode: 0,
    });
    expect(held.notes).toEqual([expect.stringMatching(/^Steady windows are not added up/)]);
    const failed = await sweepOf([true, false]);
    expect(failed.cells[0]?.classes[0]).toMatchObject({
      thresholds: [{ pass: false, observed: 2000 }],
      exitCode: 1,
    });
  });
});

describe('merging', () => {
  test('adds the runs of a cell up, and judges thresholds on the sum', async () => {
    const folder = await folderWith({
      ...all(),
      // Each seed alone is below the threshold in its median; together the tail is not.
      [IDS[0] as string]: { readsNs: [100, 100] },
      [IDS[1] as string]: { readsNs: [5000] },
    });
    const merged = await mergeSweeps([folder]);
    const [first, second] = merged.cells;
    expect(first?.classes[0]?.figures.operations.read.service).toMatchObject({
      count: 3,
      min: 100,
      max: 5000,
    });
    expect(first?.classes[0]?.thresholds).toMatchObject([{ pass: false, observed: 5000 }]);
    expect([first?.exitCode, second?.exitCode, merged.exitCode]).toEqual([1, 0, 1]);
    expect([merged.runCount, merged.missingCount, merged.notes]).toEqual([4, 0, []]);
  });

  test('of shards gives what one folder gives', async () => {
    const whole = await mergeSweeps([await folderWith(all())]);
    const parts = await Promise.all(
      [IDS.slice(0, 1), IDS.slice(1)].map((ids, index) =>
        folderWith(Object.fromEntries(ids.map((id) => [id, {}])), {
          shard: { index: index + 1, count: 2 },
        }),
      ),
    );
    expect(await mergeSweeps(parts)).toEqual(whole);
    expect(await mergeSweeps(parts.reverse())).toEqual(whole);
  });

  test('says what is missing, and does not pass', async () => {
    const merged = await mergeSweeps([await folderWith({ [IDS[0] as string]: {} })]);
    expect(merged).toMatchObject({ runCount: 1, missingCount: 3, exitCode: 4 });
    expect(merged.notes).toEqual([`3 of 4 runs are missing: ${IDS.slice(1).join(', ')}.`]);
    const ofShard = await mergeSweeps([await folderWith({ [IDS[0] as string]: {} })], {
      isExpected: ({ id }) => id === IDS[0],
    });
    expect(ofShard).toMatchObject({ plannedCount: 1, missingCount: 0, exitCode: 0, notes: [] });
  });

  test('counts a run once, and says where else it is', async () => {
    const early = { startedAt: '2026-01-01T00:00:00.000Z', readsNs: [100] };
    const late = { startedAt: '2026-01-02T00:00:00.000Z', readsNs: [900] };
    const one = await folderWith(all(early));
    const same = await folderWith({ [IDS[0] as string]: early });
    const again = await folderWith({ [IDS[0] as string]: late });
    const merged = await mergeSweeps([again, one, same]);
    expect(merged.duplicateCount).toBe(2);
    expect(merged.cells[0]?.classes[0]?.figures.operations.read.service).toMatchObject({
      count: 2,
      max: 100,
    });
    expect(merged.notes.join('\n')).toMatch(/\(the same run\); the first counts/);
    expect(merged.notes.join('\n')).toMatch(/\(made twice\); the first counts/);
    expect((await mergeSweeps([one, one])).duplicateCount).toBe(0);
  });

  test('keeps latencies of unlike machines apart, and judges integrity over all of them', async () => {
    const merged = await mergeSweeps([
      await folderWith({
        ...all(),
        [IDS[1] as string]: { cpu: 'other', readsNs: [700], isBroken: true },
      }),
    ]);
    const [first] = merged.cells;
    expect(first?.classes.map(({ figures }) => figures.operations.read.service.max)).toEqual([
      100, 700,
    ]);
    expect(first?.classes.map(({ exitCode }) => exitCode)).toEqual([3, 3]);
    expect([first?.collisions, first?.exitCode, merged.exitCode]).toEqual([2, 3, 3]);
    expect(merged.notes).toEqual([
      expect.stringMatching(/^The runs were made on 2 classes of machines/),
    ]);
  });

  test('says when versions are mixed, and adds none of them up', async () => {
    const mixed = { ...all(), [IDS[1] as string]: { tool: 'sparestorm 9.9.9' } };
    const merged = await mergeSweeps([await folderWith(mixed)]);
    expect(merged.tools).toHaveLength(2);
    expect(merged.cells[0]?.classes).toHaveLength(2);
    expect(merged.notes.at(-1)).toMatch(/^The runs were made by different versions: .*9\.9\.9/);
  });

  test('keeps a broken run as such', async () => {
    const merged = await mergeSweeps([
      await folderWith({ ...all(), [IDS[3] as string]: 'out of memory' }),
    ]);
    expect(merged.cells[1]).toMatchObject({
      runCount: 2,
      exitCode: 4,
      failures: [{ id: IDS[3], failure: 'out of memory' }],
    });
    expect(merged.cells[0]?.exitCode).toBe(0);
  });

  test('refuses different sweeps', async () => {
    const other = await folderWith({}, { id: '0123456789abcdef', name: 'other' });
    await expect(mergeSweeps([await folderWith(all()), other])).rejects.toThrow(
      /are different sweeps/,
    );
  });
});

describe('a folder', () => {
  let folder: SweepFolder;
  beforeEach(async () => {
    folder = await folderWith(all());
  });
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(path, change(readFileSync(path, 'utf8')));

  test('of an older schema version is refused with a sentence', async () => {
    edit(join(folder.path, 'sweep.json'), (text) =>
      text.replace('"schemaVersion": 1', '"schemaVersion": 0'),
    );
    const says =
      /schema version 0, as sparestorm 0\.1\.0 writes it; this version reads 1\. Read it with/;
    await expect(SweepFolder.read(folder.path)).rejects.toThrow(says);
    await expect(SweepFolder.open(join(folder.path, '..'), manifest())).rejects.toThrow(says);
  });

  test.each(['run.json', 'result.json'])('with an older %s is refused too', async (name) => {
    const path = join(folder.runPath(IDS[0] as string), name);
    edit(path, (text) => text.replace(/"schemaVersion": ?1/, '"schemaVersion": 0'));
    await expect(mergeSweeps([folder])).rejects.toThrow(/schema version 0/);
  });

  test.each(['run.json', 'result.json', 'details.json'])(
    'leaves a run out whose %s is damaged',
    async (name) => {
      edit(join(folder.runPath(IDS[0] as string), name), (text) => text.slice(0, text.length / 2));
      const merged: MergedSweep = await mergeSweeps([folder]);
      expect(merged).toMatchObject({ runCount: 3, missingCount: 1, exitCode: 4 });
      expect(merged.notes[0]).toMatch(/^A run is left out: /);
    },
  );

  test('is worked in by one process, and taken over from a dead one', async () => {
    const outDir = join(folder.path, '..');
    const lock = join(folder.path, '.lock');
    const held = await SweepFolder.open(outDir, manifest());
    await expect(SweepFolder.open(outDir, manifest())).rejects.toThrow(/in use by process \d+ of/);
    held.close();
    writeFileSync(
      lock,
      JSON.stringify({ pid: 2 ** 22 + 1, host: (await import('node:os')).hostname() }),
    );
    (await SweepFolder.open(outDir, manifest())).close();
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    await expect(SweepFolder.open(outDir, manifest())).rejects.toThrow(/process 1 of elsewhere/);
  });

  test('keeps the run that is there', async () => {
    await folder.keep(IDS[0] as string, outcome({ readsNs: [1, 1, 1] }));
    const { outcome: kept } = await folder.runOf(IDS[0] as string);
    expect(kept.result?.operations.read.service.count).toBe(1);
  });

  test('is named after its question', () => {
    expect(sweepFolderName(manifest({ name: 'a/../b c', shard: { index: 2, count: 4 } }))).toBe(
      'sweep_a-b-c_abcdef01_shard2of4',
    );
  });
});
