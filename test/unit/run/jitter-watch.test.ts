import { describe, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { PauseLog } from '../../../src/record/pause-log.ts';
import { JitterWatch, jitterMethodOf } from '../../../src/run/jitter-watch.ts';
import { planWith } from '../../support/plans.ts';

const LOOK_NS = 5e6;
const PLAN = planWith({ watchdogNs: 1e9, load: { threadCount: 2, warmupNs: 100e6 } });

const QUIET = { maxNs: 1e6, lostShare: 0.04 };

describe('who watches', () => {
  test.each([
    [3, 'idle-loop'],
    [2, 'sampled'],
    [1, 'sampled'],
  ])('over two threads on %d cores: %s', (cores, method) => {
    expect(jitterMethodOf(PLAN, { cores, jitter: QUIET })).toBe(method);
  });

  test('nobody, where the scenario says so', () => {
    expect(jitterMethodOf({ ...PLAN, jitter: 'off' }, { cores: 8, jitter: QUIET })).toBe('off');
  });

  test('the coordinator, where other programs need the cores', () => {
    const busy = { maxNs: 1e6, lostShare: 0.3 };
    expect(jitterMethodOf(PLAN, { cores: 8, jitter: busy })).toBe('sampled');
  });

  test('threads that serve the remap queue need cores too', () => {
    const autoRemap = {
      workerCount: 1,
      errorThreshold: 3,
      queueCount: 8,
      attemptCount: 1,
      backoffNs: 0,
    };
    expect(jitterMethodOf({ ...PLAN, autoRemap }, { cores: 3, jitter: QUIET })).toBe('sampled');
  });
});

describe('the coordinator as a sample', () => {
  test('notes how late it woke, from the end of the warm-up on', () => {
    const watch = new JitterWatch(PLAN, createMemory(PLAN), 'sampled', LOOK_NS);
    watch.slept(90e6, 120e6, LOOK_NS);
    watch.slept(120e6, 126e6, LOOK_NS);
    watch.slept(126e6, 128e6, LOOK_NS);
    const { pauses, observedNs, lostNs, periodNs } = watch.record();
    expect(pauses).toMatchObject({ count: 2, minNs: 0, maxNs: 1e6 });
    expect({ observedNs, lostNs, periodNs }).toEqual({
      observedNs: 8e6,
      lostNs: null,
      periodNs: LOOK_NS,
    });
  });

  test('leaves it to the idle loop where there is one', () => {
    const memory = createMemory(PLAN);
    const watch = new JitterWatch(PLAN, memory, 'idle-loop', LOOK_NS);
    watch.slept(120e6, 320e6, LOOK_NS);
    new PauseLog(memory).record(700, 1e6);
    new PauseLog(memory).addTime(1e6, 700);
    expect(watch.record()).toMatchObject({
      method: 'idle-loop',
      lostNs: 700,
      pauses: { count: 1, maxNs: 700 },
    });
  });

  test('is nobody without a region to write to', () => {
    const plan = { ...PLAN, jitter: 'off' } as const;
    const watch = new JitterWatch(plan, createMemory(plan), 'off', LOOK_NS);
    watch.slept(120e6, 320e6, LOOK_NS);
    expect(watch.record()).toMatchObject({ method: 'off', observedNs: 0, pauses: { count: 0 } });
  });
});
