import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type StoredProbe, searchOf } from '../../../src/report/search.ts';
import { searchJsonSchema, searchSchema } from '../../../src/report/search-schema.ts';
import { searchMarkdown, searchText } from '../../../src/report/search-text.ts';
import { columnsOf } from '../../../src/report/text.ts';
import type { SearchPlan } from '../../../src/scenario/plan.ts';
import type { Highest, Purpose } from '../../../src/search/highest.ts';
import { brokenVerdict, someResult, someThreshold } from '../../support/run-record.ts';

const PLAN: SearchPlan = {
  key: 'load.threads',
  conditions: ['throughput > 500'],
  from: 1,
  to: 8,
  unit: '',
  isWhole: true,
  tolerance: 0.05,
  scale: 'geometric',
};

type Kind = 'held' | 'failed' | 'violated' | 'interrupted';

/** The result of a probe: 760 operations a second are above 500 and below 1000. */
function resultOf(kind: Kind, seed: number) {
  const limit = kind === 'failed' ? 1000 : 500;
  const ending = { kind: 'interrupted', reason: 'SIGINT', dump: [] } as const;
  return someResult({
    plan: { seed, thresholds: [someThreshold('throughput', '>', limit)] },
    ...(kind === 'violated' ? { verdicts: [brokenVerdict('data', 2)] } : {}),
    ...(kind === 'interrupted' ? { run: { ending } } : {}),
  });
}

function searched(
  steps: readonly (readonly [number, Purpose, Kind])[],
  highest: Partial<Highest>,
  interruption: string | null = null,
) {
  const probes = steps.map(
    ([value, purpose, kind], index): StoredProbe => ({
      value,
      purpose,
      result: resultOf(kind, 42 + index),
      folder: `folder-${index}`,
    }),
  );
  return searchOf({
    plan: PLAN,
    name: 'small-and-plain',
    seed: 42,
    source: { file: 'scenarios/small.yaml', sets: [] },
    highest: {
      found: null,
      failed: null,
      tried: [],
      heldBeyond: [],
      unconfirmed: [],
      ended: false,
      ...highest,
    },
    probes,
    interruption,
  });
}

const FOUND = searched(
  [
    [1, 'lower end', 'held'],
    [8, 'upper end', 'failed'],
    [3, 'bisection', 'held'],
    [5, 'bisection', 'failed'],
    [4, 'bisection', 'failed'],
    [3, 'confirmation', 'held'],
    [6, 'beyond', 'failed'],
  ],
  { found: 3, failed: 4 },
);

describe('the verdict of a search', () => {
  test('is 0 with the highest value, and the lowest that failed', () => {
    expect(FOUND.verdict).toEqual({
      exitCode: 0,
      sentence: 'load.threads holds up to 3, and fails at 4',
    });
  });

  test('says that the answer may lie above the upper end', () => {
    const { verdict } = searched([[8, 'upper end', 'held']], { found: 8 });
    expect(verdict.sentence).toBe(
      'load.threads holds even at the upper end, 8: the highest may lie above',
    );
  });

  test('is 1 when the lower end fails, with what it came to', () => {
    const { verdict } = searched([[1, 'lower end', 'failed']], { failed: 1 });
    expect(verdict.exitCode).toBe(1);
    expect(verdict.sentence).toMatch(
      /^the conditions fail even at the lower end, load\.threads 1: throughput > 1000: /,
    );
  });

  test('is 3 as soon as a run violates integrity, with what had held until then', () => {
    const { verdict, probes } = searched(
      [
        [1, 'lower end', 'held'],
        [8, 'upper end', 'violated'],
      ],
      { found: 1, ended: true },
    );
    expect(verdict.exitCode).toBe(3);
    expect(verdict.sentence).toContain('ended at 8: integrity; 1 had held until then');
    expect(probes.map(({ held }) => held)).toEqual([true, null]);
  });

  test('is that of the signal when it was interrupted, in a probe or between two', () => {
    const within = searched([[1, 'lower end', 'interrupted']], { ended: true }, 'SIGINT');
    expect(within.verdict.exitCode).toBe(130);
    expect(within.verdict.sentence).toContain('no value had held until then');
    const between = searched([[1, 'lower end', 'held']], { found: 1, ended: true }, 'SIGTERM');
    expect(between.verdict.exitCode).toBe(143);
    expect(between.verdict.sentence).toContain('was interrupted; 1 had held until then');
  });

  test('says where the answer is less sure than it looks', () => {
    const { verdict } = searched([[3, 'confirmation', 'held']], {
      found: 3,
      failed: 4,
      unconfirmed: [4],
      heldBeyond: [6, 7],
    });
    expect(verdict.exitCode).toBe(0);
    expect(verdict.sentence).toContain('4 held once and failed when tried again');
    expect(verdict.sentence).toContain('not monotone: 6, 7 held too');
  });
});

describe('what is shown', () => {
  test('is valid by its schema, which is the one in schema/', () => {
    expect(searchSchema.parse(JSON.parse(JSON.stringify(FOUND)))).toEqual(FOUND);
    const stored = readFileSync('schema/search.schema.json', 'utf8');
    expect(stored).toBe(`${JSON.stringify(searchJsonSchema(), null, 2)}\n`);
  });

  test('fits 80 columns, but for the line that is copied', () => {
    const text = searchText(FOUND, { color: false, unicode: true, width: 80 });
    const wide = text
      .split('\n')
      .filter((line) => columnsOf(line) > 80 && !line.startsWith('  repeat: '));
    expect(wide).toEqual([]);
  });

  test('has every probe, on the terminal and in Markdown, with its value and its seed', () => {
    const text = searchText(FOUND, { color: false, unicode: true, width: 80 });
    const markdown = searchMarkdown(FOUND);
    for (const { value, purpose, seed, repro, held } of FOUND.probes) {
      const mark = held ? '✓' : '✗';
      expect(text).toMatch(new RegExp(`^ *${mark} +${value.text} +${purpose} `, 'm'));
      expect(markdown).toMatch(
        new RegExp(`\\| ${mark} \\| ${value.text} \\| ${purpose} \\|.*\\| ${seed} \\|`),
      );
      expect(markdown).toContain(`    ${repro}`);
    }
    for (const shown of [text, markdown]) {
      expect(shown).toContain('holds up to 3, and fails at 4');
      expect(shown).toContain('geometric bisection to 5%');
    }
  });
});
