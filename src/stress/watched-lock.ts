import type { Lock } from '../lock/lock.ts';
import { spin } from '../lock/relax.ts';
import type { Layout, Region } from '../memory/layout.ts';
import type { RandomStream } from '../random.ts';
import { DisturbanceWord as Word } from './disturbance.ts';

/** Between two looks: time enough for a whole call of another thread. */
const STALL_NS = 2000;

/** What the holder of either lock watches. */
export interface Watched {
  readonly allocation: readonly Region[];
  readonly target: readonly Region[];
}

/**
 * The words that the lock guards, by what the layout says of each region; and those that stand
 * beside it unguarded on purpose, where a change is no surprise.
 */
export function watchedIn({ regions }: Layout): Watched {
  const under = (guard: Region['guard'], purpose: Region['purpose']) =>
    regions.filter(
      (region) => region.guard === guard && region.purpose === purpose && region.wordCount > 0,
    );
  const guarded = under('under the allocation lock', 'allocator');
  return {
    allocation: guarded.length > 0 ? guarded : under('unguarded on purpose', 'allocator'),
    target: under('under the target lock', 'table'),
  };
}

/** One thread's share of the watching. */
export class Watch {
  #period = 0;
  #random: RandomStream;
  readonly #words: Int32Array;
  readonly #quiet: Int32Array;
  readonly #record: Int32Array;

  /**
   * @param quiet shared words, the first of which nobody ever changes
   * @param record DisturbanceWord.count words of this thread's own
   */
  constructor(random: RandomStream, words: Int32Array, quiet: Int32Array, record: Int32Array) {
    this.#random = random;
    this.#words = words;
    this.#quiet = quiet;
    this.#record = record;
  }

  begin(random: RandomStream, period: number): void {
    this.#random = random;
    this.#period = period;
  }

  /** True once in a period. */
  isDue(): boolean {
    return this.#period !== 0 && this.#random.below(this.#period) === 0;
  }

  /** Looks, stalls, and looks again. `first` is room for the words. */
  look(regions: readonly Region[], first: Int32Array): void {
    const words = this.#words;
    const record = this.#record;
    let at = 0;
    for (const { word, wordCount } of regions) {
      for (let place = 0; place < wordCount; place++) first[at++] = words[word + place] as number;
    }
    spin(this.#quiet, 0, 0, STALL_NS);
    record[Word.looked] = (record[Word.looked] as number) + 1;
    at = 0;
    for (const { word, wordCount } of regions) {
      for (let place = 0; place < wordCount; place++) {
        const before = first[at++] as number;
        const after = words[word + place] as number;
        if (before === after) continue;
        record[Word.changed] = (record[Word.changed] as number) + 1;
        record[Word.word] = word + place;
        record[Word.before] = before;
        record[Word.after] = after;
        return;
      }
    }
  }
}

/**
 * A lock whose holder now and then stalls, and looks whether somebody else changed what the lock
 * guards: a watchpoint in the manner of DataCollider (J. Erickson et al., OSDI 2010). It needs no
 * change in what it watches. It sees changes made outside the lock; not mere reads, and not two
 * changes that are both made outside it.
 */
export class WatchedLock implements Lock {
  readonly #inner: Lock;
  readonly #watch: Watch;
  readonly #regions: readonly Region[];
  readonly #first: Int32Array;

  constructor(inner: Lock, watch: Watch, regions: readonly Region[]) {
    this.#inner = inner;
    this.#watch = watch;
    this.#regions = regions;
    this.#first = new Int32Array(regions.reduce((sum, { wordCount }) => sum + wordCount, 0));
  }

  acquire(thread: number): number {
    const waited = this.#inner.acquire(thread);
    if (this.#first.length > 0 && this.#watch.isDue()) {
      this.#watch.look(this.#regions, this.#first);
    }
    return waited;
  }

  release(thread: number): void {
    this.#inner.release(thread);
  }
}
