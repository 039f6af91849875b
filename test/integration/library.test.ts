import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';

/**
 * Goal: who installs the package can explore a module of his own, as the documents say: with types,
 * with the outcomes of the worked example, and with a sentence and a place where it cannot be done.
 *
 * Method: the example is run, and its page compared with what it printed and with its files. A
 * consumer in a folder of its own is compiled strictly, declarations of the package included, and
 * run.
 *
 * Not covered: what npm packs.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'docs/examples/semaphore');

function node(words: readonly string[], cwd = ROOT) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

describe('the semaphore of the documents', () => {
  const page = readFileSync(join(ROOT, 'docs/how-to/explore-your-own-module.md'), 'utf8');
  const blocks = [...page.matchAll(/^( *)```(?:js|text)\n([\s\S]*?)^\1```/gm)].map(
    ([, indent, text]) => (text as string).replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );

  test.each(['semaphore.js', 'passage.js', 'explore.js'])('%s stands there whole', (name) => {
    expect(blocks).toContain(readFileSync(join(EXAMPLE, name), 'utf8'));
  });

  test('loses a wake-up after one pre-emption', () => {
    const { code, stdout } = node([join(EXAMPLE, 'explore.js'), 'semaphore.js']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}lost wake-up: .* thread 1 sleeps on free, which is 1/m);
    expect(stdout).toContain('9 steps, 1 pre-emption\n');
    expect(blocks).toContain(stdout);
  });

  test('mended, it is exhausted', () => {
    const { code, stdout, stderr } = node([join(EXAMPLE, 'explore.js'), 'semaphore-mended.js']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^semaphore-mended\.js, 2 threads: pass-exhaustive/);
    expect(blocks.some((block) => block.startsWith(stdout))).toBe(true);
  });

  test('mended, it differs from the other in what is shown, and nowhere else', () => {
    const [faulty, mended] = ['semaphore.js', 'semaphore-mended.js'].map((name) =>
      readFileSync(join(EXAMPLE, name), 'utf8').replace(/^ {2}give\(\) \{[\s\S]*?^ {2}\}/m, ''),
    );
    expect(mended).toBe(faulty);
  });
});

describe('a consumer', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/sparestorm'), 'dir');
  const types = join(ROOT, 'node_modules/@types/node');
  symlinkSync(types, join(folder, 'node_modules/@types/node'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

  test('is compiled strictly with the declarations, and runs', () => {
    writeFileSync(join(folder, 'bump.js'), 'export const bump = (w) => { w[0] = w[0] + 1; };\n');
    writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          module: 'NodeNext',
          target: 'ES2023',
          types: ['node'],
        },
      }),
    );
    const compiled = node([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stdout, stderr } = node(['consumer.js'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^fail: counted 1\nx1\.[0-9a-f]{8}\.bump\.\w+, 1 pre-emption\n$/);
  });

  test.each([
    {
      what: 'syntax left out',
      text: 'export function run(w) {\n  return w?.[0];\n}',
      says: /subject\.js:2:\d+: cannot be instrumented: optional/,
    },
    {
      what: 'an asynchronous function',
      text: 'export async function run(w) {\n  w[0] = 1; await 0;\n}',
      says: /subject\.js:\d:\d+: cannot be instrumented/,
    },
    {
      what: 'no JavaScript',
      text: 'export const = 1;',
      says: /subject\.js:1:14: no JavaScript: Unexpected token/,
    },
    {
      what: 'memory handed on',
      text: 'export function run(w) {\n  w[0];\n  return Array.from(w);\n}',
      says: /subject\.js:3:\d+: shared memory/,
    },
    {
      what: 'bytes',
      text: 'export function run(w) {\n  return new Uint8Array(w.buffer)[0];\n}',
      says: /subject\.js:2:\d+:.*32-bit/,
    },
    {
      what: 'an import that is not there',
      text: 'import "./nowhere.js";\nexport function run() {}',
      says: /subject\.js: its import of .*nowhere/,
    },
    {
      what: 'nothing to stop at',
      text: 'export function run() { return 7; }',
      says: /thread 0 never stops/,
    },
    {
      what: 'other memory',
      text: 'export function run(w) { return new Int32Array(1)[0]; }',
      says: /touched no shared memory/,
    },
  ])('$what: a sentence with its place, and no verdict', ({ text, says }) => {
    writeFileSync(join(folder, 'subject.js'), text);
    writeFileSync(join(folder, 'explorer.js'), EXPLORER);
    const { code, stdout } = node(['explorer.js'], folder);
    expect(stdout).toMatch(/^InstrumentError: /);
    expect(stdout).toMatch(says);
    expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 0, lines: 1 });
  });
});

const CONSUMER = `
import {
  type Exploration, explore, type ModuleProgram, ModuleSubject, instrument, minimise, replay,
} from 'sparestorm/explore';
const file = new URL('./bump.js', import.meta.url);
const code = await instrument({ files: [file] });
const { bump } = code.exportsOf(file) as { bump(words: Int32Array): unknown };
const words = new Int32Array(1);
const program: ModuleProgram = {
  name: 'bump', code, words,
  threads: [() => bump(words), () => bump(words)],
  judge: (end) => (end[0] === 2 ? null : \`counted \${end[0]}\`),
};
const subject = new ModuleSubject(program);
const found: Exploration = explore(subject, { strategy: { kind: 'dpor' }, only: ['forbidden outcome'] });
console.log(\`\${found.verdict.kind}: \${found.fault?.text}\`);
const smallest = minimise(subject, { kind: 'forbidden outcome' });
if (smallest === null) throw new Error('lost');
const { preemptions } = replay(smallest.subject, smallest.schedule);
console.log(\`\${smallest.schedule}, \${preemptions} pre-emption\`);
// @ts-expect-error there is no such strategy
if (false) explore(subject, { strategy: { kind: 'luck' } });
`;

const EXPLORER = `
import { explore, instrument, ModuleSubject } from 'sparestorm/explore';
const file = new URL('./subject.js', import.meta.url);
try {
  const code = await instrument({ files: [file] });
  const words = new Int32Array(2);
  const { run } = code.exportsOf(file);
  const subject = new ModuleSubject({ name: 'run', code, words, threads: [() => run(words)] });
  console.log(explore(subject).verdict.kind);
} catch (error) {
  console.log(String(error));
}
`;
