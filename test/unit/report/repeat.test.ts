import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { repeatOf } from '../../../src/report/repeat.ts';
import { repeatJsonSchema, repeatSchema } from '../../../src/report/repeat-schema.ts';
import { repeatMarkdown, repeatText } from '../../../src/report/repeat-text.ts';
import type { Result } from '../../../src/report/result-schema.ts';
import { columnsOf } from '../../../src/report/text.ts';
import { metricNamed } from '../../../src/scenario/metrics.ts';
import { brokenVerdict, someResult, someThreshold, someVerdict } from '../../support/run-record.ts';

const PLAIN = { color: false, unicode: true, width: 80 } as const;

function repeatWith(results: readonly Result[], requested = results.length) {
  return repeatOf(
    results.map((result, index) => ({ result, folder: `folder-${index}` })),
    requested,
  );
}

/** Runs that differ in their seed and in how many operations a second they came to. */
function runsAt(...perSecond: readonly number[]): Result[] {
  return perSecond.map((rate, index) => {
    const result = someResult({ plan: { seed: 42 + index } });
    return { ...result, throughput: { ...result.throughput, operationsPerSecond: rate } };
  });
}

function metricIn(repeat: ReturnType<typeof repeatWith>, name: string) {
  const found = repeat.metrics.find((metric) => metric.name === name);
  if (found === undefined) throw new Error(`no metric ${name}`);
  return found;
}

describe('a figure over runs', () => {
  test('is the median of one figure a run, between two of them', () => {
    const repeat = repeatWith(runsAt(500, 100, 900, 300, 700, 200, 800, 400, 600));
    expect(metricIn(repeat, 'throughput')).toMatchObject({
      runs: 9,
      median: 500,
      low: 200,
      high: 800,
      min: 100,
      max: 900,
      values: [500, 100, 900, 300, 700, 200, 800, 400, 600],
    });
    expect(repeat.interval.sentence).toMatch(/holds the median of all such runs with 96\.1%/);
  });

  test('of few runs says that it says little, and how many runs it takes', () => {
    const repeat = repeatWith(runsAt(1, 2, 3));
    expect(metricIn(repeat, 'throughput')).toMatchObject({ low: 1, high: 3, coverage: 0.75 });
    expect(repeat.interval.sentence).toMatch(/^With 3 runs the interval says little.*takes 6 runs/);
  });

  test('counts the runs that have it, and leaves out what none has', () => {
    const [one, other] = runsAt(1, 2) as [Result, Result];
    const without = { ...other, cache: { ...other.cache, hitRate: null } };
    const repeat = repeatWith([one, without]);
    expect(metricIn(repeat, 'cache.hitRate')).toMatchObject({
      runs: 1,
      values: [one.cache.hitRate, null],
    });
    expect(repeat.metrics.map(({ name }) => name)).not.toContain('trim.p99');
  });
});

describe('the verdict over runs', () => {
  test('holds when all hold', () => {
    const { verdict } = repeatWith(runsAt(1, 2));
    expect(verdict).toEqual({ exitCode: 0, outcome: 'pass', sentence: '2 runs, all held' });
  });

  test('is a violation if there is one in any of them, whatever the others are', () => {
    const results = runsAt(1, 2, 3, 4);
    results[2] = someResult({ plan: { seed: 44 }, verdicts: [brokenVerdict('data', 3)] });
    const slow = someThreshold('throughput', '>', 1e6);
    results[3] = someResult({ plan: { seed: 45, thresholds: [slow] } });
    const { verdict, checks, thresholds } = repeatWith(results);
    expect(verdict).toMatchObject({ exitCode: 3, outcome: 'integrity' });
    expect(verdict.sentence).toBe('4 runs, 2 held; integrity in 1 of them, seed 44');
    expect(checks).toContainEqual({
      name: 'data',
      held: 3,
      broken: 1,
      notApplicable: 0,
      violations: 3,
    });
    expect(thresholds).toEqual([{ expression: 'throughput > 1000000', held: 0, failed: 1 }]);
  });

  test('says when fewer were done than asked for', () => {
    const ending = { kind: 'interrupted', reason: 'SIGINT', dump: [] } as const;
    const results = [...runsAt(1), someResult({ plan: { seed: 43 }, run: { ending } })];
    const { verdict, repro } = repeatWith(results, 10);
    expect(verdict.exitCode).toBe(130);
    expect(verdict.sentence).toMatch(/^2 of 10 runs done, 1 held; interrupted in 1/);
    expect(repro).toMatch(/ --seed 42 .*--repeat 10$| --seed 42 --repeat 10$/);
  });
});

describe('what is shown', () => {
  const repeat = repeatWith([
    ...runsAt(10, 20),
    someResult({ plan: { seed: 44 }, verdicts: [someVerdict('data')] }),
  ]);

  test('is valid by its schema, which is the one in schema/', () => {
    expect(repeatSchema.parse(JSON.parse(JSON.stringify(repeat)))).toEqual(repeat);
    const stored = readFileSync('schema/repeat.schema.json', 'utf8');
    expect(stored).toBe(`${JSON.stringify(repeatJsonSchema(), null, 2)}\n`);
  });

  test('fits 80 columns, but for the line that is copied', () => {
    const lines = repeatText(repeat, PLAIN).split('\n');
    const wide = lines.filter((line) => columnsOf(line) > 80 && !line.startsWith('  repeat: '));
    expect(wide).toEqual([]);
  });

  test('is the same on the terminal and in Markdown, and names every run', () => {
    const [text, markdown] = [repeatText(repeat, PLAIN), repeatMarkdown(repeat)];
    for (const name of repeat.shown) {
      const cells = (line: string | undefined) => line?.split(/[\s|]+/).filter(Boolean);
      const inText = text.split('\n').find((line) => line.trim().startsWith(`${name} `));
      const inMarkdown = markdown.split('\n').find((line) => line.startsWith(`| ${name} |`));
      expect(cells(inText)).toEqual(cells(inMarkdown));
      expect(metricNamed(name)).toBeDefined();
    }
    for (const { repro, seed } of repeat.runs) {
      expect(markdown).toContain(`    ${repro}`);
      expect(repro).toContain(`--seed ${seed}`);
    }
    expect(markdown).toContain(`    ${repeat.repro}`);
  });
});
