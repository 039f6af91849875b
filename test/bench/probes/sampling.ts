import { performAllocation } from './allocation.ts';
import type { Probe } from './probe.ts';
import { SECTOR_COUNT_MAX, THREAD_COUNT_MAX } from './probe-plan.ts';

/** What it costs to time one acquisition in so many: calls a second of a metered allocator. */
export const sampling: Probe = {
  options: ['period', 'threads', 'count'],
  run(options) {
    const period = options.whole('period', { min: 0, max: 1e6 });
    const callCount = options.whole('count', { min: 1, max: SECTOR_COUNT_MAX });
    return performAllocation({
      kind: 'cached',
      protocol: 'guarded',
      lockKind: 'test-and-test-and-set',
      outerLock: false,
      placement: 'none',
      threadCount: options.whole('threads', { min: 1, max: THREAD_COUNT_MAX }),
      // Enough: this allocator hands out each spare once, and never misses one.
      spareCount: callCount,
      callCount,
      samplePeriod: period === 0 ? Number.POSITIVE_INFINITY : period,
    });
  },
};
