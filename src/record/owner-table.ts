/**
 * Who holds each spare, written at the moment of the claim: the claimant exchanges its own mark
 * into the spare's word, and what comes out should be nothing. The judge of collisions, independent
 * of bitmap, cache and table.
 *
 *     0      nobody
 *     else   thread · 2^24 + position of the claim in the thread's log + 1
 */
export class OwnerTable {
  readonly #words: Int32Array;
  readonly #base: number;

  constructor(words: Int32Array, base: number) {
    this.#words = words;
    this.#base = base;
  }

  /** Returns the mark that was there: 0 unless two hold the spare. */
  claim(spare: number, mark: number): number {
    return Atomics.exchange(this.#words, this.#base + spare, mark);
  }

  /** Before the spare goes back to the allocator, so that its next owner finds the word empty. */
  clear(spare: number): void {
    Atomics.store(this.#words, this.#base + spare, 0);
  }
}

/** A claim that found no room in its thread's log. */
export const UNLOGGED = 0xffffff;

export function ownerMarkOf(thread: number, logPosition: number): number {
  return (thread << 24) | Math.min(logPosition + 1, UNLOGGED);
}

/** What a mark says; logPosition is null for a claim that was not logged. */
export function ownerOf(mark: number): { thread: number; logPosition: number | null } {
  const position = mark & UNLOGGED;
  return { thread: mark >>> 24, logPosition: position === UNLOGGED ? null : position - 1 };
}
