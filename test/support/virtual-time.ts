import { vi } from 'vitest';
import type { Collector } from '../../src/run/collect.ts';
import { NO_MIX, type Plan, type ServiceTimePlan } from '../../src/scenario/plan.ts';
import { planWith } from './plans.ts';

/**
 * The loop of a thread and all that it calls, on a clock of the test's own: a look at it takes 200
 * ns, and a sleep a little longer than it was meant to. So a minute passes in no time, the same in
 * every run. The code is that of the product; only the module that reads the clock is
 * another, in modules loaded for this alone.
 */
export interface VirtualTime {
  /** The whole load of a plan for one thread. */
  load(plan: Plan): Collector;
  /** How long something takes. */
  spent(does: () => void): number;
  rehearse(plan: Plan): void;
}

const LOOK_NS = 200;
/** Leaves little to spin. */
const OVERSLEPT_NS = 149_000;

export async function virtualTime(): Promise<VirtualTime> {
  const clock = { now: 1e12 };
  vi.resetModules();
  vi.doMock('../../src/clock.ts', () => ({
    nowNs: () => {
      clock.now += LOOK_NS;
      return clock.now;
    },
    stampNs: (into: Float64Array, index: number) => {
      clock.now += LOOK_NS;
      into[index] = clock.now;
    },
  }));
  const { loopFor } = await import('../../src/load/loop.ts');
  const { rehearse } = await import('../../src/load/rehearsal.ts');
  const { Gate } = await import('../../src/memory/gate.ts');
  const { Collector } = await import('../../src/run/collect.ts');
  const { prepareMemory } = await import('../../src/run/prepare.ts');
  vi.doUnmock('../../src/clock.ts');
  vi.resetModules();
  Gate.prototype.sleepNs = (ns: number) => {
    clock.now += ns + OVERSLEPT_NS;
  };
  return {
    load: (plan) => {
      const memory = prepareMemory(plan);
      loopFor(plan, memory, 0).run(clock.now);
      return new Collector(plan, memory);
    },
    spent: (does) => {
      const startedNs = clock.now;
      does();
      return clock.now - startedNs;
    },
    rehearse: (plan) => rehearse(plan, 0),
  };
}

type Overrides = NonNullable<Parameters<typeof planWith>[0]>;

/** Reads on a small device, until their time is over. */
export function readsFor(device: Overrides['device'], load: Overrides['load']): Plan {
  return planWith({
    integrity: 'off',
    watchdogNs: 10e9,
    device: { sectorCount: 64, spare: { sectorCount: 16 }, ...device },
    load: { operationCount: null, mix: { ...NO_MIX, read: 1 }, ...load },
  });
}

export function law(kind: ServiceTimePlan['kind'], meanNs: number): ServiceTimePlan {
  return { kind, meanNs, deviationNs: 0, table: null };
}

export function steady(perSecond: number) {
  return [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: perSecond, toPerSecond: perSecond }];
}

export const SERVICE_NS = 2_000_000;

/** Mean response time of Poisson arrivals at a utilisation, in service times. */
export function meanResponse(
  time: VirtualTime,
  rho: number,
  kind: ServiceTimePlan['kind'],
  options: { count: number; channels?: number; ioDepth?: number },
): number {
  const { channels = 1, ioDepth = 1, count } = options;
  const perSecond = (rho * channels * 1e9) / SERVICE_NS;
  const collector = time.load(
    readsFor(
      { serviceTime: law(kind, SERVICE_NS), channelCount: channels },
      {
        ioDepth,
        durationNs: Math.round((count / perSecond) * 1e9),
        arrivals: { law: 'poisson', segments: steady(perSecond) },
      },
    ),
  );
  const { response } = collector.operations().read;
  return response.sumNs / response.count / SERVICE_NS;
}
