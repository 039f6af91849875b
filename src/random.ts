import { assert } from './errors.ts';

/**
 * Seeded random numbers. A run has one root seed and as many streams as there are (thread, purpose)
 * pairs, so that what one thread draws for one purpose depends neither on timing nor on how often
 * anything else was drawn: the same seed gives the same operations, whatever the interleaving.
 *
 * Generator: xoshiro128** 1.1 (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47(4), 2021): 32-bit arithmetic only, period 2^128 − 1. Streams start at
 * places chosen by SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014), as the authors of xoshiro advise; that two of a thousand streams of
 * 2^40 draws overlap has a probability below 2^−60. Not for cryptography.
 */

const TWO_32 = 2 ** 32;
const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

/** SplitMix64: a counter behind a bijective mixer. Works on BigInt, so it is for seeding only. */
export class SplitMix64 {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = BigInt.asUintN(64, seed);
  }

  next(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + GOLDEN_GAMMA);
    let mixed = this.#state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  }
}

/**
 * One stream. No BigInt is made after construction, and in a compiled loop nothing is allocated.
 */
export class RandomStream {
  readonly #state: Uint32Array;

  /** Takes a copy of four 32-bit words, not all zero. Most callers want streamFor(). */
  constructor(state: ArrayLike<number>) {
    assert(state.length === 4, `xoshiro128** has 4 words of state, not ${state.length}`);
    this.#state = Uint32Array.from(state);
    assert(
      this.#state.some((word) => word !== 0),
      'xoshiro128** never leaves the all-zero state',
    );
  }

  /**
   * 32 random bits as a signed integer, −2^31 ≤ n < 2^31. The engine never boxes such a number, not
   * even before it has inlined the call; hence the other draws are built on this one.
   */
  nextInt32(): number {
    const state = this.#state;
    const s0 = state[0] as number;
    const s1 = state[1] as number;
    const s2 = (state[2] as number) ^ s0;
    const s3 = (state[3] as number) ^ s1;
    const scaled = Math.imul(s1, 5);
    state[0] = s0 ^ s3;
    state[1] = s1 ^ s2;
    state[2] = s2 ^ (s1 << 9);
    state[3] = (s3 << 11) | (s3 >>> 21);
    return Math.imul((scaled << 7) | (scaled >>> 25), 9);
  }

  /** The same 32 bits as an unsigned integer, 0 ≤ n < 2^32. */
  nextUint32(): number {
    return this.nextInt32() >>> 0;
  }

  /**
   * An integer 0 ≤ n < bound, every one equally likely, for 1 ≤ bound ≤ 2^32.
   *
   * The upper word of draw × bound is the answer, and a draw is repeated if its lower word falls
   * into the surplus that would favour some answers (D. Lemire, "Fast random integer generation in
   * an interval", ACM TOMACS 29(1), 2019). The product has up to 64 bits and a double holds 53, so
   * the lower word is computed apart, exactly; what the double lost is then less than 2^12 of
   * 2^32, and rounding recovers the upper word.
   */
  below(bound: number): number {
    // A power of two has no surplus, and the upper word of the product is the draw's upper bits.
    if ((bound & (bound - 1)) === 0 && bound < TWO_32) {
      return (this.nextInt32() >>> 1) >>> Math.clz32(bound);
    }
    return this.#belowAny(bound);
  }

  #belowAny(bound: number): number {
    let draw = this.nextInt32() >>> 0;
    let lower = Math.imul(draw, bound) >>> 0;
    if (lower < bound) {
      const surplus = TWO_32 - Math.floor(TWO_32 / bound) * bound;
      while (lower < surplus) {
        draw = this.nextInt32() >>> 0;
        lower = Math.imul(draw, bound) >>> 0;
      }
    }
    return ((draw * bound - lower) / TWO_32 + 0.5) >>> 0;
  }

  /** A multiple of 2^−32 in [0, 1). */
  uniform(): number {
    return (this.nextInt32() >>> 0) / TWO_32;
  }

  /** A multiple of 2^−53 in [0, 1), from two draws: for laws whose tail 32 bits would coarsen. */
  uniform53(): number {
    const upper = this.nextInt32() >>> 5;
    const lower = this.nextInt32() >>> 6;
    return (upper * 67108864 + lower) / 9007199254740992;
  }
}

/**
 * The stream of one thread for one purpose.
 *
 * @param seed root of the run, an integer, 0 ≤ seed ≤ 2^53 − 1
 * @param thread number of the thread; null for what all threads of a run have in common
 * @param purpose constant naming what the numbers decide ('address', 'operation', 'size' …); two
 *   uses with one name would draw the same numbers, so each use has its own
 */
export function streamFor(seed: number, thread: number | null, purpose: string): RandomStream {
  assert(Number.isSafeInteger(seed) && seed >= 0, `seed ${seed} is not within 0 … 2^53 − 1`);
  assert(thread === null || (Number.isSafeInteger(thread) && thread >= 0), `thread ${thread}`);
  let root = new SplitMix64(BigInt(seed)).next();
  root = absorb(root, thread === null ? 0 : thread + 1);
  for (let index = 0; index < purpose.length; index++) {
    root = absorb(root, purpose.charCodeAt(index));
  }
  // Never all zero: SplitMix64's outputs do not repeat within its period, so at most one is 0.
  const words = new SplitMix64(root);
  const first = words.next();
  const second = words.next();
  return new RandomStream([low(first), high(first), low(second), high(second)]);
}

function absorb(root: bigint, value: number): bigint {
  return new SplitMix64(root ^ BigInt(value)).next();
}

function low(word: bigint): number {
  return Number(word & 0xffffffffn);
}

function high(word: bigint): number {
  return Number(word >> 32n);
}
