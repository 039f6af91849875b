import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderName, writeResultFolder } from '../../../src/report/folder.ts';
import { resultSchema } from '../../../src/report/result-schema.ts';
import {
  type Overrides,
  risingSamples,
  samples,
  someDetails,
  someOperation,
  someResult,
  someRunRecord,
} from '../../support/run-record.ts';

let parent: string;
let outDir: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sparestorm-'));
  outDir = join(parent, 'results');
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

type Run = Overrides<ReturnType<typeof someRunRecord>>;

function write(options: { name?: string; run?: Run; claims?: boolean } = {}): Promise<string> {
  const run = options.run ?? {};
  return writeResultFolder({
    result: someResult({ plan: options.name === undefined ? {} : { name: options.name }, run }),
    details: someDetails(run),
    run: someRunRecord(run),
    outDir,
    claims: options.claims ?? false,
  });
}

test('a run is written to a folder named by time, name and seed', async () => {
  const path = await write();
  expect(path).toBe(join(outDir, '2026-11-22T07-40-12_small-and-plain_s42'));
  expect(readdirSync(path).sort()).toEqual([
    'details.json',
    'junit.xml',
    'latency.hgrm',
    'latency.hlog',
    'report.html',
    'result.json',
    'summary.md',
  ]);
  const stored = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8'));
  expect(resultSchema.parse(stored)).toEqual(someResult());
});

test('nothing unfinished is left beside it', async () => {
  await write();
  expect(readdirSync(outDir).sort()).toEqual([
    '2026-11-22T07-40-12_small-and-plain_s42',
    'index.jsonl',
  ]);
});

test('folders of one name get suffixes, also when they are written at once', async () => {
  const paths = await Promise.all([write(), write(), write()]);
  expect(paths.map((path) => basename(path)).sort()).toEqual([
    '2026-11-22T07-40-12_small-and-plain_s42',
    '2026-11-22T07-40-12_small-and-plain_s42-2',
    '2026-11-22T07-40-12_small-and-plain_s42-3',
  ]);
  for (const path of paths) expect(existsSync(join(path, 'result.json'))).toBe(true);
});

test('a file that has the name is not overwritten', async () => {
  mkdirSync(outDir);
  writeFileSync(join(outDir, '2026-11-22T07-40-12_small-and-plain_s42'), 'mine');
  expect(basename(await write())).toBe('2026-11-22T07-40-12_small-and-plain_s42-2');
});

test('each run appends one line to the index', async () => {
  await write();
  const second = await write({ name: 'other' });
  const lines = readFileSync(join(outDir, 'index.jsonl'), 'utf8').split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('');
  expect(JSON.parse(lines[1] as string)).toEqual({
    folder: basename(second),
    startedAt: '2026-11-22T07:40:12.345Z',
    name: 'other',
    seed: 42,
    outcome: 'pass',
    exitCode: 0,
    collisions: 0,
    operationsPerSecond: 760,
    operation: 'read',
    p99Ns: someResult().operations.read.service.p99,
  });
});

test('the spectrum file has one spectrum per distribution, each under its name', async () => {
  const path = await write({
    run: { operations: { write: { response: risingSamples(500, 5_000_000, 3000) } } },
  });
  const text = readFileSync(join(path, 'latency.hgrm'), 'utf8');
  expect(text.match(/^# .*$/gm)).toEqual([
    '# read, service time (completion - issue): 1000 latencies, in microseconds',
    '# write, service time (completion - issue): 500 latencies, in microseconds',
    '# write, response time (completion - planned arrival): 500 latencies, in microseconds',
    '# remap, service time (completion - issue): 20 latencies, in microseconds',
    '# allocation, the allocator call alone: 20 latencies, in microseconds',
    '# allocation, calls that found a spare in the cache: 15 latencies, in microseconds',
    '# allocation, calls that found the cache empty: 5 latencies, in microseconds',
    '# allocation lock, wait: 25 latencies, in microseconds',
    '# allocation lock, hold: 25 latencies, in microseconds',
  ]);
  expect(text.match(/^ +Value +Percentile TotalCount 1\/\(1-Percentile\)$/gm)).toHaveLength(9);
});

test('a run without latencies has a spectrum file that says so', async () => {
  const none = someOperation(samples(), 0);
  const lock = { wait: samples(), hold: samples() };
  const path = await write({
    run: {
      operations: { read: none, write: none, remap: none },
      allocation: { service: samples(), hit: samples(), miss: samples() },
      allocationLock: lock,
      intervals: [],
    },
  });
  expect(readFileSync(join(path, 'latency.hgrm'), 'utf8')).toBe('# no latencies were measured\n');
});

