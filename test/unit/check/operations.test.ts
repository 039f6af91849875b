import { expect, test } from 'vitest';
import { operations } from '../../../src/check/operations.ts';
import { planOf, runOf, withEnding, withErrors } from '../../support/checks.ts';

test('holds when nothing failed', () => {
  expect(operations.examine(planOf(), runOf([]))).toMatchObject({
    verdict: 'held',
    summary: '70 operations examined: none failed.',
  });
});

test('is broken by failures that nothing explains', () => {
  const run = withErrors(withErrors(runOf([]), 'write', 2), 'remap', 1);
  const finding = operations.examine(planOf(), run);
  expect(finding).toMatchObject({ verdict: 'broken', count: 3 });
  expect(finding.evidence.map(({ text }) => text)).toEqual([
    '2 of 10 writes failed',
    '1 of 10 remaps failed',
  ]);
});

test('leaves out reads and writes with first-sector matching', () => {
  const plan = planOf({ match: 'first-sector' });
  expect(operations.examine(plan, withErrors(runOf([]), 'write', 2)).verdict).toBe('held');
  expect(operations.examine(plan, withErrors(runOf([]), 'remap', 2)).verdict).toBe('broken');
});

test('does not apply to a broken run', () => {
  const run = withEnding(withErrors(runOf([]), 'write', 2), 'broken');
  expect(operations.examine(planOf(), run).verdict).toBe('not-applicable');
});
