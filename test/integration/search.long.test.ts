import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resultSchema } from '../../src/report/result-schema.ts';
import { searchSchema } from '../../src/report/search-schema.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: the built program finds the highest value at which conditions hold, and ends a search as
 * the exit codes say.
 *
 * Method: conditions on counts, which are the same on every machine: a thread that only remaps gets
 * as many spares as it does operations.
 */
const folder = temporaryFolder();
const file = join(folder, 'search.yaml');
writeFileSync(
  file,
  `version: 1
name: search
seed: 7
device: { sectors: 4096, spare: { sectors: 1024 } }
load: { threads: 1, operations: 5, mix: { remap: 1 } }
integrity: strict
jitter: off
search:
  maximize: load.operations
  while: allocation.granted < 100
  from: 90
  to: 110
  tolerance: 15%
`,
);

let searchCount = 0;

async function search(...words: readonly string[]) {
  const out = join(folder, `results-${searchCount++}`);
  const answer = await sparestorm(['run', file, '--json', '--out', out, ...words]);
  const document = JSON.parse(answer.stdout);
  const results = document.results.map((result: unknown) => resultSchema.parse(result));
  const found = searchSchema.parse(document.searches[0]);
  const own = entriesOf(out).find((name) => name.endsWith('_search')) as string;
  const stored = JSON.parse(readFileSync(join(out, own, 'search.json'), 'utf8'));
  expect(stored).toEqual(found);
  expect(found.probes.map(({ seed }) => seed)).toEqual(found.probes.map((_, index) => 7 + index));
  expect(results.map(({ seed }: { seed: number }) => seed)).toEqual(
    found.probes.map(({ seed }) => seed),
  );
  return { ...answer, out, found };
}

test('the highest value is between one that held twice and one that failed', async () => {
  const { code, found, out } = await search();
  expect(code).toBe(0);
  const own = entriesOf(out).find((name) => name.endsWith('_search')) as string;
  const shown = await sparestorm(['show', own, '--out', out]);
  expect(shown.stdout).toMatch(/^SEARCH +search: the highest load\.operations with /);
  for (const { value } of found.probes) expect(shown.stdout).toContain(value.text);
  const list = await sparestorm(['list', '--out', out]);
  expect(list.stdout).toMatch(
    new RegExp(`${own} +pass +${found.probes.length}\n +load\\.operations ${found.found?.text}\n`),
  );
  const held = found.found?.value as number;
  const failed = found.failed?.value as number;
  expect(failed - held).toBeLessThanOrEqual(0.15 * held);
  for (const probe of found.probes) {
    const granted = Number(probe.conditions[0]?.observedText);
    expect(probe.held).toBe(granted < 100);
    expect(probe.repro).toContain(`--set load.operations=${probe.value.text}`);
    expect(probe.repro).toContain('--no-search');
  }
  const again = found.probes.filter(({ value }) => value.value === held);
  expect(again.map(({ purpose }) => purpose)).toContain('confirmation');
});

test('a lower end that fails exits 1, and a violation 3, each after one run', async () => {
  const [none, violated] = await Promise.all([
    search('--set', 'search.while=allocation.granted < 1'),
    search(
      ...['--set', 'faults.corruption=[{ kind: bit-flip, nth: 1 }]'],
      ...['--set', 'load.mix={ write: 1 }'],
    ),
  ]);
  expect(none.code).toBe(1);
  expect(none.found).toMatchObject({ found: null });
  expect(none.found.probes).toHaveLength(1);
  expect(violated.code).toBe(3);
  expect(violated.found.probes.map(({ outcome }) => outcome)).toEqual(['integrity']);
});

test('an interruption keeps what was found', async () => {
  const out = join(folder, 'interrupted');
  const words = ['run', file, '--out', out, '--set', 'load.duration=60s', '--set'];
  const long = ['search.maximize=load.threads', '--set', 'search.from=1', '--set', 'search.to=2'];
  const settings = ['--set', 'load.operations=1G', '--set', 'load.mix={ read: 1 }'];
  const { code, stdout } = await sparestorm([...words, ...long, ...settings], {
    signalWhenRunning: 'SIGINT',
  });
  expect(code).toBe(130);
  expect(stdout).toContain('no value had held until then');
  expect(entriesOf(out).some((name) => name.endsWith('_search'))).toBe(true);
});

test('a key that does not exist is refused before anything is run', async () => {
  const out = join(folder, 'refused');
  const words = ['run', file, '--out', out, '--set', 'search.maximize=load.thread'];
  const { code, stderr } = await sparestorm(words);
  expect(code).toBe(2);
  expect(stderr).toContain('unknown key "thread"');
  expect(entriesOf(out)).toEqual([]);
});
