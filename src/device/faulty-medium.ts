import { relax } from '../lock/relax.ts';
import type { BlockCopy } from '../memory/block-copy.ts';
import {
  FailureWord,
  FaultControl,
  type Layout,
  STALE_SLOT_COUNT,
  StaleSlot,
  WORD_BYTES,
} from '../memory/layout.ts';
import { DATA_FAULTS, SECTOR_BYTES } from '../scenario/plan.ts';
import { BadSectors, SOUND } from './bad-sectors.ts';
import { type Medium, surfacesOn } from './medium.ts';
import { Outcome } from './outcome.ts';
import type { Surface } from './surface.ts';

const LOST_WRITE = DATA_FAULTS.indexOf('lost-write');
const STALE_READ = DATA_FAULTS.indexOf('stale-read');
const TORN_WRITE = DATA_FAULTS.indexOf('torn-write');
const MISDIRECTED = DATA_FAULTS.indexOf('misdirected');
const FOREIGN_DATA = DATA_FAULTS.indexOf('foreign-data');

/** Of a torn write, 32 to 476 bytes arrive, so that begin and end of the sector differ. */
const TORN_BYTES_MIN = 32;
const TORN_BYTES_SPAN = SECTOR_BYTES - 2 * TORN_BYTES_MIN;

interface Side {
  readonly surface: Surface;
  readonly bad: BadSectors;
  readonly sectorCount: number;
}

/**
 * A medium that fails as the plan says: sectors that cannot be read or written, writes that are
 * acknowledged and leave wrong data, a time in which nothing is served, a power cut. It belongs to
 * the simulated hardware. Built in place of MemoryMedium only where a plan has such faults.
 *
 * A request that meets a bad sector fails as a whole. The sectors before it, in the order of their
 * numbers, have been transferred; the bad one holds what it held, and so do those behind it.
 *
 * There is no chance and no clock in here: events write words of shared memory, and what a write is
 * to leave wrong is ordered beforehand by the thread that issues it (FailureWord.order). The order
 * is carried out on one sector of the next write to either surface, and struck out.
 */
export class FaultyMedium implements Medium {
  readonly #words: Int32Array;
  readonly #copy: BlockCopy;
  readonly #main: Side;
  readonly #spare: Side;
  readonly #control: number;
  /** This thread's FailureWords. */
  readonly #own: number;
  readonly #staleSlots: number;
  /** With a power cut in the plan, sectors are written one by one, and the power looked at. */
  readonly #cuts: boolean;
  readonly #hidesStale: boolean;

  constructor(
    words: Int32Array,
    layout: Layout,
    copy: BlockCopy,
    shape: {
      readonly sectorCount: number;
      readonly spareCount: number;
      readonly own: number;
      readonly cuts: boolean;
      readonly hidesStale: boolean;
    },
  ) {
    const { main, spare } = surfacesOn(words, layout, copy);
    this.#words = words;
    this.#copy = copy;
    const { sectorCount, spareCount } = shape;
    this.#main = { surface: main, bad: new BadSectors(words, layout.badMain), sectorCount };
    const badSpares = new BadSectors(words, layout.badSpare);
    this.#spare = { surface: spare, bad: badSpares, sectorCount: spareCount };
    this.#control = layout.faultControl;
    this.#own = shape.own;
    this.#staleSlots = layout.staleSlots;
    this.#cuts = shape.cuts;
    this.#hidesStale = shape.hidesStale;
  }

  readMain(lba: number, sectorCount: number, targetByte: number): number {
    return this.#read(this.#main, lba, sectorCount, targetByte);
  }

  writeMain(lba: number, sectorCount: number, sourceByte: number): number {
    return this.#write(this.#main, lba, sectorCount, sourceByte);
  }

  readSpare(spare: number, sectorCount: number, targetByte: number): number {
    return this.#read(this.#spare, spare, sectorCount, targetByte);
  }

  writeSpare(spare: number, sectorCount: number, sourceByte: number): number {
    return this.#write(this.#spare, spare, sectorCount, sourceByte);
  }

  moveToSpare(lba: number, spare: number): number {
    return this.#move(this.#main, lba, this.#spare, spare);
  }

