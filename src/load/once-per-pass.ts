import type { RandomStream } from '../random.ts';
import { Scatter } from './scatter.ts';
import type { Sampler } from './zipf.ts';

/**
 * Every item once, in an order by chance; then all of them again, in another order. The order is a
 * permutation that is computed and not kept, so that it takes no memory, however large the device.
 */
export class OncePerPass implements Sampler {
  readonly #itemCount: number;
  readonly #random: RandomStream;
  readonly #order: Scatter;
  /** Turns the order by so many places, which makes every item as likely at each of them. */
  #turn: number;
  #drawn = 0;

  constructor(itemCount: number, random: RandomStream) {
    this.#itemCount = itemCount;
    this.#random = random;
    this.#order = new Scatter(itemCount, random);
    this.#turn = random.below(itemCount);
  }

  next(): number {
    if (this.#drawn === this.#itemCount) {
      this.#drawn = 0;
      this.#order.reseed(this.#random);
      this.#turn = this.#random.below(this.#itemCount);
    }
    const item = this.#order.positionOf(this.#drawn++) + this.#turn;
    return item < this.#itemCount ? item : item - this.#itemCount;
  }
}
