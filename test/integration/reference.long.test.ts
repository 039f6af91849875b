import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * Goal: the generated parts of the reference say what the program does.
 *
 * Method: the generator makes them anew from the built program and compares.
 */
const GENERATOR = fileURLToPath(new URL('../../docs/generate.mjs', import.meta.url));

test('the reference is up to date: if not, npm run build && node docs/generate.mjs', () => {
  const output = execFileSync(process.execPath, [GENERATOR, '--check'], { encoding: 'utf8' });
  expect(output).toBe('');
});
