import type { BlockCopy } from '../memory/block-copy.ts';
import type { Layout } from '../memory/layout.ts';
import { Surface } from './surface.ts';

/** What the device reads and writes: the main device, and the spare area beside it. */
export interface Medium {
  /** Sectors [lba, lba + sectorCount) into shared memory at targetByte. */
  readMain(lba: number, sectorCount: number, targetByte: number): void;
  writeMain(lba: number, sectorCount: number, sourceByte: number): void;
  readSpare(spare: number, sectorCount: number, targetByte: number): void;
  writeSpare(spare: number, sectorCount: number, sourceByte: number): void;
  /** One sector from the main device to the spare area; one move at a time. */
  moveToSpare(lba: number, spare: number): void;
  /** One sector from the spare area to the main device; one move at a time. */
  moveToMain(spare: number, lba: number): void;
}

/**
 * Both surfaces in shared memory. A move holds two latches: it reads one sector and writes another.
 * There is one move at a time and nobody else holds two, so no circle of waiting can close.
 */
export class MemoryMedium implements Medium {
  readonly #main: Surface;
  readonly #spare: Surface;

  constructor(words: Int32Array, layout: Layout, copy: BlockCopy) {
    const isLatched = layout.hasLatches;
    this.#main = new Surface(words, copy, {
      first: layout.main,
      latches: layout.mainLatches,
      latchMask: layout.mainLatchMask,
      isLatched,
    });
    this.#spare = new Surface(words, copy, {
      first: layout.spare,
      latches: layout.spareLatches,
      latchMask: layout.spareLatchMask,
      isLatched,
    });
  }

  readMain(lba: number, sectorCount: number, targetByte: number): void {
    this.#main.read(lba, sectorCount, targetByte);
  }

  writeMain(lba: number, sectorCount: number, sourceByte: number): void {
    this.#main.write(lba, sectorCount, sourceByte);
  }

  readSpare(spare: number, sectorCount: number, targetByte: number): void {
    this.#spare.read(spare, sectorCount, targetByte);
  }

  writeSpare(spare: number, sectorCount: number, sourceByte: number): void {
    this.#spare.write(spare, sectorCount, sourceByte);
  }

  moveToSpare(lba: number, spare: number): void {
    this.#main.enterAsReader(lba);
    this.writeSpare(spare, 1, this.#main.byteOf(lba));
    this.#main.leaveAsReader(lba);
  }

  moveToMain(spare: number, lba: number): void {
    this.#spare.enterAsReader(spare);
    this.writeMain(lba, 1, this.#spare.byteOf(spare));
    this.#spare.leaveAsReader(spare);
  }
}

/**
 * No surface at all, like null_blk's: reads and writes return at once and nothing can be read back.
 * What a run on it measures is the simulator itself.
 */
export class NoMedium implements Medium {
  readMain(): void {}
  writeMain(): void {}
  readSpare(): void {}
  writeSpare(): void {}
  moveToSpare(): void {}
  moveToMain(): void {}
}
