import { Audit, type Layout } from '../memory/layout.ts';

const IN_FLIGHT_MASK = 511;
const GENERATION_SHIFT = 9;
/** Generations wrap at 2^23; no more than a few thousand of one group matter at a time. */
const GENERATION_MASK = 0x7fffff;

/**
 * What each sector may hold: the expectation shared by all threads that write to it. One account
 * for each group of sectors that is always written together (Layout.auditShift), two words:
 *
 *     issued   generation last given out · 512 + writes in flight (at most 256 threads); atomic
 *     floor    oldest generation the group may still hold
 *
 * A write takes the next generation when it begins. While writes to a group overlap, any of them
 * may be the last one on the disk. The first of such a batch began when no other was in flight, so
 * when it completes, all that came before it are dead: floor = its generation. Nobody else writes
 * the floor, and the first of the next batch comes after it; but a thread may read an older one,
 * and an older floor only allows more: the check may miss in a burst of overlapping writes, it
 * never accuses falsely.
 */
export class SectorAudit {
  readonly #words: Int32Array;
  readonly #base: number;
  /** log2 of the sectors in a group. */
  readonly shift: number;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#base = layout.audit;
    this.shift = layout.auditShift;
  }

  /** Before the write is issued. Returns its ticket, which says its generation. */
  beginWrite(group: number): number {
    const issued = this.#base + group * Audit.wordCount + Audit.issued;
    return Atomics.add(this.#words, issued, (1 << GENERATION_SHIFT) + 1);
  }

  /** After the write was acknowledged, before anybody is told. */
  endWrite(group: number, ticket: number): void {
    const at = this.#base + group * Audit.wordCount;
    if ((ticket & IN_FLIGHT_MASK) === 0) {
      this.#words[at + Audit.floor] = generationOfTicket(ticket);
    }
    // Pairs with the add in beginWrite(): a later batch begins after this floor was written.
    Atomics.sub(this.#words, at + Audit.issued, 1);
  }

  /** A write that was refused and changed nothing: what was there may still be there. */
  refuseWrite(group: number): void {
    Atomics.sub(this.#words, this.#base + group * Audit.wordCount + Audit.issued, 1);
  }

  /** Before a read is issued: the oldest generation it may see. */
  floorOf(group: number): number {
    return this.#words[this.#base + group * Audit.wordCount + Audit.floor] as number;
  }

  /** After a read has completed: the newest generation it may have seen. */
  issuedOf(group: number): number {
    const issued = this.#words[this.#base + group * Audit.wordCount + Audit.issued] as number;
    return (issued >>> GENERATION_SHIFT) & GENERATION_MASK;
  }
}

/** 1 … 2^23 − 1 and around. */
export function generationOfTicket(ticket: number): number {
  return ((ticket >>> GENERATION_SHIFT) + 1) & GENERATION_MASK;
}

/** Whether generation lies in [floor, issued], counted round the wrap. */
export function isAllowed(generation: number, floor: number, issued: number): boolean {
  return ((generation - floor) & GENERATION_MASK) <= ((issued - floor) & GENERATION_MASK);
}

/** Whether generation is older than floor rather than newer than issued, counted round the wrap. */
export function isOlder(generation: number, floor: number): boolean {
  return ((floor - generation) & GENERATION_MASK) < GENERATION_MASK >>> 1;
}
