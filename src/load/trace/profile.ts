import { SECTOR_BYTES, type TraceFormat } from '../../scenario/plan.ts';
import { type ArrivalCounts, arrivedBy } from './arrival-counts.ts';
import { BlockTable } from './block-table.ts';
import type { TraceSource } from './detect.ts';
import { Tally } from './tally.ts';
import { TRACE_OPERATIONS, TRIM, type TraceOperation, type TraceRecord, WRITE } from './trace.ts';
import { TraceReader } from './trace-reader.ts';

/** Sizes told apart; further ones are counted together. */
const SIZE_COUNT_MAX = 4096;
/** Sizes named in a profile. */
const SIZES_NAMED = 8;
const SLOT_COUNT = 60;
const ALIGNMENTS = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const HOT_SHARES = [0.01, 0.1, 0.5];

/** What a trace holds. Shares are from 0 to 1, and null where there is nothing to share. */
export interface TraceProfile {
  readonly file: string;
  readonly format: TraceFormat;
  readonly fileBytes: number;
  readonly sha256: string;
  readonly device: string;
  /** Lines of devices that were not asked for. */
  readonly otherDeviceCount: number;
  readonly recordCount: number;
  readonly firstArrivalNs: number;
  readonly spanNs: number;
  readonly operations: Readonly<Record<TraceOperation, OperationProfile>>;
  /** Of reads and writes, the most frequent first; null stands for all the others. */
  readonly sizes: readonly { readonly bytes: number | null; readonly count: number }[];
  readonly sizeBytesMax: number;
  readonly rate: {
    readonly meanPerSecond: number;
    readonly peakPerSecond: number;
    /** Length of a slot, and how many arrived in each. */
    readonly slotNs: number;
    readonly slots: readonly number[];
  };
  readonly addresses: {
    /** Sectors of the smallest device that the trace fits on as it is. */
    readonly sectorCount: number;
    /** Blocks that are read or written, and what they take up without the gaps. */
    readonly blockBytes: number;
    readonly touchedBlocks: number;
    readonly touchedSectors: number;
    /** The hottest part of the touched blocks, and the part of accesses to blocks that it gets. */
    readonly hot: readonly { readonly blockShare: number; readonly accessShare: number }[];
    /** Reads and writes that begin where the one before ended. */
    readonly sequentialShare: number | null;
  };
  /** Reads and writes whose place and length are multiples of so many bytes. */
  readonly alignment: readonly { readonly bytes: number; readonly share: number }[];
  readonly overlap: {
    /** Sectors, or larger where more blocks are touched than can be told apart. */
    readonly granularityBytes: number;
    /** Of writes: to where an earlier one was; of reads: of what was written before. */
    readonly writeShare: number | null;
    readonly readShare: number | null;
  };
  readonly warnings: readonly string[];
}

export interface OperationProfile {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Reads a trace once and tells what it holds, in bounded memory.
 *
 * @throws ScenarioError with up to 20 problems and their places
 */
export function profileTrace(source: TraceSource): TraceProfile {
  const reader = new TraceReader(source, { deviceOption: '--device' });
  try {
    const tally = new Tally();
    const transfers = new Transfers();
    for (let record = reader.next(); record !== null; record = reader.next()) {
      tally.add(record);
      if (record.sectorCount > 0 && record.kind !== TRIM) transfers.add(record);
    }
    const { sha256, warnings } = reader.finish();
    const { operations, sectorCounts } = tally;
    const spanNs = tally.lastArrivalNs - tally.firstArrivalNs;
    return {
      file: source.file,
      format: reader.format,
      fileBytes: reader.byteCount,
      sha256,
      device: reader.deviceName,
      otherDeviceCount: reader.otherDeviceCount,
      recordCount: tally.recordCount,
      firstArrivalNs: tally.firstArrivalNs,
      spanNs,
      operations: Object.fromEntries(
        TRACE_OPERATIONS.map((name) => [
          name,
          { count: operations[name], bytes: sectorCounts[name] * SECTOR_BYTES },
        ]),
      ) as TraceProfile['operations'],
      sizeBytesMax: tally.sectorCountMax * SECTOR_BYTES,
      rate: rateOf(tally.arrivals, tally.firstArrivalNs, spanNs, tally.recordCount),
      ...transfers.profile(tally.deviceSectorCountMin),
      warnings,
    };
  } finally {
    reader.close();
  }
}

/** Reads and writes: how large, where, and over what. */
class Transfers {
  readonly #blocks = new BlockTable();
  readonly #sizes = new Map<number, number>();
  #otherSizes = 0;
  #count = 0;
  #writes = 0;
  #overwrites = 0;
  #readsOfWritten = 0;
  #sequential = 0;
  #end = -1;
  readonly #aligned = new Float64Array(ALIGNMENTS.length);

