import { describe, expect, test } from 'vitest';
import { sweptText } from '../../../src/cli/swept-text.ts';
import { combineRuns } from '../../../src/sweep/combine.ts';
import { type Curves, curvesOf } from '../../../src/sweep/curves.ts';
import { findingOf } from '../../../src/sweep/finding.ts';
import { lawRows } from '../../../src/sweep/law-rows.ts';
import type { MergedSweep } from '../../../src/sweep/merge.ts';
import { sweepPage } from '../../../src/sweep/page.ts';
import { someDetails, someResult } from '../../support/run-record.ts';

const {
  checks: _checks,
  environment: _environment,
  ...figures
} = combineRuns([{ result: someResult(), details: someDetails() }]);

interface Cell {
  readonly values: readonly (readonly [key: string, text: string])[];
  readonly rate: number;
  readonly collisions?: number;
  readonly p99?: number;
  readonly achieved?: readonly [requested: number, achieved: number];
}

/** Two runs a cell, a little apart. */
function swept(
  axes: Readonly<Record<string, readonly string[]>>,
  cells: readonly Cell[],
): MergedSweep {
  return {
    schemaVersion: 1,
    tool: 'sparestorm 0.1.0',
    id: 'abcdef0123456789',
    name: '<b>curves</b>',
    source: { file: 'c.yaml', sets: [] },
    axes: Object.entries(axes).map(([key, texts]) => ({ key, texts: [...texts] })),
    seeds: [1],
    repeats: 2,
    plannedCount: 2 * cells.length,
    runCount: 2 * cells.length,
    missingCount: 0,
    duplicateCount: 0,
    hostClasses: ['a machine'],
    tools: ['sparestorm 0.1.0'],
    notes: ['A note with <i>markup</i>.'],
    cells: cells.map(({ values, rate, collisions = 0, p99 = 1000, achieved }) => ({
      values: values.map(([key, text]) => ({ key, text })),
      plannedCount: 2,
      runCount: 2,
      failures: [],
      missing: [],
      checks: [],
      collisions,
      classes: [
        {
          hostClass: 'a machine',
          cores: 2,
          runs: [0.99, 1.01].map((factor, repeat) => ({
            id: `${repeat}`,
            seed: 1,
            repeat,
            exitCode: 0,
            operationsPerSecond: factor * rate,
            p99Ns: p99,
          })),
          operation: 'read' as const,
          figures: {
            ...figures,
            throughput: { ...figures.throughput, operationsPerSecond: rate },
            arrivals: {
              ...figures.arrivals,
              requestedPerSecond: achieved?.[0] ?? null,
              achievedPerSecond: achieved?.[1] ?? null,
            },
            operations: {
              ...figures.operations,
              read: {
                ...figures.operations.read,
                response: { ...figures.operations.read.response, p99 },
              },
            },
          },
          jobs: [],
          steady: { applies: false, reachedCount: 0 },
          thresholds: [],
          outcome: 'pass' as const,
          exitCode: 0,
          sentence: '',
        },
      ],
      exitCode: collisions > 0 ? 3 : 0,
    })),
    exitCode: 0,
  };
}

