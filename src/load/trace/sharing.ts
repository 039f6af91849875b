import type { TracePlan } from '../../scenario/plan.ts';

/** log2 of the sectors that are linked as one, and how many such extents there are at most. */
const EXTENT_SHIFT = 3;
const EXTENT_COUNT_MAX = 2 ** 22;

/** Which thread replays what; plain data, as a thread can be given. */
export interface Sharing {
  /** Records of each thread. */
  readonly recordCounts: readonly number[];
  /** by-hash: log2 of the sectors in an extent. */
  readonly shift: number;
  /** by-hash: thread of each extent; empty for round-robin. */
  readonly threads: Uint16Array;
}

/**
 * Finds out which thread replays which record. Every record goes to exactly one thread, and a
 * thread's records keep their recorded order.
 *
 * round-robin  record i goes to thread i mod T. Spreads evenly; two requests to one sector may then
 *              run in either order, so what is read back need not be what was recorded.
 * by-hash      requests that touch the same 4 KiB extent, directly or through others that link
 *              them, go to one thread, chosen by a hash of the lowest extent they reach. So
 *              whatever overlaps keeps its order, of whatever sizes it is. One wide request can
 *              link everything to one thread.
 *
 * A sync touches no sector; under by-hash it goes where the record before it went, and to thread 0
 * if there is none.
 *
 * Links are between extents of the device, not between records, so memory does not grow with the
 * trace.
 */
export class SharingSurvey {
  readonly #threadCount: number;
  readonly #isByHash: boolean;
  readonly #shift: number;
  /** Union-find: each extent points to a lower one of its set, the lowest to itself. */
  readonly #parents: Uint32Array;
  /** Records of the set, at its lowest extent. Syncs go with the record before them. */
  readonly #counts: Float64Array;
  #recordCount = 0;
  #last = -1;
  #syncsBefore = 0;

  /** @param sectorCount sectors that records can touch, once folded */
  constructor(threadCount: number, assign: TracePlan['assign'], sectorCount: number) {
    this.#threadCount = threadCount;
    this.#isByHash = assign === 'by-hash';
    let shift = EXTENT_SHIFT;
    while (sectorCount / 2 ** shift > EXTENT_COUNT_MAX) shift++;
    this.#shift = shift;
    const extentCount = this.#isByHash ? Math.max(1, Math.ceil(sectorCount / 2 ** shift)) : 0;
    this.#parents = new Uint32Array(extentCount);
    for (let extent = 0; extent < extentCount; extent++) this.#parents[extent] = extent;
    this.#counts = new Float64Array(extentCount);
  }

  add(lba: number, sectorCount: number): void {
    this.#recordCount++;
    if (!this.#isByHash) return;
    if (sectorCount === 0) {
      if (this.#last < 0) this.#syncsBefore++;
      else this.#count(this.#last);
      return;
    }
    const first = Math.floor(lba / 2 ** this.#shift);
    const last = Math.floor((lba + sectorCount - 1) / 2 ** this.#shift);
    let root = this.#rootOf(first);
    for (let extent = first + 1; extent <= last; extent++) {
      root = this.#join(root, this.#rootOf(extent));
    }
    this.#last = root;
    this.#count(root);
  }

  finish(): Sharing {
    const recordCounts = new Array<number>(this.#threadCount).fill(0);
    if (!this.#isByHash) {
      for (let thread = 0; thread < this.#threadCount; thread++) {
        recordCounts[thread] = Math.ceil((this.#recordCount - thread) / this.#threadCount);
      }
      return { recordCounts, shift: this.#shift, threads: new Uint16Array(0) };
    }
    recordCounts[0] = this.#syncsBefore;
    const threads = new Uint16Array(this.#parents.length);
    for (let extent = 0; extent < threads.length; extent++) {
      const root = this.#rootOf(extent);
      const thread = Math.floor((hash(root) * this.#threadCount) / 2 ** 32);
      threads[extent] = thread;
      if (root === extent) {
        recordCounts[thread] = (recordCounts[thread] as number) + (this.#counts[root] as number);
      }
    }
    return { recordCounts, shift: this.#shift, threads };
  }

  #count(root: number): void {
    const at = this.#rootOf(root);
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** The lower of two roots becomes that of both. */
  #join(one: number, other: number): number {
    if (one === other) return one;
    const [low, high] = one < other ? [one, other] : [other, one];
    this.#parents[high] = low;
    this.#counts[low] = (this.#counts[low] as number) + (this.#counts[high] as number);
    return low;
  }

  #rootOf(extent: number): number {
    let at = extent;
    for (;;) {
      const next = this.#parents[at] as number;
      if (next === at) return at;
      // Halves the path on the way: the next walk from here is half as long.
      this.#parents[at] = this.#parents[next] as number;
      at = next;
    }
  }
}

/** Deals records out, in their order, as the survey found. */
export class Dealer {
  readonly #threadCount: number;
  readonly #threads: Uint16Array;
  readonly #shift: number;
  #thread: number;

  constructor({ recordCounts, threads, shift }: Sharing) {
    this.#threadCount = recordCounts.length;
    this.#threads = threads;
    this.#shift = shift;
    this.#thread = threads.length === 0 ? -1 : 0;
  }

  /** Thread of the next record. */
  threadFor(lba: number, sectorCount: number): number {
    if (this.#threads.length === 0) {
      this.#thread = this.#thread + 1 === this.#threadCount ? 0 : this.#thread + 1;
    } else if (sectorCount > 0) {
      this.#thread = this.#threads[Math.floor(lba / 2 ** this.#shift)] as number;
    }
    return this.#thread;
  }
}

/** MurmurHash3's 32-bit finaliser (A. Appleby): a bijection, so that no extents are favoured. */
function hash(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
