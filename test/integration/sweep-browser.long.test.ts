import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, findChromium } from '../support/browser.ts';
import { temporaryFolder } from '../support/cli.ts';
import { sweepFolderIn, sweepOf } from '../support/sweeps.ts';

/**
 * Goal: the page of a sweep opens in a browser, with scripts and without: nothing in the console,
 * nothing asked of a network, the same axes in all charts of a kind, and a table that a click
 * sorts.
 *
 * Method: a headless Chromium on a sweep of tiny cells. Not covered: whether it is beautiful.
 */
const path = findChromium();
const folder = temporaryFolder();
const scenario = join(folder, 'curves.yaml');
writeFileSync(
  scenario,
  `version: 1
name: curves
device: { sectors: 64, spare: { sectors: 64 } }
load: { threads: 1, operations: 50, mix: { read: 50, write: 50 } }
integrity: off
matrix:
  lock.kind: [ticket, mcs]
  load.threads: [1, 2, 3, 4]
`,
);

const SECTIONS = ['finding', 'curves', 'cells', 'machines'];
const CHARTS = 4;

describe.skipIf(path === null)('the page of a sweep', () => {
  const browser = new Browser(path as string);
  const out = join(folder, 'out');
  let file: string;
  beforeAll(async () => {
    expect((await sweepOf(scenario, ['--out', out])).code).toBe(0);
    file = join(sweepFolderIn(out) as string, 'report.html');
  });
  afterAll(() => browser.close());

  test.each([
    { javascript: true, width: 1000, scheme: 'light' },
    { javascript: false, width: 1000, scheme: 'dark' },
    { javascript: true, width: 390, scheme: 'dark' },
  ] as const)('opens, $width wide, scripts: $javascript', async (options) => {
    const page = await browser.open(file, options);
    expect([page.complaints, page.requests]).toEqual([[], []]);
    const seen = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main > section')].filter((one) => one.getBoundingClientRect().height > 40).map((one) => one.id)`,
    );
    expect(seen).toEqual(SECTIONS);
    const canvases = await page.evaluate<number>(`document.querySelectorAll('canvas').length`);
    expect(canvases).toBe(options.javascript ? CHARTS : 0);
    const drawn = await page.evaluate<number>(
      `[...document.querySelectorAll('.plot svg[role=img]')].filter((svg) => svg.getBoundingClientRect().height > 100).length`,
    );
    expect(drawn).toBe(options.javascript ? 0 : CHARTS);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - innerWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test('has a tick for each number of threads, once, and axes in common', async () => {
    const page = await browser.open(file, { javascript: false });
    const ticks = await page.evaluate<string[][]>(
      `[...document.querySelectorAll('.plot svg[role=img]')].map((svg) => [...svg.querySelectorAll('text[text-anchor=middle]:not(.title)')].map((one) => one.textContent))`,
    );
    expect(ticks).toEqual(Array(CHARTS).fill(['1', '2', '3', '4']));
    const heights = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.plot svg[role=img]')].map((svg) => [...svg.querySelectorAll('text[text-anchor=end]')].map((one) => one.textContent).join())`,
    );
    expect(new Set(heights.slice(0, 2)).size).toBe(1);
    expect(new Set(heights.slice(2)).size).toBe(1);
  });

  test('sorts by a click, the other way by a second one, and by the keyboard', async () => {
    const page = await browser.open(file);
    const sorted = (act: string) =>
      page.evaluate<string[]>(`(() => {
        const table = document.querySelector('.sortable table');
        const head = [...table.tHead.rows[0].cells].find((one) => one.textContent === 'threads');
        ${act};
        return [head.getAttribute('aria-sort'), ...[...table.tBodies[0].rows].map((row) => row.cells[head.cellIndex].textContent)];
      })()`);
    const up = ['1', '1', '2', '2', '3', '3', '4', '4'];
    expect(await sorted('')).toEqual([null, '1', '2', '3', '4', '1', '2', '3', '4']);
    expect(await sorted('head.click()')).toEqual(['ascending', ...up]);
    expect(await sorted('head.click()')).toEqual(['descending', ...up.toReversed()]);
    const enter = `head.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))`;
    expect(await sorted(enter)).toEqual(['ascending', ...up]);
  });
});
