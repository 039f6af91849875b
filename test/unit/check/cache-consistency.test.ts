import { describe, expect, test } from 'vitest';
import { cacheConsistency } from '../../../src/check/cache-consistency.ts';
import {
  claimAll,
  planOf,
  runOf,
  usableSpares,
  withEnding,
  withRing,
} from '../../support/checks.ts';

const some = claimAll(usableSpares().slice(0, 10));
const sound = runOf(some, { ring: [20, 21] });

test('does not apply without a ring, nor to a broken run', () => {
  for (const run of [runOf(some, { ring: null }), withEnding(sound, 'broken')]) {
    expect(cacheConsistency.examine(planOf(), run).verdict).toBe('not-applicable');
  }
});

test('holds for empty, half full, full and wrapped rings', () => {
  const rings = [
    { head: 3, tail: 3, count: 0, slots: [8, 9, 10, 11] },
    { head: 0, tail: 2, count: 2, slots: [20, 21, 0, 0] },
    { head: 2, tail: 2, count: 4, slots: [20, 21, 22, 23] },
    { head: 3, tail: 1, count: 2, slots: [20, 8, 9, 21] },
  ];
  for (const ring of rings) {
    expect(cacheConsistency.examine(planOf(), withRing(sound, ring)).verdict).toBe('held');
  }
});

describe('is broken by', () => {
  const cases = [
    {
      ring: { count: 128 },
      texts: [
        'the count is 128, and the ring has 4 slots',
        'spare 0 is in the ring and is a metadata sector',
        'spare 0 is in the ring twice',
      ],
    },
    { ring: { count: -1 }, texts: ['the count is -1, and the ring has 4 slots'] },
    {
      ring: { head: 4, tail: 2, count: 0 },
      texts: ['the head is 4, and the ring has 4 slots'],
    },
    {
      ring: { head: 0, tail: 3 },
      texts: ['head 0 and count 2 do not lead to tail 3 in 4 slots'],
    },
    { ring: { slots: [20, 20, 0, 0] }, texts: ['spare 20 is in the ring twice'] },
    { ring: { slots: [20, 40, 0, 0] }, texts: ['spare 40 lies outside the allocatable area'] },
    { ring: { slots: [20, 0, 0, 0] }, texts: ['spare 0 is in the ring and is a metadata sector'] },
    { ring: { slots: [20, 8, 0, 0] }, texts: ['spare 8 is in the ring and in a live claim'] },
  ];

  test.each(cases)('$texts', ({ ring, texts }) => {
    const finding = cacheConsistency.examine(planOf(), withRing(sound, ring));
    expect(finding.verdict).toBe('broken');
    expect(finding.evidence.map(({ text }) => text)).toEqual(texts);
  });
});

test('live claims are left out where the log is not complete', () => {
  const run = withRing(sound, { slots: [20, 8, 0, 0] });
  const finding = cacheConsistency.examine(planOf(), { ...run, unloggedClaimCount: 1 });
  expect(finding.verdict).toBe('held');
  expect(finding.summary).toContain('1 claim found no room in the log');
});
