import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { ALLOCATOR_KINDS, LOCK_KINDS } from '../../src/scenario/plan.ts';
import { sparestorm } from '../support/cli.ts';

/**
 * Goal: stress accuses no sound allocator under any lock, with as many threads as cores and with
 * more; and finds on real threads those hazards of dm-remap v4.0 that do not take luck.
 */
const SETTINGS = ALLOCATOR_KINDS.flatMap((kind) =>
  LOCK_KINDS.filter((lock) => lock !== 'none').flatMap((lock) =>
    [2, 5].map((threads) => ({ kind, lock, threads })),
  ),
);

test.each(SETTINGS)('$kind, lock $lock, $threads threads', async ({ kind, lock, threads }) => {
  const { code, stdout } = await sparestorm([
    ...['stress', 'scenarios/guarded.yaml', '--json', '--for', '3s'],
    ...['--set', `allocator.kind=${kind}`, '--set', `lock.kind=${lock}`],
    ...['--set', 'load.mix={read: 1, write: 1, remap: 2, unremap: 1}'],
    // Which thresholds a scenario has is no matter here, and some are of one allocator only.
    ...['--set', 'thresholds=[]', '--threads', String(threads)],
  ]);
  const { violation, failure, faultRounds } = JSON.parse(stdout);
  expect({ violation, failure, faultRounds }).toEqual({
    violation: null,
    failure: null,
    faultRounds: {},
  });
  expect([0, 1]).toContain(code);
});

const FOUND = [
  'h1-double-refill',
  'h2-lost-take',
  'h4-take-to-mark',
  'h5-cached-unmarked',
  'h6-cursor-set-back',
  'h7-emptied-meanwhile',
];

// On one core a window is met only when the scheduler happens to interrupt in it.
test.runIf(availableParallelism() > 1).each(FOUND)('%s is found', async (name) => {
  const { code } = await sparestorm([
    ...['stress', `scenarios/dm-remap-v4/hazards/${name}.yaml`, '--json', '--no-explore'],
  ]);
  expect(code).toBe(0);
});
