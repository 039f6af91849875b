import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { Scatter } from './scatter.ts';
import type { Sampler } from './zipf.ts';

/**
 * The self-similar law that fio calls pareto (J. Gray et al., "Quickly generating billion-record
 * synthetic databases", SIGMOD 1994): a share of 1 − h of the draws falls on the first h of the
 * items, and so again within these. h = 0.2 is the rule of 80 to 20, h = 0.5 is uniform.
 *
 * The first k of n items have a probability of (k / n)^(log(1 − h) / log h), which is inverted: a
 * draw is floor(n · u^(log h / log(1 − h))). Hot items are scattered, as those of Zipf's law are.
 */
export class ParetoItems implements Sampler {
  readonly #itemCount: number;
  readonly #power: number;
  readonly #random: RandomStream;
  readonly #scatter: Scatter;

  constructor(itemCount: number, h: number, random: RandomStream, scatter: Scatter) {
    assert(h > 0 && h <= 0.5, `pareto needs an h above 0 and at most 0.5, not ${h}`);
    this.#itemCount = itemCount;
    this.#power = Math.log(h) / Math.log1p(-h);
    this.#random = random;
    this.#scatter = scatter;
  }

  next(): number {
    // The logarithm of 0 is minus infinity, whose exponential is 0 again: the first item.
    const share = Math.exp(this.#power * Math.log(this.#random.uniform53()));
    const rank = Math.min(Math.floor(this.#itemCount * share), this.#itemCount - 1);
    return this.#scatter.positionOf(rank);
  }
}

/** The probability that a draw falls on one of the first `share` of the items. */
export function paretoShare(share: number, h: number): number {
  return share ** (Math.log1p(-h) / Math.log(h));
}
