import { allocatorOn } from '../../../src/device/index.ts';
import { NO_SPARE, type SpareAllocator } from '../../../src/device/spare-allocator.ts';
import { MeteredLock } from '../../../src/load/metered-lock.ts';
import { lockOn } from '../../../src/lock/index.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import type { Gate } from '../../../src/memory/gate.ts';
import { targetLockKindOf } from '../../../src/scenario/plan.ts';
import { serve, shareOf } from './member.ts';

export interface AllocateJob {
  /** Calls of all threads together. */
  readonly callCount: number;
  /** Of the meter around the allocator's lock; null for the bare lock. */
  readonly samplePeriod: number | null;
}

/** What the allocator gave to one thread. */
export interface Grants {
  readonly callCount: number;
  readonly spares: Int32Array;
  readonly count: number;
}

/** Calls between two looks at the stop word: so many that the look costs nothing. */
const BATCH = 1024;

serve<AllocateJob, Grants>(({ plan, memory, gate, thread, job }) => {
  const { words, layout } = memory;
  const bare = lockOn(plan.lock.kind, words, layout.allocationLock);
  const lock =
    job.samplePeriod === null
      ? bare
      : new MeteredLock(bare, memory, thread, 'allocationLock', job.samplePeriod);
  const allocator = allocatorOn(plan, words, layout, lock);
  const outerKind = plan.allocator.outerLock ? targetLockKindOf(plan) : 'none';
  const outer = lockOn(outerKind, words, layout.targetLock);
  const callCount = shareOf(job.callCount, thread, plan.load.threadCount);
  // Filled, so that no first touch of a page falls into the calls.
  const spares = new Int32Array(callCount).fill(NO_SPARE);
  const grants = { callCount: 0, spares, count: 0 };
  return () => {
    makeCalls(gate, allocator, outer, thread, grants);
    return grants;
  };
});

/** One call for each place there is in `grants`, unless stopped. */
function makeCalls(
  gate: Gate,
  allocator: SpareAllocator,
  outer: Lock,
  thread: number,
  grants: { callCount: number; readonly spares: Int32Array; count: number },
): void {
  const { spares } = grants;
  while (grants.callCount < spares.length && !gate.mustStop()) {
    const callCount = Math.min(spares.length - grants.callCount, BATCH);
    grants.count = makeBatch(allocator, outer, thread, callCount, spares, grants.count);
    grants.callCount += callCount;
  }
}

/** Returns how many spares there are now. */
function makeBatch(
  allocator: SpareAllocator,
  outer: Lock,
  thread: number,
  callCount: number,
  spares: Int32Array,
  from: number,
): number {
  let count = from;
  for (let call = 0; call < callCount; call++) {
    outer.acquire(thread);
    const spare = allocator.allocate(thread);
    outer.release(thread);
    if (spare !== NO_SPARE) spares[count++] = spare;
  }
  return count;
}
