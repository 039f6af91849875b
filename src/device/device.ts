import type { Lock } from '../lock/lock.ts';
import { relax } from '../lock/relax.ts';
import { STRIDE } from '../memory/layout.ts';
import { SECTOR_BYTES } from '../scenario/plan.ts';
import type { Medium } from './medium.ts';
import type { MetadataWriter } from './metadata-writer.ts';
import { Outcome } from './outcome.ts';
import type { WriteCompletion } from './published-completion.ts';
import { ON_MAIN, type RemapTable } from './remap-table.ts';

/** What a thread does with a device. */
export interface RemappingDevice {
  read(thread: number, lba: number, sectorCount: number, targetByte: number): number;
  write(thread: number, lba: number, sectorCount: number, sourceByte: number): number;
  /** Done when what was written before is as durable as this target makes it. An Outcome. */
  flush(thread: number): number;
  lockTarget(thread: number): void;
  unlockTarget(thread: number): void;
  /** Under the target lock. */
  attach(lba: number, spare: number): number;
  /** After attach() has done it and the lock was released, before anybody is told. */
  finishRemap(thread: number, lba: number, spare: number): void;
  /** Under the target lock. */
  detach(lba: number): number;
  /** Under the target lock: the spare that serves a sector, or ON_MAIN. */
  spareOf(lba: number): number;
  /** See Device. Never with metadata, whose updates it does not make. */
  relocate(lba: number, spare: number, readCount: number): number;
  failedLba(): number;
  failedSpare(): number;
  /** The `sync` message, and the timer of autosave: see MetadataWriter. */
  syncMetadata(thread: number): void;
  autosaveMetadata(thread: number): void;
}

export interface DeviceShape {
  readonly threadCount: number;
  readonly spareCount: number;
  /** As published, the first sector of a request decides where all of it goes. */
  readonly firstSectorDecides: boolean;
  /** Off, as published: a remap copies and publishes without regard to I/O under way. */
  readonly drainsInFlight: boolean;
  readonly inFlight: number;
  readonly moving: number;
}

/**
 * The device: a main device whose remapped sectors are served by spares.
 *
 * Reads and writes are looked up sector by sector and run without the target lock (but for the
 * lookup, where the table needs it). A sector is moved under the target lock, in this order:
 *
 *     moving = the LBA     from here on no new I/O to it begins
 *     wait                 until no I/O in flight covers it
 *     copy                 its data to the spare
 *     record               the remap in the metadata, where there is any
 *     insert               into the table
 *     moving = 0
 *
 * and I/O answers: in flight = my range; if moving is in my range, step back and wait; look up;
 * copy; in flight = 0. Each side writes its own word before it reads the other's, so at least one
 * of them sees the other. Without this, a write that looked the sector up before the move and wrote
 * it after the copy would be acknowledged and lost (P10); `drainsInFlight: false` shows just that.
 *
 * A range stands in one word: its first sector, and the power of two that covers it. Covering too
 * much costs a wait, never a fault.
 */
export class Device implements RemappingDevice {
  readonly #words: Int32Array;
  readonly #medium: Medium;
  readonly #metadata: MetadataWriter;
  readonly #table: RemapTable;
  readonly #targetLock: Lock;
  readonly #shape: DeviceShape;
  readonly #firstSectorDecides: boolean;
  readonly #drains: boolean;
  readonly #completion: WriteCompletion | null;
  /** This thread's own: the spare of each sector of the request at hand. */
  readonly #resolved: Int32Array;
  /** This thread's own: the LBA that made its last request fail, and where it was. */
  readonly #failed = new Int32Array(2);