test('the interval log keeps warm-up apart and has a line for every interval', async () => {
  const text = readFileSync(join(await write(), 'latency.hlog'), 'utf8');
  expect(listTags(text)).toEqual(['read.warmup', 'read']);
  const reader = new HistogramLogReader(text, 64);
  const counts: number[] = [];
  for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
    counts.push(next.totalCount);
  }
  expect(counts).toEqual([2, 2, 2]);
});

describe('claims.csv', () => {
  test('is written only when asked for', async () => {
    expect(existsSync(join(await write(), 'claims.csv'))).toBe(false);
    expect(existsSync(join(await write({ claims: true }), 'claims.csv'))).toBe(true);
  });

  test('lists claims and drains in order, and no releases', async () => {
    const base = { issueNs: 1, completionNs: 2 };
    const run: Run = {
      claims: [
        { kind: 'claim', order: 0, thread: 0, lba: 100, spare: 7, ...base },
        { kind: 'release', order: 1, thread: 0, lba: 100, spare: 7, ...base },
        { kind: 'claim', order: 2, thread: 1, lba: 101, spare: 7, ...base },
        { kind: 'drain', order: 3, thread: null, lba: null, spare: 8, ...base },
      ],
    };
    const path = await write({ run, claims: true });
    expect(readFileSync(join(path, 'claims.csv'), 'utf8')).toBe(
      'order,thread,lba,spare\n0,0,100,7\n2,1,101,7\n3,,,8\n',
    );
  });

  test('of many claims is complete', async () => {
    const claims = Array.from({ length: 40_000 }, (_, order) => ({
      kind: 'claim' as const,
      order,
      thread: 0,
      lba: order,
      spare: order % 64,
      issueNs: 1,
      completionNs: 2,
    }));
    const path = await write({ run: { claims }, claims: true });
    const lines = readFileSync(join(path, 'claims.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(40_001);
    expect(lines.slice(1).map((line) => Number(line.split(',')[0]))).toEqual(
      claims.map(({ order }) => order),
    );
  });
});

const HOSTILE: Record<string, string> = {
  'a way out': '../../../etc/passwd',
  'an absolute path': '/etc/passwd',
  dots: '..',
  nothing: '',
  'nothing that can be kept': '東京 / \\ : * ? " < > |',
  markup: '<script>alert("x")</script>',
  quotes: `a'b"c\`d$(e)`,
  'control characters': 'a\u0000b\nc\r\u001b[2Jd\u202ee',
  'ten kilobytes': 'x'.repeat(10_240),
  'ten kilobytes of nothing': '\u0301'.repeat(10_240),
  'a lone surrogate': 'a\ud800b',
  'a device of another system': 'CON',
};

describe.each(Object.entries(HOSTILE))('a name that is %s', (_, name) => {
  test('stays inside the results folder and can be read back', async () => {
    const path = await write({ name });
    expect(readdirSync(parent)).toEqual(['results']);
    expect(basename(path)).toMatch(/^2026-11-22T07-40-12_[A-Za-z0-9]+(-[A-Za-z0-9]+)*_s42$/);
    expect(basename(path).length).toBeLessThanOrEqual(19 + 1 + 60 + 1 + 3);
    expect(readdirSync(outDir).sort()).toEqual([basename(path), 'index.jsonl']);
    const [line, ...rest] = readFileSync(join(outDir, 'index.jsonl'), 'utf8').trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(line as string).folder).toBe(basename(path));
    const stored = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8'));
    expect(resultSchema.safeParse(stored).error).toBeUndefined();
  });
});

test('accents are taken off, hyphens are single', () => {
  expect(folderName({ startedAt: '2026-01-02T03:04:05.678Z', name: 'Zürich -- 4k', seed: 0 })).toBe(
    '2026-01-02T03-04-05_Zurich-4k_s0',
  );
});

describe('a results directory that cannot be written', () => {
  test('because a file is in its place, is an error with one sentence', async () => {
    writeFileSync(outDir, 'a file');
    await expect(write()).rejects.toThrow(/^The results cannot be written to .*results: E/);
  });

  test.skipIf(process.getuid?.() === 0)('because it is read-only, leaves nothing', async () => {
    mkdirSync(outDir);
    chmodSync(outDir, 0o500);
    await expect(write()).rejects.toThrow(/cannot be written/);
    chmodSync(outDir, 0o700);
    expect(readdirSync(outDir)).toEqual([]);
  });

  test('because the index is a folder, is an error too', async () => {
    mkdirSync(join(outDir, 'index.jsonl'), { recursive: true });
    await expect(write()).rejects.toThrow(/cannot be written/);
  });
});
