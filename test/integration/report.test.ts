import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PERCENTILES } from '../../src/record/latency-summary.ts';
import type { Result } from '../../src/report/result-schema.ts';
import { OPERATIONS } from '../../src/scenario/plan.ts';
import { formatNs } from '../../src/units.ts';
import { entriesOf, runJson, sparestorm, temporaryFolder } from '../support/cli.ts';
import { figuresIn, intervalRowsIn, sectionsIn, valueAt } from '../support/page.ts';

/**
 * Goal: the reports of a real run agree with each other, figure by figure, and can be made again
 * from what is stored, byte for byte.
 *
 * Not covered: what a page looks like; see report-browser.long.test.ts.
 */
const out = temporaryFolder();
const SMALL = [
  'scenarios/quickstart.yaml',
  ...['--set', 'load.duration=300ms', '--set', 'load.warmup=100ms', '--set', 'load.threads=3'],
  ...['--set', 'thresholds=[collisions == 0, allocation.p99 < 1s, throughput > 1/s]'],
];
const run = await runJson(out, SMALL);
const read = (name: string, folder = run.folder): string =>
  readFileSync(join(folder, name), 'utf8');

describe('the formats agree', () => {
  const { result } = run;
  const present = OPERATIONS.filter((name) => result.operations[name].count > 0);

  test('HTML: every figure is that of result.json', () => {
    const figures = figuresIn(read('report.html'));
    expect(figures.length).toBeGreaterThan(300);
    for (const { pointer, value } of figures) {
      expect([pointer, value]).toEqual([pointer, valueAt(result, pointer)]);
    }
  });

  test('HTML: the intervals are those of result.json', () => {
    const rows = intervalRowsIn(read('report.html'));
    expect(rows).toHaveLength(result.intervals.length);
    for (const [index, { startNs, endNs, phase, operations }] of result.intervals.entries()) {
      const figures = present.flatMap((name) => {
        const { count, p50, p99, max } = operations[name];
        return [count.toLocaleString('en-US'), ...[p50, p99, max].map(formatNs)];
      });
      expect(rows[index]).toEqual([formatNs(startNs), formatNs(endNs), phase, ...figures]);
    }
  });

  test('text and Markdown: the percentiles are those of result.json', async () => {
    const shown = await sparestorm(['show', run.folder]);
    const rows = [
      ...present.map((name) => [name, result.operations[name].service] as const),
      ['allocation', result.allocation.service] as const,
    ];
    for (const [name, { p50, p99, 'p99.9': p999, 'p99.99': p9999, max }] of rows) {
      const figures = [p50, p99, p999, p9999, max].map(formatNs);
      const line = shown.stdout.split('\n').find((text) => text.startsWith(`    ${name} `));
      const words = line?.trim().split(/\s+/) ?? [];
      expect(words.filter((_, index) => index !== 3).slice(2)).toEqual(figures);
      const row = read('summary.md')
        .split('\n')
        .find((text) => text.startsWith(`| ${name} |`));
      expect(
        row
          ?.split('|')
          .slice(3, 8)
          .map((cell) => cell.trim()),
      ).toEqual(figures);
    }
    expect(shown.stdout).toContain(`report:  ${join(run.folder, 'report.html')}`);
  });

  test('.hgrm: count, maximum and percentiles are those of result.json', () => {
    const spectra = new Map(
      read('latency.hgrm')
        .split(/^# /m)
        .slice(1)
        .map((text) => [text.slice(0, text.indexOf(':')), text]),
    );
    const titles = present.map((name): [string, Result['allocation']['service']] => [
      `${name}, service time (completion - issue)`,
      result.operations[name].service,
    ]);
    for (const [title, summary] of [
      ...titles,
      ['allocation, the allocator call alone', result.allocation.service] as const,
    ]) {
      const text = spectra.get(title) ?? '';
      const [, max, count] = /Max +=\s+([\d.]+), Total count +=\s+(\d+)/.exec(text) ?? [];
      expect([title, Math.round(Number(max) * 1000)]).toEqual([title, summary.max]);
      expect([title, Number(count)]).toEqual([title, summary.count]);
      // The spectrum has its own percentiles; a rank that it passes has no smaller value.
      const points = [...text.matchAll(/^ +([\d.]+) ([\d.]+) +\d+/gm)].map((match) => ({
        ns: Math.round(Number(match[1]) * 1000),
        fraction: Number(match[2]),
      }));
      for (const percentile of PERCENTILES) {
        const below = points.findLast(({ fraction }) => fraction <= percentile / 100 - 1e-9);
        const above = points.find(({ fraction }) => fraction >= percentile / 100 + 1e-9);
        const ns = summary[`p${percentile}`];
        if (below !== undefined) expect(bucketTop(ns)).toBeGreaterThanOrEqual(below.ns);
        if (above !== undefined) expect(ns).toBeLessThanOrEqual(bucketTop(above.ns));
      }
    }
  });
});

/** HdrHistogram shows a value by the highest that it cannot tell from it. */
function bucketTop(ns: number): number {
  const size = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, ns))) - 10);
  return Math.floor(ns / size) * size + size - 1;
}

