import { Queue, QueueCell } from '../memory/layout.ts';

/** What take() answers when nothing waits. */
export const NOTHING_WAITS = -1;

/**
 * Sectors that wait to be moved: a bounded ring that any thread fills and any worker empties,
 * without a lock (D. Vyukov's bounded multi-producer multi-consumer queue, with turns that begin at
 * zero).
 *
 *     tail, head   how many were ever put in, and taken out
 *     turn         of a cell in lap n of the ring: 2n empty, 2n + 1 filled
 *     signal       bumped by each put(), so that a worker can sleep until there is something
 *     deepest      most that ever waited; an instrument
 *     overflows    puts that found no room; an instrument
 *     dismissed    1: nothing more will come
 *
 * Whoever moves tail (or head) on owns the cell until it turns it; nobody waits for anybody. A put
 * that meets a cell still being emptied says "full", a take that meets one being filled "nothing":
 * the former is an overflow a moment early, and after the latter the signal comes.
 */
export class RemapQueue {
  readonly #words: Int32Array;
  readonly #base: number;
  readonly #cells: number;
  readonly #cellCount: number;

  constructor(words: Int32Array, base: number, cellCount: number) {
    this.#words = words;
    this.#base = base;
    this.#cells = base + Queue.cells;
    this.#cellCount = cellCount;
  }

  /** False when there is no room. */
  put(lba: number): boolean {
    const words = this.#words;
    for (;;) {
      const tail = Atomics.load(words, this.#base + Queue.tail);
      const cell = this.#cellAt(tail);
      const empty = 2 * Math.floor(tail / this.#cellCount);
      const turn = Atomics.load(words, cell + QueueCell.turn);
      if (turn < empty) {
        Atomics.add(words, this.#base + Queue.overflows, 1);
        return false;
      }
      // Also where the cell was filled meanwhile: whoever did that has moved tail on before.
      if (Atomics.compareExchange(words, this.#base + Queue.tail, tail, tail + 1) !== tail)
        continue;
      Atomics.store(words, cell + QueueCell.lba, lba);
      // The publication. Pairs with the load of the turn in take().
      Atomics.store(words, cell + QueueCell.turn, empty + 1);
      this.#noteDepth(tail + 1 - Atomics.load(words, this.#base + Queue.head));
      this.#wake();
      return true;
    }
  }

  /** The LBA that has waited longest, or NOTHING_WAITS. */
  take(): number {
    const words = this.#words;
    for (;;) {
      const head = Atomics.load(words, this.#base + Queue.head);
      const cell = this.#cellAt(head);
      const filled = 2 * Math.floor(head / this.#cellCount) + 1;
      const turn = Atomics.load(words, cell + QueueCell.turn);
      if (turn < filled) return NOTHING_WAITS;
      // Also where the cell was emptied meanwhile: whoever did that has moved head on before.
      if (Atomics.compareExchange(words, this.#base + Queue.head, head, head + 1) !== head)
        continue;
      const lba = Atomics.load(words, cell + QueueCell.lba);
      // Pairs with the load of the turn in put(): the cell may be filled again.
      Atomics.store(words, cell + QueueCell.turn, filled + 1);
      return lba;
    }
  }

  /** To be read before take() and handed to sleep() when it found nothing: no put is missed. */
  signal(): number {
    return Atomics.load(this.#words, this.#base + Queue.signal);
  }

  /** Until something was put in since `seen`, or so long. */
  sleep(seen: number, mostMs: number): void {
    Atomics.wait(this.#words, this.#base + Queue.signal, seen, mostMs);
  }

  /** Nothing more will come: workers leave once they find nothing. */
  dismiss(): void {
    Atomics.store(this.#words, this.#base + Queue.dismissed, 1);
    this.#wake();
  }

  isDismissed(): boolean {
    return Atomics.load(this.#words, this.#base + Queue.dismissed) === 1;
  }

  overflowCount(): number {
    return Atomics.load(this.#words, this.#base + Queue.overflows);
  }

  deepest(): number {
    return Atomics.load(this.#words, this.#base + Queue.deepest);
  }

  #cellAt(position: number): number {
    return this.#cells + (position % this.#cellCount) * QueueCell.wordCount;
  }

  #wake(): void {
    Atomics.add(this.#words, this.#base + Queue.signal, 1);
    Atomics.notify(this.#words, this.#base + Queue.signal);
  }

  #noteDepth(depth: number): void {
    const at = this.#base + Queue.deepest;
    for (;;) {
      const deepest = Atomics.load(this.#words, at);
      if (depth <= deepest) return;
      if (Atomics.compareExchange(this.#words, at, deepest, depth) === deepest) return;
    }
  }
}
