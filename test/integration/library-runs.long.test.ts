import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';

/**
 * Goal: who installs the package can run, check and report from a program of his own, as the page
 * says, with types; and a library call never prints and never ends the process.
 *
 * Method: the page's examples are taken out of it, compiled strictly against the declarations of
 * the package, and run, beside a consumer that asks for what goes wrong.
 *
 * Not covered: what npm packs.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/how-to/use-as-a-library.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text]) => text as string);

function node(words: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

const COMPILER_OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  module: 'NodeNext',
  target: 'ES2023',
  types: ['node'],
};

const CONSUMER = `
import { writeFileSync } from 'node:fs';
import { readRun, renderReport, runScenario, ScenarioError } from 'sparestorm';

const load = { threads: 2, operations: 1000 };
const base = { version: 1, name: 'consumer', device: { sectors: 4096, spare: { sectors: 256 } } };

async function thrownBy(make: () => Promise<unknown>): Promise<unknown> {
  return make().then(() => null, (error: unknown) => error);
}
const unknown = await thrownBy(() => runScenario({ scenario: { ...base, load, lok: 1 } }));
const missing = await thrownBy(() => runScenario('nowhere.yaml'));
const listener = await thrownBy(() =>
  runScenario(
    { scenario: { ...base, load: { threads: 1, duration: '30s' } } },
    { onSnapshot: () => { throw new Error('mine'); }, snapshotEveryMs: 20 },
  ),
);
if (!(unknown instanceof ScenarioError && missing instanceof ScenarioError)) throw unknown;
if (!(listener instanceof Error)) throw new Error('lost');

const run = await runScenario(
  { scenario: { ...base, load, thresholds: ['collisions == 5'] } },
  { out: 'stored' },
);
const stored = await readRun(run.folder ?? '', 'stored');
writeFileSync('facts.json', JSON.stringify({
  unknown: ['ScenarioError', unknown.problems[0]?.position?.line],
  missing: ['ScenarioError', missing.problems[0]?.position],
  listener: listener.message,
  outcome: run.result.verdict.outcome,
  exitCode: process.exitCode ?? null,
  same: renderReport(stored.run) === renderReport(run),
}));
// @ts-expect-error there is no such format
if (false) renderReport(run, 'pdf');
console.log('done');
`;

describe('the library', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/sparestorm'), 'dir');
  const types = join(ROOT, 'node_modules/@types/node');
  symlinkSync(types, join(folder, 'node_modules/@types/node'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS }),
  );
  for (const [index, text] of EXAMPLES.entries()) {
    writeFileSync(join(folder, `example-${index}.ts`), text);
  }
  writeFileSync(join(folder, 'consumer.ts'), CONSUMER);

  test('compiles strictly with its declarations', () => {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(node([compiler, '-p', '.'], folder)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  // In the order of the page.
  test.each(
    [
      { what: 'runs plain data', says: /^pass 992\n$/ },
      { what: 'is watched and ended early', says: /^interrupted seen enough\n$/ },
      {
        what: 'checks a text',
        says: /^mine\.yaml:3:9: unknown key "threds" in load; did you mean "threads"\?\nfalse\n$/,
      },
      { what: 'makes reports', says: /^.*report.*\ntrue true\n$/ },
      { what: 'sweeps', says: /^(?:[12] pass\n){2}2 0 true true\n$/ },
      { what: 'compares runs', says: /^\d+ only indicative\n$/ },
    ].map((example, index) => ({ ...example, index })),
  )('$what', ({ index, says }) => {
    const { code, stdout, stderr } = node([`example-${index}.js`], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(says);
  });

  test('every example of the page has its line here', () => {
    expect(EXAMPLES.length).toBe(6);
  });

  test('stores when asked, throws what is wrong, and prints nothing itself', () => {
    const answer = node(['consumer.js'], folder);
    expect(answer).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
    const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
    expect(facts).toEqual({
      unknown: ['ScenarioError', 1],
      missing: ['ScenarioError', null],
      listener: 'mine',
      outcome: 'threshold-failed',
      exitCode: null,
      same: true,
    });
    expect(existsSync(join(folder, 'stored', 'index.jsonl'))).toBe(true);
  });
});
