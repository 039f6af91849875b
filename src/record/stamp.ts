import { PAYLOAD_COUNT, SECTOR_WORDS } from '../memory/layout.ts';

/**
 * What a written sector looks like, 128 words:
 *
 *     0        magic, from the run's seed
 *     1        LBA
 *     2        generation
 *     3        writer: thread + 1
 *     4        which payload of the pool the body is
 *     5        check word over 0–4
 *     6–121    body: words 6–121 of that payload
 *     122–127  words 0–5 again
 *
 * Head and tail differ when half a sector was written; the body can be compared with the pool, byte
 * by byte, knowing nothing but the stamp.
 *
 * A thread stamps the payloads of its own pool where they stand and writes from there: the body
 * is never copied to be written. Bodies are the same in every thread's pool and never change.
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

  /** Payload that a write may begin with, given 32 random bits. */
  payloadFor(random: number): number {
    return random & (PAYLOAD_COUNT - 1);
  }

  /** Word at which a payload stands in this pool. */
  wordOf(payload: number): number {
    return this.#pool + payload * SECTOR_WORDS;
  }

  /**
   * Stamps consecutive sectors of one generation, from word `at` on; their bodies, consecutive
   * payloads, are in place already.
   */
  write(
    at: number,
    sectorCount: number,
    lba: number,
    generation: number,
    writer: number,
    payload: number,
  ): void {
    const words = this.#words;
    const magic = this.#magic;
    const common = commonOf(magic, generation, writer);
    for (let index = 0; index < sectorCount; index++) {
      const head = at + index * SECTOR_WORDS;
      const tail = head + TAIL;
      const check = mix(mix(common, lba + index), payload + index);
      words[head] = magic;
      words[head + 1] = lba + index;
      words[head + 2] = generation;
      words[head + 3] = writer;
      words[head + 4] = payload + index;
      words[head + 5] = check;
      words[tail] = magic;
      words[tail + 1] = lba + index;
      words[tail + 2] = generation;
      words[tail + 3] = writer;
      words[tail + 4] = payload + index;
      words[tail + 5] = check;
    }
  }

  /**
   * The generation of the sector at word `at` if head and tail agree that this run wrote it to
   * `lba`, else −1: the one answer that a read under load needs, without the check word. One
   * flipped bit, a torn or a misplaced sector all end in −1, for read() to name.
   */
  generationAt(at: number, lba: number): number {
    const words = this.#words;
    const tail = at + TAIL;
    const generation = words[at + 2] as number;
    const differs =
      ((words[at] as number) ^ this.#magic) |
      ((words[tail] as number) ^ this.#magic) |
      ((words[at + 1] as number) ^ lba) |
      ((words[tail + 1] as number) ^ lba) |
      ((words[tail + 2] as number) ^ generation) |
      ((words[at + 3] as number) ^ (words[tail + 3] as number)) |
      ((words[at + 4] as number) ^ (words[tail + 4] as number)) |
      ((words[at + 5] as number) ^ (words[tail + 5] as number));
    return differs === 0 ? generation : -1;
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
    const payload = words[at + 4] as number;
    into.lba = lba;
    into.generation = generation;
    into.writer = writer - 1;
    if (differs) return this.#isWhole(at) && this.#isWhole(at + TAIL) ? 'torn' : this.#broken(at);
    if (words[at] !== this.#magic) return 'foreign';
    if (!this.#isWhole(at)) return 'flipped';
    return whole && !this.#bodyMatches(at, payload) ? 'flipped' : 'stamped';
  }

  /**
   * Head and tail differ and one of them is no stamp of ours: half of nothing, a flipped bit in one
   * of them, or, where neither is one, something else altogether.
   */
  #broken(at: number): Reading {
    if (this.#isEmpty(at) || this.#isEmpty(at + TAIL)) return 'torn';
    return this.#isWhole(at) || this.#isWhole(at + TAIL) ? 'flipped' : 'foreign';
  }

  #isEmpty(at: number): boolean {
    let any = 0;
    for (let index = 0; index < STAMP_WORDS; index++) any |= this.#words[at + index] as number;
    return any === 0;
  }

  #isWhole(at: number): boolean {
    const words = this.#words;
    const common = commonOf(words[at] as number, words[at + 2] as number, words[at + 3] as number);
    const whole = mix(mix(common, words[at + 1] as number), words[at + 4] as number);
    return words[at] === this.#magic && words[at + 5] === whole;
  }

  #bodyMatches(at: number, payload: number): boolean {
    const words = this.#words;
    const body = this.wordOf(payload);
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
 * What the check words of one write have in common; the sector's LBA and payload come on top. A
 * multiply-and-rotate mix (constants of MurmurHash3, Appleby): any one changed word changes it.
 */
function commonOf(magic: number, generation: number, writer: number): number {
  return mix(mix(mix(0x5bd1e995, magic), generation), writer);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const rotated = hash ^ ((scrambled << 15) | (scrambled >>> 17));
  return (Math.imul((rotated << 13) | (rotated >>> 19), 5) + 0xe6546b64) | 0;
}
