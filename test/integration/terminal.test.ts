import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/report/text.ts';
import { temporaryFolder } from '../support/cli.ts';
import { hasPty, onTerminal, screensIn } from '../support/pty.ts';

/**
 * Goal: what a person sees in a terminal of 80 columns stays what it is: the panel while a run goes
 * on, and the summary at its end, in Unicode and in ASCII.
 *
 * Method: a real pseudo-terminal; figures are replaced by `#`, and compared with stored texts
 * (`vitest -u` writes them anew). Not covered: whether a terminal draws the signs one column wide.
 */
const out = temporaryFolder();
const scenario = join(out, 'terminal.json');
writeFileSync(
  scenario,
  JSON.stringify({
    version: 1,
    name: 'on a terminal',
    device: { sectors: 4096, spare: { sectors: 256 } },
    load: { threads: 2, duration: '1500ms', mix: { read: 50, write: 50 } },
    thresholds: ['collisions == 0'],
  }),
);

describe.skipIf(!hasPty()).each([
  { name: 'unicode', locale: 'C.UTF-8' },
  { name: 'ascii', locale: 'C' },
])('80 columns, $name', async ({ name, locale }) => {
  const { code, bytes } = hasPty()
    ? await onTerminal(['run', scenario, '--out', out], { columns: 80, locale })
    : { code: 0, bytes: '' };
  const screens = screensIn(bytes);
  const panel = screens.find((screen) => / left\n[\s\S]*p50 \d/.test(screen)) ?? '';
  const summary = screens.at(-1) ?? '';

  test('the run ends well', () => expect(code).toBe(0));

  test('no line is wider, and ASCII is ASCII', () => {
    for (const line of `${panel}\n${summary}`.split('\n')) {
      // The path of a temporary folder is as long as it is.
      if (line.includes(out)) continue;
      expect([line, columnsOf(line) <= 80]).toEqual([line, true]);
      if (name === 'ascii') expect(line).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  test('the panel', async () => {
    await expect(masked(panel)).toMatchFileSnapshot(`../data/terminal/panel-${name}.txt`);
  });

  test('the summary', async () => {
    await expect(masked(summary)).toMatchFileSnapshot(`../data/terminal/summary-${name}.txt`);
  });
});

/**
 * Figures as `#`, bars as `=`, columns two spaces apart, so that only words and order are left;
 * without curves, which are not there when nothing was done, and without measurement and warnings,
 * which are the machine's.
 */
function masked(text: string): string {
  const all = text
    // Where a sentence is broken depends on how long its figures are.
    .replace(/\n {18,}(?=\S)/g, ' ')
    .replaceAll(out, 'OUT')
    .replace(/\d{4}-\d\d-\d\dT[\d-]+/g, 'TIME')
    .replace(/ {3}[▁▂▃▄▅▆▇█]+$| {3}[_.'^-]+$/gm, '')
    .replace(/[█░]{4,}|(?<= )[#.]{4,}(?= )/g, '=')
    .replace(/\d[\d,.]*(?:[kMG]|KiB|MiB|GiB|B)?(?:ns|µs|us|ms|s)?(?:\/s)?%?/g, '#')
    .replace(/(?<= )[–-](?= |$)/gm, '#')
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, '  ').trimEnd());
  const from = all.findIndex((line) => line.startsWith('  MEASUREMENT'));
  const closing = all.findIndex((line, index) => index > from && /^ {2}(✓|ok|✗|FAIL) /.test(line));
  const kept = from < 0 ? all : [...all.slice(0, from), '', ...all.slice(closing)];
  return `${kept.join('\n').trim()}\n`;
}
