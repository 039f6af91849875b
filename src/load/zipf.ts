import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import { Scatter } from './scatter.ts';

/**
 * Zipf's law over a finite number of items: the item of rank r is drawn with a probability
 * proportional to 1 / r^theta, for any theta > 0, 1 included. Both samplers below follow the law
 * itself and not an approximation of it; which one serves depends only on the number of items.
 *
 * Powers are taken as exp(theta · log r): V8 computes exp and log with its own code, the same on
 * every platform, so one seed gives the same addresses everywhere.
 */

/** Items up to which a table is built: 8 bytes an item, so 8 MiB at most for each thread. */
const TABLE_ITEM_COUNT_MAX = 2 ** 20;

const TWO_32 = 2 ** 32;

/** Draws one of itemCount numbers. */
export interface Sampler {
  next(): number;
}

/**
 * A sampler of positions, hot ones scattered over the whole range, in the same way for all threads.
 */
export function zipfPositions(
  law: { readonly itemCount: number; readonly theta: number },
  streams: { readonly draws: RandomStream; readonly scatter: RandomStream },
): Sampler {
  const { itemCount, theta } = law;
  assert(Number.isFinite(theta) && theta > 0, `Zipf's law needs a theta above 0, not ${theta}`);
  const scatter = new Scatter(itemCount, streams.scatter);
  if (itemCount > TABLE_ITEM_COUNT_MAX) {
    return new ScatteredRanks(new RejectionInversion(itemCount, theta, streams.draws), scatter);
  }
  // Weights are laid down by position, so a draw from the table needs no scattering.
  const weights = new Float64Array(itemCount);
  for (let index = 0; index < itemCount; index++) {
    weights[scatter.positionOf(index)] = zipfWeight(index + 1, theta);
  }
  return new AliasTable(weights, streams.draws);
}

/** 1 / rank^theta, not normalised. */
export function zipfWeight(rank: number, theta: number): number {
  return Math.exp(-theta * Math.log(rank));
}

/**
 * Any finite law in constant time: a column is chosen evenly, then either its own item or the one
 * other item that shares it (A. Walker, 1977; built in linear time as by M. Vose, "A linear
 * algorithm for generating random numbers with a given distribution", IEEE TSE 17(9), 1991).
 *
 * Shares are 32-bit fractions, so an item's probability is off by less than 2^−32 of a column.
 */
export class AliasTable implements Sampler {
  /** Two words a column, next to each other: the share of its own item in 2^−32, the other item. */
  readonly #columns: Uint32Array;
  readonly #columnCount: number;
  readonly #random: RandomStream;

  /** @param weights one a number, none negative, at least one above zero */
  constructor(weights: Float64Array, random: RandomStream) {
    this.#columnCount = weights.length;
    this.#columns = columnsFor(weights);
    this.#random = random;
  }

  next(): number {
    const column = this.#random.below(this.#columnCount);
    const share = this.#columns[2 * column] as number;
    return this.#random.nextInt32() >>> 0 < share
      ? column
      : (this.#columns[2 * column + 1] as number);
  }
}

function columnsFor(weights: Float64Array): Uint32Array {
  const count = weights.length;
  let sum = 0;
  for (const weight of weights) sum += weight;
  assert(sum > 0 && Number.isFinite(sum), `weights add up to ${sum}`);

  // Shares in columns: 1 fills a column exactly. One array serves as two stacks that grow towards
  // each other: items that leave room in their column from the left, all others from the right.
  const shares = weights.map((weight) => (weight * count) / sum);
  const stacks = new Uint32Array(count);
  let partial = 0;
  let ample = count;
  for (let item = 0; item < count; item++) {
    if ((shares[item] as number) < 1) stacks[partial++] = item;
    else stacks[--ample] = item;
  }

  const columns = new Uint32Array(2 * count);
  while (partial > 0 && ample < count) {
    const item = stacks[--partial] as number;
    const donor = stacks[ample] as number;
    columns[2 * item] = Math.floor((shares[item] as number) * TWO_32);
    columns[2 * item + 1] = donor;
    const rest = (shares[donor] as number) + (shares[item] as number) - 1;
    shares[donor] = rest;
    if (rest < 1) {
      ample++;
      stacks[partial++] = donor;
    }
  }
  // What is left over fills its column but for rounding, and so shares it with nobody.
  while (partial > 0) fillWith(columns, stacks[--partial] as number);
  while (ample < count) fillWith(columns, stacks[ample++] as number);
  return columns;
}

function fillWith(columns: Uint32Array, item: number): void {
  columns[2 * item] = TWO_32 - 1;
  columns[2 * item + 1] = item;
}

/**
 * Zipf's law without a table, for any number of items (W. Hörmann, G. Derflinger,
 * "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6(3),
 * 1996). The area under x^−theta is inverted at a random height, which gives x; the nearest whole
 * number k is accepted if the height lies in the strip of k's own weight. That takes less than 1.02
 * tries on average, whatever theta and the number of items.
 */
export class RejectionInversion implements Sampler {
  readonly #itemCount: number;
  readonly #theta: number;
  readonly #power: number;
  readonly #areaFirst: number;
  readonly #areaSpan: number;
  /** A k no further above x than this is accepted without looking at areas. */
  readonly #nearby: number;
  readonly #random: RandomStream;

  constructor(itemCount: number, theta: number, random: RandomStream) {
    assert(itemCount >= 1, `cannot draw from ${itemCount} items`);
    const power = 1 - theta;
    this.#itemCount = itemCount;
    this.#theta = theta;
    this.#power = power;
    this.#areaFirst = areaUpTo(1.5, power) - 1;
    this.#areaSpan = areaUpTo(itemCount + 0.5, power) - this.#areaFirst;
    this.#nearby = 2 - inverseArea(areaUpTo(2.5, power) - zipfWeight(2, theta), power);
    this.#random = random;
  }

  /**
   * A rank less one: 0 is the hottest item. The two areas below are written out and not called,
   * because a call that the engine does not inline would allocate the numbers it passes.
   */
  next(): number {
    const power = this.#power;
    for (;;) {
      const area = this.#areaFirst + (1 - this.#random.uniform53()) * this.#areaSpan;
      const x = Math.exp(power === 0 ? area : Math.log1p(Math.max(power * area, -1)) / power);
      const rank = Math.min(Math.max(Math.floor(x + 0.5), 1), this.#itemCount);
      if (rank - x <= this.#nearby) return rank - 1;
      const logEdge = Math.log(rank + 0.5);
      const areaEdge = power === 0 ? logEdge : Math.expm1(power * logEdge) / power;
      if (area >= areaEdge - Math.exp(-this.#theta * Math.log(rank))) return rank - 1;
    }
  }
}

/** Integral of t^(power − 1) from 1 to x. By expm1, so that it is exact around power 0 as well. */
function areaUpTo(x: number, power: number): number {
  const logX = Math.log(x);
  return power === 0 ? logX : Math.expm1(power * logX) / power;
}

/** The x for which areaUpTo(x) is the given area; rounding may take it a hair past the end, −1. */
function inverseArea(area: number, power: number): number {
  return Math.exp(power === 0 ? area : Math.log1p(Math.max(power * area, -1)) / power);
}

class ScatteredRanks implements Sampler {
  readonly #ranks: RejectionInversion;
  readonly #scatter: Scatter;

  constructor(ranks: RejectionInversion, scatter: Scatter) {
    this.#ranks = ranks;
    this.#scatter = scatter;
  }

  next(): number {
    return this.#scatter.positionOf(this.#ranks.next());
  }
}
