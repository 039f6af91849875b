import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entriesOf, runJson, sparestorm, temporaryFolder, verdictOf } from '../support/cli.ts';

/**
 * Goal: the built program does the main job on real threads: the shipped scenarios, their verdicts,
 * their exit codes and their files.
 *
 * Method: verdicts and counts only, never a latency. Not covered: what a terminal shows.
 */
const DIRECT = 'scenarios/dm-remap-v4/direct-callers.yaml';

describe('allocate-until-exhausted', () => {
  const out = temporaryFolder();

  test('one thread gets what the real allocator gives, in its order', async () => {
    const scenario = 'scenarios/allocate-until-exhausted.yaml';
    const { code, result, folder } = await runJson(out, [scenario, '--claims']);
    expect(code).toBe(0);
    expect(result.allocation).toMatchObject({ granted: 16344, refused: 1, drained: 0 });
    expect(result.cache).toMatchObject({ hits: 16087, misses: 258 });

    const [head, ...rows] = readFileSync(join(folder, 'claims.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('order,thread,lba,spare');
    expect(rows).toHaveLength(16344);
    const spares = rows.map((row) => Number(row.split(',')[3]));
    // The first refill caches 8–71 and passes over 72–95; they come near the end.
    expect(spares.slice(0, 66)).toEqual([
      ...Array.from({ length: 64 }, (_, index) => index + 8),
      96,
      97,
    ]);
    expect(new Set(spares).size).toBe(16344);
  });

  test('a run has all of its files, and a line in the index', async () => {
    const folder = entriesOf(out).find((name) => name.includes('exhausted')) as string;
    expect(entriesOf(join(out, folder))).toEqual([
      'claims.csv',
      'details.json',
      'junit.xml',
      'latency.hgrm',
      'latency.hlog',
      'report.html',
      'result.json',
      'summary.md',
    ]);
    const line = JSON.parse(
      readFileSync(join(out, 'index.jsonl'), 'utf8').split('\n')[0] as string,
    );
    expect(line).toMatchObject({ folder, outcome: 'pass', exitCode: 0, collisions: 0 });
  });
});

describe('the published cache without an outer lock', () => {
  const out = temporaryFolder();

  // A race is a matter of chance; that ten runs in a row find it is the long tests' business.
  test('gives one spare to two callers, and says to whom and when', { retry: 2 }, async () => {
    const { code, result } = await runJson(out, [DIRECT]);
    expect(code).toBe(0);
    const collisions = verdictOf(result, 'collisions');
    expect(collisions.verdict).toBe('broken');
    expect(collisions.count).toBeGreaterThan(0);
    const [first] = collisions.evidence;
    expect(first?.lbas).toHaveLength(2);
    expect(first?.threads).toHaveLength(2);
    expect(first?.timesNs).toHaveLength(2);
    expect(first?.text).toMatch(/^spare \d+ serves LBA \d+ \(thread \d/);
    const unexplained = result.checks.filter(
      ({ name, verdict, consequenceOf }) =>
        verdict === 'broken' && consequenceOf === null && !/^(collisions|reserved)$/.test(name),
    );
    expect(unexplained).toEqual([]);
  });

  test('exits 3 when no collision was expected', { retry: 2 }, async () => {
    const { code, result } = await runJson(out, [DIRECT, '--set', 'expect=pass']);
    expect(code).toBe(3);
    expect(result.verdict.outcome).toBe('integrity');
  });
});

/** An eighth of the spares, so that a run is short; its thresholds name the full number. */
const SMALL_GUARDED = [
  'scenarios/guarded.yaml',
  ...['--set', 'device.sectors=128Ki', '--set', 'device.spare.sectors=16384'],
  ...['--set', 'thresholds=[collisions == 0, errors == 0]'],
];

describe('the same load where the cache is safe', () => {
  const out = temporaryFolder();

  test('holds guarded, every spare handed out', async () => {
    const { code, result } = await runJson(out, SMALL_GUARDED);
    expect(result.checks.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
    expect(result.allocation.granted + result.allocation.drained).toBe(16344);
    expect(code).toBe(0);
  });

  test('holds with the outer lock of the message path', async () => {
    const { code, result } = await runJson(out, ['scenarios/dm-remap-v4/message-path.yaml']);
    expect(code).toBe(0);
    expect(result.collisions).toBe(0);
    expect(result.allocation.granted).toBe(32728);
  });
});

describe('data under contention', () => {
  const out = temporaryFolder();
  const hot = [
    'scenarios/quickstart.yaml',
    ...['--set', 'load.warmup=0ms', '--set', 'load.duration=400ms'],
    ...['--set', 'device.sectors=256', '--set', 'load.threads=3'],
    ...['--set', 'load.mix={read: 30, write: 40, remap: 15, unremap: 15}'],
  ];

  test('several writers, remaps and unremaps on 256 sectors lose nothing', async () => {
    const { code, result } = await runJson(out, hot);
    expect(result.checks.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
    expect(result.operations.write.count).toBeGreaterThan(1000);
    expect(verdictOf(result, 'data').verdict).toBe('held');
    expect(code).toBe(0);
  });

  test('redirecting whole blocks by their first sector is found by the data check', async () => {
    const { code, result } = await runJson(out, [
      ...hot,
      ...[
        '--set',
        'remap.match=first-sector',
        '--set',
        'load.mix={read: 40, write: 50, remap: 10}',
      ],
    ]);
    expect(verdictOf(result, 'data').verdict).toBe('broken');
    expect(code).toBe(3);
  });
});

describe('a replayed trace', () => {
  const out = temporaryFolder();

  test('issues every record of the file once, and its data is whole', async () => {
    const { code, result } = await runJson(out, ['scenarios/replay-sqlite.yaml']);
    expect(code).toBe(0);
    expect(result.operations.read.count).toBe(8308);
    expect(result.operations.write.count).toBe(10896);
    expect(result.operations.sync.count).toBe(623);
    expect(verdictOf(result, 'data').verdict).toBe('held');
  });

  test('a line that is not understood is a problem with its place, and nothing is run', async () => {
    const fresh = join(out, 'none');
    const answer = await sparestorm([
      ...['run', 'scenarios/replay-sqlite.yaml', '--out', fresh],
      ...['--set', 'load.trace.file=scenarios/traces/README.md'],
    ]);
    expect(answer.code).toBe(2);
    expect(answer.stderr).toMatch(/^scenarios\/traces\/README\.md:1:1/);
    expect(entriesOf(fresh)).toEqual([]);
  });
});

describe('one seed', () => {
  const out = temporaryFolder();
  const words = ['scenarios/quickstart.yaml', '--set', 'load.warmup=0ms'];
  const counted = [...words, '--set', 'load.duration=1h', '--set', 'load.operations=20000'];

  test('draws the same operations for each thread, whatever the timing', async () => {
    const fast = await runJson(out, [...counted, '--set', 'integrity=off']);
    const slow = await runJson(out, [
      ...[...counted, '--set', 'lock.kind=mutex', '--set', 'load.thinkTime=20us'],
      ...['--set', 'remap.lookup=linear'],
    ]);
    const listOf = ({ threads }: typeof fast.result) =>
      threads.map(({ operations, operationDigest }) => ({ operations, operationDigest }));
    expect(listOf(slow.result)).toEqual(listOf(fast.result));
    expect(new Set(fast.result.threads.map((thread) => thread.operationDigest)).size).toBe(4);
  });

  test('is not another seed', async () => {
    const one = await runJson(out, [...counted, '--seed', '1']);
    const other = await runJson(out, [...counted, '--seed', '2']);
    expect(one.result.threads[0]?.operationDigest).not.toBe(
      other.result.threads[0]?.operationDigest,
    );
  });
});
