import { ALLOCATOR_KINDS, LOCK_KINDS, PLACEMENTS, PROTOCOLS } from '../../../src/scenario/plan.ts';
import { performAllocation } from './allocation.ts';
import type { Probe } from './probe.ts';
import { SECTOR_COUNT_MAX, THREAD_COUNT_MAX } from './probe-plan.ts';

/** Calls of an allocator a second, and how many of what was handed out were different spares. */
export const allocate: Probe = {
  options: [
    ...['kind', 'protocol', 'lock', 'outer-lock', 'threads', 'spares', 'count', 'placement'],
  ],
  run(options) {
    return performAllocation({
      kind: options.choice('kind', ALLOCATOR_KINDS),
      protocol: options.choice('protocol', PROTOCOLS),
      lockKind: options.choice('lock', LOCK_KINDS),
      outerLock: options.isSet('outer-lock'),
      placement: options.choice('placement', PLACEMENTS, 'v4-dynamic'),
      threadCount: options.whole('threads', { min: 1, max: THREAD_COUNT_MAX }),
      spareCount: options.whole('spares', { min: 1, max: SECTOR_COUNT_MAX }),
      callCount: options.whole('count', { min: 1, max: 2 ** 32 }),
      samplePeriod: null,
    });
  },
};
