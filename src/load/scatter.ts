import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';

/**
 * A permutation of 0 … itemCount − 1 that puts neighbours far apart, in a few words of memory and
 * without a table.
 *
 * On the next power of two it is three rounds of "times an odd constant, plus a constant" with two
 * "xor with the upper half" in between. Each step can be undone, so the whole is a bijection there;
 * it is brought down to itemCount by walking on until the value is inside (cycle-walking: J. Black,
 * P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002), which keeps it a bijection and
 * takes fewer than two walks on average. Hashing, which fio and YCSB use here, is not one: it gives
 * several ranks to one block and leaves others with none. Not for cryptography.
 */
export class Scatter {
  readonly #itemCount: number;
  readonly #mask: number;
  readonly #shift: number;
  #times0 = 1;
  #times1 = 1;
  #times2 = 1;
  #plus0 = 0;
  #plus1 = 0;
  #plus2 = 0;

  /** The same constants in the same order give the same permutation; 1 ≤ itemCount ≤ 2^32. */
  constructor(itemCount: number, random: RandomStream) {
    assert(
      Number.isInteger(itemCount) && itemCount >= 1 && itemCount <= 2 ** 32,
      `cannot scatter ${itemCount} items`,
    );
    const bitCount = Math.max(1, 32 - Math.clz32(itemCount - 1));
    this.#itemCount = itemCount;
    this.#mask = 0xffffffff >>> (32 - bitCount);
    this.#shift = (bitCount + 1) >>> 1;
    this.reseed(random);
  }

  /** Becomes another permutation of as many items. */
  reseed(random: RandomStream): void {
    this.#times0 = random.nextInt32() | 1;
    this.#times1 = random.nextInt32() | 1;
    this.#times2 = random.nextInt32() | 1;
    this.#plus0 = random.nextInt32();
    this.#plus1 = random.nextInt32();
    this.#plus2 = random.nextInt32();
  }

  /** Where an item goes; 0 ≤ index < itemCount, and so is the answer. */
  positionOf(index: number): number {
    const mask = this.#mask;
    const shift = this.#shift;
    let value = index;
    do {
      value = (Math.imul(value, this.#times0) + this.#plus0) & mask;
      value ^= value >>> shift;
      value = (Math.imul(value, this.#times1) + this.#plus1) & mask;
      value ^= value >>> shift;
      value = ((Math.imul(value, this.#times2) + this.#plus2) & mask) >>> 0;
    } while (value >= this.#itemCount);
    return value;
  }
}
