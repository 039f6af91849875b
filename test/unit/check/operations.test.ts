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

test('leaves out what the plan made bad, and no more', () => {
  const failed = withErrors(runOf([]), 'write', 5);
  const faults = { ...failed.faults, applies: true };
  const run = { ...failed, faults, errors: { ...failed.errors, writeError: 5 } };
  expect(operations.examine(planOf(), run)).toMatchObject({
    verdict: 'held',
    summary: '70 operations examined: 5 failed, all on sectors that the plan made bad.',
  });
  const fewer = { ...run, errors: { ...failed.errors, writeError: 3, tableFull: 2 } };
  expect(operations.examine(planOf(), fewer)).toMatchObject({ verdict: 'broken', count: 2 });
  const healthy = { ...run, faults: failed.faults };
  expect(operations.examine(planOf(), healthy)).toMatchObject({ verdict: 'broken', count: 5 });
});

test('does not apply to a broken run', () => {
  const run = withEnding(withErrors(runOf([]), 'write', 2), 'broken');
  expect(operations.examine(planOf(), run).verdict).toBe('not-applicable');
});
