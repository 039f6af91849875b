import { expect, test } from 'vitest';
import {
  coverageLines,
  coverageOf,
  meaningOf,
  notCoveredBy,
} from '../../../src/cli/explored-coverage.ts';
import type { Campaign, ExplorationVerdict } from '../../../src/explore/index.ts';

const EXHAUSTED = { kind: 'pass-exhaustive' } as const;
const BOUNDED = { kind: 'pass-bounded', preemptions: 1 } as const;

function campaignOf(
  verdict: ExplorationVerdict,
  programs: readonly (readonly [string, ExplorationVerdict])[],
  change: Partial<Campaign> = {},
): Campaign {
  const explorations = programs.map(([name, one]) => ({
    ...{ name, verdict: one, fault: null, schedule: null, executions: 1, points: 1 },
    ...{ races: [], sitesReached: 1 },
  }));
  const subjectCount = explorations.length;
  return { verdict, explorations, subjectCount, failure: null, isInterrupted: false, ...change };
}

const MIXED = campaignOf(BOUNDED, [
  ['lock~mcs~2-1', EXHAUSTED],
  ['table~hash~25~l5-d2i9', EXHAUSTED],
  ['cached~guarded~mcs~a-a', EXHAUSTED],
  ['cached~guarded~mcs~p1~a-a', EXHAUSTED],
  ['cached~guarded~mcs~w1-m1u', BOUNDED],
  ['cached~guarded~mcs~a-aa', EXHAUSTED],
  ['cached~guarded~mcs~a-a-a', { kind: 'pass-sampled', executions: 7 }],
]);

test('programs of one size stand together, a digit being no operation', () => {
  expect(coverageOf(MIXED)).toEqual([
    { what: 'lock, 2 threads, 3 rounds', programs: 1, exhausted: 1, others: {} },
    { what: 'table, 2 threads, 3 calls', programs: 1, exhausted: 1, others: {} },
    { what: '2 threads, 2 operations', programs: 2, exhausted: 2, others: {} },
    {
      what: '2 threads, 3 operations',
      ...{ programs: 2, exhausted: 1, others: { 'pass-bounded(1)': 1 } },
    },
    {
      what: '3 threads, 3 operations',
      ...{ programs: 1, exhausted: 0, others: { 'pass-sampled': 1 } },
    },
  ]);
});

test('a line a size where some are open, one line where none is', () => {
  expect(coverageLines(MIXED)).toEqual([
    'lock, 2 threads, 3 rounds  1 of 1 exhausted',
    'table, 2 threads, 3 calls  1 of 1 exhausted',
    '2 threads, 2 operations    2 of 2 exhausted',
    '2 threads, 3 operations    1 of 2 exhausted, 1 pass-bounded(1)',
    '3 threads, 3 operations    0 of 1 exhausted, 1 pass-sampled',
  ]);
  const all = campaignOf(EXHAUSTED, [
    ['cached~guarded~mcs~a-a', EXHAUSTED],
    ['cached~guarded~mcs~a-aa', EXHAUSTED],
  ]);
  expect(coverageLines(all)).toEqual([
    'all exhausted, from cached~guarded~mcs~a-a to cached~guarded~mcs~a-aa',
  ]);
});

test('what more can be said of a size stands below, in its column', () => {
  const campaign = campaignOf({ kind: 'unknown-budget' }, [
    ['cached~guarded~mcs~a-aa', BOUNDED],
    ['cached~guarded~mcs~p1~a-aa', { kind: 'unknown-budget' }],
  ]);
  expect(coverageLines(campaign)).toEqual([
    '2 threads, 3 operations  0 of 2 exhausted, 1 pass-bounded(1)',
    '                         1 unknown-budget',
  ]);
});

test('the weakest verdict is explained for those it holds for', () => {
  expect(meaningOf(MIXED)).toBe(
    '5 of 7 programs were exhausted: every interleaving of them was covered. Of the others: ' +
      'every interleaving with at most 1 pre-emption was run. Those with more were not.',
  );
  expect(notCoveredBy(MIXED)).toContain(
    'Interleavings with more than 1 pre-emption of the programs that were not exhausted.',
  );
});

test('an interruption claims nothing of what was not begun', () => {
  const campaign = campaignOf({ kind: 'unknown-budget' }, [['cached~guarded~mcs~a-a', EXHAUSTED]], {
    isInterrupted: true,
    subjectCount: 9,
  });
  expect(meaningOf(campaign)).toBe(
    'Interrupted after 1 of 9 programs had been begun. Nothing was found until then, and nothing ' +
      'is claimed.',
  );
});
