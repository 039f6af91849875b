import { expect, test } from 'vitest';
import { exploreLine, explorePanel } from '../../../src/cli/explore-progress.ts';
import type { CampaignProgress } from '../../../src/explore/index.ts';

const PROGRESS: CampaignProgress = {
  name: 'cached~guarded~mcs~a-af',
  subjectCount: 154,
  doneCount: 12,
  executions: 48_100,
  elapsedNs: 10e9,
  forNs: 60e9,
};
const SEARCH = { kind: 'search', progress: PROGRESS } as const;

test('a line says how far, how fast, and how long at most', () => {
  expect(exploreLine(SEARCH, true)).toBe(
    '[00:10] explore 16%  12 of 154 programs done  48.1k executions  4.81k/s  at most 50.0s left',
  );
  expect(exploreLine({ kind: 'minimise' }, true)).toBe('explore: found a failure; making it small');
});

test('the panel says the same, and what is searched, within the terminal', () => {
  const panel = explorePanel('lock-mcs', SEARCH, { color: false, unicode: true, width: 80 });
  expect(panel).toEqual([
    ' lock-mcs   explore',
    ' ███████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  16%   10.0s   at most 50.0s left',
    '',
    ' programs    12 of 154 programs done',
    ' executions  48.1k   4.81k/s',
    ' searching   cached~guarded~mcs~a-af',
    ' Ctrl-C stops and shows what was explored',
  ]);
  const narrow = explorePanel('x'.repeat(200), SEARCH, { color: false, unicode: true, width: 40 });
  expect(narrow.filter((line) => [...line].length > 40)).toEqual([]);
});

test('before there is any time, nothing is divided by it', () => {
  const progress = { ...PROGRESS, elapsedNs: 0, forNs: 0, executions: 0 };
  expect(exploreLine({ kind: 'search', progress }, true)).toContain('explore 100%');
});

test('plain characters where there are no others', () => {
  const lines = explorePanel('µ', SEARCH, { color: false, unicode: false, width: 80 });
  expect(lines.join('')).toMatch(/^[ -~]+$/);
});
