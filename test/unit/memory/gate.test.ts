import { expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { planWith } from '../../support/plans.ts';

function gate(): Gate {
  const { words, floats, layout } = createMemory(planWith());
  return new Gate(words, floats, layout);
}

test('counts who has arrived and who has finished', () => {
  const at = gate();
  at.arrive();
  at.arrive();
  at.finish();
  expect([at.arrivedCount(), at.finishedCount()]).toEqual([2, 1]);
});

test('an open gate lets through at once, with the clock at its opening', () => {
  const at = gate();
  expect(at.isOpen()).toBe(false);
  at.open(123_456_789_012);
  expect(at.isOpen()).toBe(true);
  expect(at.awaitStart()).toBe(123_456_789_012);
});

test('a stopped run is seen by everybody and cuts every sleep short', () => {
  const at = gate();
  expect(at.mustStop()).toBe(false);
  at.stop();
  expect(at.mustStop()).toBe(true);
  // A minute, unless the stop word ends it.
  at.sleepNs(60e9);
});

test('after the release nobody waits any more, at either gate', () => {
  const at = gate();
  at.release();
  at.awaitExit();
  at.awaitStart();
});