const THREADS = [1, 2, 4, 8];
const law = (n: number, sigma: number, kappa: number) =>
  (1000 * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
const locks = swept(
  { 'lock.kind': ['ticket', 'per-worker'], 'load.threads': THREADS.map(String) },
  [
    ...THREADS.map(
      (n): Cell => ({
        values: [
          ['lock.kind', 'ticket'],
          ['load.threads', String(n)],
        ],
        rate: law(n, 0.2, 0.3),
      }),
    ),
    ...THREADS.map(
      (n): Cell => ({
        values: [
          ['lock.kind', 'per-worker'],
          ['load.threads', String(n)],
        ],
        rate: law(n, 0.02, 0),
        collisions: n === 8 ? 2 : 0,
      }),
    ),
  ],
);

describe('curves over threads', () => {
  test('are one for each lock, with the law that they follow', () => {
    const curves = curvesOf(locks);
    expect(curves?.kind).toBe('threads');
    expect(curves?.curves.map(({ values }) => values[0]?.text)).toEqual(['ticket', 'per-worker']);
    const [ticket, perWorker] = curves?.curves ?? [];
    expect(ticket?.scalability?.sigma).toBeCloseTo(0.2, 2);
    expect(ticket?.scalability?.kappa).toBeCloseTo(0.3, 2);
    expect(ticket?.scalability?.peakThreads).toBeCloseTo(Math.sqrt(0.8 / 0.3), 1);
    expect(perWorker?.scalability?.kappa).toBeCloseTo(0, 3);
  });

  test('are told in words', () => {
    const words = findingOf(locks);
    expect(words).toMatch(
      /^ticket scales 1\.1× to 2 threads \(1 a core\) and collapses beyond 4 threads \(2 a core\), 37 % is left at 8, its peak is predicted at 1\.6 threads \(1\.6–1\.7\); /,
    );
    expect(words).toMatch(/; per-worker scales 7\.0× to 8 threads \(4 a core\); /);
    expect(words).toMatch(/1 of 8 cells found collisions\.$/);
  });
});

test('what does not scale, falls at once, or stays the same is told as that', () => {
  const told = (rates: readonly number[]) =>
    findingOf(
      swept(
        { 'load.threads': THREADS.map(String) },
        rates.map((rate, index) => ({
          values: [['load.threads', String(THREADS[index])] as const],
          rate,
        })),
      ),
    );
  expect(told([1000, 900, 800, 700])).toMatch(/^the scenario does not scale, 70 % is left at 8; /);
  expect(told([1000, 400, 800, 10])).toMatch(
    /^the scenario collapses beyond 4 threads \(2 a core\), 1 % is left at 8; /,
  );
  expect(told([1000, 990, 1010, 1000])).toMatch(/does the same with any number of threads; /);
});

describe('curves over something else', () => {
  const sizes = (rates: readonly number[]) =>
    findingOf(
      swept(
        { 'cache.slots': ['64', '128', '256'] },
        rates.map((rate, index) => ({
          values: [['cache.slots', String(64 << index)] as const],
          rate,
        })),
      ),
    );

  test('tell a difference that is larger than those between runs, and no other', () => {
    expect(sizes([1000, 2000, 1500])).toMatch(
      /^slots 128 is fastest \(2\.00k\/s\) and 64 slowest \(1\.00k\/s\)/,
    );
    expect(sizes([1000, 1010, 1005])).toMatch(/^slots makes no difference to the rate/);
  });
});

test('a law stands in text and page alike, with how well it fits', () => {
  const rows = lawRows(curvesOf(locks) as Curves);
  expect(rows.map((row) => [row[0], row.at(-1)])).toEqual([
    ['ticket', '100%'],
    ['per-worker', '100%'],
  ]);
  const text = sweptText(locks, 'out', { width: 80, color: false, unicode: true });
  const page = sweepPage(locks);
  for (const cell of rows.flat()) {
    expect(text).toContain(cell);
    expect(page).toContain(cell);
  }
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('a column that says the same in every row is said once', () => {
  const text = (collisions: number) => {
    const one = swept({ 'lock.kind': ['mcs', 'mutex'] }, [
      { values: [['lock.kind', 'mcs']], rate: 2000, collisions },
      { values: [['lock.kind', 'mutex']], rate: 1000 },
    ]);
    return sweptText(one, 'out', { width: 80, color: false, unicode: true });
  };
  expect(text(0)).toMatch(/Every row: 2 runs, response times of read, no collisions, pass\./);
  expect(text(0)).toMatch(/^kind +done +p50 +p99 +max$/m);
  expect(text(2)).toMatch(/^kind +done +p50 +p99 +max +collisions$/m);
});

describe('curves over a rate', () => {
  const rates = [10, 20, 30, 40, 50, 60];
  const swept60 = swept(
    { 'load.rate': rates.map((rate) => `${rate}k/s`) },
    rates.map(
      (rate): Cell => ({
        values: [['load.rate', `${rate}k/s`]],
        rate: 1000 * Math.min(rate, 42),
        p99: rate <= 40 ? 1000 + rate : 1000 + 50_000 * (rate - 40),
        achieved: [1000 * rate, 1000 * Math.min(rate, 42)],
      }),
    ),
  );

  test('say what was kept and where they turn', () => {
    const [curve] = curvesOf(swept60)?.curves ?? [];
    expect([curve?.kept?.text, curve?.knee?.text]).toEqual(['40k/s', '40k/s']);
    expect(findingOf(swept60)).toBe(
      'the scenario keeps 40k/s, and its response times turn upwards at 40k/s (p99 1.04µs); no cell found a collision.',
    );
  });
});

describe('without numbers to be a curve', () => {
  const some = swept({ 'lock.kind': ['mcs', 'mutex'] }, [
    { values: [['lock.kind', 'mcs']], rate: 2000 },
    { values: [['lock.kind', 'mutex']], rate: 1000 },
  ]);

  test('the fastest and the slowest are told', () => {
    expect(curvesOf(some)).toBeNull();
    expect(findingOf(some)).toMatch(
      /^mcs is fastest with 2\.00k\/s, mutex slowest with 1\.00k\/s; /,
    );
    expect(sweepPage(some)).toMatch(/varies no number often enough/);
  });
});

describe('the page of a sweep', () => {
  const page = sweepPage(locks);

  test('has the finding, a chart a curve and every cell, and is whole by itself', () => {
    expect(page).toContain(findingOf(locks).slice(0, 40));
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(4);
    const [, cells = ''] = page.split('class="sortable"');
    expect(cells.match(/<tr><th scope="row">/g)).toHaveLength(8);
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(page).not.toMatch(/ style="/);
  });

  test('shows what a scenario says as text', () => {
    expect(page).toContain('&lt;b&gt;curves&lt;/b&gt;');
    expect(page).toContain('&lt;i&gt;markup&lt;/i&gt;');
  });
});
