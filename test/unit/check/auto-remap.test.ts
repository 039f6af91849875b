import { describe, expect, test } from 'vitest';
import { autoRemap } from '../../../src/check/auto-remap.ts';
import { planOf, runOf, withAutoRemap, withEnding } from '../../support/checks.ts';
import { withLoad } from '../../support/run-record.ts';

const plan = planOf();
const sound = withAutoRemap(runOf([]));

describe('held', () => {
  test('when all was counted once', () => {
    expect(autoRemap.examine(plan, sound)).toMatchObject({
      verdict: 'held',
      summary:
        '3 automatic remaps and 9 write errors examined: each counted once, and each where it is ' +
        'said to be.',
    });
  });

  test('by a corrected target, which keeps no count of its own', () => {
    const { target } = sound;
    if (target === null) throw new Error('no target');
    const corrected = { ...target, protocol: 'guarded' as const, writeErrors: 0, invisible: 2 };
    expect(autoRemap.examine(plan, { ...sound, target: corrected }).verdict).toBe('held');
  });

  test('when requests are too large for the published target to track', () => {
    const blockSizes = [{ sectorCount: 129, weight: 1 }];
    const large = withLoad(plan, { blockSizes });
    const run = withAutoRemap(sound, { writeErrors: 0 });
    expect(autoRemap.examine(large, run).verdict).toBe('held');
    expect(autoRemap.examine(plan, run).verdict).toBe('broken');
  });
});

test('broken: each kind with its count and its sentence', () => {
  const run = withAutoRemap(sound, { writeErrors: 7, repeatedCount: 1, invisible: 3 });
  const finding = autoRemap.examine(plan, run);
  expect(finding).toMatchObject({ verdict: 'broken', count: 6 });
  expect(finding.summary).toBe('4 automatic remaps and 9 write errors examined: 6 contradictions.');
  expect(finding.evidence.map(({ text }) => text)).toEqual([
    'the target counted 7 write errors of 9: completions add to the counter without a lock',
    'a worker moved a sector that had been moved already, once: it had looked whether the sector ' +
      'was due before another worker had moved it',
    '3 sectors said to be remapped, and no lookup finds the slot: it was not the next one',
  ]);
});

test('not applicable where nothing is remapped by itself, and to a broken run', () => {
  expect(autoRemap.examine(plan, { ...sound, autoRemap: null }).verdict).toBe('not-applicable');
  const broken = withEnding(withAutoRemap(sound, { repeatedCount: 1 }), 'broken');
  expect(autoRemap.examine(plan, broken).verdict).toBe('not-applicable');
});
