import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repeatSchema } from '../../src/report/repeat-schema.ts';
import { resultSchema } from '../../src/report/result-schema.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: several runs of a scenario come to one value, the same in the document on stdout, in the
 * folder, and made of nothing but what the runs themselves say.
 */
const SHORT = ['scenarios/quickstart.yaml', '--set', 'load.duration=100ms', '--no-progress'];

test('three runs: one document, three seeds, and a folder that sums them up', async () => {
  const out = temporaryFolder();
  const words = ['run', ...SHORT, '--repeat', '3', '--json', '--out', out];
  const { code, stdout } = await sparestorm(words);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  const results = document.results.map((result: unknown) => resultSchema.parse(result));
  expect(results.map(({ seed }: { seed: number }) => seed)).toEqual([42, 43, 44]);
  expect(document.repeats).toHaveLength(1);
  const repeat = repeatSchema.parse(document.repeats[0]);
  const folder = entriesOf(out).find((name) => name.endsWith('_repeat3')) as string;
  expect(JSON.parse(readFileSync(join(out, folder, 'repeat.json'), 'utf8'))).toEqual(repeat);
  expect(readFileSync(join(out, folder, 'summary.md'), 'utf8')).toContain(repeat.repro);
  for (const run of repeat.runs) expect(entriesOf(out)).toContain(run.folder);

  const throughput = repeat.metrics.find(({ name }) => name === 'throughput');
  expect(throughput?.values).toEqual(
    results.map(
      (result: { throughput: { operationsPerSecond: number } }) =>
        result.throughput.operationsPerSecond,
    ),
  );

  mkdirSync(join(out, 'cut_repeat9'));
  writeFileSync(join(out, 'cut_repeat9', 'repeat.json'), '{"schemaVersion":');
  const [shown, list] = await Promise.all(
    [['show', folder], ['list']].map((words) => sparestorm([...words, '--out', out])),
  );
  expect(shown?.stdout).toMatch(/^REPEAT +quickstart, 3 runs, seeds 42 to 44\n/);
  // Which figure it is depends on how many latencies so short a run came to.
  expect(list?.stdout).toMatch(new RegExp(`${folder} +pass +3\n +\\S+ \\S+ \\[\\S+, \\S+\\]\n`));
  expect(list?.stderr).toMatch(/^Skipped: \S+cut_repeat9\/repeat\.json is damaged/);
});

test('seeds that would pass what a seed can be are refused before the first run', async () => {
  const out = temporaryFolder();
  const seed = String(Number.MAX_SAFE_INTEGER - 1);
  const { code, stderr } = await sparestorm([
    'run',
    ...SHORT,
    '--repeat',
    '3',
    '--seed',
    seed,
    '--out',
    out,
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain('passes 2^53 − 1');
  expect(entriesOf(out)).toEqual([]);
});
