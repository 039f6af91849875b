import { Audit, type Layout } from '../memory/layout.ts';

const IN_FLIGHT = 1;
const GENERATION_SHIFT = 9;
const GENERATION = 1 << GENERATION_SHIFT;
/** Generations wrap at 2^23; no more than a few thousand of one sector matter at a time. */
const GENERATION_MASK = 0x7fffff;

/**
 * What each sector may hold: the expectation shared by all threads that write to it. Three words a
 * sector, 12 bytes:
 *
 *     issued   generation last given out · 512 + writes in flight (at most 256 threads); atomic
 *     batch    generation of the first write of the current run of overlapping writes
 *     floor    oldest generation the sector may still hold
 *
 * A write takes the next generation when it begins. While writes to a sector overlap, any of them
 * may be the last one on the disk; so when one of them completes, all that came before the batch's
 * first are dead: floor = batch. `batch` and `floor` are written without care for races, because
 * every stale value that can be read there is an older one, and an older floor only allows more:
 * the check may miss in a burst of overlapping writes, it never accuses falsely.
 */
export class SectorAudit {
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#base = layout.audit;
  }

  /** Before the write is issued. Returns its generation, 1 … 2^23 − 1 and around. */
  beginWrite(lba: number): number {
    const at = this.#base + lba * Audit.wordCount;
    const before = Atomics.add(this.#words, at + Audit.issued, GENERATION + IN_FLIGHT);
    const generation = ((before >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
    if ((before & (GENERATION - 1)) === 0) this.#words[at + Audit.batch] = generation;
    return generation;
  }

  /** After the write was acknowledged, before anybody is told. */
  endWrite(lba: number): void {
    const at = this.#base + lba * Audit.wordCount;
    this.#words[at + Audit.floor] = this.#words[at + Audit.batch] as number;
    // Pairs with the add in beginWrite(): a later batch begins after this floor was written.
    Atomics.sub(this.#words, at + Audit.issued, IN_FLIGHT);
  }

  /** A write that was refused and changed nothing: what was there may still be there. */
  refuseWrite(lba: number): void {
    Atomics.sub(this.#words, this.#base + lba * Audit.wordCount + Audit.issued, IN_FLIGHT);
  }

  /** Before a read is issued: the oldest generation it may see. */
  floorOf(lba: number): number {
    return this.#words[this.#base + lba * Audit.wordCount + Audit.floor] as number;
  }

  /** After a read has completed: the newest generation it may have seen. */
  issuedOf(lba: number): number {
    const issued = this.#words[this.#base + lba * Audit.wordCount + Audit.issued] as number;
    return (issued >>> GENERATION_SHIFT) & GENERATION_MASK;
  }
}

/** Whether generation lies in [floor, issued], counted round the wrap. */
export function isAllowed(generation: number, floor: number, issued: number): boolean {
  return ((generation - floor) & GENERATION_MASK) <= ((issued - floor) & GENERATION_MASK);
}

/** Whether generation is older than floor rather than newer than issued, counted round the wrap. */
export function isOlder(generation: number, floor: number): boolean {
  return ((floor - generation) & GENERATION_MASK) < GENERATION_MASK >>> 1;
}
