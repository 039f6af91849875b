import type { Slice } from './addresses.ts';
import type { PreRemaps } from './pre-remaps.ts';

/**
 * A way through the LBAs that a thread remaps, from first to last and round again, past those that
 * were remapped before the load. One that remaps and one that gives back take the same way.
 */
export class RemapWalk {
  /** LBAs on the way. */
  readonly lbaCount: number;
  readonly #first: number;
  readonly #end: number;
  readonly #before: PreRemaps;
  #next: number;

  constructor({ firstLba, sectorCount }: Slice, before: PreRemaps) {
    this.#first = firstLba;
    this.#end = firstLba + sectorCount;
    this.#before = before;
    this.#next = firstLba;
    let taken = 0;
    for (let lba = firstLba; before.count > 0 && lba < this.#end; lba++) {
      if (before.has(lba)) taken++;
    }
    this.lbaCount = sectorCount - taken;
  }

  /** Only where there is one. */
  next(): number {
    let lba = this.#next;
    for (;;) {
      this.#next = lba + 1 === this.#end ? this.#first : lba + 1;
      if (!this.#before.has(lba)) return lba;
      lba = this.#next;
    }
  }
}
