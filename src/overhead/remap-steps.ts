import { stampNs } from '../clock.ts';
import { allocatorOn, initialiseDevice, remapTableOn } from '../device/index.ts';
import { ON_MAIN, type RemapTable } from '../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../device/spare-allocator.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import { createMemory, touchPages } from '../memory/attach.ts';
import { type Plan, targetLockKindOf } from '../scenario/plan.ts';

/** What a remap consists of, in ns of one call. `floor` is a reading of the clock and the next. */
export const STEPS = ['floor', 'lock', 'scan', 'allocation', 'entry'] as const;
export type Step = (typeof STEPS)[number];

const THREAD = 0;

/**
 * The steps of a remap under the target lock, with a reading of the clock between them:
 *
 *     lock        taking the target lock, and giving it back
 *     scan        looking for the LBA among those remapped already
 *     allocation  the allocator's call, cache and bitmap, with its own lock
 *     entry       writing the new mapping down
 *
 * On shared memory of its own, filled as a path's is, so that both come to the same number of
 * entries round by round. Words and answers of the command are not part of it.
 */
export class RemapSteps {
  readonly #allocator: SpareAllocator;
  readonly #table: RemapTable;
  readonly #targetLock: Lock;
  readonly #times = new Float64Array(7);

  /** @param plan as devicePlanOf() makes it */
  constructor(plan: Plan) {
    const memory = createMemory(plan);
    touchPages(memory, 0, 1);
    initialiseDevice(plan, memory);
    const { words, layout } = memory;
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    this.#allocator = allocatorOn(plan, words, layout, allocationLock);
    this.#table = remapTableOn(plan, words, layout);
    this.#targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  }

  /** Remaps an LBA that is not remapped; ns of each step into `into`. False: no spare was left. */
  remap(lba: number, into: Float64Array): boolean {
    const times = this.#times;
    stampNs(times, 0);
    stampNs(times, 1);
    this.#targetLock.acquire(THREAD);
    stampNs(times, 2);
    const isRemapped = this.#table.spareFor(lba) !== ON_MAIN || this.#table.isFull();
    stampNs(times, 3);
    const spare = isRemapped ? NO_SPARE : this.#allocator.allocate(THREAD);
    stampNs(times, 4);
    if (spare !== NO_SPARE) this.#table.insert(lba, spare);
    stampNs(times, 5);
    this.#targetLock.release(THREAD);
    stampNs(times, 6);
    into[0] = this.#between(0, 1);
    into[1] = this.#between(1, 2) + this.#between(5, 6);
    into[2] = this.#between(2, 3);
    into[3] = this.#between(3, 4);
    into[4] = this.#between(4, 5);
    return spare !== NO_SPARE;
  }

  #between(from: number, to: number): number {
    return (this.#times[to] as number) - (this.#times[from] as number);
  }
}
