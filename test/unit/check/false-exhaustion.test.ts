import { describe, expect, test } from 'vitest';
import { falseExhaustion } from '../../../src/check/false-exhaustion.ts';
import type { RunRecord } from '../../../src/record/run-record.ts';
import { ALLOCATOR_KINDS } from '../../../src/scenario/plan.ts';
import {
  claim,
  claimAll,
  drain,
  planOf,
  release,
  runOf,
  SPARE_COUNT,
  usableSpares,
  withEnding,
  withRing,
} from '../../support/checks.ts';

const exhausting = planOf({ untilExhausted: true });
const firstRefusal = { thread: 1, issueNs: 5000, completionNs: 5100 };
const allButOne = claimAll(usableSpares().slice(1));

function textsOf(run: RunRecord, plan = planOf()): string[] {
  return falseExhaustion.examine(plan, run).evidence.map(({ text }) => text);
}

describe('does not apply', () => {
  test('where nobody was refused and nothing was drained', () => {
    expect(falseExhaustion.examine(planOf(), runOf(allButOne)).verdict).toBe('not-applicable');
    expect(falseExhaustion.examine(exhausting, runOf(allButOne)).verdict).toBe('not-applicable');
  });

  test('where a claim may be missing', () => {
    const run = runOf(allButOne, { firstRefusal });
    for (const incomplete of [withEnding(run, 'broken'), { ...run, unloggedClaimCount: 1 }]) {
      expect(falseExhaustion.examine(exhausting, incomplete).verdict).toBe('not-applicable');
    }
  });
});

describe('holds', () => {
  test.each(ALLOCATOR_KINDS)('when every spare was claimed before the refusal: %s', (kind) => {
    const run = runOf(claimAll(), { firstRefusal, ring: kind === 'cached' ? [] : null });
    const plan = planOf({ kind, untilExhausted: true });
    expect(falseExhaustion.examine(plan, run).verdict).toBe('held');
  });

  test('when the last spare was claimed while the refused call went on', () => {
    const last = claim({ thread: 0, lba: 1, spare: 8, issueNs: 5100, completionNs: 5200 });
    const run = runOf([...allButOne, last], { firstRefusal });
    expect(falseExhaustion.examine(planOf(), run).verdict).toBe('held');
  });

  test('when a release after the refusal made room, claimed again or left', () => {
    const held = claim({ thread: 0, lba: 1, spare: 8, issueNs: 50 });
    const back = release({ thread: 0, lba: 1, spare: 8, issueNs: 4900, completionNs: 5000 });
    const again = claim({ thread: 1, lba: 2, spare: 8, issueNs: 6000 });
    for (const events of [[], [again]]) {
      const run = runOf([held, ...allButOne, back, ...events], { firstRefusal });
      expect(falseExhaustion.examine(planOf({ unremap: 1 }), run).verdict).toBe('held');
    }
  });

  test('when the drain was given all there was and nobody had been refused', () => {
    const run = runOf([...allButOne, drain(8, 9000)]);
    expect(falseExhaustion.examine(exhausting, run).verdict).toBe('held');
  });

  test('for a spare handed out twice after the refusal: it was not free', () => {
    const again = claim({ thread: 0, lba: 1, spare: 20, issueNs: 6000 });
    const run = runOf([...claimAll(), again], { firstRefusal });
    expect(falseExhaustion.examine(planOf({ protocol: 'as-published' }), run).verdict).toBe('held');
  });

  test('for what a refused thread could not have and the drain could not either', () => {
    const run = withEnding(runOf(claimAll(), { firstRefusal }), 'interrupted');
    expect(falseExhaustion.examine(exhausting, run).verdict).toBe('held');
  });
});

test('a drain that was given as many spares as there are was cut off, and proves nothing', () => {
  const again = Array.from({ length: SPARE_COUNT }, (_, turn) => drain(20, 9000 + 100 * turn));
  const run = runOf([...allButOne, ...again], { ring: null });
  const plan = planOf({ kind: 'linear', protocol: 'as-published', untilExhausted: true });
  expect(falseExhaustion.examine(plan, run).verdict).toBe('not-applicable');
});

describe('is broken', () => {
  test('by a spare that another thread is given afterwards', () => {
    const later = claim({ thread: 0, lba: 1, spare: 8, issueNs: 5101, completionNs: 5200 });
    expect(textsOf(runOf([...allButOne, later], { firstRefusal }))).toEqual([
      'spare 8 was free while thread 1 was told "none" (from 5.000 µs to 5.100 µs); ' +
        'thread 0 was given it at 5.200 µs',
    ]);
  });

  test('by a spare that the drain is given afterwards', () => {
    expect(textsOf(runOf([...allButOne, drain(8, 9000)], { firstRefusal }), exhausting)).toEqual([
      expect.stringContaining('the drain after the run was given it'),
    ]);
  });

  test('by a spare that is free to the end', () => {
    expect(textsOf(runOf(allButOne, { firstRefusal }))).toEqual([
      expect.stringContaining('it still is after the run'),
    ]);
  });

  test('by a spare given back before the refusal', () => {
    const held = claim({ thread: 0, lba: 1, spare: 8, issueNs: 50 });
    const back = release({ thread: 0, lba: 1, spare: 8, issueNs: 4900, completionNs: 4999 });
    const run = runOf([held, ...allButOne, back], { firstRefusal });
    expect(textsOf(run, planOf({ unremap: 1 }))).toHaveLength(1);
  });

  test('by a spare that waits in the ring', () => {
    const run = runOf(allButOne, { firstRefusal, ring: [8] });
    expect(textsOf(run)).toEqual([expect.stringContaining('it still is after the run')]);
    const published = { ...runOf(allButOne, { firstRefusal, ring: [8], cachedAreMarked: false }) };
    expect(textsOf(published, planOf({ protocol: 'as-published' }))).toHaveLength(1);
  });

  test('by what the drain left, though nobody else was refused', () => {
    const finding = falseExhaustion.examine(
      exhausting,
      runOf([...allButOne.slice(1), drain(9, 9000)]),
    );
    expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
    expect(finding.evidence[0]?.text).toBe(
      'spare 8 is free after the run, although the drain was told "none"',
    );
    expect(finding.summary).toContain('1 spare out of reach after the run');
  });

  test('once for a spare that both answers missed', () => {
    expect(textsOf(runOf(allButOne, { firstRefusal }), exhausting)).toHaveLength(1);
  });

  test('by a spare given back after the refusal that the drain could not have', () => {
    const held = claim({ thread: 0, lba: 1, spare: 8, issueNs: 50 });
    const back = release({ thread: 0, lba: 1, spare: 8, issueNs: 6000 });
    const run = runOf([held, ...allButOne, back], { firstRefusal });
    expect(textsOf(run, planOf({ unremap: 1, untilExhausted: true }))).toEqual([
      expect.stringContaining('although the drain was told "none"'),
    ]);
  });
});

test('a claimed spare that a race left in the ring is not free', () => {
  const run = withRing(runOf(claimAll(), { firstRefusal }), {
    count: 1,
    tail: 1,
    slots: [9, 0, 0, 0],
  });
  expect(falseExhaustion.examine(exhausting, run).verdict).toBe('held');
});
