import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECTIONS } from '../../src/report/html/page.ts';
import { type Result, resultSchema } from '../../src/report/result-schema.ts';
import { Browser, findChromium, type Page } from '../support/browser.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';
import { valueAt } from '../support/page.ts';

/**
 * Goal: the report of any run opens in a browser, with scripts and without: nothing in the console,
 * nothing asked of a network, every section there and drawn, every figure that of result.json.
 *
 * Method: a headless Chromium. Not covered: whether it is beautiful.
 */
const path = findChromium();
const out = temporaryFolder();

interface Case {
  readonly name: string;
  readonly words: readonly string[];
  readonly signal?: NodeJS.Signals;
  readonly code: number;
}

const QUICK = ['scenarios/quickstart.yaml', '--set', 'load.duration=1s', '--set', 'thresholds=[]'];

const CASES: readonly Case[] = [
  { name: 'a passing run', words: QUICK, code: 0 },
  {
    name: 'a run with collisions',
    words: ['scenarios/dm-remap-v4/direct-callers.yaml', '--set', 'expect=pass'],
    code: 3,
  },
  {
    name: 'an interrupted run',
    words: [...QUICK, '--set', 'load.duration=60s'],
    signal: 'SIGINT',
    code: 130,
  },
  { name: 'the last of three repeats', words: [...QUICK, '--repeat', '3'], code: 0 },
  { name: 'a run of 16 threads', words: [...QUICK, '--set', 'load.threads=16'], code: 0 },
  {
    name: 'a replay with planned arrivals',
    words: ['scenarios/replay-sqlite.yaml', '--set', 'load.trace.speed=10'],
    code: 0,
  },
  {
    name: 'an open load on a device that stalls',
    words: [
      ...['scenarios/coordinated-omission.yaml', '--set', 'thresholds=[]'],
      ...['--set', 'load.duration=2s', '--set', 'device.stalls=[{at: 500ms, for: 500ms}]'],
    ],
    code: 0,
  },
  {
    name: 'a broken run',
    words: [
      ...QUICK,
      ...['--set', 'faults.thread.does=hold-lock', '--set', 'faults.thread.afterOperations=1000'],
      ...['--set', 'watchdog=1s'],
    ],
    code: 4,
  },
];

