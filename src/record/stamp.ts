import { POOL_WORDS, SECTOR_WORDS } from '../memory/layout.ts';

/**
 * What a written sector looks like, 128 words:
 *
 *     0        magic, from the run's seed
 *     1        LBA
 *     2        generation
 *     3        writer: thread + 1
 *     4        where in the payload pool the body was cut from, in words
 *     5        check word over 0–4
 *     6–121    body: pool[offset + 6 … offset + 121]
 *     122–127  words 0–5 again
 *
 * Head and tail differ when half a sector was written; the body can be compared with the pool, byte
 * by byte, knowing nothing but the stamp.
 */
export const STAMP_WORDS = 6;
const TAIL = SECTOR_WORDS - STAMP_WORDS;

export interface Stamp {
  lba: number;
  generation: number;
  writer: number;
}

/** A sector that nobody has written holds zeros. */
export type Reading = 'stamped' | 'never-written' | 'torn' | 'foreign' | 'flipped';

/** Reads and writes stamps in shared words. The magic tells one seed's sectors from another's. */
export class Stamper {
  readonly #words: Int32Array;
  readonly #pool: number;
  readonly #magic: number;

  constructor(words: Int32Array, pool: number, seed: number) {
    this.#words = words;
    this.#pool = pool;
    this.#magic = magicOf(seed);
  }

  /** Fills the pool that bodies are cut from; before the gate. xorshift32, from the run's magic. */
  fillPool(wordCount: number): void {
    let state = this.#magic;
    for (let index = 0; index < wordCount; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      this.#words[this.#pool + index] = state;
    }
  }

  /** Where a body may be cut from, given 32 random bits: an offset into the pool in words. */
  offsetFor(random: number): number {
    return random & (POOL_WORDS - 1);
  }

  /** Stamps a sector whose body is in place already, at word `at`. */
  write(at: number, lba: number, generation: number, writer: number, offset: number): void {
    const words = this.#words;
    const check = checkOf(this.#magic, lba, generation, writer, offset);
    words[at] = this.#magic;
    words[at + 1] = lba;
    words[at + 2] = generation;
    words[at + 3] = writer;
    words[at + 4] = offset;
    words[at + 5] = check;
    words[at + TAIL] = this.#magic;
    words[at + TAIL + 1] = lba;
    words[at + TAIL + 2] = generation;
    words[at + TAIL + 3] = writer;
    words[at + TAIL + 4] = offset;
    words[at + TAIL + 5] = check;
  }

  /** Judges head and tail of the sector at word `at`; the body only if `whole`. Fills `into`. */
  read(at: number, whole: boolean, into: Stamp): Reading {
    const words = this.#words;
    let differs = false;
    let any = 0;
    for (let index = 0; index < STAMP_WORDS; index++) {
      const head = words[at + index] as number;
      const tail = words[at + TAIL + index] as number;
      if (head !== tail) differs = true;
      any |= head | tail;
    }
    if (any === 0) {
      return whole && !this.#isZero(at) ? 'flipped' : 'never-written';
    }
    const lba = words[at + 1] as number;
    const generation = words[at + 2] as number;
    const writer = words[at + 3] as number;
    const offset = words[at + 4] as number;
    into.lba = lba;
    into.generation = generation;
    into.writer = writer - 1;
    if (differs) return this.#isWhole(at) && this.#isWhole(at + TAIL) ? 'torn' : this.#broken(at);
    if (words[at] !== this.#magic) return 'foreign';
    if (!this.#isWhole(at)) return 'flipped';
    return whole && !this.#bodyMatches(at, offset) ? 'flipped' : 'stamped';
  }

  /** Head and tail differ and one of them is no stamp: half of nothing, or a flipped bit in one. */
  #broken(at: number): Reading {
    const headEmpty = this.#isEmpty(at);
    const tailEmpty = this.#isEmpty(at + TAIL);
    return headEmpty || tailEmpty ? 'torn' : 'flipped';
  }

  #isEmpty(at: number): boolean {
    let any = 0;
    for (let index = 0; index < STAMP_WORDS; index++) any |= this.#words[at + index] as number;
    return any === 0;
  }

  #isWhole(at: number): boolean {
    const words = this.#words;
    const check = checkOf(
      words[at] as number,
      words[at + 1] as number,
      words[at + 2] as number,
      words[at + 3] as number,
      words[at + 4] as number,
    );
    return words[at] === this.#magic && words[at + 5] === check;
  }

  #bodyMatches(at: number, offset: number): boolean {
    const words = this.#words;
    const body = this.#pool + offset;
    for (let index = STAMP_WORDS; index < TAIL; index++) {
      if (words[at + index] !== words[body + index]) return false;
    }
    return true;
  }

  #isZero(at: number): boolean {
    for (let index = 0; index < SECTOR_WORDS; index++) {
      if (this.#words[at + index] !== 0) return false;
    }
    return true;
  }
}

function magicOf(seed: number): number {
  const mixed = Math.imul((seed ^ Math.floor(seed / 4294967296)) | 0, 0x9e3779b1) ^ 0x53544d50;
  return mixed === 0 ? 1 : mixed | 0;
}

/**
 * A multiply-and-rotate mix (constants of MurmurHash3, Appleby): any one changed word changes it.
 */
function checkOf(a: number, b: number, c: number, d: number, e: number): number {
  let hash = mix(0x5bd1e995, a);
  hash = mix(hash, b);
  hash = mix(hash, c);
  hash = mix(hash, d);
  return mix(hash, e);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const rotated = hash ^ ((scrambled << 15) | (scrambled >>> 17));
  return (Math.imul((rotated << 13) | (rotated >>> 19), 5) + 0xe6546b64) | 0;
}
