import type { Memory } from '../memory/attach.ts';
import { FailureWord, partOf } from '../memory/layout.ts';
import { type RandomStream, streamFor } from '../random.ts';
import { type CorruptionPlan, DATA_FAULTS, type Plan } from '../scenario/plan.ts';

/**
 * Decides before each write of a thread whether it is to leave wrong data, and says so to the
 * medium. What is decided of the n-th write depends on the seed and on n alone: every entry of the
 * plan that goes by rate draws once a write, whether it is enabled or not.
 */
export class CorruptionDice {
  readonly #words: Int32Array;
  readonly #own: number;
  readonly #switches: number;
  readonly #kinds: Int32Array;
  /** A draw of 32 bits below this corrupts; 0 where the entry goes by number. */
  readonly #below: Float64Array;
  /** Writes to come until the one that is meant; 0 where it is not one of this thread. */
  readonly #left: Float64Array;
  readonly #draws: RandomStream;
  readonly #parameters: RandomStream;

  /** Null where the plan corrupts nothing. */
  static of(plan: Plan, memory: Memory, thread: number): CorruptionDice | null {
    const { corruption } = plan.faults;
    return corruption.length === 0
      ? null
      : new CorruptionDice(plan.seed, corruption, memory, thread);
  }

  private constructor(
    seed: number,
    entries: readonly CorruptionPlan[],
    { words, layout }: Memory,
    thread: number,
  ) {
    this.#words = words;
    this.#own = partOf(layout.failures, thread, FailureWord.wordCount);
    this.#switches = layout.faultSwitches;
    this.#kinds = Int32Array.from(entries, ({ kind }) => DATA_FAULTS.indexOf(kind));
    this.#below = Float64Array.from(entries, ({ rate }) => (rate ?? 0) * 2 ** 32);
    this.#left = Float64Array.from(entries, (entry) =>
      entry.rate === null && entry.thread === thread ? entry.nth : 0,
    );
    this.#draws = streamFor(seed, thread, 'corruption');
    this.#parameters = streamFor(seed, thread, 'corruption parameter');
  }

  /** Before a write is issued. Of several entries that it meets, the first that is enabled. */
  roll(): void {
    let order = 0;
    for (let entry = 0; entry < this.#kinds.length; entry++) {
      const below = this.#below[entry] as number;
      const isMet = below > 0 ? this.#draws.nextInt32() >>> 0 < below : this.#isTheNth(entry);
      const isOn = this.#words[this.#switches + entry] === 0;
      if (isMet && isOn && order === 0) order = (this.#kinds[entry] as number) + 1;
    }
    this.#words[this.#own + FailureWord.order] = order;
    this.#words[this.#own + FailureWord.parameter] = this.#parameters.nextInt32();
  }

  #isTheNth(entry: number): boolean {
    const left = this.#left[entry] as number;
    if (left === 0) return false;
    this.#left[entry] = left - 1;
    return left === 1;
  }
}
