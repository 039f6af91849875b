import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Journal } from '../../../src/sweep/journal.ts';
import { type RunOutcome, SweepFolder } from '../../../src/sweep/sweep-folder.ts';
import { someDetails, someResult } from '../../support/run-record.ts';

const root = mkdtempSync(join(tmpdir(), 'sparestorm-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const RUNS = ['a', 'b', 'c', 'd', 'e'].map((letter, seed) => ({
  id: `${letter}0000000`,
  values: [],
  seed,
  repeat: 0,
}));
const [PASSED, DIED, BROKE, DAMAGED, OTHER] = RUNS.map(({ id }) => id) as [
  string,
  string,
  string,
  string,
  string,
];

function outcome(kind: 'finished' | 'broken'): RunOutcome {
  const result = someResult();
  const ending = { ...result.ending, kind };
  return { result: { ...result, ending }, details: someDetails(), failure: null };
}

async function folderOf(name: string): Promise<SweepFolder> {
  const folder = await SweepFolder.open(join(root, name), {
    schemaVersion: 1,
    tool: 'sparestorm 0.1.0',
    id: 'abcdef0123456789',
    name,
    source: { file: 'x.yaml', sets: [] },
    axes: [],
    cellCount: 1,
    seeds: RUNS.map(({ seed }) => seed),
    repeats: 1,
    shard: null,
    runs: RUNS,
  });
  await folder.keep(PASSED, outcome('finished'));
  await folder.keep(DIED, { result: null, details: null, failure: 'it died' });
  await folder.keep(BROKE, outcome('broken'));
  await folder.keep(DAMAGED, outcome('finished'));
  writeFileSync(join(folder.runPath(DAMAGED), 'result.json'), '{');
  await folder.keep(OTHER, { result: null, details: null, failure: 'of another shard' });
  folder.close();
  return folder;
}

describe('dropping what broke', () => {
  const own = new Set([PASSED, DIED, BROKE, DAMAGED]);

  test('leaves runs with an answer and those of others, and forgets what crashed', async () => {
    const folder = await folderOf('dropped');
    new Journal(folder.journalPath).begin(DIED);
    expect(await folder.dropBroken(own)).toBe(3);
    expect([...(await folder.finished())].sort()).toEqual([PASSED, OTHER]);
    expect(new Journal(folder.journalPath).begun().size).toBe(0);
  });

  test('drops nothing that another version has written', async () => {
    const folder = await folderOf('other-version');
    const record = { schemaVersion: 2, tool: 'sparestorm 9', id: DIED, host: '', failure: null };
    writeFileSync(join(folder.runPath(DIED), 'run.json'), JSON.stringify(record));
    await expect(folder.dropBroken(new Set([DIED]))).rejects.toThrow(/schema version 2/);
    expect(existsSync(folder.runPath(DIED))).toBe(true);
  });
});
