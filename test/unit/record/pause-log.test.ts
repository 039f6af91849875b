import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { PauseLog } from '../../../src/record/pause-log.ts';
import { planWith } from '../../support/plans.ts';

/** Histograms that reach to a second and more. */
const PLAN = planWith({ watchdogNs: 1e9 });

function logOf(pauses: readonly number[], periodNs: number) {
  const log = new PauseLog(createMemory(PLAN));
  for (const pause of pauses) log.record(pause, periodNs);
  return log.snapshot();
}

test('a pause shorter than two periods is one value', () => {
  const { pauses } = logOf([300, 1500, 1999], 1000);
  expect(pauses).toMatchObject({ count: 3, minNs: 300, maxNs: 1999 });
});

test('a pause through several periods counts in each with what was left of it', () => {
  const { pauses } = logOf([200e6], 1e6);
  expect(pauses).toMatchObject({ count: 200, minNs: 1e6, maxNs: 200e6 });
  expect(pauses.sumNs).toBe((200e6 * 201) / 2);
});

test('periods and their values are as many, whatever the pauses', () => {
  const periodNs = 1000;
  const pause = fc.integer({ min: 0, max: 50_000 });
  fc.assert(
    fc.property(fc.array(pause, { maxLength: 30 }), (list) => {
      const { pauses } = logOf(list, periodNs);
      const periods = list.reduce((sum, ns) => sum + Math.max(1, Math.floor(ns / periodNs)), 0);
      expect(pauses.count).toBe(periods);
      expect(pauses.maxNs).toBe(Math.max(0, ...list));
    }),
    { numRuns: 50 },
  );
});

test('time that was watched and time that was lost add up', () => {
  const log = new PauseLog(createMemory(PLAN));
  log.addTime(1000, 20);
  log.addTime(3000, 0);
  expect(log.snapshot()).toMatchObject({ observedNs: 4000, lostNs: 20 });
});
