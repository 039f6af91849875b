import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PERCENTILES } from '../../src/record/latency-summary.ts';
import {
  DEFAULT_FORMATS,
  FORMAT_FILES,
  FORMATS,
  type Format,
  rendered,
} from '../../src/report/formats.ts';
import type { Result } from '../../src/report/result-schema.ts';
import { readRun } from '../../src/report/stored-run.ts';
import { OPERATIONS } from '../../src/scenario/plan.ts';
import { formatNs } from '../../src/units.ts';
import { entriesOf, runJson, sparestorm, temporaryFolder } from '../support/cli.ts';
import { rowsIn } from '../support/csv.ts';
import { HOSTILE_NAMES } from '../support/hostile.ts';
import { figuresIn, intervalRowsIn, sectionsIn, valueAt } from '../support/page.ts';
import { seriesIn } from '../support/prometheus.ts';
import { all, elementsOf } from '../support/xml.ts';

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

/** What `report --format` prints, without the price of starting it. */
async function formatted(format: Format, folder: string): Promise<string> {
  const read = await readRun(folder, out);
  expect(read.problems).toEqual([]);
  return rendered(format, [read]);
}

describe('the formats of CI agree', () => {
  const { result } = run;
  const shown = (format: Format): Promise<string> => formatted(format, run.folder);
  const present = OPERATIONS.filter((name) => result.operations[name].count > 0);

  test('JUnit: a case for each check and threshold, with what was observed', () => {
    const root = elementsOf(read('junit.xml'));
    const cases = all(root, 'testcase');
    const { checks, thresholds } = result;
    expect(cases.map(({ attributes }) => attributes.name)).toEqual([
      'the run',
      ...checks.map(({ name }) => name),
      ...thresholds.map(({ expression }) => expression),
    ]);
    const outputs = cases.map((one) => all(one, 'system-out')[0]?.text);
    expect(outputs.slice(1 + checks.length)).toEqual(
      thresholds.map(({ observedText }) => `observed ${observedText}`),
    );
    expect(outputs[1]).toContain(checks[0]?.summary);
    expect(root.attributes.failures).toBe('0');
  });

  test('Prometheus: percentiles, counts and rates are those of result.json', async () => {
    const series = seriesIn(await shown('prometheus'));
    const figure = (name: string, labels: Readonly<Record<string, string>>) =>
      series.find(
        (one) =>
          one.name === `sparestorm_${name}` &&
          Object.entries(labels).every(([key, value]) => one.labels[key] === value),
      )?.value;
    for (const operation of present) {
      const { count, service, response } = result.operations[operation];
      expect(figure('operations', { operation })).toBe(count);
      for (const [kind, summary] of Object.entries({ service, response })) {
        for (const statistic of ['min', 'mean', 'p50', 'p99', 'p99.999', 'max'] as const) {
          const distribution = `${operation}.${kind}`;
          const seconds = figure('latency_seconds', { distribution, statistic }) as number;
          expect([distribution, Math.round(seconds * 1e9)]).toEqual([
            distribution,
            summary[statistic],
          ]);
        }
      }
    }
    expect(figure('throughput_operations_per_second', {})).toBe(
      result.throughput.operationsPerSecond,
    );
  });

  test('CSV: the intervals are those of result.json', async () => {
    const rows = rowsIn(await shown('csv'));
    expect(rows).toHaveLength(result.intervals.length);
    for (const [index, interval] of result.intervals.entries()) {
      const row = rows[index] ?? {};
      expect([row.startNs, row.endNs, row.phase]).toEqual(
        [interval.startNs, interval.endNs, interval.phase].map(String),
      );
      expect([row.granted, row.refused, row.collisions]).toEqual(
        [interval.granted, interval.refused, interval.collisions].map(String),
      );
      for (const name of OPERATIONS) {
        const { count, p50, p99, max } = interval.operations[name];
        const latencies = count === 0 ? ['', '', ''] : [p50, p99, max].map(String);
        const cells = ['count', 'p50Ns', 'p99Ns', 'maxNs'].map((key) => row[`${name}.${key}`]);
        expect(cells).toEqual([String(count), ...latencies]);
      }
    }
  });

  test('fio: latencies are those of result.json, and its own tool reads the bins', async () => {
    const text = await shown('fio');
    const [job] = (JSON.parse(text) as { readonly jobs: [FioJob] }).jobs;
    for (const name of ['read', 'write'] as const) {
      const { total_ios: count, io_bytes: bytes, clat_ns: clat } = job[name];
      const { service, ...operation } = result.operations[name];
      expect([count, bytes]).toEqual([operation.count, operation.bytes]);
      expect([clat.N, clat.min, clat.max, clat.mean]).toEqual([
        service.count,
        service.min,
        service.max,
        service.mean,
      ]);
      expect(
        ['50', '99', '99.9', '99.99'].map((p) => clat.percentile[Number(p).toFixed(6)]),
      ).toEqual([service.p50, service.p99, service['p99.9'], service['p99.99']]);
    }
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'run.json'), text);
    const tool = (...options: string[]) =>
      spawnSync('fio_jsonplus_clat2csv', ['run.json', 'run.csv', ...options], {
        cwd: folder,
        encoding: 'utf8',
      });
    const converted = tool();
    // Not every machine has fio.
    if (converted.error !== undefined) return;
    expect(converted.stderr).toBe('');
    expect(tool('--validate').stdout).toContain('run_job0.csv validated');
  });

  test('text: what show prints', async () => {
    const text = await shown('text');
    const { stdout } = await sparestorm(['show', run.folder]);
    expect(stdout).toContain(text.trimEnd().split('\n').slice(0, -2).join('\n'));
  });

  // The page is compared below: from the sources, its script is one that was not compiled.
  test.each(DEFAULT_FORMATS.filter((format) => format !== 'html'))(
    '%s: what is in the folder',
    async (format) => {
      expect(await shown(format)).toBe(read(FORMAT_FILES[format]));
    },
  );

  test('--write puts a format into the folder; one of several runs is refused', async () => {
    const words = ['report', run.folder, '--format', 'csv', '--write'];
    const written = await sparestorm(words);
    expect(written.stdout.trim()).toBe(join(run.folder, 'intervals.csv'));
    expect(read('intervals.csv')).toBe(await shown('csv'));
    const both = ['report', run.folder, run.folder, '--format'];
    expect((await sparestorm([...both, 'csv'])).code).toBe(2);
    const joined = await sparestorm([...both, 'junit']);
    expect(elementsOf(joined.stdout).children).toHaveLength(2);
  });
});

