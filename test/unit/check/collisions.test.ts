import { expect, test } from 'vitest';
import { EVIDENCE_LIMIT } from '../../../src/check/check.ts';
import { collisions } from '../../../src/check/collisions.ts';
import type { RunRecord } from '../../../src/record/run-record.ts';
import { claim, drain, planOf, release, runOf, withEnding } from '../../support/checks.ts';

const first = claim({
  thread: 3,
  lba: 41552,
  spare: 20,
  issueNs: 1_203_990,
  completionNs: 1_204_000,
});
const second = claim({
  thread: 1,
  lba: 17003,
  spare: 20,
  issueNs: 1_205_000,
  completionNs: 1_206_000,
});

function examine(run: RunRecord, plan = planOf()) {
  return collisions.examine(plan, run);
}

test('two live claims of one spare collide, and the evidence names both', () => {
  const finding = examine({ ...runOf([first, second]), ownerConflictCount: 1 });
  expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
  expect(finding.summary).toContain('by the claims and by the owner table');
  expect(finding.evidence).toEqual([
    {
      text:
        'spare 20 serves LBA 41552 (thread 3, at 1.204 ms) ' +
        'and LBA 17003 (thread 1, at 1.206 ms)',
      spare: 20,
      lbas: [41552, 17003],
      threads: [3, 1],
      timesNs: [1_204_000, 1_206_000],
    },
  ]);
});

test('claims of different spares do not collide', () => {
  expect(examine(runOf([first, { ...second, spare: 21 }])).verdict).toBe('held');
});

test('a claim after a release is legal', () => {
  const released = release({ thread: 3, lba: 41552, spare: 20, issueNs: 1_204_500 });
  expect(examine(runOf([first, released, second])).verdict).toBe('held');
});

test('a claim may complete while the release that makes room for it goes on', () => {
  const released = release({
    thread: 3,
    lba: 41552,
    spare: 20,
    issueNs: 1_206_000,
    completionNs: 1_300_000,
  });
  expect(examine(runOf([first, released, second])).verdict).toBe('held');
});

test('a claim that completed before the release was issued collides', () => {
  const late = release({ thread: 3, lba: 41552, spare: 20, issueNs: 1_206_001 });
  expect(examine(runOf([first, late, second]))).toMatchObject({ verdict: 'broken', count: 1 });
});

test('one release makes room for one claim only', () => {
  const released = release({ thread: 3, lba: 41552, spare: 20, issueNs: 1_204_500 });
  const third = claim({ thread: 2, lba: 9, spare: 20, issueNs: 1_207_000 });
  const finding = examine(runOf([first, released, second, third]));
  expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
  expect(finding.evidence[0]?.lbas).toEqual([17003, 9]);
});

test('each further claim of a spare counts', () => {
  const more = [2, 3, 4].map((lba) =>
    claim({ thread: 0, lba, spare: 20, issueNs: 2e6 + 100 * lba }),
  );
  expect(examine(runOf([first, second, ...more])).count).toBe(4);
});

test('the count is complete where the evidence is not', () => {
  const claims = Array.from({ length: 20 }, (_, lba) =>
    claim({ thread: 0, lba, spare: 9, issueNs: 100 * lba }),
  );
  const finding = examine(runOf(claims));
  expect(finding.count).toBe(19);
  expect(finding.evidence).toHaveLength(EVIDENCE_LIMIT);
});

test('a spare that the drain hands out again collides', () => {
  const finding = examine(runOf([first, drain(20, 9e6)]));
  expect(finding.evidence[0]?.text).toBe(
    'spare 20 serves LBA 41552 (thread 3, at 1.204 ms) and the drain after the run',
  );
});

test('the larger count is reported when the witnesses disagree', () => {
  const finding = examine({ ...runOf([first, second]), ownerConflictCount: 3 });
  expect(finding.count).toBe(3);
  expect(finding.summary).toContain('the claims show 1, the owner table 3');
});

test('a conflict that only the owner table saw is told from its claims', () => {
  const released = release({
    thread: 3,
    lba: 41552,
    spare: 20,
    issueNs: 1_204_500,
    completionNs: 2e6,
  });
  const finding = examine({
    ...runOf([first, second, released]),
    ownerConflictCount: 1,
    ownerConflicts: [{ spare: 20, firstClaim: 0, secondClaim: 1 }],
  });
  expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
  expect(finding.evidence[0]?.lbas).toEqual([41552, 17003]);
});

test('a conflict of claims that are not in the log is told without them', () => {
  const finding = examine({
    ...runOf([first]),
    unloggedClaimCount: 2,
    ownerConflictCount: 2,
    ownerConflicts: [
      { spare: 20, firstClaim: 0, secondClaim: null },
      { spare: 21, firstClaim: null, secondClaim: null },
    ],
  });
  expect(finding.count).toBe(2);
  expect(finding.evidence.map(({ text }) => text)).toEqual([
    'spare 20 serves LBA 41552 (thread 3, at 1.204 ms) and a claim that is not in the log',
    'spare 21 is in two live claims, neither of them in the log',
  ]);
});

test('collisions are judged in a broken run as well', () => {
  const run = withEnding(runOf([first, second]), 'broken');
  expect(examine(run)).toMatchObject({ verdict: 'broken', count: 1 });
});

test('where a release may be missing from the log, the owner table judges alone', () => {
  const unremap = planOf({ unremap: 1 });
  const run = runOf([first, second]);
  expect(examine(withEnding(run, 'broken'), unremap).verdict).toBe('held');
  expect(examine({ ...run, unloggedClaimCount: 1 }, unremap).verdict).toBe('held');
  expect(examine({ ...run, unloggedClaimCount: 1, ownerConflictCount: 1 }, unremap)).toMatchObject({
    verdict: 'broken',
    count: 1,
  });
});

test('two releases of a spare that was in two claims leave room for the next', () => {
  const both = [first, second].map(({ thread, lba }, turn) =>
    release({ thread: thread as number, lba: lba as number, spare: 20, issueNs: 2e6 + turn * 100 }),
  );
  const next = claim({ thread: 2, lba: 9, spare: 20, issueNs: 3e6 });
  expect(examine(runOf([first, second, ...both, next])).count).toBe(1);
});

test('a run without a claim holds', () => {
  expect(examine(runOf([])).verdict).toBe('held');
});