  add({ kind, lba, sectorCount }: Readonly<TraceRecord>): void {
    const isWrite = kind === WRITE;
    const overlaps = this.#blocks.touch(lba, sectorCount, isWrite);
    this.#count++;
    if (isWrite) this.#writes++;
    if (overlaps && isWrite) this.#overwrites++;
    if (overlaps && !isWrite) this.#readsOfWritten++;
    if (lba === this.#end) this.#sequential++;
    this.#end = lba + sectorCount;
    const known = this.#sizes.get(sectorCount);
    if (known !== undefined || this.#sizes.size < SIZE_COUNT_MAX) {
      this.#sizes.set(sectorCount, (known ?? 0) + 1);
    } else this.#otherSizes++;
    for (let at = 0; at < ALIGNMENTS.length; at++) {
      const sectors = (ALIGNMENTS[at] as number) / SECTOR_BYTES;
      if (lba % sectors !== 0 || sectorCount % sectors !== 0) break;
      this.#aligned[at] = (this.#aligned[at] as number) + 1;
    }
  }

  profile(
    sectorCount: number,
  ): Pick<TraceProfile, 'sizes' | 'addresses' | 'alignment' | 'overlap'> {
    const blockSectors = 2 ** this.#blocks.shift;
    const touchedBlocks = this.#blocks.blockCount;
    const reads = this.#count - this.#writes;
    return {
      sizes: this.#namedSizes(),
      addresses: {
        sectorCount,
        blockBytes: blockSectors * SECTOR_BYTES,
        touchedBlocks,
        touchedSectors: touchedBlocks * blockSectors,
        hot: hotShares(this.#blocks.touches()),
        sequentialShare: shareOf(this.#sequential, this.#count),
      },
      alignment: ALIGNMENTS.map((bytes, at) => ({
        bytes,
        share: shareOf(this.#aligned[at] as number, this.#count) ?? 0,
      })),
      overlap: {
        granularityBytes: (blockSectors * SECTOR_BYTES) / 8,
        writeShare: shareOf(this.#overwrites, this.#writes),
        readShare: shareOf(this.#readsOfWritten, reads),
      },
    };
  }

  #namedSizes(): TraceProfile['sizes'] {
    const sorted = [...this.#sizes].sort(([a, m], [b, n]) => n - m || a - b);
    const named = sorted
      .slice(0, SIZES_NAMED)
      .map(([sectors, count]) => ({ bytes: sectors * SECTOR_BYTES, count }));
    const rest = sorted.slice(SIZES_NAMED).reduce((sum, [, count]) => sum + count, 0);
    const others = rest + this.#otherSizes;
    return others === 0 ? named : [...named, { bytes: null, count: others }];
  }
}

function hotShares(touches: Float64Array): TraceProfile['addresses']['hot'] {
  const total = touches.reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  return HOT_SHARES.map((blockShare) => {
    const hottest = touches.subarray(0, Math.ceil(blockShare * touches.length));
    return { blockShare, accessShare: hottest.reduce((sum, count) => sum + count, 0) / total };
  });
}

function rateOf(
  arrivals: ArrivalCounts,
  firstNs: number,
  spanNs: number,
  recordCount: number,
): TraceProfile['rate'] {
  if (spanNs === 0) return { meanPerSecond: 0, peakPerSecond: 0, slotNs: 0, slots: [] };
  const slotNs = spanNs / SLOT_COUNT;
  const slots: number[] = [];
  let before = 0;
  for (let slot = 1; slot <= SLOT_COUNT; slot++) {
    const by = slot === SLOT_COUNT ? recordCount : arrivedBy(arrivals, firstNs + slot * slotNs);
    slots.push(by - before);
    before = by;
  }
  return {
    meanPerSecond: (recordCount * 1e9) / spanNs,
    peakPerSecond: (Math.max(...slots) * 1e9) / slotNs,
    slotNs,
    slots,
  };
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
