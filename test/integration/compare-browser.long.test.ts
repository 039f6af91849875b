import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compareRuns } from '../../src/compare/compare.ts';
import { comparePage } from '../../src/compare/html.ts';
import { Browser, findChromium } from '../support/browser.ts';
import { temporaryFolder } from '../support/cli.ts';
import { sideOf, someComparedRun } from '../support/compared.ts';
import { HOSTILE_NAMES } from '../support/hostile.ts';
import { risingSamples } from '../support/run-record.ts';

/**
 * Goal: the page of a comparison opens in a browser, with scripts and without: nothing in the
 * console, nothing asked of a network, whatever a run is called.
 */
const path = findChromium();
const out = temporaryFolder();

function side(name: string, stepNs: number) {
  const runs = HOSTILE_NAMES.slice(0, 8).map(([, hostile], index) =>
    someComparedRun(
      { 'read.service.p99': 1000 * stepNs + index },
      { 'read.service': risingSamples(2000, 500 + index, stepNs) },
      { name: hostile },
    ),
  );
  return sideOf(name, runs);
}

describe.skipIf(path === null)('the page of a comparison', () => {
  const browser = new Browser(path as string);
  afterAll(() => browser.close());
  const [base, next] = [side('<base>', 10), side('"new"', 12)];
  const file = join(out, 'comparison.html');
  writeFileSync(file, comparePage(compareRuns(base, next), base, next, 'sparestorm'));

  test.each([true, false])('opens, scripts: %s', async (javascript) => {
    const page = await browser.open(file, { javascript });
    expect([page.complaints, page.requests]).toEqual([[], []]);
    const seen = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main > section')].filter((one) => one.getBoundingClientRect().height > 40).map((one) => one.id)`,
    );
    expect(seen).toEqual(['verdicts', 'percentiles', 'runs']);
    const text = await page.evaluate<string>('document.body.innerText');
    expect(text).toContain('regression');
    const canvases = await page.evaluate<number>(`document.querySelectorAll('canvas').length`);
    expect(canvases).toBe(javascript ? 1 : 0);
  });
});
