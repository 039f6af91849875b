import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { writeResultFolder } from '../../../src/report/folder.ts';
import { absentText, listRuns, readResult, readResults } from '../../../src/report/history.ts';
import { readRun } from '../../../src/report/stored-run.ts';
import { someDetails, someResult, someRunRecord } from '../../support/run-record.ts';

let outDir: string;

beforeEach(() => {
  outDir = mkdtempSync(join(tmpdir(), 'sparestorm-'));
});
afterEach(() => {
  rmSync(outDir, { recursive: true, force: true });
});

function write(name: string, startedAt = '2026-11-22T07:40:12.345Z'): Promise<string> {
  const run = { startedAt };
  return writeResultFolder({
    result: someResult({ plan: { name }, run }),
    details: someDetails(run),
    run: someRunRecord(run),
    outDir,
    claims: false,
  });
}

describe('the list of runs', () => {
  test('is empty where there is no results directory yet', async () => {
    expect(await listRuns(join(outDir, 'none'))).toEqual({ runs: [], problems: [] });
  });

  test('has the runs in the order in which they ended', async () => {
    await write('first');
    await write('second');
    const { runs, problems } = await listRuns(outDir);
    expect(runs.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(problems).toEqual([]);
  });

  test('names and skips what is damaged, and keeps the rest', async () => {
    const gone = await write('gone');
    const half = await write('half');
    await write('whole');
    rmSync(gone, { recursive: true });
    rmSync(join(half, 'result.json'));
    const index = join(outDir, 'index.jsonl');
    appendFileSync(index, '{"folder":"cut off\n\n[1,2]\nnull\n');
    const entry = { ...(await listRuns(outDir)).runs[0], folder: '../../etc' };
    appendFileSync(index, `${JSON.stringify(entry)}\n`);
    await write('later');

    const { runs, problems } = await listRuns(outDir);
    expect(runs.map(({ name }) => name)).toEqual(['whole', 'later']);
    expect(problems).toEqual([
      `${gone} is gone; its line in the index was skipped.`,
      `${half} has no result.json; its line in the index was skipped.`,
      `${index}:4 is not a line of the index and was skipped.`,
      `${index}:6 is not a line of the index and was skipped.`,
      `${index}:7 is not a line of the index and was skipped.`,
      `${index}:8 is not a line of the index and was skipped.`,
    ]);
  });

  test('takes a line with keys that a later version added', async () => {
    await write('first');
    const index = join(outDir, 'index.jsonl');
    const entry = JSON.parse(readFileSync(index, 'utf8'));
    writeFileSync(index, `${JSON.stringify({ ...entry, later: true })}\n`);
    expect((await listRuns(outDir)).runs).toHaveLength(1);
  });
});

describe('a stored result is found', () => {
  test('by path, by path of its file, by name, by the beginning of it, and as the last', async () => {
    const first = await write('first');
    const second = await write('second', '2026-11-23T00:00:00.000Z');
    for (const id of [first, join(first, 'result.json'), basename(first), '2026-11-22']) {
      expect((await readResult(id, outDir)).path).toBe(first);
    }
    expect((await readResult('last', outDir)).path).toBe(second);
    expect((await readResult('2026-11-23', outDir)).result.name).toBe('second');
  });

  test('by its full name, even when that begins another', async () => {
    const first = await write('same');
    const second = await write('same');
    expect((await readResult(basename(first), outDir)).path).toBe(first);
    expect((await readResult(basename(second), outDir)).path).toBe(second);
  });
});

describe('a stored result is explained', () => {
  async function messageFor(id: string): Promise<string> {
    const error = await readResult(id, outDir).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }

  test('when there is none', async () => {
    expect(await messageFor('last')).toBe(`There is no run in ${outDir} yet.`);
    expect(await messageFor('2026')).toBe(`No run in ${outDir} is called "2026".`);
    expect(await messageFor('')).toMatch(/is called ""/);
    expect(await messageFor('../../etc')).toMatch(/^(No run in|\.\.)/);
  });

  test('when several fit', async () => {
    await write('first');
    await write('second');
    expect(await messageFor('2026')).toMatch(/^2 runs in .* begin with "2026": .*first.*second/);
  });

  test('when its folder is half written', async () => {
    mkdirSync(join(outDir, 'half'));
    expect(await messageFor('half')).toMatch(/half has no result\.json\.$/);
  });

  test('when it is cut off, of another version, or not a result', async () => {
    const path = await write('first');
    const file = join(path, 'result.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, 1000));
    expect(await messageFor(path)).toBe(`${file} is not JSON; it may be cut off.`);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(text), schemaVersion: 2 }));
    expect(await messageFor(path)).toBe(`${file} has schema version 2; this version reads 1.`);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(text), seed: 'x', collisions: -1 }));
    expect(await messageFor(path)).toMatch(/is not a result: seed: .*; collisions: /);
    writeFileSync(file, '[]');
    expect(await messageFor(path)).toMatch(/is not a result: the whole: /);
    writeFileSync(file, 'null');
    expect(await messageFor(path)).toMatch(/is not a result/);
  });

  test('when its name would move the cursor', async () => {
    expect(await messageFor('\u001b[2J')).not.toMatch(/\p{Cc}/u);
  });
});

