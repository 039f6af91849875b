import { expect, test } from 'vitest';
import { MeteredLock } from '../../src/load/metered-lock.ts';
import { lockOn } from '../../src/lock/index.ts';
import { createMemory } from '../../src/memory/attach.ts';
import { Collector } from '../../src/run/collect.ts';
import { planWith } from '../support/plans.ts';

/**
 * Goal: two threads inside one lock are noticed, whichever of them looks.
 *
 * Method: a lock that does not lock, entered by two threads one after the other.
 */
const plan = planWith({ load: { threadCount: 2 }, lock: { kind: 'none' } });

function twoThreads() {
  const memory = createMemory(plan);
  const { words, layout } = memory;
  const [one, other] = [0, 1].map((thread) => {
    const inner = lockOn('none', words, layout.allocationLock);
    return new MeteredLock(inner, memory, thread, 'allocationLock');
  }) as [MeteredLock, MeteredLock];
  const overlaps = () => new Collector(plan, memory).lock('allocationLock').overlapCount;
  return { one, other, overlaps, memory };
}

test('the one that enters second finds the first inside', () => {
  const { one, other, overlaps } = twoThreads();
  one.acquire(0);
  other.acquire(1);
  expect(overlaps()).toBe(1);
});

test('the one that leaves finds somebody else inside', () => {
  const { one, other, overlaps } = twoThreads();
  one.acquire(0);
  other.acquire(1);
  one.release(0);
  expect(overlaps()).toBe(2);
});

test('two that entered at the very same moment meet when they leave', () => {
  const { one, other, overlaps, memory } = twoThreads();
  one.acquire(0);
  // Both saw an empty word; the other's mark is the one that stayed.
  memory.words[memory.layout.allocationHolder] = 2;
  one.release(0);
  other.release(1);
  expect(overlaps()).toBe(1);
});

test('taking turns is no overlap', () => {
  const { one, other, overlaps } = twoThreads();
  for (let turn = 0; turn < 5; turn++) {
    one.acquire(0);
    one.release(0);
    other.acquire(1);
    other.release(1);
  }
  expect(overlaps()).toBe(0);
});
