/** No sector: what a search for a failing one answers when there is none. */
export const SOUND = -1;

/**
 * What is wrong with a sector, in one word:
 *
 *     bit 0       reads of it fail
 *     bit 1       writes to it fail
 *     bit 2       once: the request that fails takes bits 0 to 2 away
 *     bit 3       until rewritten: a write that goes through takes bits 0, 1 and 3 away
 *     bit 4       lost: marked unreadable until it is written, as ATA's WRITE UNCORRECTABLE does
 *     bit 5       stale: its next reader is to be given the content of a slot
 *     bits 6–13   which slot
 *     bits 14–29  until rewritten: writes that are still to fail before one goes through
 *
 * 0 is a sound sector. The first four bits and the last sixteen are the medium's fault and belong
 * together; events set and clear them, and leave the others as they are.
 */
const READS = 1;
const WRITES = 2;
const ONCE = 4;
const UNTIL_REWRITTEN = 8;
const LOST = 16;
const STALE = 32;
const SLOT_SHIFT = 6;
const SLOT_MASK = 0xff << SLOT_SHIFT;
const FAILED_WRITES_SHIFT = 14;

/** What is not the medium's fault. */
const OTHERS = LOST | STALE | SLOT_MASK;

/** The word for a failure; `failedWrites` below 2^16. */
export function badWordOf(failure: {
  readonly fails: 'reads' | 'writes' | 'both';
  readonly lasts: 'once' | 'until-rewritten' | 'for-ever';
  readonly failedWrites: number;
}): number {
  const { fails, lasts, failedWrites } = failure;
  const what = (fails === 'writes' ? 0 : READS) | (fails === 'reads' ? 0 : WRITES);
  if (lasts === 'once') return what | ONCE;
  if (lasts === 'for-ever') return what;
  return what | UNTIL_REWRITTEN | (failedWrites << FAILED_WRITES_SHIFT);
}

/**
 * The state of every sector of one surface; part of the simulated hardware. All changes are one
 * compare-and-exchange of a sector's word: requests and events may meet on it.
 */
export class BadSectors {
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
  }

  /** From now on the sector fails as the word says; 0 makes it sound. */
  set(sector: number, word: number): void {
    const at = this.#base + sector;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      const next = (state & OTHERS) | word;
      if (Atomics.compareExchange(this.#words, at, state, next) === state) return;
    }
  }

  /** Whether anything is the medium's fault here. */
  isBad(sector: number): boolean {
    return (Atomics.load(this.#words, this.#base + sector) & (READS | WRITES)) !== 0;
  }

  /** Whether what the sector holds can no longer be read; one that fails once still can. */
  isUnreadable(sector: number): boolean {
    const state = Atomics.load(this.#words, this.#base + sector);
    return (state & LOST) !== 0 || ((state & READS) !== 0 && (state & ONCE) === 0);
  }

  isLost(sector: number): boolean {
    return (Atomics.load(this.#words, this.#base + sector) & LOST) !== 0;
  }

  /** The first of these sectors whose read fails, or SOUND. A failure that happens once is over. */
  firstFailingRead(sector: number, sectorCount: number): number {
    for (let at = sector; at < sector + sectorCount; at++) if (this.#failsRead(at)) return at;
    return SOUND;
  }

  /** The same for a write. One of the failures to come before a write goes through is over. */
  firstFailingWrite(sector: number, sectorCount: number): number {
    for (let at = sector; at < sector + sectorCount; at++) if (this.#failsWrite(at)) return at;
    return SOUND;
  }

  /**
   * After these sectors have been written. Pairs with firstFailingRead(): a reader that finds the
   * sector sound finds what was written.
   */
  rewritten(sector: number, sectorCount: number): void {
    for (let index = 0; index < sectorCount; index++) {
      const at = this.#base + sector + index;
      for (;;) {
        const state = Atomics.load(this.#words, at);
        if ((state & (UNTIL_REWRITTEN | LOST)) === 0) break;
        const sound = (state & UNTIL_REWRITTEN) !== 0 ? OTHERS & ~LOST : ~LOST;
        if (Atomics.compareExchange(this.#words, at, state, state & sound) === state) break;
      }
    }
  }

  /** Marked unreadable until it is written. */
  lose(sector: number): void {
    Atomics.or(this.#words, this.#base + sector, LOST);
  }

  /** The next reader is to be given the slot's content. False when another slot waits already. */
  hideBehind(sector: number, slot: number): boolean {
    const at = this.#base + sector;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if ((state & STALE) !== 0) return false;
      const next = state | STALE | (slot << SLOT_SHIFT);
      if (Atomics.compareExchange(this.#words, at, state, next) === state) return true;
    }
  }

  /** The slot this reader is to be given the content of, or SOUND; nobody else will get it. */
  takeHidden(sector: number): number {
    const at = this.#base + sector;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if ((state & STALE) === 0) return SOUND;
      const next = state & ~(STALE | SLOT_MASK);
      if (Atomics.compareExchange(this.#words, at, state, next) === state) {
        return (state & SLOT_MASK) >>> SLOT_SHIFT;
      }
    }
  }

  #failsRead(sector: number): boolean {
    const at = this.#base + sector;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if ((state & (READS | LOST)) === 0) return false;
      if ((state & LOST) !== 0 || (state & ONCE) === 0) return true;
      if (Atomics.compareExchange(this.#words, at, state, state & OTHERS) === state) return true;
    }
  }

  #failsWrite(sector: number): boolean {
    const at = this.#base + sector;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if ((state & WRITES) === 0) return false;
      const left = state >>> FAILED_WRITES_SHIFT;
      if ((state & UNTIL_REWRITTEN) !== 0 && left === 0) return false;
      if ((state & (ONCE | UNTIL_REWRITTEN)) === 0) return true;
      const next = (state & ONCE) !== 0 ? state & OTHERS : state - (1 << FAILED_WRITES_SHIFT);
      if (Atomics.compareExchange(this.#words, at, state, next) === state) return true;
    }
  }
}
