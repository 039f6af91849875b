import { expect, test } from 'vitest';
import { nowNs } from '../../../src/clock.ts';
import { IdleLoop } from '../../../src/load/idle-loop.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { PauseLog } from '../../../src/record/pause-log.ts';
import { planWith } from '../../support/plans.ts';

function loopWith(warmupNs: number) {
  const plan = planWith({ watchdogNs: 1e9, load: { warmupNs } });
  const memory = createMemory(plan);
  const gate = new Gate(memory.words, memory.floats, memory.layout);
  // It ends with the first period after which nobody is left.
  gate.finish();
  return { loop: new IdleLoop(plan, memory), log: new PauseLog(memory) };
}

test('a period is written down with the time that it really took', () => {
  const { loop, log } = loopWith(0);
  loop.run(nowNs());
  const { observedNs, lostNs, pauses } = log.snapshot();
  expect(observedNs).toBeGreaterThanOrEqual(1e6);
  expect(pauses.maxNs).toBeGreaterThan(0);
  expect(pauses.maxNs).toBeLessThanOrEqual(observedNs);
  expect(lostNs).toBeLessThanOrEqual(observedNs);
});

test('nothing is written down before the measurement begins, or while it rehearses', () => {
  const { loop, log } = loopWith(60e9);
  loop.rehearse();
  loop.run(nowNs());
  expect(log.snapshot()).toMatchObject({ observedNs: 0, lostNs: 0, pauses: { count: 0 } });
});
