import { assert } from '../../errors.ts';
import type { FoldKind } from '../../scenario/plan.ts';
import { TRIM, type TraceRecord } from './trace.ts';

/** Sectors of 4 KiB: what a folded address keeps its place in. */
const PAGE_SECTORS = 8;

/** How addresses of a trace become addresses of a device; plain data, as a thread can be given. */
export interface FoldMap {
  /** none: as recorded, because they fit or because nothing else was wanted. */
  readonly kind: FoldKind;
  /** modulo, scale: sectors that are folded onto; whole pages where the device has any. */
  readonly targetSectorCount: number;
  /** scale: sectors that the trace addresses. */
  readonly sourceSectorCount: number;
  /** compact: log2 of the sectors in a block. */
  readonly shift: number;
  /** compact: first block of each run of touched blocks, ascending … */
  readonly starts: Float64Array;
  /** … and the block that it becomes. */
  readonly bases: Float64Array;
  /** compact: touched blocks, and one more for trims where there are any. */
  readonly blockCount: number;
}

const EMPTY = new Float64Array(0);

export const UNFOLDED: FoldMap = {
  kind: 'none',
  targetSectorCount: 0,
  sourceSectorCount: 0,
  shift: 0,
  starts: EMPTY,
  bases: EMPTY,
  blockCount: 0,
};

export function moduloFold(deviceSectorCount: number): FoldMap {
  return { ...UNFOLDED, kind: 'modulo', targetSectorCount: wholePages(deviceSectorCount) };
}

export function scaleFold(sourceSectorCount: number, deviceSectorCount: number): FoldMap {
  const targetSectorCount = wholePages(deviceSectorCount);
  return { ...UNFOLDED, kind: 'scale', targetSectorCount, sourceSectorCount };
}

/** @param blocks numbers of the touched blocks, ascending */
export function compactFold(blocks: Float64Array, shift: number, hasTrims: boolean): FoldMap {
  const starts: number[] = [];
  const bases: number[] = [];
  let last = Number.NaN;
  for (const [index, block] of blocks.entries()) {
    if (block !== last + 1) {
      starts.push(block);
      bases.push(index);
    }
    last = block;
  }
  return {
    ...UNFOLDED,
    kind: 'compact',
    shift,
    starts: Float64Array.from(starts),
    bases: Float64Array.from(bases),
    blockCount: blocks.length + (hasTrims ? 1 : 0),
  };
}

function wholePages(sectorCount: number): number {
  return sectorCount < PAGE_SECTORS ? sectorCount : sectorCount - (sectorCount % PAGE_SECTORS);
}

/**
 * Puts recorded addresses onto a device that is too small for them.
 *
 * compact  Blocks of 4 KiB that the trace reads or writes are numbered anew, in their order and
 *          without the gaps between them. What overlapped overlaps, what did not does not, and
 *          neighbours stay neighbours. A trim shrinks to what it covers of them; if that is
 *          nothing, it goes to a block that nobody else has.
 * modulo   The address modulo the size of the device. Keeps sequences; far-apart addresses fall
 *          onto one another. What would straddle the end is moved back to end with the device.
 * scale    The address times a factor, down to 4 KiB if it was aligned to that. Keeps hot regions
 *          where they were in proportion; neighbours overlap.
 */
export class Fold {
  readonly #map: FoldMap;
  /** Of the record placed last. */
  lba = 0;
  sectorCount = 0;
  /** Run that the last record lay in: the next one is often there too. */
  #run = 0;

  constructor(map: FoldMap) {
    this.#map = map;
  }

  /** Sets `lba` and `sectorCount`. */
  place({ kind, lba, sectorCount }: Readonly<TraceRecord>): void {
    this.lba = lba;
    this.sectorCount = sectorCount;
    if (sectorCount === 0) return;
    const { targetSectorCount, sourceSectorCount } = this.#map;
    switch (this.#map.kind) {
      case 'none':
        return;
      case 'modulo':
        this.#putBefore(lba % targetSectorCount, targetSectorCount);
        return;
      case 'scale': {
        const scaled = Math.floor((lba * targetSectorCount) / sourceSectorCount);
        const beside = lba % PAGE_SECTORS === 0 ? scaled % PAGE_SECTORS : 0;
        this.#putBefore(scaled - beside, targetSectorCount);
        return;
      }
      case 'compact':
        if (kind === TRIM) this.#placeTrim(lba, sectorCount);
        else this.lba = this.#sectorFor(lba);
    }
  }

  /** A trim may be larger than the device; reads and writes were seen to fit. */
  #putBefore(lba: number, end: number): void {
    this.sectorCount = Math.min(this.sectorCount, end);
    this.lba = Math.min(lba, end - this.sectorCount);
  }

  #sectorFor(lba: number): number {
    const { shift, starts, bases } = this.#map;
    const blockSectors = 2 ** shift;
    const block = Math.floor(lba / blockSectors);
    const run = this.#runOf(block);
    assert(run >= 0, 'a record is read again as it was when its blocks were counted');
    const moved = (bases[run] as number) + (block - (starts[run] as number));
    return moved * blockSectors + (lba - block * blockSectors);
  }

  #placeTrim(lba: number, sectorCount: number): void {
    const from = this.#edgeOf(lba);
    const end = this.#edgeOf(lba + sectorCount);
    if (end > from) {
      this.lba = from;
      this.sectorCount = end - from;
      return;
    }
    const { blockCount, shift } = this.#map;
    this.lba = (blockCount - 1) * 2 ** shift;
    this.sectorCount = Math.min(sectorCount, 2 ** shift);
  }

  /** Where a sector lies, or the first one after it that is anywhere. */
  #edgeOf(lba: number): number {
    const { shift, starts, bases, blockCount } = this.#map;
    const blockSectors = 2 ** shift;
    const block = Math.floor(lba / blockSectors);
    const run = this.#runOf(block);
    if (run < 0) return 0;
    // A run is as long as its base is from the next one's; the last block is nobody's.
    const nextBase = run + 1 < bases.length ? (bases[run + 1] as number) : blockCount - 1;
    const moved = (bases[run] as number) + (block - (starts[run] as number));
    if (moved >= nextBase) return nextBase * blockSectors;
    return moved * blockSectors + (lba - block * blockSectors);
  }

  /** The last run that begins at the block or before it; −1 if none does. */
  #runOf(block: number): number {
    const { starts } = this.#map;
    const hint = this.#run;
    if ((starts[hint] as number) <= block && !((starts[hint + 1] as number) <= block)) return hint;
    let [from, to] = [0, starts.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((starts[middle] as number) <= block) from = middle + 1;
      else to = middle;
    }
    if (from > 0) this.#run = from - 1;
    return from - 1;
  }
}
