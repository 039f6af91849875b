import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeGroupFolder } from '../../../src/report/group-folder.ts';
import { groupEntryOf, listGroups, readGroup } from '../../../src/report/groups.ts';
import { readResult } from '../../../src/report/history.ts';
import { repeatOf } from '../../../src/report/repeat.ts';
import { searchOf } from '../../../src/report/search.ts';
import { someResult, someThreshold } from '../../support/run-record.ts';

let outDir: string;
beforeEach(() => {
  outDir = mkdtempSync(join(tmpdir(), 'sparestorm-'));
});
afterEach(() => {
  rmSync(outDir, { recursive: true, force: true });
});

const EARLY = { startedAt: '2026-11-22T07:40:12.345Z', name: 'a', seed: 42 };
const LATE = { ...EARLY, startedAt: '2026-11-23T07:40:12.345Z' };

const stored = [42, 43, 44].map((seed) => ({
  result: someResult({ plan: { seed } }),
  folder: `folder-${seed}`,
}));
const repeat = repeatOf(stored, 3);

function searchThat(found: number | null) {
  const limit = found === null ? 1000 : 500;
  const result = someResult({ plan: { thresholds: [someThreshold('throughput', '>', limit)] } });
  const source = { file: 'x.yaml', sets: [] };
  return searchOf({
    ...{ name: 'a', seed: 42, source, interruption: null },
    plan: {
      ...{ key: 'load.threads', conditions: ['throughput > 500'], from: 1, to: 8, unit: '' },
      ...{ isWhole: true, tolerance: 0.05, scale: 'geometric' },
    },
    highest: {
      ...{ found, failed: null, tried: [], heldBeyond: [], unconfirmed: [], ended: false },
    },
    probes: [{ value: 1, purpose: 'lower end', result, folder: 'folder-42' }],
  });
}

test('what several runs came to is read back as it was written', async () => {
  const file = { 'repeat.json': JSON.stringify(repeat) };
  const path = await writeGroupFolder(file, EARLY, 'repeat3', outDir);
  expect(await readGroup(path)).toEqual({ kind: 'repeat', path, repeat });
  const search = searchThat(1);
  const other = await writeGroupFolder(
    { 'search.json': JSON.stringify(search) },
    LATE,
    'search',
    outDir,
  );
  expect(await readGroup(other)).toEqual({ kind: 'search', path: other, search });
  mkdirSync(join(outDir, 'notes'));
  expect(await readGroup(join(outDir, 'notes'))).toBeNull();
});

test('a list has the figure of repeats with its interval, and the answer of a search', () => {
  const entry = groupEntryOf({ kind: 'repeat', path: '/r/x_repeat3', repeat });
  expect(entry).toMatchObject({ folder: 'x_repeat3', outcome: 'pass', exitCode: 0, runs: 3 });
  expect(entry.answer).toMatch(/^read\S*\.p99 1\.99ms \[1\.99ms, 1\.99ms\]$/);
  const answers = [8, null].map((found) =>
    groupEntryOf({ kind: 'search', path: '/r/x_search', search: searchThat(found) }),
  );
  expect(answers.map(({ answer }) => answer)).toEqual([
    'load.threads 8',
    'load.threads: none from 1 on',
  ]);
  expect(answers[1]).toMatchObject({ outcome: 'threshold-failed', exitCode: 1 });
});

test('what is damaged is named and skipped, what another version wrote is read', async () => {
  const { warnings: _, ...older } = repeat;
  const write = (text: string, named: typeof EARLY) =>
    writeGroupFolder({ 'repeat.json': text }, named, 'repeat3', outDir);
  const late = await write(JSON.stringify(repeat), LATE);
  const early = await write(JSON.stringify({ ...older, laterKey: 1 }), EARLY);
  const cut = await write('{"schemaVersion":', LATE);
  const wrong = await write(JSON.stringify({ ...repeat, runs: 'none' }), LATE);
  const { groups, problems } = await listGroups(outDir);
  expect(groups.map(({ folder }) => folder).sort()).toEqual(
    [early, late].map((path) => basename(path)),
  );
  expect([...problems].sort()).toEqual(
    [cut, wrong].map((path) => expect.stringContaining(`${path}/repeat.json is damaged`)).sort(),
  );
  await expect(readResult(late, outDir)).rejects.toThrow(`sparestorm show ${late}`);
  rmSync(outDir, { recursive: true });
  expect(await listGroups(outDir)).toEqual({ groups: [], problems: [] });
  writeFileSync(outDir, '');
});
