import { describe, expect, test } from 'vitest';
import { CHECKS, judge } from '../../src/check/index.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { NO_METADATA, type Plan } from '../../src/scenario/plan.ts';
import {
  claim,
  claimAll,
  drain,
  type Event,
  planOf,
  release,
  runOf,
  SURVIVED,
  usableSpares,
  withAutoRemap,
  withClaims,
  withErrors,
  withLatencies,
  withMark,
  withPace,
  withRing,
} from '../support/checks.ts';

/**
 * Goal: each check sees the fault it exists for, and is silent without it.
 *
 * Method: one record of a run in which everything applies and everything is right: two threads
 * claim all spares but two, one spare is given back and claimed again, a thread is refused, the
 * drain is refused. Then the same record with one planted fault.
 *
 * Not covered: what else a fault breaks; see the tests of each check.
 */
const closed: Plan = {
  ...planOf({ untilExhausted: true, unremap: 1 }),
  metadata: { ...NO_METADATA, format: 'redundant' },
};

/** Ten arrivals in a millisecond, five for each thread. */
const plan: Plan = {
  ...closed,
  jobs: closed.jobs.map((job) => ({
    ...job,
    arrivals: {
      law: 'constant',
      segments: [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: 1e4, toPerSecond: 1e4 }],
    },
  })),
};

const events: readonly Event[] = [
  ...claimAll(),
  release({ thread: 0, lba: 108, spare: 8, issueNs: 4000 }),
  claim({ thread: 1, lba: 700, spare: 8, issueNs: 4100 }),
];
const sound: RunRecord = {
  ...withPace(
    withAutoRemap(
      runOf(events, { firstRefusal: { thread: 0, issueNs: 5000, completionNs: 5100 } }),
    ),
  ),
  metadata: SURVIVED,
};

const faults: readonly { check: string; planted: string; run: RunRecord }[] = [
  {
    check: 'collisions',
    planted: 'a spare claimed by a second thread while the first holds it',
    run: withClaims(sound, [...events, claim({ thread: 1, lba: 701, spare: 20, issueNs: 4200 })]),
  },
  {
    check: 'collisions',
    planted: 'an owner table that saw a name in a spare, and nothing in the log',
    run: { ...sound, ownerConflictCount: 1 },
  },
  {
    check: 'reserved',
    planted: 'a metadata sector handed out',
    run: withClaims(sound, [...events, claim({ thread: 0, lba: 701, spare: 3, issueNs: 4200 })]),
  },
  {
    check: 'reserved',
    planted: 'a spare handed out that lies beyond the limit',
    run: { ...sound, spares: { ...sound.spares, allocatableEnd: 30 } },
  },
  {
    check: 'conservation',
    planted: 'a bit that somebody set and nobody answers for',
    run: withClaims(sound, events.slice(0, 10).concat(events.slice(11))),
  },
  {
    check: 'conservation',
    planted: 'a claimed spare whose bit is clear',
    run: withMark(sound, 9, 0),
  },
  {
    check: 'false exhaustion',
    planted: 'a thread told "none" before half of the spares were claimed',
    run: runOf(events, { firstRefusal: { thread: 0, issueNs: 1650, completionNs: 1660 } }),
  },
  {
    check: 'false exhaustion',
    planted: 'a spare that the drain could have again after a thread was refused',
    run: runOf([...claimAll(usableSpares().slice(1)), drain(8, 9000)], {
      firstRefusal: { thread: 0, issueNs: 5000, completionNs: 5100 },
    }),
  },
  {
    check: 'cache consistency',
    planted: 'a count twice the ring',
    run: withRing(sound, { count: 8 }),
  },
  {
    check: 'cache consistency',
    planted: 'a ring that holds a claimed spare',
    run: withRing(sound, { count: 1, tail: 1, slots: [9, 0, 0, 0] }),
  },
  {
    check: 'remap table',
    planted: 'an entry overwritten by another thread',
    run: { ...sound, remapTable: sound.remapTable.slice(1) },
  },
  {
    check: 'mutual exclusion',
    planted: 'a lock that let two threads in',
    run: { ...sound, allocationLock: { ...sound.allocationLock, overlapCount: 1 } },
  },
  {
    check: 'metadata',
    planted: 'a remap that one of the power cuts loses',
    run: {
      ...sound,
      metadata: {
        ...SURVIVED,
        failedPointCount: 1,
        lossCounts: { ...SURVIVED.lossCounts, 'lost remap': 1 },
        losses: [
          {
            loss: 'lost remap',
            lba: 109,
            spare: 9,
            afterCommand: 12,
            text: 'power cut after command 12; LBA 109 is on the main device',
          },
        ],
      },
    },
  },
  {
    check: 'data',
    planted: 'a write that a remap left behind on the main device',
    run: {
      ...sound,
      data: {
        readSectorCount: 100,
        sweptSectorCount: 1024,
        unreadableSectorCount: 0,
        faultCounts: {
          'lost-write': 1,
          'stale-read': 0,
          'torn-write': 0,
          misdirected: 0,
          'foreign-data': 0,
          'bit-flip': 0,
        },
        findings: [
          {
            fault: 'lost-write',
            lba: 109,
            spare: 9,
            thread: null,
            timeNs: null,
            found: { lba: 109, generation: 3, writer: 1 },
            allowed: { from: 4, to: 4 },
          },
        ],
      },
    },
  },
  {
    check: 'auto-remap',
    planted: 'a write error that another completion overwrote',
    run: withAutoRemap(sound, { writeErrors: 8 }),
  },
  {
    check: 'auto-remap',
    planted: 'a sector that two workers moved, each believing itself the first',
    run: withAutoRemap(sound, { repeatedCount: 1 }),
  },
  {
    check: 'auto-remap',
    planted: 'a remap that was reported and that no lookup finds',
    run: withAutoRemap(sound, { invisible: 1 }),
  },
  {
    check: 'operations',
    planted: 'a write that failed for no reason',
    run: withErrors(sound, 'write', 1),
  },
  {
    check: 'arrivals kept',
    planted: 'an arrival that was neither issued nor counted as dropped',
    run: withPace(sound, { plannedCount: 6 }),
  },
  {
    check: 'arrivals kept',
    planted: 'a dropped arrival that was issued after all',
    run: withPace(sound, { droppedCount: 1 }),
  },
  {
    check: 'arrivals kept',
    planted: 'an operation issued before it was due',
    run: withPace(sound, { earlyCount: 1 }),
  },
  {
    check: 'arrivals kept',
    planted: 'a response time that leaves the wait out',
    run: withLatencies(sound, { service: 100, queueing: 900, response: 100 }),
  },
];

function verdictOf(check: string, run: RunRecord): string {
  return judge(plan, run).find(({ name }) => name === check)?.verdict ?? 'no such check';
}

describe('without a fault', () => {
  test.each(CHECKS.map(({ name }) => name))('%s holds', (check) => {
    expect(verdictOf(check, sound)).toBe('held');
  });
});

describe('a planted fault is reported', () => {
  test.each(faults)('$check: $planted', ({ check, run }) => {
    expect(verdictOf(check, run)).toBe('broken');
  });

  test('for every check there is', () => {
    const planted = new Set(faults.map(({ check }) => check));
    expect(CHECKS.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});
