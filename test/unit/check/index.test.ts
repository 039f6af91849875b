import { describe, expect, test } from 'vitest';
import { CHECKS, collisionFound, judge } from '../../../src/check/index.ts';
import type { RunRecord } from '../../../src/record/run-record.ts';
import {
  claim,
  claimAll,
  drain,
  planOf,
  runOf,
  usableSpares,
  withErrors,
  withMark,
  withRing,
} from '../../support/checks.ts';

const published = planOf({ protocol: 'as-published', untilExhausted: true });
const firstRefusal = { thread: 1, issueNs: 5000, completionNs: 5100 };

/** A run in which everything that can follow from a collision is broken, and a lock overlapped. */
function wreck(run: RunRecord): RunRecord {
  const broken = withErrors(withRing(withMark(run, 30, 1), { count: 9, tail: 1 }), 'write', 1);
  const { data } = broken;
  if (data === null) throw new Error('this record has no data');
  return {
    ...broken,
    remapTable: broken.remapTable.slice(1),
    targetLock: { ...broken.targetLock, overlapCount: 1 },
    data: { ...data, faultCounts: { ...data.faultCounts, 'lost-write': 1 } },
  };
}

const wrecked = wreck(
  runOf([...claimAll(usableSpares().slice(1, 20)), drain(8, 9000)], { firstRefusal }),
);

function consequencesIn(run: RunRecord, plan = published): string[] {
  return judge(plan, run).flatMap(({ name, consequenceOf }) => (consequenceOf ? [name] : []));
}

test('every check gives one verdict, under its own name', () => {
  const verdicts = judge(planOf(), runOf(claimAll()));
  expect(verdicts.map(({ name }) => name)).toEqual(CHECKS.map(({ name }) => name));
  expect(new Set(verdicts.map(({ name }) => name)).size).toBe(verdicts.length);
});

describe('consequences', () => {
  test('there are none without a collision', () => {
    expect(consequencesIn(wrecked)).toEqual([]);
    expect(judge(published, wrecked).filter(({ verdict }) => verdict === 'broken')).toHaveLength(7);
  });

  const explained = [
    'conservation',
    'false exhaustion',
    'cache consistency',
    'remap table',
    'data',
    'operations',
  ];

  test('a collision explains what it breaks, and never an overlap in a lock', () => {
    const found = { ...wrecked, ownerConflictCount: 1 };
    expect(consequencesIn(found)).toEqual(explained);
    expect(judge(published, found)).toContainEqual(
      expect.objectContaining({
        name: 'mutual exclusion',
        verdict: 'broken',
        consequenceOf: null,
      }),
    );
  });

  test('a metadata sector handed out explains as much', () => {
    const onMetadata = claim({ thread: 0, lba: 1, spare: 3, issueNs: 9000 });
    const events = [...claimAll(usableSpares().slice(1, 20)), onMetadata, drain(8, 9900)];
    expect(consequencesIn(wreck(runOf(events, { firstRefusal })))).toEqual(explained);
  });

  test('in a guarded allocator a lost spare has to explain itself', () => {
    const guarded = planOf({ untilExhausted: true });
    const found = { ...wrecked, ownerConflictCount: 1 };
    expect(consequencesIn(found, guarded)).toEqual(
      explained.filter((name) => name !== 'false exhaustion'),
    );
  });

  test('unless it has no lock, and races like the published one', () => {
    const unlocked = planOf({ untilExhausted: true, lock: 'none' });
    expect(consequencesIn({ ...wrecked, ownerConflictCount: 1 }, unlocked)).toEqual(explained);
  });

  test('what held stays without a cause', () => {
    const run = { ...runOf(claimAll()), ownerConflictCount: 1 };
    expect(consequencesIn(run)).toEqual([]);
  });
});

test('a collision is found in two live claims and in a claim on metadata, and nowhere else', () => {
  const onMetadata = runOf([claim({ thread: 0, lba: 1, spare: 3, issueNs: 9000 })]);
  const overlap = runOf(claimAll());
  expect(collisionFound(judge(published, { ...overlap, ownerConflictCount: 1 }))).toBe(true);
  expect(collisionFound(judge(published, onMetadata))).toBe(true);
  expect(collisionFound(judge(published, wrecked))).toBe(false);
});
