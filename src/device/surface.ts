import { relax } from '../lock/relax.ts';
import type { BlockCopy } from '../memory/block-copy.ts';
import { LATCH_SHIFT, SECTOR_WORDS, WORD_BYTES } from '../memory/layout.ts';
import { SECTOR_BYTES } from '../scenario/plan.ts';

const WRITER = 1;
const READER = 2;

/** Where a surface lies in shared memory. */
export interface SurfaceShape {
  /** Word of its first sector. */
  readonly first: number;
  readonly latches: number;
  /** Block & mask = the number of its latch. */
  readonly latchMask: number;
  readonly isLatched: boolean;
}

/**
 * One simulated disk surface. A disk writes a sector whole or not at all, and a copy through shared
 * memory does not; so a latch guards each 4 KiB of it. (On a large surface several such blocks, far
 * apart, have one latch: once in a long while they wait for each other without need.) It belongs to
 * the simulated hardware, not to the code under test.
 *
 * Latch word: bit 0 a writer is in, bits 1– the number of readers in. Readers share it; a writer
 * waits until it is 0. Both are one atomic operation to enter and one to leave. Never held while
 * anything else is waited for, but for a move (see Medium).
 *
 * Without integrity checks nobody looks at the data, and there are no latches.
 *
 * Byte offsets are handed on as the 32-bit integers that WebAssembly takes: beyond 2 GiB they are
 * negative here, and none of them ever becomes an object.
 */
export class Surface {
  readonly #words: Int32Array;
  readonly #copy: BlockCopy;
  readonly #firstByte: number;
  readonly #latches: number;
  readonly #latchMask: number;
  readonly #isLatched: boolean;

  constructor(words: Int32Array, copy: BlockCopy, shape: SurfaceShape) {
    this.#words = words;
    this.#copy = copy;
    this.#firstByte = (shape.first * WORD_BYTES) | 0;
    this.#latches = shape.latches;
    this.#latchMask = shape.latchMask;
    this.#isLatched = shape.isLatched;
  }

  /** Offset of a sector in shared memory. */
  byteOf(sector: number): number {
    return (this.#firstByte + Math.imul(sector, SECTOR_BYTES)) | 0;
  }

  read(sector: number, sectorCount: number, targetByte: number): void {
    if (this.#isLatched) this.#readLatched(sector, sectorCount, targetByte);
    else this.#copy(targetByte, this.byteOf(sector), Math.imul(sectorCount, SECTOR_BYTES));
  }

  write(sector: number, sectorCount: number, sourceByte: number): void {
    if (this.#isLatched) this.#writeLatched(sector, sectorCount, sourceByte);
    else this.#copy(this.byteOf(sector), sourceByte, Math.imul(sectorCount, SECTOR_BYTES));
  }

  /** Keeps writers out of the block around a sector. */
  enterAsReader(sector: number): void {
    if (!this.#isLatched) return;
    const latch = this.#latchOf(sector);
    for (;;) {
      const before = Atomics.add(this.#words, latch, READER);
      if ((before & WRITER) === 0) return;
      const now = Atomics.sub(this.#words, latch, READER) - READER;
      if ((now & WRITER) !== 0) relax(this.#words, latch, now);
    }
  }

  leaveAsReader(sector: number): void {
    if (this.#isLatched) Atomics.sub(this.#words, this.#latchOf(sector), READER);
  }

  /** The first `byteCount` bytes of a sector; the rest stays as it is. */
  writePart(sector: number, sourceByte: number, byteCount: number): void {
    this.#enterAsWriter(sector);
    this.#copy(this.byteOf(sector), sourceByte, byteCount);
    this.#leaveAsWriter(sector);
  }

  /** Turns one bit of a sector over. */
  flip(sector: number, bit: number): void {
    this.#enterAsWriter(sector);
    const word = this.#wordOf(sector) + (bit >>> 5);
    this.#words[word] = (this.#words[word] as number) ^ (1 << (bit & 31));
    this.#leaveAsWriter(sector);
  }

  /** Fills a sector with words that mean nothing: xorshift32 from a state that is not 0. */
  scramble(sector: number, seed: number): void {
    this.#enterAsWriter(sector);
    let state = seed;
    for (let index = 0; index < SECTOR_WORDS; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      this.#words[this.#wordOf(sector) + index] = state;
    }
    this.#leaveAsWriter(sector);
  }

  #wordOf(sector: number): number {
    return (this.byteOf(sector) >>> 0) / WORD_BYTES;
  }

  #enterAsWriter(sector: number): void {
    if (!this.#isLatched) return;
    const latch = this.#latchOf(sector);
    for (;;) {
      const seen = Atomics.compareExchange(this.#words, latch, 0, WRITER);
      if (seen === 0) return;
      relax(this.#words, latch, seen);
    }
  }

  #leaveAsWriter(sector: number): void {
    if (this.#isLatched) Atomics.sub(this.#words, this.#latchOf(sector), WRITER);
  }

  #latchOf(sector: number): number {
    return this.#latches + ((sector >>> LATCH_SHIFT) & this.#latchMask);
  }

  #readLatched(sector: number, sectorCount: number, targetByte: number): void {
    const end = sector + sectorCount;
    for (let from = sector; from < end; ) {
      const to = Math.min(((from >>> LATCH_SHIFT) + 1) << LATCH_SHIFT, end);
      this.enterAsReader(from);
      this.#copy(
        (targetByte + Math.imul(from - sector, SECTOR_BYTES)) | 0,
        this.byteOf(from),
        Math.imul(to - from, SECTOR_BYTES),
      );
      this.leaveAsReader(from);
      from = to;
    }
  }

  #writeLatched(sector: number, sectorCount: number, sourceByte: number): void {
    const end = sector + sectorCount;
    for (let from = sector; from < end; ) {
      const to = Math.min(((from >>> LATCH_SHIFT) + 1) << LATCH_SHIFT, end);
      const latch = this.#latchOf(from);
      for (;;) {
        const seen = Atomics.compareExchange(this.#words, latch, 0, WRITER);
        if (seen === 0) break;
        relax(this.#words, latch, seen);
      }
      this.#copy(
        this.byteOf(from),
        (sourceByte + Math.imul(from - sector, SECTOR_BYTES)) | 0,
        Math.imul(to - from, SECTOR_BYTES),
      );
      // A reader that came too early has its count in the word for a moment: subtract, never store.
      Atomics.sub(this.#words, latch, WRITER);
      from = to;
    }
  }
}
