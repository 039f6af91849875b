import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { reproCommand } from '../../../src/report/repro.ts';

test('the command repeats file, seed and overrides', () => {
  const source = { file: 'scenarios/a.yaml', sets: ['load.threads=8', 'lock.kind=ticket'] };
  expect(reproCommand(source, 42)).toBe(
    'npx sparestorm run scenarios/a.yaml --seed 42 --set load.threads=8 --set lock.kind=ticket',
  );
});

test('an override of the seed gives way to the seed that was used', () => {
  expect(reproCommand({ file: 'a.yaml', sets: ['seed=7'] }, 7)).toBe(
    'npx sparestorm run a.yaml --seed 7',
  );
});

test.each([
  'with space.yaml',
  "it's.yaml",
  '$(touch x).yaml',
  'a;b|c&d.yaml',
  'back\\slash.yaml',
  'new\nline.yaml',
  'tab\tand\u001b[31mred.yaml',
  '"quoted".yaml',
  'zürich.yaml',
])('a shell reads %j back as it was', (file) => {
  const command = reproCommand({ file, sets: [file] }, 1);
  expect(command).not.toMatch(/\p{Cc}/u);
  const words = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  expect(words.split('\0').slice(0, -1)).toEqual([
    'npx',
    'sparestorm',
    'run',
    file,
    '--seed',
    '1',
    '--set',
    file,
  ]);
});

test('a path that begins with a hyphen is not read as an option', () => {
  expect(reproCommand({ file: '-x.yaml', sets: [] }, 1)).toBe(
    'npx sparestorm run ./-x.yaml --seed 1',
  );
});
