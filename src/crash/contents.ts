import { SECTOR_WORDS } from '../memory/layout.ts';

const SECTOR_BYTES = SECTOR_WORDS * 4;
const SECTOR_BITS = SECTOR_BYTES * 8;

/** A sector's contents by number; equal contents have one number. 0 is a sector of zeros. */
export class Contents {
  readonly #ids = new Map<string, number>();
  readonly #words: Int32Array[] = [];
  readonly #torn = new Map<string, readonly number[]>();
  readonly #flipped = new Map<number, number>();

  constructor() {
    this.idOf(new Int32Array(SECTOR_WORDS));
  }

  /** The words are copied. */
  idOf(words: Int32Array): number {
    const own = words.slice();
    const key = String.fromCharCode(...new Uint16Array(own.buffer));
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#words.length);
    this.#words.push(own);
    return this.#words.length - 1;
  }

  /** Always the same object for the same number. */
  wordsOf(id: number): Int32Array {
    return this.#words[id] as Int32Array;
  }

  /**
   * What a sector may hold when power fails while it is being written: one part old, the other new,
   * from any byte on, in either direction. Only what differs from both.
   */
  tornBetween(oldId: number, newId: number): readonly number[] {
    const key = `${oldId} ${newId}`;
    const known = this.#torn.get(key);
    if (known !== undefined) return known;
    const before = bytesOf(this.wordsOf(oldId));
    const after = bytesOf(this.wordsOf(newId));
    const ids = new Set<number>();
    for (let byte = 1; byte < SECTOR_BYTES; byte++) {
      // Parts that are cut where old and new agree are those of the cut before.
      if (before[byte - 1] === after[byte - 1]) continue;
      ids.add(this.#joined(before, after, byte));
      ids.add(this.#joined(after, before, byte));
    }
    ids.delete(oldId);
    ids.delete(newId);
    const torn = [...ids];
    this.#torn.set(key, torn);
    return torn;
  }

  /** The same with one bit turned, another one for each contents. */
  withFlippedBit(id: number): number {
    const known = this.#flipped.get(id);
    if (known !== undefined) return known;
    const words = this.wordsOf(id).slice();
    const bit = Math.imul(id + 1, 0x9e3779b1) >>> 0;
    const at = bit % SECTOR_BITS;
    words[at >>> 5] = (words[at >>> 5] as number) ^ (1 << (at & 31));
    const flipped = this.idOf(words);
    this.#flipped.set(id, flipped);
    return flipped;
  }

  #joined(first: Uint8Array, second: Uint8Array, byte: number): number {
    const bytes = second.slice();
    bytes.set(first.subarray(0, byte));
    return this.idOf(new Int32Array(bytes.buffer));
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, SECTOR_BYTES);
}