  constructor(
    words: Int32Array,
    parts: {
      readonly medium: Medium;
      readonly metadata: MetadataWriter;
      readonly table: RemapTable;
      readonly targetLock: Lock;
      /** Largest request in sectors. */
      readonly sectorCountMax: number;
      /** Null where nobody is told of what becomes of writes. */
      readonly completion: WriteCompletion | null;
    },
    shape: DeviceShape,
  ) {
    this.#words = words;
    this.#medium = parts.medium;
    this.#metadata = parts.metadata;
    this.#table = parts.table;
    this.#targetLock = parts.targetLock;
    this.#shape = shape;
    this.#firstSectorDecides = shape.firstSectorDecides;
    this.#drains = shape.drainsInFlight;
    this.#completion = parts.completion;
    this.#resolved = new Int32Array(parts.sectorCountMax);
  }

  /**
   * Reads sectors [lba, lba + sectorCount) into shared memory at targetByte. Returns an Outcome.
   */
  read(thread: number, lba: number, sectorCount: number, targetByte: number): number {
    const outcome = this.#enter(thread, lba, sectorCount)
      ? this.#readResolved(lba, sectorCount, targetByte)
      : this.#readPlainly(lba, sectorCount, targetByte);
    this.#leave(thread);
    return outcome;
  }

  /**
   * Writes sectors [lba, lba + sectorCount) from shared memory at sourceByte. Returns an Outcome.
   */
  write(thread: number, lba: number, sectorCount: number, sourceByte: number): number {
    const outcome = this.#enter(thread, lba, sectorCount)
      ? this.#writeResolved(lba, sectorCount, sourceByte)
      : this.#writePlainly(lba, sectorCount, sourceByte);
    this.#leave(thread);
    if (this.#completion !== null) {
      this.#completion.ended(thread, lba, sectorCount, outcome !== Outcome.done);
    }
    return outcome;
  }

  /** Without metadata nothing outlives the memory that it is in. */
  flush(): number {
    return Outcome.done;
  }

  finishRemap(): void {}
  syncMetadata(): void {}
  autosaveMetadata(): void {}

  /** For an outer lock around a whole allocation, as the message path takes it. */
  lockTarget(thread: number): void {
    this.#targetLock.acquire(thread);
  }

  unlockTarget(thread: number): void {
    this.#targetLock.release(thread);
  }

