import { describe, expect, test } from 'vitest';
import { MeteredLock, SAMPLE_PERIOD } from '../../../src/load/metered-lock.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { PARKED } from '../../../src/lock/relax.ts';
import { createMemory, type Memory } from '../../../src/memory/attach.ts';
import { WAITING_FOR } from '../../../src/memory/layout.ts';
import { ThreadCounters } from '../../../src/record/thread-counters.ts';
import { Collector } from '../../../src/run/collect.ts';
import { planWith } from '../../support/plans.ts';

const plan = planWith({ load: { threadCount: 2 } });

/** A lock that says of each wait what it is told to. */
function saying(...waits: number[]): Lock {
  return { acquire: () => waits.shift() ?? 0, release() {} };
}

function meter(inner: Lock, memory: Memory, thread = 0): MeteredLock {
  return new MeteredLock(inner, memory, thread, 'allocationLock');
}

describe('MeteredLock', () => {
  test('counts acquisitions, those that waited, and sleeps', () => {
    const memory = createMemory(plan);
    const lock = meter(saying(0, 3, 2 * PARKED + 1, 0), memory);
    for (let turn = 0; turn < 4; turn++) {
      lock.acquire(0);
      lock.release(0);
    }
    const record = new Collector(plan, memory).lock('allocationLock');
    expect(record).toMatchObject({
      acquisitionCount: 4,
      contendedCount: 2,
      parkCount: 2,
      overlapCount: 0,
      samplePeriod: SAMPLE_PERIOD,
      perThread: [
        { acquisitionCount: 4, contendedCount: 2 },
        { acquisitionCount: 0, contendedCount: 0 },
      ],
    });
    expect(new Collector(plan, memory).lock('targetLock').acquisitionCount).toBe(0);
  });

  test('counts after whom each thread got it', () => {
    const memory = createMemory(plan);
    const locks = [meter(saying(), memory, 0), meter(saying(), memory, 1)];
    for (const thread of [1, 1, 0, 1, 1, 0, 0]) {
      locks[thread]?.acquire(thread);
      locks[thread]?.release(thread);
    }
    const { handOffs } = new Collector(plan, memory).lock('allocationLock');
    expect(handOffs).toEqual([
      [0, 1, 2],
      [1, 1, 2],
    ]);
    expect(new Collector(plan, memory).lock('targetLock').handOffs.flat()).toEqual(
      new Array(6).fill(0),
    );
  });

  test('counts no hand-off where somebody is inside', () => {
    const memory = createMemory(plan);
    const locks = [meter(saying(), memory, 0), meter(saying(), memory, 1)];
    locks[0]?.acquire(0);
    locks[1]?.acquire(1);
    const { handOffs, overlapCount } = new Collector(plan, memory).lock('allocationLock');
    expect(overlapCount).toBe(1);
    expect(handOffs).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('times the first acquisition and one in a period', () => {
    const memory = createMemory(plan);
    const lock = meter(saying(), memory);
    for (let turn = 0; turn < 2 * SAMPLE_PERIOD + 1; turn++) {
      lock.acquire(0);
      lock.release(0);
    }
    const { wait, hold } = new Collector(plan, memory).lock('allocationLock');
    expect([wait.count, hold.count]).toEqual([3, 3]);
  });

  test('passes on what the lock said', () => {
    expect(meter(saying(7), createMemory(plan)).acquire(0)).toBe(7);
  });

  test('says whom a thread waits for, while it waits', () => {
    const memory = createMemory(plan);
    const counters = new ThreadCounters(memory, 0);
    let during = -1;
    const inner: Lock = {
      acquire() {
        during = counters.waitingFor;
        return 0;
      },
      release() {},
    };
    new MeteredLock(inner, memory, 0, 'targetLock').acquire(0);
    expect(during).toBe(WAITING_FOR.targetLock);
    expect(counters.waitingFor).toBe(WAITING_FOR.nothing);
    expect(memory.words[memory.layout.targetHolder]).toBe(1);
    expect(memory.words[memory.layout.allocationHolder]).toBe(0);
  });
});
