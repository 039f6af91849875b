import type { TracePlan } from '../../scenario/plan.ts';
import type { TraceRecords } from './records.ts';
import type { ThreadTrace } from './trace.ts';

/**
 * Which thread replays which record. Every record goes to exactly one thread, and a thread's
 * records keep their recorded order.
 *
 * round-robin  record i goes to thread i mod T. Spreads evenly; two requests to one sector may then
 *              run in either order, so what is read back need not be what was recorded.
 * by-hash      requests that touch the same 4 KiB extent, directly or through others that link
 *              them, go to one thread, chosen by a hash of the lowest extent they reach. Whatever
 *              overlaps keeps its order. One wide request can link everything to one thread.
 *
 * A sync touches no sector; under by-hash it goes where the record before it went, and to thread 0
 * if there is none.
 */
export function assignRecords(
  records: TraceRecords,
  threadCount: number,
  assign: TracePlan['assign'],
): readonly ThreadTrace[] {
  const threads =
    assign === 'by-hash'
      ? threadsByHash(records, threadCount)
      : threadsInTurn(records.count, threadCount);
  return split(records, threads, threadCount);
}

function threadsInTurn(recordCount: number, threadCount: number): Uint32Array {
  const threads = new Uint32Array(recordCount);
  let thread = 0;
  for (let index = 0; index < recordCount; index++) {
    threads[index] = thread++;
    if (thread === threadCount) thread = 0;
  }
  return threads;
}

const EXTENT_SHIFT = 3;

function threadsByHash(records: TraceRecords, threadCount: number): Uint32Array {
  const { count, lbas, sectorCounts } = records;
  const extents = linkedExtents(records);
  const threads = new Uint32Array(count);
  let thread = 0;
  for (let index = 0; index < count; index++) {
    if ((sectorCounts[index] as number) > 0) {
      const lowest = rootOf(extents, (lbas[index] as number) >>> EXTENT_SHIFT);
      thread = Math.floor((hash(lowest) * threadCount) / 2 ** 32);
    }
    threads[index] = thread;
  }
  return threads;
}

/** Union-find over extents: each points to a lower one of its set, the lowest to itself. */
function linkedExtents({ count, lbas, sectorCounts }: TraceRecords): Uint32Array {
  let highest = 0;
  for (let index = 0; index < count; index++) {
    highest = Math.max(highest, lastExtentOf(lbas[index] as number, sectorCounts[index] as number));
  }
  const extents = new Uint32Array(highest + 1).map((_, extent) => extent);
  for (let index = 0; index < count; index++) {
    const lba = lbas[index] as number;
    const last = lastExtentOf(lba, sectorCounts[index] as number);
    let root = rootOf(extents, lba >>> EXTENT_SHIFT);
    for (let extent = (lba >>> EXTENT_SHIFT) + 1; extent <= last; extent++) {
      const other = rootOf(extents, extent);
      extents[Math.max(root, other)] = Math.min(root, other);
      root = Math.min(root, other);
    }
  }
  return extents;
}

function lastExtentOf(lba: number, sectorCount: number): number {
  return (lba + Math.max(sectorCount, 1) - 1) >>> EXTENT_SHIFT;
}

function rootOf(extents: Uint32Array, extent: number): number {
  let at = extent;
  for (;;) {
    const next = extents[at] as number;
    if (next === at) return at;
    // Halves the path on the way: the next walk from here is half as long.
    extents[at] = extents[next] as number;
    at = next;
  }
}

/** MurmurHash3's 32-bit finaliser (A. Appleby): a bijection, so that no extents are favoured. */
function hash(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function split(
  records: TraceRecords,
  threads: Uint32Array,
  threadCount: number,
): readonly ThreadTrace[] {
  const counts = new Uint32Array(threadCount);
  for (const thread of threads) counts[thread] = (counts[thread] as number) + 1;
  const parts = Array.from(counts, (count) => ({
    arrivalsNs: new Float64Array(count),
    lbas: new Uint32Array(count),
    sectorCounts: new Uint32Array(count),
    kinds: new Uint8Array(count),
  }));
  const places = new Uint32Array(threadCount);
  for (let index = 0; index < threads.length; index++) {
    const thread = threads[index] as number;
    const place = places[thread] as number;
    const part = parts[thread] as (typeof parts)[number];
    part.arrivalsNs[place] = records.arrivalsNs[index] as number;
    part.lbas[place] = records.lbas[index] as number;
    part.sectorCounts[place] = records.sectorCounts[index] as number;
    part.kinds[place] = records.kinds[index] as number;
    places[thread] = place + 1;
  }
  return parts;
}
