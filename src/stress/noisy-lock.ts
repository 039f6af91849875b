import type { Lock } from '../lock/lock.ts';
import { relax, spin } from '../lock/relax.ts';
import type { RandomStream } from '../random.ts';
import { DisturbanceWord } from './disturbance.ts';

/** Of spinning, at most: as long as several calls. */
const SPIN_NS_MOST = 4096;

/**
 * One thread's noise. Between the release of a lock and whatever its holder does next, every other
 * thread may come first; a protocol that relies on being quick there is wrong, and shows it.
 */
export class Noise {
  #period = 0;
  #isNap = false;
  #random: RandomStream;
  readonly #quiet: Int32Array;
  readonly #record: Int32Array;

  /**
   * @param quiet shared words, the first of which nobody ever changes: it waits on that
   * @param record DisturbanceWord.count words of this thread's own
   */
  constructor(random: RandomStream, quiet: Int32Array, record: Int32Array) {
    this.#random = random;
    this.#quiet = quiet;
    this.#record = record;
  }

  begin(random: RandomStream, period: number, isNap: boolean): void {
    this.#random = random;
    this.#period = period;
    this.#isNap = isNap;
  }

  make(): void {
    if (this.#period === 0 || this.#random.below(this.#period) !== 0) return;
    this.#record[DisturbanceWord.noises] = (this.#record[DisturbanceWord.noises] as number) + 1;
    if (this.#isNap) relax(this.#quiet, 0, 0, 0);
    else spin(this.#quiet, 0, 0, this.#random.below(SPIN_NS_MOST));
  }
}

/** A lock after whose release there may be noise, and nowhere else. */
export class NoisyLock implements Lock {
  readonly #inner: Lock;
  readonly #noise: Noise;

  constructor(inner: Lock, noise: Noise) {
    this.#inner = inner;
    this.#noise = noise;
  }

  acquire(thread: number): number {
    return this.#inner.acquire(thread);
  }

  release(thread: number): void {
    this.#inner.release(thread);
    this.#noise.make();
  }
}