describe('sparestorm report', () => {
  const RENDERED = ['report.html', 'summary.md', 'latency.hgrm'];

  test('makes every rendered file again, byte for byte', async () => {
    const before = RENDERED.map((name) => read(name));
    for (const name of RENDERED) writeFileSync(join(run.folder, name), 'gone');
    const { code, stdout, stderr } = await sparestorm(['report', 'last', '--out', out]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toEqual(RENDERED.map((name) => join(run.folder, name)));
    expect(RENDERED.map((name) => read(name))).toEqual(before);
    expect(entriesOf(run.folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('draws a baseline, and the repeats before the last', async () => {
    const folder = temporaryFolder();
    const { code } = await sparestorm(['run', ...SMALL, '-q', '--repeat', '3', '--out', folder]);
    expect(code).toBe(0);
    const last = entriesOf(folder)
      .filter((name) => name !== 'index.jsonl')
      .at(-1) as string;
    const page = read('report.html', join(folder, last));
    expect(page).toContain('(seeds 42, 43, 44)');
    expect(page).toContain('<path class="band s-read"');
    const report = await sparestorm(['report', 'last', '--out', folder, '--baseline', run.folder]);
    expect(report.code).toBe(0);
    expect(read('report.html', join(folder, last))).toContain('<path class="line baseline s-read"');
  });

  test('names a damaged run and goes on with the others', async () => {
    const damaged = (await runJson(out, SMALL)).folder;
    writeFileSync(join(damaged, 'result.json'), read('result.json', damaged).slice(0, 5000));
    const words = ['report', damaged, join(out, 'no-such-run'), run.folder, '--out', out];
    const { code, stdout, stderr } = await sparestorm(words);
    expect(code).toBe(0);
    expect(stdout).toContain(join(run.folder, 'report.html'));
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain(`Skipped: ${join(damaged, 'result.json')} is not JSON`);

    const alone = await sparestorm(['report', damaged]);
    expect(alone.code).toBe(2);
    expect(alone.stderr).not.toMatch(/\n\s+at /);
  });

  test('without details it makes what can be made, and says so', async () => {
    const { folder } = await runJson(out, SMALL);
    writeFileSync(join(folder, 'details.json'), read('details.json', folder).slice(0, 3000));
    const { code, stdout, stderr } = await sparestorm(['report', folder]);
    expect(code).toBe(0);
    expect(stderr).toContain('details.json is damaged and was left out');
    expect(stdout).toContain('report.html');
    expect(stdout).not.toContain('latency.hgrm');
    expect(sectionsIn(read('report.html', folder))).toHaveLength(11);
  });
});

test('hostile names stay text, in every file, and in the folder', async () => {
  const folder = temporaryFolder();
  const name = '../../</title><script>alert(1)</script>|`*_"\'';
  const file = join(folder, 'hostile.yaml');
  writeFileSync(
    file,
    JSON.stringify({
      version: 1,
      name,
      description: `<img src=x onerror=alert(1)>${'x'.repeat(9_900)}`,
      load: { threads: 1, operations: 1000 },
    }),
  );
  const results = join(folder, 'results');
  const { code, stderr } = await sparestorm(['run', file, '-q', '--out', results]);
  expect([code, stderr]).toEqual([0, '']);
  expect(entriesOf(folder)).toEqual(['hostile.yaml', 'results']);
  const [only] = entriesOf(results).filter((entry) => entry !== 'index.jsonl');
  const path = join(results, only as string);
  for (const entry of entriesOf(path)) {
    const text = read(entry, path);
    expect([entry, /[^\P{Cc}\n]/u.test(text)]).toEqual([entry, false]);
    if (!entry.endsWith('.json'))
      expect([entry, text.includes('<script>alert')]).toEqual([entry, false]);
  }
});
