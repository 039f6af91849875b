import { beforeAll, describe, expect, test } from 'vitest';
import { bucketIndexOf } from '../../../src/record/histogram.ts';
import type { Collector } from '../../../src/run/collect.ts';
import { NO_MIX } from '../../../src/scenario/plan.ts';
import {
  law,
  meanResponse,
  readsFor as planOf,
  SERVICE_NS,
  steady,
  type VirtualTime,
  virtualTime,
} from '../../support/virtual-time.ts';

/**
 * Goal: what is planned, in flight or stalled comes out as queueing theory and arithmetic say.
 *
 * Method: the loop and the device as they are, in virtual time. Mean response times against M/M/1
 * and M/D/1 within 5 %.
 *
 * Not covered: threads beside each other, the real clock, and the busier queues, whose means take
 * long to settle; see the long tests.
 */
let time: VirtualTime;
beforeAll(async () => {
  time = await virtualTime();
});

describe('mean response at half of what the device can do', () => {
  const within5 = (seen: number, theory: number) =>
    expect(Math.abs(seen / theory - 1)).toBeLessThan(0.05);

  test('is that of M/M/1', () => {
    within5(meanResponse(time, 0.5, 'exponential', { count: 30_000 }), 2);
  });

  test('is that of M/D/1', () => {
    within5(meanResponse(time, 0.5, 'constant', { count: 20_000 }), 1.5);
  });

  test('is the same where the queue is in the device', () => {
    within5(meanResponse(time, 0.5, 'constant', { count: 20_000, ioDepth: 64 }), 1.5);
  });
});

describe('a stall of one second in five', () => {
  const device = {
    serviceTime: law('constant', 100_000),
    stalls: [{ atNs: 2e9, forNs: 1e9, everyNs: null }],
  };
  const open = planOf(device, {
    durationNs: 5e9,
    arrivals: { law: 'constant', segments: steady(1000) },
  });
  const percentile = (collector: Collector, kind: 'service' | 'response', share: number) => {
    const { counts, count } = collector.operations().read[kind];
    const target = share * count;
    let seen = 0;
    return counts.findIndex((inBucket) => {
      seen += inBucket;
      return seen >= target;
    });
  };

  test('is what it is for an open load: a tenth waited for half a second', () => {
    const collector = time.load(open);
    const { service, queueing, response } = collector.operations().read;
    expect([service.count, queueing.count, response.count]).toEqual([5000, 5000, 5000]);
    expect(queueing.sumNs + service.sumNs).toBe(response.sumNs);
    expect(percentile(collector, 'response', 0.9)).toBeGreaterThan(bucketIndexOf(0.3e9));
    expect(percentile(collector, 'response', 0.9)).toBeLessThan(bucketIndexOf(0.6e9));
    expect(percentile(collector, 'response', 0.99)).toBeGreaterThan(bucketIndexOf(0.9e9));
    expect(percentile(collector, 'response', 0.99)).toBeLessThan(bucketIndexOf(1e9));
    expect(percentile(collector, 'service', 0.999)).toBeLessThan(bucketIndexOf(101_000));
    expect(collector.pace()?.threads[0]).toMatchObject({ plannedCount: 5000, droppedCount: 0 });
  });

  test('is one operation of a closed load', () => {
    const closed = planOf(device, { durationNs: 5e9, thinkTimeNs: 900_000 });
    const { service, queueing } = time.load(closed).operations().read;
    const slow = [...service.counts.keys()].filter((bucket) => bucket > 20_000);
    expect(service.count).toBeGreaterThan(3900);
    expect(slow.reduce((sum, bucket) => sum + (service.counts[bucket] as number), 0)).toBe(1);
    expect(service.maxNs).toBeGreaterThan(0.99e9);
    expect(service.sumNs).toBeLessThan(1e9 + service.count * 102_000);
    expect(queueing.count).toBe(0);
  });
});

