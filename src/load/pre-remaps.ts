import { reservedSectorsOf } from '../device/metadata-area.ts';
import { allocatableEndOf } from '../memory/layout.ts';
import type { Plan } from '../scenario/plan.ts';

/**
 * Which sectors are remapped before the load begins: so many, as evenly over the device as it goes.
 * Sector i of n is floor(i · sectors / n), so whether one is among them takes no list.
 */
export class PreRemaps {
  readonly count: number;
  readonly #sectorCount: number;

  constructor(plan: Plan) {
    this.count = countOf(plan);
    this.#sectorCount = plan.device.sectorCount;
  }

  lbaOf(index: number): number {
    return Math.floor((index * this.#sectorCount) / this.count);
  }

  has(lba: number): boolean {
    if (this.count === 0) return false;
    const index = Math.ceil((lba * this.count) / this.#sectorCount);
    return index < this.count && this.lbaOf(index) === lba;
  }
}

/** A number, or a share of the spares that can be allocated. */
function countOf(plan: Plan): number {
  const { remapCount, spareShare } = plan.precondition;
  if (spareShare === 0) return remapCount;
  const allocatable = reservedSectorsOf(plan)
    .subarray(0, allocatableEndOf(plan))
    .reduce((count, bit) => count + 1 - bit, 0);
  return Math.min(Math.floor(spareShare * allocatable), plan.device.sectorCount);
}
