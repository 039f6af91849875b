import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { Sampler } from './zipf.ts';

/**
 * A normal law over the items in their order, cut off at both ends: what falls outside is drawn
 * again, so that within them the law is the normal one and no item has more than its due.
 *
 * By the polar method (G. Marsaglia, T. Bray, "A convenient method for generating normal
 * variables", SIAM Review 6(3), 1964), which gives two values at once.
 */
export class NormalItems implements Sampler {
  readonly #itemCount: number;
  readonly #mean: number;
  readonly #deviation: number;
  readonly #random: RandomStream;
  /** The second value, and whether it is there; a float, since a field would be a new object. */
  readonly #kept = new Float64Array(1);
  #hasKept = false;

  /** @param law mean and standard deviation as shares of all items */
  constructor(
    itemCount: number,
    law: { readonly mean: number; readonly deviation: number },
    random: RandomStream,
  ) {
    const { mean, deviation } = law;
    assert(deviation > 0 && mean >= 0 && mean <= 1, `no normal law of ${mean} and ${deviation}`);
    this.#itemCount = itemCount;
    this.#mean = mean * itemCount;
    this.#deviation = deviation * itemCount;
    this.#random = random;
  }

  next(): number {
    for (;;) {
      const item = Math.floor(this.#mean + this.#deviation * this.#standard());
      if (item >= 0 && item < this.#itemCount) return item;
    }
  }

  #standard(): number {
    if (this.#hasKept) {
      this.#hasKept = false;
      return this.#kept[0] as number;
    }
    for (;;) {
      const x = 2 * this.#random.uniform53() - 1;
      const y = 2 * this.#random.uniform53() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#kept[0] = y * scale;
      this.#hasKept = true;
      return x * scale;
    }
  }
}