  moveToMain(spare: number, lba: number): number {
    return this.#move(this.#spare, spare, this.#main, lba);
  }

  moveSpare(from: number, to: number): number {
    return this.#move(this.#spare, from, this.#spare, to);
  }

  loseSpare(spare: number): number {
    if (!this.#isServed()) return Outcome.powerOff;
    const outcome = this.#failWrite(this.#spare, spare, 1);
    if (outcome === Outcome.done) this.#spare.bad.lose(spare);
    return outcome;
  }

  flushMain(): number {
    return this.#isServed() ? Outcome.done : Outcome.powerOff;
  }

  flushSpare(): number {
    return this.flushMain();
  }

  failedSector(): number {
    return this.#words[this.#own + FailureWord.failedSector] as number;
  }

  /** Waits while the device serves nothing. False when it never will again. */
  #isServed(): boolean {
    const stall = this.#control + FaultControl.stall;
    for (;;) {
      const seen = Atomics.load(this.#words, stall);
      if (seen === 0) break;
      relax(this.#words, stall, seen);
    }
    return this.#hasPower();
  }

  #hasPower(): boolean {
    return Atomics.load(this.#words, this.#control + FaultControl.power) === 0;
  }

  #read({ surface, bad }: Side, first: number, sectorCount: number, targetByte: number): number {
    if (!this.#isServed()) return Outcome.powerOff;
    // Looked at before the copy: who finds a sector sound that was unreadable finds the new data.
    const failing = bad.firstFailingRead(first, sectorCount);
    const goodCount = failing === SOUND ? sectorCount : failing - first;
    surface.read(first, goodCount, targetByte);
    if (this.#hidesStale) this.#giveHidden(bad, first, goodCount, targetByte);
    if (failing === SOUND) return Outcome.done;
    this.#words[this.#own + FailureWord.failedSector] = failing;
    this.#count(FailureWord.mediumErrors);
    return bad.isLost(failing) ? Outcome.dataLost : Outcome.readError;
  }

  #write(side: Side, first: number, sectorCount: number, sourceByte: number): number {
    if (!this.#isServed()) return Outcome.powerOff;
    const outcome = this.#failWrite(side, first, sectorCount);
    const goodCount = outcome === Outcome.done ? sectorCount : this.failedSector() - first;
    if (goodCount === 0) return outcome;
    const ordered = this.#words[this.#own + FailureWord.order] as number;
    if (ordered !== 0) {
      this.#words[this.#own + FailureWord.order] = 0;
      this.#writeWrongly(side, first, goodCount, sourceByte, ordered - 1);
    } else if (this.#cuts) {
      if (!this.#writeOneByOne(side, first, goodCount, sourceByte)) return Outcome.powerOff;
    } else {
      side.surface.write(first, goodCount, sourceByte);
    }
    side.bad.rewritten(first, goodCount);
    return outcome;
  }

  /** The outcome of a write of these sectors, before it is made; says where it fails. */
  #failWrite({ bad }: Side, first: number, sectorCount: number): number {
    const failing = bad.firstFailingWrite(first, sectorCount);
    if (failing === SOUND) return Outcome.done;
    this.#words[this.#own + FailureWord.failedSector] = failing;
    this.#count(FailureWord.mediumErrors + 1);
    return Outcome.writeError;
  }

  /** False when the power went between two of them. */
  #writeOneByOne({ surface }: Side, first: number, sectorCount: number, source: number): boolean {
    for (let index = 0; index < sectorCount; index++) {
      if (!this.#hasPower()) return false;
      surface.write(first + index, 1, (source + Math.imul(index, SECTOR_BYTES)) | 0);
    }
    return true;
  }

  /**
   * One sector. Latched as in MemoryMedium; but for a move from spare to spare, where both may have
   * one latch: no I/O goes to either of them.
   */
  #move(from: Side, source: number, to: Side, target: number): number {
    if (!this.#isServed()) return Outcome.powerOff;
    if (from.bad.firstFailingRead(source, 1) !== SOUND) {
      this.#words[this.#own + FailureWord.failedSector] = source;
      this.#count(FailureWord.mediumErrors);
      return from.bad.isLost(source) ? Outcome.dataLost : Outcome.readError;
    }
    const outcome = this.#failWrite(to, target, 1);
    if (outcome !== Outcome.done) return outcome;
    const sourceByte = from.surface.byteOf(source);
    if (from === to) {
      this.#copy(to.surface.byteOf(target), sourceByte, SECTOR_BYTES);
    } else {
      from.surface.enterAsReader(source);
      to.surface.write(target, 1, sourceByte);
      from.surface.leaveAsReader(source);
    }
    to.bad.rewritten(target, 1);
    return Outcome.done;
  }

  /** All sectors but one as they should be, and that one as ordered. */
  #writeWrongly(
    side: Side,
    first: number,
    sectorCount: number,
    sourceByte: number,
    fault: number,
  ): void {
    const { surface } = side;
    const parameter = (this.#words[this.#own + FailureWord.parameter] as number) >>> 0;
    const index = parameter % sectorCount;
    const victim = first + index;
    const victimByte = (sourceByte + Math.imul(index, SECTOR_BYTES)) | 0;
    const restCount = sectorCount - index - 1;
    surface.write(first, index, sourceByte);
    surface.write(victim + 1, restCount, (victimByte + SECTOR_BYTES) | 0);
    if (fault === STALE_READ) {
      this.#writeHidden(side, victim, victimByte, parameter);
      return;
    }
    this.#count(FailureWord.planted + fault);
    switch (fault) {
      case LOST_WRITE:
        return;
      case TORN_WRITE: {
        const keptWords = ((parameter >>> 8) % TORN_BYTES_SPAN) >>> 2;
        surface.writePart(victim, victimByte, TORN_BYTES_MIN + (keptWords << 2));
        return;
      }
      case MISDIRECTED: {
        const away = 1 + ((parameter >>> 4) % Math.max(1, side.sectorCount - 1));
        surface.write((victim + away) % side.sectorCount, 1, victimByte);
        return;
      }
      case FOREIGN_DATA:
        surface.scramble(victim, parameter | 1);
        return;
      default:
        surface.write(victim, 1, victimByte);
        surface.flip(victim, (parameter >>> 8) % (SECTOR_BYTES * 8));
    }
  }

  /** The sector is written, and what it held before is kept for its next reader. */
  #writeHidden({ surface, bad }: Side, sector: number, sourceByte: number, hint: number): void {
    const slot = this.#takeSlot(hint);
    if (slot === SOUND) {
      surface.write(sector, 1, sourceByte);
      return;
    }
    surface.read(sector, 1, this.#dataByteOf(slot));
    surface.write(sector, 1, sourceByte);
    if (!bad.hideBehind(sector, slot)) this.#giveSlot(slot);
  }

  #giveHidden(bad: BadSectors, first: number, sectorCount: number, targetByte: number): void {
    for (let index = 0; index < sectorCount; index++) {
      const slot = bad.takeHidden(first + index);
      if (slot === SOUND) continue;
      const into = (targetByte + Math.imul(index, SECTOR_BYTES)) | 0;
      this.#copy(into, this.#dataByteOf(slot), SECTOR_BYTES);
      this.#giveSlot(slot);
      this.#count(FailureWord.planted + STALE_READ);
    }
  }

  /** A free slot, now this thread's, or SOUND when all are in use: then nothing is hidden. */
  #takeSlot(hint: number): number {
    for (let step = 0; step < STALE_SLOT_COUNT; step++) {
      const slot = (hint + step) % STALE_SLOT_COUNT;
      if (Atomics.exchange(this.#words, this.#slotWord(slot), 1) === 0) return slot;
    }
    return SOUND;
  }

  /** Pairs with the exchange in #takeSlot(): who takes it next may overwrite its data. */
  #giveSlot(slot: number): void {
    Atomics.store(this.#words, this.#slotWord(slot), 0);
  }

  #slotWord(slot: number): number {
    return this.#staleSlots + slot * StaleSlot.wordCount + StaleSlot.state;
  }

  #dataByteOf(slot: number): number {
    const word = this.#staleSlots + slot * StaleSlot.wordCount + StaleSlot.data;
    return (word * WORD_BYTES) | 0;
  }

  #count(field: number): void {
    const at = this.#own + field;
    this.#words[at] = (this.#words[at] as number) + 1;
  }
}
