import { relax } from '../lock/relax.ts';
import type { BlockCopy } from '../memory/block-copy.ts';
import { LATCH_SHIFT, type Layout, WORD_BYTES } from '../memory/layout.ts';
import { SECTOR_BYTES } from '../scenario/plan.ts';

const WRITER = 1;
const READER = 2;

/**
 * The simulated disk surfaces: the main device and the spare area. A disk writes a sector whole or
 * not at all, and a copy through shared memory does not; so a latch guards each 4 KiB of a surface.
 * It belongs to the simulated hardware, not to the code under test.
 *
 * Latch word: bit 0 a writer is in, bits 1– the number of readers in. Readers share it; a writer
 * waits until it is 0. Both are one atomic operation to enter and one to leave. Never held while
 * anything else is waited for, but for a move: it reads one sector and writes another. There is one
 * move at a time and nobody else holds two, so no circle of waiting can close.
 *
 * Without integrity checks nobody looks at the data, and there are no latches.
 */
export class Medium {
  readonly #words: Int32Array;
  readonly #copy: BlockCopy;
  readonly #mainByte: number;
  readonly #spareByte: number;
  readonly #mainLatches: number;
  readonly #spareLatches: number;
  readonly #latched: boolean;

  constructor(words: Int32Array, layout: Layout, copy: BlockCopy) {
    this.#words = words;
    this.#copy = copy;
    this.#mainByte = layout.main * WORD_BYTES;
    this.#spareByte = layout.spare * WORD_BYTES;
    this.#mainLatches = layout.mainLatches;
    this.#spareLatches = layout.spareLatches;
    this.#latched = layout.hasLatches;
  }

  readMain(lba: number, sectorCount: number, targetByte: number): void {
    if (!this.#latched) {
      this.#copy(targetByte, this.#mainByte + lba * SECTOR_BYTES, sectorCount * SECTOR_BYTES);
    } else this.#readLatched(this.#mainLatches, this.#mainByte, lba, sectorCount, targetByte);
  }

  writeMain(lba: number, sectorCount: number, sourceByte: number): void {
    if (!this.#latched) {
      this.#copy(this.#mainByte + lba * SECTOR_BYTES, sourceByte, sectorCount * SECTOR_BYTES);
    } else this.#writeLatched(this.#mainLatches, this.#mainByte, lba, sectorCount, sourceByte);
  }

  readSpare(spare: number, sectorCount: number, targetByte: number): void {
    if (!this.#latched) {
      this.#copy(targetByte, this.#spareByte + spare * SECTOR_BYTES, sectorCount * SECTOR_BYTES);
    } else this.#readLatched(this.#spareLatches, this.#spareByte, spare, sectorCount, targetByte);
  }

  writeSpare(spare: number, sectorCount: number, sourceByte: number): void {
    if (!this.#latched) {
      this.#copy(this.#spareByte + spare * SECTOR_BYTES, sourceByte, sectorCount * SECTOR_BYTES);
    } else this.#writeLatched(this.#spareLatches, this.#spareByte, spare, sectorCount, sourceByte);
  }

  /** One sector from the main device to the spare area; one move at a time. */
  moveToSpare(lba: number, spare: number): void {
    const source = this.#mainLatches + (lba >>> LATCH_SHIFT);
    if (this.#latched) this.#enterAsReader(source);
    this.writeSpare(spare, 1, this.#mainByte + lba * SECTOR_BYTES);
    if (this.#latched) this.#leaveAsReader(source);
  }

  /** One sector from the spare area to the main device; one move at a time. */
  moveToMain(spare: number, lba: number): void {
    const source = this.#spareLatches + (spare >>> LATCH_SHIFT);
    if (this.#latched) this.#enterAsReader(source);
    this.writeMain(lba, 1, this.#spareByte + spare * SECTOR_BYTES);
    if (this.#latched) this.#leaveAsReader(source);
  }

  #readLatched(
    latches: number,
    surfaceByte: number,
    sector: number,
    sectorCount: number,
    targetByte: number,
  ): void {
    const end = sector + sectorCount;
    for (let from = sector; from < end; ) {
      const to = Math.min(((from >>> LATCH_SHIFT) + 1) << LATCH_SHIFT, end);
      const latch = latches + (from >>> LATCH_SHIFT);
      this.#enterAsReader(latch);
      this.#copy(
        targetByte + (from - sector) * SECTOR_BYTES,
        surfaceByte + from * SECTOR_BYTES,
        (to - from) * SECTOR_BYTES,
      );
      this.#leaveAsReader(latch);
      from = to;
    }
  }

  #enterAsReader(latch: number): void {
    for (;;) {
      const before = Atomics.add(this.#words, latch, READER);
      if ((before & WRITER) === 0) return;
      const now = Atomics.sub(this.#words, latch, READER) - READER;
      if ((now & WRITER) !== 0) relax(this.#words, latch, now);
    }
  }

  #leaveAsReader(latch: number): void {
    Atomics.sub(this.#words, latch, READER);
  }

  #writeLatched(
    latches: number,
    surfaceByte: number,
    sector: number,
    sectorCount: number,
    sourceByte: number,
  ): void {
    const end = sector + sectorCount;
    for (let from = sector; from < end; ) {
      const to = Math.min(((from >>> LATCH_SHIFT) + 1) << LATCH_SHIFT, end);
      const latch = latches + (from >>> LATCH_SHIFT);
      for (;;) {
        const seen = Atomics.compareExchange(this.#words, latch, 0, WRITER);
        if (seen === 0) break;
        relax(this.#words, latch, seen);
      }
      this.#copy(
        surfaceByte + from * SECTOR_BYTES,
        sourceByte + (from - sector) * SECTOR_BYTES,
        (to - from) * SECTOR_BYTES,
      );
      // A reader that came too early has its count in the word for a moment: subtract, never store.
      Atomics.sub(this.#words, latch, WRITER);
      from = to;
    }
  }
}