  /** Moves a sector to a spare: copies its data, publishes the mapping. Under the target lock. */
  attach(lba: number, spare: number): number {
    if (this.#table.spareFor(lba) !== ON_MAIN) return Outcome.alreadyRemapped;
    if (this.#table.isFull()) return Outcome.tableFull;
    this.#beginMove(lba);
    let outcome = this.#medium.moveToSpare(lba, spare);
    if (outcome === Outcome.done) outcome = this.#metadata.recordRemap(lba, spare);
    if (outcome === Outcome.done) this.#table.insert(lba, spare);
    this.#endMove();
    return outcome;
  }

  /** Under the target lock: the spare that serves a sector, or ON_MAIN. */
  spareOf(lba: number): number {
    return this.#table.spareFor(lba);
  }

  /**
   * Moves a sector that fails to a spare, from the main device or from the spare that served it
   * until now, and reads it up to `readCount` times. Under the target lock. Returns
   *
   *     done         moved
   *     dataLost     moved; its data could not be read, and the spare says so to every reader
   *     writeError   the new spare cannot be written; nothing has changed
   *     tableFull, powerOff
   */
  relocate(lba: number, spare: number, readCount: number): number {
    const from = this.#table.spareFor(lba);
    if (from === ON_MAIN && this.#table.isFull()) return Outcome.tableFull;
    this.#beginMove(lba);
    let outcome: number = Outcome.readError;
    for (let read = 0; read < readCount && outcome === Outcome.readError; read++) {
      outcome =
        from === ON_MAIN
          ? this.#medium.moveToSpare(lba, spare)
          : this.#medium.moveSpare(from, spare);
    }
    if (outcome === Outcome.readError || outcome === Outcome.dataLost) {
      const marked = this.#medium.loseSpare(spare);
      outcome = marked === Outcome.done ? Outcome.dataLost : marked;
    }
    if (outcome === Outcome.done || outcome === Outcome.dataLost) {
      // Nobody looks the sector up in between: its I/O waits for the end of the move.
      if (from !== ON_MAIN) this.#table.remove(lba);
      this.#table.insert(lba, spare);
    }
    this.#endMove();
    return outcome;
  }

  /** The LBA that made this thread's last request fail, where the medium did not serve it. */
  failedLba(): number {
    return this.#failed[0] as number;
  }

  /** The spare that the request went to there, or ON_MAIN. */
  failedSpare(): number {
    return this.#failed[1] as number;
  }

  /**
   * Moves a sector back to the main device and forgets the mapping. Under the target lock. Returns
   * the spare that served it, which is the caller's to give back, or ON_MAIN: it was not remapped,
   * or its place on the main device cannot be written.
   */
  detach(lba: number): number {
    const spare = this.#table.spareFor(lba);
    if (spare === ON_MAIN) return ON_MAIN;
    this.#beginMove(lba);
    let outcome = this.#medium.moveToMain(spare, lba);
    if (outcome === Outcome.done) outcome = this.#metadata.recordUnremap(lba, spare);
    if (outcome === Outcome.done) this.#table.remove(lba);
    this.#endMove();
    return outcome === Outcome.done ? spare : ON_MAIN;
  }

  /**
   * Announces the range and looks it up. True when `#resolved` says where its sectors are, false
   * when all of them are on the main device.
   */
  #enter(thread: number, lba: number, sectorCount: number): boolean {
    if (this.#drains) this.#announce(thread, lba, sectorCount);
    const looked = this.#firstSectorDecides ? 1 : sectorCount;
    if (!this.#table.mayHold(lba, looked)) return false;
    this.#resolve(thread, lba, sectorCount, looked);
    return true;
  }

  /** The range has been announced, and some sector of it may be remapped. */
  #resolve(thread: number, lba: number, sectorCount: number, looked: number): void {
    if (!this.#table.lookupNeedsLock) {
      this.#table.resolve(lba, looked, this.#resolved);
      return;
    }
    // A move waits for us while it holds the target lock, so we must not be in flight while we
    // wait for that lock. Under it no move is under way, and in flight may be said again.
    this.#leave(thread);
    this.#targetLock.acquire(thread);
    if (this.#drains) this.#flag(thread, rangeOf(lba, sectorCount));
    this.#table.resolve(lba, looked, this.#resolved);
    this.#targetLock.release(thread);
  }

  /** In flight, once no move is under way in the range. Pairs with #beginMove(). */
  #announce(thread: number, lba: number, sectorCount: number): void {
    const range = rangeOf(lba, sectorCount);
    for (;;) {
      this.#flag(thread, range);
      const moving = Atomics.load(this.#words, this.#shape.moving);
      if (moving === 0 || !overlap(moving, range)) return;
      this.#flag(thread, 0);
      relax(this.#words, this.#shape.moving, moving);
    }
  }

  #leave(thread: number): void {
    if (this.#drains) this.#flag(thread, 0);
  }

  #flag(thread: number, range: number): void {
    Atomics.store(this.#words, this.#shape.inFlight + thread * STRIDE, range);
  }

  #beginMove(lba: number): void {
    if (!this.#drains) return;
    const { threadCount, inFlight, moving } = this.#shape;
    const range = rangeOf(lba, 1);
    Atomics.store(this.#words, moving, range);
    for (let thread = 0; thread < threadCount; thread++) {
      for (;;) {
        const theirs = Atomics.load(this.#words, inFlight + thread * STRIDE);
        if (theirs === 0 || !overlap(theirs, range)) break;
        relax(this.#words, inFlight + thread * STRIDE, theirs);
      }
    }
  }

  #endMove(): void {
    if (this.#drains) Atomics.store(this.#words, this.#shape.moving, 0);
  }

  #readPlainly(lba: number, sectorCount: number, targetByte: number): number {
    const outcome = this.#medium.readMain(lba, sectorCount, targetByte);
    return outcome === Outcome.done ? outcome : this.#failedOnMain(outcome);
  }

  #writePlainly(lba: number, sectorCount: number, sourceByte: number): number {
    const outcome = this.#medium.writeMain(lba, sectorCount, sourceByte);
    return outcome === Outcome.done ? outcome : this.#failedOnMain(outcome);
  }

  #readResolved(lba: number, sectorCount: number, targetByte: number): number {
    const first = this.#resolved[0] as number;
    if (this.#firstSectorDecides) {
      if (first === ON_MAIN) return this.#readPlainly(lba, sectorCount, targetByte);
      if (first + sectorCount > this.#shape.spareCount) return Outcome.pastSpareArea;
      const outcome = this.#medium.readSpare(first, sectorCount, targetByte);
      return outcome === Outcome.done ? outcome : this.#failedWhole(outcome, lba, first);
    }
    for (let offset = 0; offset < sectorCount; ) {
      const spare = this.#resolved[offset] as number;
      const run = spare === ON_MAIN ? this.#mainRun(offset, sectorCount) : 1;
      const at = (targetByte + Math.imul(offset, SECTOR_BYTES)) | 0;
      const outcome =
        spare === ON_MAIN
          ? this.#readPlainly(lba + offset, run, at)
          : this.#medium.readSpare(spare, 1, at);
      if (outcome !== Outcome.done) return this.#failedAt(outcome, spare, lba + offset);
      offset += run;
    }
    return Outcome.done;
  }

  #writeResolved(lba: number, sectorCount: number, sourceByte: number): number {
    const first = this.#resolved[0] as number;
    if (this.#firstSectorDecides) {
      if (first === ON_MAIN) return this.#writePlainly(lba, sectorCount, sourceByte);
      if (first + sectorCount > this.#shape.spareCount) return Outcome.pastSpareArea;
      const outcome = this.#medium.writeSpare(first, sectorCount, sourceByte);
      return outcome === Outcome.done ? outcome : this.#failedWhole(outcome, lba, first);
    }
    for (let offset = 0; offset < sectorCount; ) {
      const spare = this.#resolved[offset] as number;
      const run = spare === ON_MAIN ? this.#mainRun(offset, sectorCount) : 1;
      const at = (sourceByte + Math.imul(offset, SECTOR_BYTES)) | 0;
      const outcome =
        spare === ON_MAIN
          ? this.#writePlainly(lba + offset, run, at)
          : this.#medium.writeSpare(spare, 1, at);
      if (outcome !== Outcome.done) return this.#failedAt(outcome, spare, lba + offset);
      offset += run;
    }
    return Outcome.done;
  }

  #failedOnMain(outcome: number): number {
    this.#failed[0] = this.#medium.failedSector();
    this.#failed[1] = ON_MAIN;
    return outcome;
  }

  /** A request that went to the spares from `first` on as a whole. */
  #failedWhole(outcome: number, lba: number, first: number): number {
    const spare = this.#medium.failedSector();
    return this.#failedAt(outcome, spare, lba + spare - first);
  }

  /** A run on the main device has said already which of its sectors failed. */
  #failedAt(outcome: number, spare: number, lba: number): number {
    if (spare === ON_MAIN) return outcome;
    this.#failed[0] = lba;
    this.#failed[1] = spare;
    return outcome;
  }

  /** Sectors from `offset` on that are on the main device. */
  #mainRun(offset: number, sectorCount: number): number {
    let end = offset + 1;
    while (end < sectorCount && this.#resolved[end] === ON_MAIN) end++;
    return end - offset;
  }
}

/** First sector · 32 + log2 of a covering length + 1: never 0, which means none. */
function rangeOf(lba: number, sectorCount: number): number {
  return (lba << 5) | (33 - Math.clz32(sectorCount - 1));
}

function overlap(one: number, other: number): boolean {
  const oneFirst = one >>> 5;
  const otherFirst = other >>> 5;
  const oneEnd = oneFirst + 2 ** ((one & 31) - 1);
  const otherEnd = otherFirst + 2 ** ((other & 31) - 1);
  return oneFirst < otherEnd && otherFirst < oneEnd;
}
