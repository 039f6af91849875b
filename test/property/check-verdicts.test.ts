import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collisions } from '../../src/check/collisions.ts';
import { judge } from '../../src/check/index.ts';
import type { Claim, RunRecord } from '../../src/record/run-record.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import {
  claim,
  drain,
  type Event,
  planOf,
  release,
  runOf,
  SLOT_COUNT,
  USABLE_COUNT,
  usableSpares,
  withClaims,
  withEnding,
} from '../support/checks.ts';

/**
 * Goal: no history of a correct allocator breaks a check, and one change to it never goes unseen.
 *
 * Method: a correct allocator acts at one moment of each call. So a history is a list of steps,
 * each with its moment, a thread, and how long before and after that moment its clock was read;
 * calls of different threads overlap, calls of one thread do not.
 *
 * Not covered: histories of the published allocator (see the tests of the device).
 */
interface Step {
  readonly thread: number;
  readonly does: 'claim' | 'release';
  readonly choice: number;
  readonly beforeNs: number;
  readonly afterNs: number;
}

interface History {
  readonly plan: Plan;
  readonly run: RunRecord;
}

const STEP_NS = 100;

const step: fc.Arbitrary<Step> = fc.record({
  thread: fc.nat(3),
  does: fc.constantFrom('claim', 'claim', 'claim', 'release'),
  choice: fc.nat(1000),
  beforeNs: fc.nat(5 * STEP_NS),
  afterNs: fc.nat(5 * STEP_NS),
});

const history: fc.Arbitrary<History> = fc
  .record({
    headStart: fc.integer({ min: USABLE_COUNT - 12, max: USABLE_COUNT }),
    steps: fc.array(step, { maxLength: 80, size: 'max' }),
    kind: fc.constantFrom('cached', 'linear', 'bitmap', 'per-worker'),
    cachedCount: fc.nat(SLOT_COUNT),
    isDrained: fc.boolean(),
    isInterrupted: fc.boolean(),
  })
  .map(({ headStart, steps, kind, cachedCount, isDrained, isInterrupted }) => {
    const { events, free, firstRefusal } = play([...claimsOf(headStart), ...steps]);
    const plan = planOf({ kind, unremap: 1, untilExhausted: isDrained });
    const drained = isDrained ? free : [];
    const left = isDrained ? [] : free;
    const drains = drained.map((spare, turn) => drain(spare, 1e6 + 100 * turn));
    const ring = kind === 'cached' ? left.slice(0, cachedCount) : null;
    const run = runOf([...events, ...drains], { ring, firstRefusal });
    return { plan, run: isInterrupted ? withEnding(run, 'interrupted') : run };
  });

/** Claims one after another, so that the steps that follow work on what few spares are left. */
function claimsOf(count: number): Step[] {
  return Array.from({ length: count }, (_, turn) => ({
    thread: turn % 4,
    does: 'claim',
    choice: 0,
    beforeNs: 10,
    afterNs: 10,
  }));
}

/** Lets a correct allocator take the steps; a step of a thread that is not back yet is left out. */
function play(steps: readonly Step[]): {
  events: Event[];
  free: number[];
  firstRefusal: RunRecord['allocation']['firstRefusal'];
} {
  const free = usableSpares();
  const held: { thread: number; lba: number; spare: number }[] = [];
  const backAtNs = [0, 0, 0, 0];
  const events: Event[] = [];
  let firstRefusal: RunRecord['allocation']['firstRefusal'] = null;
  for (const [turn, { thread, does, choice, beforeNs, afterNs }] of steps.entries()) {
    const momentNs = STEP_NS * (turn + 1);
    const earliestNs = backAtNs[thread] as number;
    if (earliestNs > momentNs) continue;
    const issueNs = Math.max(earliestNs, momentNs - beforeNs);
    const completionNs = momentNs + afterNs;
    backAtNs[thread] = completionNs;
    if (does === 'release') {
      const own = held.filter((entry) => entry.thread === thread);
      const entry = own[choice % own.length];
      if (entry === undefined) continue;
      held.splice(held.indexOf(entry), 1);
      free.push(entry.spare);
      events.push(release({ ...entry, issueNs, completionNs }));
      continue;
    }
    const [spare] = free.splice(choice % Math.max(1, free.length), 1);
    if (spare === undefined) {
      if (firstRefusal === null || completionNs < firstRefusal.completionNs) {
        firstRefusal = { thread, issueNs, completionNs };
      }
      continue;
    }
    const entry = { thread, lba: thread * 256 + turn, spare };
    held.push(entry);
    events.push(claim({ ...entry, issueNs, completionNs }));
  }
  return { events, free, firstRefusal };
}