describe.skipIf(path === null)('in Chromium', () => {
  let browser: Browser;
  beforeAll(() => {
    browser = new Browser(path as string);
  });
  afterAll(() => browser.close());

  describe.each(CASES)('$name', ({ name, words, signal, code }) => {
    const folder = join(out, name.replaceAll(' ', '-'));
    let report: string;
    let result: Result;

    beforeAll(async () => {
      const options = signal === undefined ? {} : { signalWhenRunning: signal };
      const answer = await sparestorm(['run', ...words, '--out', folder], options);
      expect([answer.code, answer.stderr.includes('sparestorm:')]).toEqual([code, false]);
      const runs = entriesOf(folder).filter((entry) => !/^index|_repeat\d+$/.test(entry));
      const run = runs.sort().at(-1);
      report = join(folder, run as string, 'report.html');
      const text = readFileSync(join(folder, run as string, 'result.json'), 'utf8');
      result = resultSchema.parse(JSON.parse(text));
    });

    test('is below 300 KB', () => {
      expect(statSync(report).size).toBeLessThan(300_000);
    });

    test.each([
      { javascript: true, scheme: 'light', width: 1000 },
      { javascript: false, scheme: 'dark', width: 1000 },
      { javascript: true, scheme: 'dark', width: 390 },
    ] as const)('opens, $scheme, $width wide, scripts: $javascript', async (options) => {
      const page = await browser.open(report, options);
      await expectWhole(page, result);
      // uPlot draws on a canvas; without scripts there is none, and the drawings are seen.
      const canvases = await page.evaluate<number>(`document.querySelectorAll('canvas').length`);
      const charts = await page.evaluate<number>(
        `document.querySelectorAll('[data-chart=lines]').length`,
      );
      expect(canvases).toBe(options.javascript ? charts : 0);
      const hidden = await page.evaluate<number>(
        `[...document.querySelectorAll('.plot svg[role=img]')].filter((svg) => svg.getBoundingClientRect().height < 20).length`,
      );
      expect(hidden).toBe(options.javascript ? charts : 0);
      // A page that scrolls sideways as a whole cannot be read on a phone.
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - innerWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
    });

    test('prints black on white, with its drawings', async () => {
      const page = await browser.open(report, { media: 'print', scheme: 'dark' });
      await expectWhole(page, result);
      const colours = await page.evaluate<string[]>(
        `['color', 'backgroundColor'].map((key) => getComputedStyle(document.body)[key])`,
      );
      expect(colours).toEqual(['rgb(27, 31, 36)', 'rgb(255, 255, 255)']);
      const hidden = await page.evaluate<number>(
        `[...document.querySelectorAll('.plot svg[role=img]')].filter((svg) => svg.getBoundingClientRect().height < 20).length`,
      );
      expect(hidden).toBe(0);
      expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    });
  });

  test('a chart tells its values under the pointer, and is zoomed by dragging', async () => {
    const folder = join(out, 'a-run-with-collisions');
    const [run] = entriesOf(folder).filter((entry) => entry !== 'index.jsonl');
    const page = await browser.open(join(folder, run as string, 'report.html'), {});
    type Box = { readonly x: number; readonly y: number; readonly width: number };
    const { x, y, width } = await page.evaluate<Box>(`(() => {
      const over = document.querySelector('#percentiles .u-over');
      over.scrollIntoView({ block: 'center' });
      const box = over.getBoundingClientRect();
      return { x: box.x, y: box.y + box.height / 2, width: box.width };
    })()`);
    const toldAt = async (share: number): Promise<string[]> => {
      await page.mouse('mouseMoved', x + share * width, y);
      return page.evaluate<string[]>(
        `[...document.querySelectorAll('#percentiles .u-legend .u-value')].map((one) => one.textContent)`,
      );
    };
    const [middle, ...latencies] = await toldAt(0.5);
    expect(middle).toMatch(/^99\.\d+%$/);
    expect(latencies.some((text) => /^[\d.]+(ns|µs|ms|s)$/.test(text))).toBe(true);
    const right = (await toldAt(0.98))[0];
    // What was the left half is the whole of it, so its right edge is the middle of before.
    await page.mouse('mouseMoved', x + 2, y);
    await page.mouse('mousePressed', x + 2, y);
    await page.mouse('mouseMoved', x + 0.5 * width, y);
    await page.mouse('mouseReleased', x + 0.5 * width, y);
    const zoomed = await toldAt(0.98);
    expect(zoomed[0]).not.toBe(right);
    expect(Number.parseFloat(zoomed[0] as string)).toBeLessThanOrEqual(
      Number.parseFloat(middle as string),
    );
    await page.mouse('mousePressed', x + 0.5 * width, y);
    await page.mouse('mouseReleased', x + 0.5 * width, y);
    await page.mouse('mousePressed', x + 0.5 * width, y, 2);
    await page.mouse('mouseReleased', x + 0.5 * width, y, 2);
    expect((await toldAt(0.98))[0]).toBe(right);
    expect(page.complaints).toEqual([]);
  });

  test('says what lies under the pointer, and where to zoom', async () => {
    const folder = join(out, 'a-run-with-collisions');
    const [run] = entriesOf(folder).filter((entry) => entry !== 'index.jsonl');
    const page = await browser.open(join(folder, run as string, 'report.html'), {});
    const readOuts = await page.evaluate<string[]>(`
      [...document.querySelectorAll('.plot[data-chart=heat], .plot[data-chart=map]')].map((plot) => {
        const svg = plot.querySelector('svg');
        const box = svg.getBoundingClientRect();
        const [clientX, clientY] = [box.x + box.width / 2, box.y + box.height / 2];
        svg.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY }));
        return plot.querySelector('.read-out').textContent;
      })`);
    expect(readOuts.length).toBeGreaterThanOrEqual(4);
    const heat = readOuts.filter((text) =>
      /: ([\d.]+[kM]? operations|nothing recorded)/.test(text),
    );
    const maps = readOuts.filter((text) =>
      /^spares? \d+.*: (used|free|collision|thread \d)/.test(text),
    );
    expect(heat.length + maps.length).toBe(readOuts.length);
    expect(maps).toHaveLength(2);
  });
});

async function expectWhole(page: Page, result: Result): Promise<void> {
  expect(page.complaints).toEqual([]);
  expect(page.requests).toEqual([]);
  const sections = await page.evaluate<string[]>(
    `[...document.querySelectorAll('main > section')].filter((one) => one.getBoundingClientRect().height > 40).map((one) => one.id)`,
  );
  expect(sections).toEqual(SECTIONS.map(({ id }) => id));
  const figures = await page.evaluate<[string, string][]>(
    `[...document.querySelectorAll('[data-at]')].map((one) => [one.dataset.at, one.value ?? one.dataset.value])`,
  );
  expect(figures.length).toBeGreaterThan(100);
  for (const [pointer, value] of figures) {
    expect([pointer, Number(value)]).toEqual([pointer, valueAt(result, pointer)]);
  }
  const undrawn = await page.evaluate<number>(
    `[...document.querySelectorAll('path[d*=NaN], [x*=NaN], [y*=NaN], [width*=NaN], [height*=NaN], [d*=Infinity]')].length`,
  );
  expect(undrawn).toBe(0);
}
