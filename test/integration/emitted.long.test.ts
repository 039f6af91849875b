import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * Goal: what runs under load is what tsc emits, byte for byte: nothing in it knows of the explorer.
 *
 * Method: locks and device compiled once more with the project's own options, against what was
 * built; and the text of every function that a program has loaded, after it has instrumented the
 * same files and explored them, against the text of its file.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['lock', 'device'] as const;

const built = (folder: string) => join(ROOT, 'dist/src', folder);

function scriptsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort();
}

let emitted = '';

beforeAll(() => {
  emitted = mkdtempSync(join(tmpdir(), 'emitted-'));
  const options = {
    extends: join(ROOT, 'tsconfig.build.json'),
    compilerOptions: {
      outDir: join(emitted, 'dist'),
      // Types are checked elsewhere, and are nothing to what is emitted.
      noCheck: true,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    include: FOLDERS.map((folder) => join(ROOT, 'src', folder)),
  };
  const project = join(emitted, 'tsconfig.json');
  writeFileSync(project, JSON.stringify(options));
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project]);
});

afterAll(() => rmSync(emitted, { recursive: true }));

test.each(FOLDERS)('%s: the same files with the same bytes', (folder) => {
  const again = join(emitted, 'dist/src', folder);
  const names = scriptsIn(again);
  expect(names.length).toBeGreaterThan(8);
  expect(scriptsIn(built(folder))).toEqual(names);
  for (const name of names) {
    const bytes = readFileSync(join(built(folder), name));
    expect(bytes.equals(readFileSync(join(again, name))), name).toBe(true);
  }
});

describe('in a program that explores', () => {
  /** Text of every function that the files export, by file. */
  const PROGRAM = `
    const [root, ...files] = process.argv.slice(1);
    const { explore, instrumentProduct, LockSubject } = await import(root + '/explore/index.js');
    const code = await instrumentProduct();
    explore(new LockSubject('mcs', [1, 1], code), { strategy: { kind: 'dpor' } });
    const texts = {};
    for (const file of files) {
      const values = Object.values(await import(root + '/' + file));
      texts[file] = values.filter((value) => typeof value === 'function').map(String);
    }
    process.stdout.write(JSON.stringify(texts));
  `;

  test('every function that is loaded stands in its file, word for word', () => {
    const files = FOLDERS.flatMap((folder) =>
      scriptsIn(built(folder)).map((name) => `${folder}/${name}`),
    );
    const args = ['--input-type=module', '-e', PROGRAM, join(ROOT, 'dist/src'), ...files];
    const texts = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    let functionCount = 0;
    for (const file of files) {
      const text = readFileSync(join(ROOT, 'dist/src', file), 'utf8');
      for (const loaded of texts[file] as string[]) {
        expect(text).toContain(loaded);
        functionCount++;
      }
    }
    expect(functionCount).toBeGreaterThan(60);
  });
});
