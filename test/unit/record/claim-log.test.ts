import { describe, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { CONFLICT_LOG_COUNT, ThreadFloat } from '../../../src/memory/layout.ts';
import { ClaimLog } from '../../../src/record/claim-log.ts';
import { OwnerTable, ownerMarkOf, ownerOf, UNLOGGED } from '../../../src/record/owner-table.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { ThreadTime } from '../../../src/record/thread-time.ts';
import { Collector } from '../../../src/run/collect.ts';
import { planWith } from '../../support/plans.ts';

/** Times as a thread keeps them; all are absolute, and the log counts from the gate. */
function call(asked: number, answered: number): Float64Array {
  const times = new Float64Array(ThreadTime.count);
  times[ThreadTime.gate] = 1e12;
  times[ThreadTime.asked] = 1e12 + asked;
  times[ThreadTime.answered] = 1e12 + answered;
  return times;
}

const NOTHING_DRAINED = { claims: [], conflicts: [] };

describe('owner marks', () => {
  test.each([0, 1, 127, 128, 255])('of thread %i are never 0, and can be read back', (thread) => {
    for (const logPosition of [0, 1, 77, UNLOGGED - 2]) {
      const mark = ownerMarkOf(thread, logPosition);
      expect(mark | 0).toBe(mark);
      expect(mark).not.toBe(0);
      expect(ownerOf(mark)).toEqual({ thread, logPosition });
    }
    expect(ownerOf(ownerMarkOf(thread, UNLOGGED))).toEqual({ thread, logPosition: null });
  });

  test('the owner table says who was there before', () => {
    const { words, layout } = createMemory(planWith());
    const owners = new OwnerTable(words, layout.owners);
    expect(owners.claim(5, ownerMarkOf(0, 0))).toBe(0);
    expect(owners.claim(5, ownerMarkOf(255, 9))).toBe(ownerMarkOf(0, 0));
    expect(ownerOf(owners.claim(5, 1))).toEqual({ thread: 255, logPosition: 9 });
    owners.clear(5);
    expect(owners.claim(5, 1)).toBe(0);
    expect(owners.claim(4, 1)).toBe(0);
    expect(owners.claim(6, 1)).toBe(0);
  });
});

describe('the claim log', () => {
  test('gives back claims and releases as they were written, in order of completion', () => {
    const plan = planWith({ load: { threadCount: 2, mix: { unremap: 1 } } });
    const memory = createMemory(plan);
    const [one, other] = [new ClaimLog(memory, 0), new ClaimLog(memory, 1)];
    one.claimed(100, 0, call(10, 20));
    one.released(100, 0, call(50, 60));
    other.claimed(0, 63, call(15, 40));
    other.claimed(200, 0, call(55, 60));
    const { claims, unloggedCount } = new Collector(plan, memory).claims(NOTHING_DRAINED);
    expect(
      claims.map(({ thread, kind, lba, spare }) => `${thread} ${kind} ${lba} ${spare}`),
    ).toEqual(['0 claim 100 0', '1 claim 0 63', '0 release 100 0', '1 claim 200 0']);
    expect(claims.map(({ order }) => order)).toEqual([0, 1, 2, 3]);
    expect(claims.map(({ issueNs }) => issueNs)).toEqual([10, 15, 50, 55]);
    expect(unloggedCount).toBe(0);
  });

  test('counts what finds no room, and says so in the mark', () => {
    // Guarded, so a thread can be granted each of the four spares once and no more.
    const plan = planWith({ device: { sectorCount: 64, spare: { sectorCount: 4 } } });
    const memory = createMemory(plan);
    const log = new ClaimLog(memory, 0);
    for (let lba = 0; lba < 4; lba++) {
      expect(ownerOf(log.nextMark())).toEqual({ thread: 0, logPosition: lba });
      log.claimed(lba, lba, call(lba, lba));
    }
    expect(ownerOf(log.nextMark())).toEqual({ thread: 0, logPosition: null });
    log.claimed(4, 0, call(4, 4));
    const { claims, unloggedCount } = new Collector(plan, memory).claims(NOTHING_DRAINED);
    expect(claims).toHaveLength(4);
    expect(unloggedCount).toBe(1);
  });

  test('names both claims of a conflict, and counts on when the log of conflicts is full', () => {
    const plan = planWith({ load: { threadCount: 2 } });
    const memory = createMemory(plan);
    const [one, other] = [new ClaimLog(memory, 0), new ClaimLog(memory, 1)];
    const first = one.nextMark();
    const second = other.nextMark();
    other.claimed(600, 5, call(10, 20));
    other.conflicted(5, first, second);
    one.claimed(100, 5, call(5, 30));
    for (let more = 0; more < CONFLICT_LOG_COUNT; more++) other.conflicted(5, first, second);
    const { conflicts, conflictCount } = new Collector(plan, memory).claims(NOTHING_DRAINED);
    // Order 1 is thread 0's: it completed last.
    expect(conflicts[0]).toEqual({ spare: 5, firstClaim: 1, secondClaim: 0 });
    expect(conflicts).toHaveLength(CONFLICT_LOG_COUNT);
    expect(conflictCount).toBe(CONFLICT_LOG_COUNT + 1);
    expect(new ThreadCounters(memory, 1).get(ThreadFloat.ownerConflicts)).toBe(conflictCount);
  });
});
