import { describe, expect, test } from 'vitest';
import { conservation } from '../../../src/check/conservation.ts';
import { ALLOCATOR_KINDS } from '../../../src/scenario/plan.ts';
import {
  claim,
  claimAll,
  drain,
  planOf,
  release,
  runOf,
  usableSpares,
  withClaims,
  withEnding,
  withMark,
  withRing,
} from '../../support/checks.ts';

const some = claimAll(usableSpares().slice(0, 10));

describe('holds', () => {
  test.each(ALLOCATOR_KINDS)('for a guarded %s allocator half used', (kind) => {
    const run = runOf(some, { ring: kind === 'cached' ? [20, 21] : null });
    const finding = conservation.examine(planOf({ kind }), run);
    expect(finding.verdict).toBe('held');
    expect(finding.summary).toContain(
      kind === 'cached'
        ? '10 used + 2 cached + 20 free + 8 reserved = 40 spares'
        : '10 used + 0 cached + 22 free + 8 reserved = 40 spares',
    );
  });

  test('for a ring of unmarked spares, as published', () => {
    const run = runOf(some, { ring: [20, 21], cachedAreMarked: false });
    expect(conservation.examine(planOf({ protocol: 'as-published' }), run).verdict).toBe('held');
  });

  test('for drained spares and an interrupted run', () => {
    const run = withEnding(runOf([...some, drain(30, 9000)]), 'interrupted');
    expect(conservation.examine(planOf(), run).verdict).toBe('held');
  });

  test('for a spare given back and claimed again', () => {
    const back = release({ thread: 0, lba: 108, spare: 8, issueNs: 5000 });
    const again = claim({ thread: 1, lba: 900, spare: 8, issueNs: 5001 });
    expect(conservation.examine(planOf(), runOf([...some, back])).verdict).toBe('held');
    expect(conservation.examine(planOf(), runOf([...some, back, again])).verdict).toBe('held');
  });

  test('for spares beyond the limit, whatever their bits', () => {
    const run = withMark(runOf(some), 39, 1);
    const clipped = { ...run, spares: { ...run.spares, allocatableEnd: 39 } };
    expect(conservation.examine(planOf(), clipped).verdict).toBe('held');
  });
});

describe('is broken by', () => {
  const cases = [
    {
      what: 'a bit nobody answers for',
      run: withMark(runOf(some), 30, 1),
      text: 'spare 30 is marked, but nobody claimed it and the ring does not hold it',
    },
    {
      what: 'a claimed spare whose bit is clear',
      run: withMark(runOf(some), 8, 0),
      text: 'spare 8 is claimed, and its bit is clear; its holder: LBA 108 (thread 0, at 0.110 µs)',
    },
    {
      what: 'a metadata sector whose bit is clear',
      run: withMark(runOf(some), 0, 0),
      text: 'spare 0 is reserved, and its bit is clear',
    },
    {
      what: 'a cached spare whose bit is clear, when guarded',
      run: withMark(runOf(some, { ring: [20] }), 20, 0),
      text: 'spare 20 is in the ring, and its bit is clear',
    },
    {
      what: 'a cached spare whose bit is set, as published',
      run: withMark(runOf(some, { ring: [20], cachedAreMarked: false }), 20, 1),
      text: 'spare 20 is in the ring, and its bit is set',
    },
    {
      what: 'a claimed spare in the ring',
      run: withRing(runOf(some), { count: 1, tail: 1, slots: [8, 0, 0, 0] }),
      text: 'spare 8 is claimed and in the ring; its holder: LBA 108 (thread 0, at 0.110 µs)',
    },
    {
      what: 'a metadata sector in the ring',
      run: withRing(runOf(some), { count: 1, tail: 1, slots: [0, 0, 0, 0] }),
      text: 'spare 0 is reserved and in the ring',
    },
    {
      what: 'a metadata sector handed out',
      run: runOf([claim({ thread: 0, lba: 1, spare: 0, issueNs: 90 })]),
      text: 'spare 0 is reserved and claimed; its holder: LBA 1 (thread 0, at 0.100 µs)',
    },
    {
      what: 'a release of what was not claimed',
      run: withClaims(runOf(some), [
        ...some,
        release({ thread: 1, lba: 5, spare: 30, issueNs: 9000 }),
      ]),
      text: 'spare 30 was given back for LBA 5 (thread 1, at 9.010 µs), which did not hold it',
    },
    {
      what: 'a spare that the allocator did not take back',
      run: withMark(
        runOf([...some, release({ thread: 0, lba: 108, spare: 8, issueNs: 9000 })]),
        8,
        1,
      ),
      text: 'spare 8 was given back, and its bit is still set',
    },
  ];

  test.each(cases)('$what', ({ run, text }) => {
    const finding = conservation.examine(planOf(), run);
    expect(finding).toMatchObject({ verdict: 'broken', count: 1 });
    expect(finding.evidence.map((evidence) => evidence.text)).toEqual([text]);
  });
});

test('the linear allocator as published is said never to mark', () => {
  const run = some.reduce(
    (changed, { spare }) => withMark(changed, spare, 0),
    runOf(some, { ring: null }),
  );
  const plan = planOf({ kind: 'linear', protocol: 'as-published' });
  const finding = conservation.examine(plan, run);
  expect(finding).toMatchObject({ verdict: 'broken', count: 10 });
  expect(finding.summary).toContain('the linear allocator as published never marks');
});

test('as published, nothing is said to give a spare back', () => {
  const events = [...some, release({ thread: 0, lba: 108, spare: 8, issueNs: 9000 })];
  const plan = planOf({ protocol: 'as-published', unremap: 1 });
  const finding = conservation.examine(plan, withMark(runOf(events), 8, 1));
  expect(finding.summary).toContain('9 used + 0 cached + 22 free + 8 reserved + 1 lost');
  expect(finding.summary).toContain('as published, nothing gives a spare back');
});

test('does not apply where a claim may be missing', () => {
  const run = withMark(runOf(some), 30, 1);
  expect(conservation.examine(planOf(), withEnding(run, 'broken')).verdict).toBe('not-applicable');
  const unlogged = conservation.examine(planOf(), { ...run, unloggedClaimCount: 3 });
  expect(unlogged).toMatchObject({
    verdict: 'not-applicable',
    summary: 'Not judged: 3 claims found no room in the log.',
  });
});
