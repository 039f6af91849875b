import { expect, test } from 'vitest';
import { mutualExclusion } from '../../../src/check/mutual-exclusion.ts';
import type { RunRecord } from '../../../src/record/run-record.ts';
import { planOf, runOf } from '../../support/checks.ts';

function withOverlaps(run: RunRecord, allocation: number, target: number): RunRecord {
  return {
    ...run,
    allocationLock: { ...run.allocationLock, overlapCount: allocation },
    targetLock: { ...run.targetLock, overlapCount: target },
  };
}

test('holds when nobody found another thread inside', () => {
  const finding = mutualExclusion.examine(planOf(), runOf([]));
  expect(finding).toMatchObject({ verdict: 'held' });
  expect(finding.summary).toContain('200 acquisitions (allocation: test-and-test-and-set, ');
});

test('is broken by overlaps in either lock', () => {
  const finding = mutualExclusion.examine(planOf(), withOverlaps(runOf([]), 0, 3));
  expect(finding).toMatchObject({ verdict: 'broken', count: 3 });
  expect(finding.evidence.map(({ text }) => text)).toEqual([
    'two threads met inside the target lock 3 times in 100 acquisitions',
  ]);
});

test('does not apply to lock kind none, and says what was seen', () => {
  const run = withOverlaps(runOf([], { lock: 'none' }), 2, 1);
  expect(mutualExclusion.examine(planOf({ lock: 'none' }), run)).toMatchObject({
    verdict: 'not-applicable',
    count: 0,
    summary: 'Lock kind none promises nothing; 3 overlaps seen.',
  });
});

test('judges a lock that promises beside one that does not', () => {
  const run = withOverlaps(runOf([]), 5, 0);
  const mixed = { ...run, allocationLock: { ...run.allocationLock, kind: 'none' as const } };
  const finding = mutualExclusion.examine(planOf({ lock: 'none' }), mixed);
  expect(finding.verdict).toBe('held');
  expect(finding.summary).toContain('the allocation lock is of kind none, 5 overlaps seen');
});

test('does not apply where no lock was taken', () => {
  const run = runOf([]);
  const idle = {
    ...run,
    allocationLock: { ...run.allocationLock, acquisitionCount: 0 },
    targetLock: { ...run.targetLock, acquisitionCount: 0 },
  };
  expect(mutualExclusion.examine(planOf(), idle).verdict).toBe('not-applicable');
});