describe('arrivals', () => {
  test('that are still waiting at the end are dropped, and counted', () => {
    // 100 µs each for 20,000 a second: half of them are served.
    const plan = planOf(
      { serviceTime: law('constant', 100_000) },
      { durationNs: 1e9, arrivals: { law: 'constant', segments: steady(20_000) } },
    );
    const collector = time.load(plan);
    const [pace] = collector.pace()?.threads ?? [];
    const completed = collector.threads()[0]?.operationCount ?? 0;
    expect(pace?.plannedCount).toBe(20_000);
    expect(completed).toBeGreaterThan(9800);
    expect(completed + (pace?.droppedCount ?? 0)).toBe(20_000);
  });

  test('in the warm-up are issued and not measured', () => {
    const plan = planOf(
      {},
      { warmupNs: 1e9, durationNs: 1e9, arrivals: { law: 'constant', segments: steady(1000) } },
    );
    const collector = time.load(plan);
    expect(collector.threads()[0]?.operationCount).toBe(2000);
    expect(collector.operations().read.count).toBe(1000);
    expect(collector.pace()?.threads[0]).toMatchObject({ measuredCount: 1000, earlyCount: 0 });
  });

  test('end where their number is limited', () => {
    const plan = planOf(
      {},
      { operationCount: 250, arrivals: { law: 'poisson', segments: steady(1000) } },
    );
    const collector = time.load(plan);
    expect(collector.operations().read.count).toBe(250);
    expect(collector.pace()?.threads[0]).toMatchObject({ plannedCount: 250, droppedCount: 0 });
  });
});

describe('in flight', () => {
  test('are as many as may be, and as Little has it', () => {
    const plan = planOf(
      { serviceTime: law('exponential', SERVICE_NS), channelCount: 4 },
      { durationNs: 20e9, ioDepth: 8 },
    );
    const collector = time.load(plan);
    const { service } = collector.operations().read;
    // Four channels, always busy; half of a service time is the wait for one of them.
    expect(service.count).toBeGreaterThan(0.95 * 4 * (20e9 / SERVICE_NS));
    expect(service.count).toBeLessThan(1.05 * 4 * (20e9 / SERVICE_NS));
    const heldNs = collector.pace()?.threads[0]?.heldNs ?? 0;
    expect(heldNs / service.sumNs).toBeGreaterThan(0.999);
    expect(heldNs / service.sumNs).toBeLessThan(1.01);
    expect(heldNs / 20e9).toBeGreaterThan(7.9);
  });

  test('never spend the service time of a remap: it is work of the target', () => {
    const plan = planOf(
      { serviceTime: law('constant', SERVICE_NS) },
      { operationCount: 10, mix: { ...NO_MIX, remap: 1 } },
    );
    expect(time.load(plan).operations().remap.service.maxNs).toBeLessThan(SERVICE_NS / 2);
  });
});

describe('threads that come and go', () => {
  test('do nothing before and after', () => {
    const segments = [
      { forNs: 1e9, fromCount: 0, toCount: 0 },
      { forNs: 1e9, fromCount: 1, toCount: 1 },
      { forNs: Number.POSITIVE_INFINITY, fromCount: 0, toCount: 0 },
    ];
    const plan = planOf(
      { serviceTime: law('constant', 1_000_000) },
      { durationNs: 5e9, threadSegments: segments },
    );
    const [thread] = time.load(plan).threads();
    expect(thread?.operationCount).toBeGreaterThan(990);
    expect(thread?.operationCount).toBeLessThanOrEqual(1001);
    expect(thread?.firstIssueNs).toBeGreaterThanOrEqual(1e9);
    expect(thread?.lastCompletionNs).toBeLessThan(2.01e9);
  });
});

test('the same seed draws the same service times', () => {
  const plan = planOf(
    { serviceTime: law('exponential', SERVICE_NS) },
    { operationCount: 500, ioDepth: 4 },
  );
  const [one, other] = [time.load(plan), time.load(plan)].map(
    (run) => run.operations().read.service,
  );
  expect(one?.sumNs).toBe(other?.sumNs);
});

test('a rehearsal of it ends at once', () => {
  const plan = planOf(
    { serviceTime: law('exponential', 10e9), stalls: [{ atNs: 0, forNs: 9e9, everyNs: null }] },
    { durationNs: 5e9, ioDepth: 4, arrivals: { law: 'poisson', segments: steady(1) } },
  );
  expect(time.spent(() => time.rehearse(plan))).toBeLessThan(2e9);
});