interface FioJob {
  readonly read: {
    readonly total_ios: number;
    readonly io_bytes: number;
    readonly clat_ns: {
      readonly N: number;
      readonly min: number;
      readonly max: number;
      readonly mean: number;
      readonly percentile: Readonly<Record<string, number>>;
    };
  };
  readonly write: FioJob['read'];
}

/** HdrHistogram shows a value by the highest that it cannot tell from it. */
function bucketTop(ns: number): number {
  const size = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, ns))) - 10);
  return Math.floor(ns / size) * size + size - 1;
}

describe('sparestorm report', () => {
  const RENDERED = ['report.html', 'summary.md', 'junit.xml', 'latency.hgrm'];

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
    const sections = sectionsIn(read('report.html', folder));
    expect(sections.length).toBeGreaterThan(10);
    writeFileSync(join(folder, 'details.json'), read('details.json', folder).slice(0, 3000));
    const { code, stdout, stderr } = await sparestorm(['report', folder]);
    expect(code).toBe(0);
    expect(stderr).toContain('details.json is damaged and was left out');
    expect(stdout).toContain('report.html');
    expect(stdout).not.toContain('latency.hgrm');
    expect(sectionsIn(read('report.html', folder))).toEqual(sections);
  });
});

/** In ASCII: YAML takes some characters only when they are spelled out. */
function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

test('hostile names stay text, in every file, and in the folder', async () => {
  const folder = temporaryFolder();
  const texts = HOSTILE_NAMES.map(([, one]) => one);
  // As much of it as a scenario may be called.
  const name = texts.slice(0, 4).join(' ').slice(0, 200);
  const file = join(folder, 'hostile.yaml');
  writeFileSync(
    file,
    escapedJson({
      version: 1,
      name,
      description:
        `<img src=x onerror=alert(1)>${texts.join(' ').replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]/gu, '')}`.slice(
          0,
          9_990,
        ),
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
  elementsOf(read('junit.xml', path));
  for (const format of FORMATS) {
    const shown = await formatted(format, path);
    expect([format, /[^\P{Cc}\n]/u.test(shown)]).toEqual([format, false]);
    if (format === 'prometheus') seriesIn(shown);
  }
});