describe('a run that another version wrote', () => {
  test('is read, with what it lacks named, and nothing of it taken for a zero', async () => {
    const path = await write('older');
    const file = join(path, 'result.json');
    const stored = JSON.parse(readFileSync(file, 'utf8'));
    delete stored.targetLock;
    delete stored.operations.trim;
    delete stored.environment.lookNs;
    writeFileSync(file, JSON.stringify({ ...stored, laterKey: 7 }));
    const read = await readResult(path, outDir);
    expect(read.absent).toEqual(['environment.lookNs', 'operations.trim', 'targetLock']);
    expect(read.result.environment.lookNs).toBeNaN();
    expect(read.result.operations.trim.count).toBeNaN();
    expect(read.result).not.toHaveProperty('laterKey');
    expect(absentText(read)).toMatch(
      /older_s\d+ was written by another version \(sparestorm .*\) and has no environment\.lookNs, operations\.trim, targetLock; what is absent is shown as –\.$/,
    );
    expect((await readResults(outDir)).problems).toEqual([]);
    const { run, problems } = await readRun(path, outDir);
    expect(run.absent).toEqual(read.absent);
    expect(problems).toEqual([absentText(read)]);
  });

  test('is refused without what every version has written', async () => {
    const path = await write('damaged');
    const file = join(path, 'result.json');
    for (const key of ['seed', 'verdict', 'operations', 'environment']) {
      const stored = JSON.parse(readFileSync(file, 'utf8'));
      delete stored[key];
      const other = join(outDir, `without-${key}`);
      mkdirSync(other);
      writeFileSync(join(other, 'result.json'), JSON.stringify(stored));
      await expect(readResult(other, outDir)).rejects.toThrow(`is not a result: ${key}: `);
    }
  });
});

describe('reading every run', () => {
  test('names what is damaged, half written or no run, and goes on', async () => {
    await write('later', '2026-11-23T07:40:12.345Z');
    await write('earlier');
    const cut = await write('cut', '2026-11-24T07:40:12.345Z');
    writeFileSync(join(cut, 'result.json'), '{"schemaVersion":');
    mkdirSync(join(outDir, '.0d5e6a0c-1111-4222-8333-444444444444'));
    mkdirSync(join(outDir, 'notes'));
    mkdirSync(join(outDir, 'a_repeat5'));
    writeFileSync(join(outDir, 'a_repeat5', 'repeat.json'), '{}');
    mkdirSync(join(outDir, 'a_search'));
    writeFileSync(join(outDir, 'a_search', 'search.json'), '{}');
    rmSync(join(outDir, 'index.jsonl'));
    const { runs, problems } = await readResults(outDir);
    expect(runs.map(({ result }) => result.name)).toEqual(['earlier', 'later']);
    expect(problems.map((text) => text.replace(outDir, ''))).toEqual([
      expect.stringContaining('is half written'),
      expect.stringContaining('is not JSON; it may be cut off'),
      expect.stringMatching(/notes has no result\.json/),
    ]);
  });
});
