import type { BlockCopy } from '../memory/block-copy.ts';
import type { Layout } from '../memory/layout.ts';
import { Outcome } from './outcome.ts';
import { Surface } from './surface.ts';

/**
 * What the device reads and writes: the main device, and the spare area beside it. Every request
 * answers with an Outcome; where nothing can fail that is always `done`.
 */
export interface Medium {
  /** Sectors [lba, lba + sectorCount) into shared memory at targetByte. */
  readMain(lba: number, sectorCount: number, targetByte: number): number;
  writeMain(lba: number, sectorCount: number, sourceByte: number): number;
  readSpare(spare: number, sectorCount: number, targetByte: number): number;
  writeSpare(spare: number, sectorCount: number, sourceByte: number): number;
  /** One sector from the main device to the spare area; one move at a time. */
  moveToSpare(lba: number, spare: number): number;
  /** One sector from the spare area to the main device; one move at a time. */
  moveToMain(spare: number, lba: number): number;
  /** One sector from a spare to another, to which no I/O goes yet. */
  moveSpare(from: number, to: number): number;
  /** A spare answers reads with `dataLost` until it is written. */
  loseSpare(spare: number): number;
  /** Done when all that was written to it before will survive a power cut. */
  flushMain(): number;
  flushSpare(): number;
  /** After a request that failed: the sector of its surface, LBA or spare, that made it fail. */
  failedSector(): number;
}

/** The two surfaces of a run's device. */
export function surfacesOn(
  words: Int32Array,
  layout: Layout,
  copy: BlockCopy,
): { readonly main: Surface; readonly spare: Surface } {
  const isLatched = layout.hasLatches;
  return {
    main: new Surface(words, copy, {
      first: layout.main,
      latches: layout.mainLatches,
      latchMask: layout.mainLatchMask,
      isLatched,
    }),
    spare: new Surface(words, copy, {
      first: layout.spare,
      latches: layout.spareLatches,
      latchMask: layout.spareLatchMask,
      isLatched,
    }),
  };
}

/**
 * Both surfaces in shared memory. A move holds two latches: it reads one sector and writes another.
 * There is one move at a time and nobody else holds two, so no circle of waiting can close.
 */
export class MemoryMedium implements Medium {
  readonly #main: Surface;
  readonly #spare: Surface;

  constructor(words: Int32Array, layout: Layout, copy: BlockCopy) {
    const { main, spare } = surfacesOn(words, layout, copy);
    this.#main = main;
    this.#spare = spare;
  }

  readMain(lba: number, sectorCount: number, targetByte: number): number {
    this.#main.read(lba, sectorCount, targetByte);
    return Outcome.done;
  }

  writeMain(lba: number, sectorCount: number, sourceByte: number): number {
    this.#main.write(lba, sectorCount, sourceByte);
    return Outcome.done;
  }

  readSpare(spare: number, sectorCount: number, targetByte: number): number {
    this.#spare.read(spare, sectorCount, targetByte);
    return Outcome.done;
  }

  writeSpare(spare: number, sectorCount: number, sourceByte: number): number {
    this.#spare.write(spare, sectorCount, sourceByte);
    return Outcome.done;
  }

  moveToSpare(lba: number, spare: number): number {
    this.#main.enterAsReader(lba);
    this.writeSpare(spare, 1, this.#main.byteOf(lba));
    this.#main.leaveAsReader(lba);
    return Outcome.done;
  }

  moveToMain(spare: number, lba: number): number {
    this.#spare.enterAsReader(spare);
    this.writeMain(lba, 1, this.#spare.byteOf(spare));
    this.#spare.leaveAsReader(spare);
    return Outcome.done;
  }

  /** A sector that cannot fail is never moved a second time. */
  moveSpare(): number {
    return Outcome.done;
  }

  loseSpare(): number {
    return Outcome.done;
  }

  failedSector(): number {
    return 0;
  }

  /** Memory has no cache that could lose anything: what a flush is good for is the log's to say. */
  flushMain(): number {
    return Outcome.done;
  }

  flushSpare(): number {
    return Outcome.done;
  }
}

/**
 * No surface at all, like null_blk's: reads and writes return at once and nothing can be read back.
 * What a run on it measures is the simulator itself.
 */
export class NoMedium implements Medium {
  readMain(): number {
    return Outcome.done;
  }

  writeMain(): number {
    return Outcome.done;
  }

  readSpare(): number {
    return Outcome.done;
  }

  writeSpare(): number {
    return Outcome.done;
  }

  moveToSpare(): number {
    return Outcome.done;
  }

  moveToMain(): number {
    return Outcome.done;
  }

  moveSpare(): number {
    return Outcome.done;
  }

  loseSpare(): number {
    return Outcome.done;
  }

  failedSector(): number {
    return 0;
  }

  flushMain(): number {
    return Outcome.done;
  }

  flushSpare(): number {
    return Outcome.done;
  }
}