function brokenIn({ plan, run }: History): string[] {
  return judge(plan, run)
    .filter(({ verdict }) => verdict === 'broken')
    .map(({ name, summary, evidence }) => `${name}: ${summary} ${evidence[0]?.text}`);
}

function pick<T>(items: readonly T[], choice: number): T {
  fc.pre(items.length > 0);
  return items[choice % items.length] as T;
}

/** A claim of the same spare by another thread while the given claim is surely live. */
function duplicateOf(original: Claim, claims: readonly Claim[]): Event {
  const end = claims.find(
    ({ kind, spare, order }) =>
      kind === 'release' && spare === original.spare && order > original.order,
  );
  fc.pre(end === undefined || end.issueNs > original.completionNs);
  const { issueNs, completionNs } = original;
  return claim({ thread: 7, lba: 1023, spare: original.spare, issueNs, completionNs });
}

test('no check is broken by the history of a correct allocator', () => {
  fc.assert(
    fc.property(history, (sound) => {
      expect(brokenIn(sound)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('the histories reach what they are meant to reach', () => {
  const samples = fc.sample(history, { numRuns: 500, seed: 1 });
  const runs = samples.map(({ run }) => run);
  expect(runs.some(({ allocation }) => allocation.firstRefusal !== null)).toBe(true);
  expect(runs.some(({ allocation }) => allocation.drainedCount > 0)).toBe(true);
  expect(runs.some(({ claims }) => claims.some(({ kind }) => kind === 'release'))).toBe(true);
  expect(runs.some(({ claims }) => overlaps(claims))).toBe(true);
});

/** Whether a claim's call went on while the release that made room for it did. */
function overlaps(claims: readonly Claim[]): boolean {
  return claims.some(
    (later) =>
      later.kind === 'claim' &&
      claims.some(
        (earlier) =>
          earlier.kind === 'release' &&
          earlier.spare === later.spare &&
          earlier.issueNs < later.completionNs &&
          later.issueNs < earlier.completionNs,
      ),
  );
}

describe('one change is always seen', () => {
  test('a spare claimed twice, by the claims alone', () => {
    fc.assert(
      fc.property(history, fc.nat(), ({ plan, run }, choice) => {
        const claimed = run.claims.filter(({ kind }) => kind === 'claim');
        const duplicate = duplicateOf(pick(claimed, choice), run.claims);
        const finding = collisions.examine(plan, withClaims(run, [...run.claims, duplicate]));
        expect(finding).toMatchObject({ verdict: 'broken' });
      }),
      { numRuns: 500 },
    );
  });

  test('a spare claimed twice, by the owner table alone', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1 }), ({ plan, run }, ownerConflictCount) => {
        const finding = collisions.examine(plan, { ...run, ownerConflictCount });
        expect(finding).toMatchObject({ verdict: 'broken', count: ownerConflictCount });
      }),
    );
  });

  test('a claim that is not in the log', () => {
    fc.assert(
      fc.property(history, fc.nat(), ({ plan, run }, choice) => {
        const removed = pick(
          run.claims.filter(({ kind }) => kind !== 'release'),
          choice,
        );
        const claims = run.claims.filter((event) => event !== removed);
        const broken = brokenIn({ plan, run: withClaims(run, claims) });
        expect(broken.some((text) => /^(conservation|remap table):/.test(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a release that is not in the log', () => {
    fc.assert(
      fc.property(history, fc.nat(), ({ plan, run }, choice) => {
        const removed = pick(
          run.claims.filter(({ kind }) => kind === 'release'),
          choice,
        );
        const claims = run.claims.filter((event) => event !== removed);
        expect(brokenIn({ plan, run: withClaims(run, claims) })).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('"none" before the first claim', () => {
    fc.assert(
      fc.property(history, ({ plan, run }) => {
        const firstRefusal = { thread: 0, issueNs: -2, completionNs: -1 };
        const allocation = { ...run.allocation, refusedCount: 1, firstRefusal };
        const broken = brokenIn({ plan, run: { ...run, allocation } });
        expect(broken).toEqual([expect.stringContaining('false exhaustion: ')]);
      }),
    );
  });
});
