import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channels, Request } from '../../../src/device/channels.ts';
import { serviceModelOn } from '../../../src/device/index.ts';
import { StallCalendar } from '../../../src/device/stall-calendar.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { Channel, type Layout, STRIDE } from '../../../src/memory/layout.ts';
import type { DevicePlan, StallPlan } from '../../../src/scenario/plan.ts';
import { AT_ONCE } from '../../../src/scenario/plan.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/**
 * Goal: so many channels serve at once, each one request at a time, in the order of issue; what one
 * thread gives to them another finds taken.
 *
 * Method: cases by hand, and random requests against a plain list of moments.
 *
 * Not covered: threads at the lock at the same time; locks have tests of their own.
 */
const CONSTANT = { kind: 'constant', meanNs: 1, deviationNs: 0, table: null } as const;

function modelOf(channelCount: number, stalls: readonly StallPlan[] = []) {
  const plan = planWith({ device: { serviceTime: CONSTANT, channelCount, stalls } });
  const memory = memoryFor(plan);
  const threads = [0, 1].map(() => serviceModelOn(plan, memory));
  return (issueNs: number, workNs: number, thread = 0): readonly [number, number] => {
    const request = new Float64Array(Request.count);
    request[Request.issue] = issueNs;
    request[Request.work] = workNs;
    threads[thread]?.serve(thread, request);
    return [request[Request.begin] as number, request[Request.end] as number];
  };
}

describe('channels', () => {
  it('let a request wait for the one before it, whichever thread that came from', () => {
    const serve = modelOf(1);
    expect(serve(1000, 50, 0)).toEqual([1000, 1050]);
    expect(serve(1010, 50, 1)).toEqual([1050, 1100]);
    expect(serve(2000, 50, 0)).toEqual([2000, 2050]);
  });

  it('serve as many at once as there are', () => {
    const serve = modelOf(2);
    expect([serve(0, 100), serve(0, 30), serve(0, 10), serve(0, 10)]).toEqual([
      [0, 100],
      [0, 30],
      [30, 40],
      [40, 50],
    ]);
  });

  it('stand still all together', () => {
    const serve = modelOf(2, [{ atNs: 100, forNs: 1000, everyNs: null }]);
    expect([serve(90, 20), serve(95, 5), serve(500, 5)]).toEqual([
      [90, 1110],
      [95, 100],
      [500, 1105],
    ]);
  });

  it('do as a list of moments does', () => {
    const request = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 90 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(request), (count, requests) => {
        const serve = modelOf(count);
        const free = Array.from({ length: count }, () => 0);
        let issueNs = 0;
        for (const [gapNs, workNs] of requests) {
          issueNs += gapNs;
          free.sort((one, other) => one - other);
          const beginNs = Math.max(issueNs, free[0] as number);
          free[0] = beginNs + workNs;
          expect(serve(issueNs, workNs)).toEqual([beginNs, beginNs + workNs]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('one channel', () => {
  it('is looked at and changed under the lock, in its own float', () => {
    const floats = new Float64Array(2 * STRIDE);
    const held: string[] = [];
    const ends = () => [...floats].flatMap((value, at) => (value === 0 ? [] : [[at, value]]));
    const lock: Lock = {
      acquire: (thread) => held.push(`acquire ${thread}`, JSON.stringify(ends())),
      release: (thread) => void held.push(`release ${thread}`, JSON.stringify(ends())),
    };
    const layout = { channels: STRIDE } as Layout;
    const channels = new Channels(floats, layout, {
      lock,
      stalls: new StallCalendar([]),
      count: 1,
    });
    channels.serve(3, Float64Array.of(1000, 50, 0, 0));
    const at = (STRIDE + Channel.freeNs) / 2;
    expect(held).toEqual(['acquire 3', '[]', 'release 3', `[[${at},1050]]`]);
  });
});

describe('a device without service times', () => {
  const modelWith = (device: Partial<DevicePlan>) => {
    const plan = planWith({ device: { ...AT_ONCE, ...device } });
    return serviceModelOn(plan, memoryFor(plan));
  };

  it('has no model', () => {
    expect(modelWith({})).toBeNull();
  });

  it('has one for its stalls, in which requests do not wait for each other', () => {
    const model = modelWith({ stalls: [{ atNs: 100, forNs: 10, everyNs: null }] });
    for (const issueNs of [105, 107]) {
      const request = Float64Array.of(issueNs, 0, 0, 0);
      model?.serve(0, request);
      expect(request[Request.end]).toBe(110);
    }
  });
});
