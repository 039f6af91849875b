import { initialiseDevice } from '../../../src/device/index.ts';
import { clearMemory, createMemory, type Memory } from '../../../src/memory/attach.ts';
import type { AllocatorKind, LockKind, Placement, Protocol } from '../../../src/scenario/plan.ts';
import type { AllocateJob, Grants } from './allocate-worker.ts';
import { runCrew, type Stage } from './crew.ts';
import type { Figures } from './probe.ts';
import { probePlan, SECTOR_COUNT_MAX } from './probe-plan.ts';

/** Nothing but calls of an allocator: no data, no releases, no clock. */
export interface Allocation {
  readonly kind: AllocatorKind;
  readonly protocol: Protocol;
  readonly lockKind: LockKind;
  readonly outerLock: boolean;
  readonly placement: Placement;
  readonly threadCount: number;
  readonly spareCount: number;
  readonly callCount: number;
  readonly samplePeriod: number | null;
}

/** Spares a thread to rehearse with, as far as there can be so many; half as many calls. */
const REHEARSED_SPARES = 2 ** 20;
const REHEARSED_MS = 250;

/**
 * Threads that race for the published cache may leave it in a state from which every call scans
 * for free spares in vain, at tens of microseconds each: millions of calls would take minutes.
 */
const MOST_MS = 4000;

/** The calls that it says are fewer than were asked for if they took too long. */
export async function performAllocation(allocation: Allocation): Promise<Figures> {
  const spareCount = Math.min(allocation.threadCount * REHEARSED_SPARES, SECTOR_COUNT_MAX);
  const rehearsal = { ...allocation, spareCount, callCount: spareCount >>> 1 };
  const entry = new URL('./allocate-worker.js', import.meta.url);
  const { seconds, outcomes } = await runCrew<AllocateJob, Grants>(entry, [
    { ...stageOf(rehearsal), stopAfterMs: REHEARSED_MS },
    { ...stageOf(allocation), stopAfterMs: MOST_MS },
  ]);
  const calls = outcomes.reduce((sum, { callCount }) => sum + callCount, 0);
  return {
    calls,
    granted: outcomes.reduce((sum, { count }) => sum + count, 0),
    distinct: distinctOf(outcomes, allocation.spareCount),
    seconds,
    perSecond: calls / seconds,
  };
}

function distinctOf(grants: readonly Grants[], spareCount: number): number {
  const seen = new Uint8Array(spareCount);
  for (const { spares, count } of grants) {
    for (let at = 0; at < count; at++) seen[spares[at] as number] = 1;
  }
  return seen.reduce((sum, once) => sum + once, 0);
}

function stageOf(allocation: Allocation): Stage<AllocateJob> {
  const { kind, protocol, outerLock, placement, callCount, samplePeriod } = allocation;
  const plan = probePlan({
    device: { spare: { sectors: allocation.spareCount, placement } },
    allocator: { kind, protocol, outerLock },
    lock: { kind: allocation.lockKind },
    load: { threads: allocation.threadCount },
  });
  const memory: Memory = createMemory(plan);
  // Touches every page of it.
  clearMemory(plan, memory);
  initialiseDevice(plan, memory);
  return { plan, memory, job: { callCount, samplePeriod } };
}
