import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/compare/comparison.ts';
import { entriesOf, sparestorm, temporaryFolder } from '../support/cli.ts';

/**
 * Goal: runs as they are stored can be compared from the command line, in every form.
 *
 * Method: three cheap runs are one side; copies of them whose latencies were raised are the other.
 * Not covered: how often verdicts are right; see test/unit/compare.
 */
const out = temporaryFolder();
const folders = { base: join(out, 'base'), slow: join(out, 'slow') };
const scenario = join(out, 'cheap.json');
writeFileSync(
  scenario,
  JSON.stringify({
    version: 1,
    name: 'cheap',
    device: { sectors: 4096, spare: { sectors: 256 } },
    load: { threads: 1, operations: 20_000, mix: { read: 100 } },
    integrity: 'off',
  }),
);
const RUN = ['run', scenario, '--quiet', '--repeat', '3', '--out', folders.base];
const made = await sparestorm(RUN);

const entries = entriesOf(folders.base).filter((name) => name !== 'index.jsonl');
const runs = entries.filter((name) => !name.includes('repeat'));
const groups = entries.filter((name) => name.includes('repeat'));
mkdirSync(folders.slow);
for (const [index, name] of runs.entries()) {
  cpSync(join(folders.base, name), join(folders.slow, name), { recursive: true });
  for (const [side, factor] of [
    ['base', 1],
    ['slow', 3],
  ] as const) {
    const file = join(folders[side], name, 'result.json');
    const result = JSON.parse(readFileSync(file, 'utf8'));
    // Timing is anybody's guess here, so that both sides are told what to be.
    result.operations.read.service.p99 = factor * (10_000 + index);
    writeFileSync(file, JSON.stringify(result));
  }
}

const compared = (...words: string[]) => sparestorm(['compare', ...words]);
const READS = ['--metric', 'read.p99'];

describe('compare', () => {
  test('a regression is exit 1, and told in text, Markdown, JSON and HTML alike', async () => {
    expect([made.code, runs.length]).toEqual([0, 3]);
    const text = await compared(folders.base, folders.slow, ...READS);
    expect([text.code, text.stderr]).toEqual([1, '']);
    expect(text.stdout).toMatch(/✗ read\.service\.p99 +10\.0µs +30\.0µs +\+200 % .*regression/);
    expect(Math.max(...text.stdout.split('\n').map((line) => line.length))).toBeLessThan(101);

    const json = await compared(folders.base, folders.slow, ...READS, '--json');
    const { measures, counts } = JSON.parse(json.stdout) as Comparison;
    expect([json.code, counts.regression, measures[0]?.verdict]).toEqual([1, 1, 'regression']);
    expect(measures[0]?.change).toBeCloseTo(2, 9);

    const markdown = await compared(folders.base, folders.slow, ...READS, '--format', 'markdown');
    expect(markdown.stdout).toContain('| ✗ | read.service.p99 | 10.0µs | 30.0µs | +200 % |');

    const page = await compared(folders.base, folders.slow, ...READS, '--format', 'html');
    expect(page.stdout).toContain('<td class="number">+200 %</td>');
    expect(page.stdout).toContain('<path class="line baseline');
    expect(page.stdout.length).toBeLessThan(300_000);
  });

  test('the other way round it is better; and enough may be tolerated', async () => {
    expect((await compared(folders.slow, folders.base, ...READS)).code).toBe(0);
    const words = [...READS, '--max-regression', '250%'];
    const tolerated = await compared(folders.base, folders.slow, ...words);
    expect([tolerated.code, tolerated.stdout.includes('within what is tolerated')]).toEqual([
      0,
      true,
    ]);
  });

  test('a run stands for its repeats, a glob for what it matches; fio may be a side', async () => {
    const last = join(folders.base, runs.at(-1) as string);
    const summed = join(folders.base, groups[0] as string);
    const group = await compared(summed, folders.slow, ...READS);
    expect([group.code, group.stdout.match(/\(3 runs\)/g)?.length]).toEqual([1, 2]);
    const one = await compared(last, join(folders.slow, '*_cheap_*'), ...READS);
    expect([one.code, one.stdout.match(/\(3 runs\)/g)?.length]).toEqual([1, 2]);
    const fio = await compared(folders.base, 'test/data/compare/fio-null.json');
    expect([fio.code, fio.stdout.includes('1 run of fio')]).toEqual([0, true]);
    expect(fio.stdout).toContain("fio's clat is compared with our service time");
  });

  test('run --baseline compares when it is done, and refuses another scenario before', async () => {
    const results = join(out, 'later');
    const words = ['run', scenario, '--out', results, '--baseline', folders.slow, ...READS];
    const { code, stdout } = await sparestorm(words);
    // One run on a side: said to be indicative, which ends nothing.
    expect(code).toBe(0);
    expect(stdout).toMatch(/read\.service\.p99 +30\.0µs .* indicative/);
    const [run] = entriesOf(results);
    expect(readFileSync(join(results, run as string, 'report.html'), 'utf8')).toContain(
      '<path class="line baseline s-read"',
    );
    const json = await sparestorm([...words, '--json']);
    const { comparison } = JSON.parse(json.stdout) as { readonly comparison: Comparison };
    expect(comparison.measures[0]?.baseRuns).toEqual([30_000, 30_003, 30_006]);
    const other = await sparestorm([...words, '--set', 'load.operations=30k']);
    expect([other.code, entriesOf(results).length]).toEqual([2, 3]);
    expect(other.stderr).toContain('is of another scenario: load.operations 20000, ');
  });

  test('a damaged run is named and left out; nothing at all is a mistake', async () => {
    const folder = join(out, 'damaged');
    cpSync(folders.slow, folder, { recursive: true });
    const file = join(folder, runs[0] as string, 'result.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 1000));
    const { code, stdout, stderr } = await compared(folders.base, folder, ...READS);
    expect([code, stdout.includes('(2 runs)')]).toEqual([0, true]);
    expect(stderr).toContain(`Left out: ${file} is not JSON`);

    const nothing = await compared(folders.base, join(out, 'nowhere*'));
    expect([nothing.code, nothing.stdout]).toEqual([2, '']);
    expect((await compared(folders.base, folders.slow, '--metric', 'read.p9')).code).toBe(2);
  });
});

describe('history and list', () => {
  test('show a metric over the runs, and filter them; a damaged run is named', async () => {
    const shown = await sparestorm(['history', 'read.p99', '--out', folders.slow]);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout.match(/pass +30\.0µs /g)).toHaveLength(3);
    const words = ['list', '--out', folders.base, '--last', '1', '--outcome', 'pass', '--json'];
    const listed = await sparestorm(words);
    expect(JSON.parse(listed.stdout).runs.map((run: { folder: string }) => run.folder)).toEqual([
      runs.at(-1),
    ]);
    expect((await sparestorm(['history', 'read.p9', '--out', folders.slow])).code).toBe(2);
  });
});
