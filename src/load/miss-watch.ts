import type { Lock } from '../lock/lock.ts';
import type { Memory } from '../memory/attach.ts';
import { Allocator } from '../memory/layout.ts';
import type { Plan } from '../scenario/plan.ts';

/**
 * Tells a hit of the allocation cache from a miss, without a word to the allocator under test: it
 * stands between the allocator and its lock, and sees what the allocator does with it.
 *
 *     guarded          a call that missed has counted the miss between acquire and release
 *     as published     a call that missed has taken the lock a second time, after its refill
 *
 * Exact as long as the lock excludes. With `lock: none` others may count a miss in between, and a
 * hit may pass for one.
 */
export class MissWatch implements Lock {
  readonly #inner: Lock;
  readonly #words: Int32Array;
  readonly #missWord: number;
  readonly #byCount: boolean;
  #missesBefore = 0;
  #missed = false;
  #acquisitions = 0;

  private constructor(inner: Lock, words: Int32Array, missWord: number, byCount: boolean) {
    this.#inner = inner;
    this.#words = words;
    this.#missWord = missWord;
    this.#byCount = byCount;
  }

  /** null where there is no cache. */
  static over(inner: Lock, plan: Plan, { words, layout }: Memory): MissWatch | null {
    if (plan.allocator.kind !== 'cached') return null;
    const byCount = plan.allocator.protocol === 'guarded';
    return new MissWatch(inner, words, layout.allocator + Allocator.misses, byCount);
  }

  acquire(thread: number): number {
    const waited = this.#inner.acquire(thread);
    if (this.#byCount) this.#missesBefore = this.#words[this.#missWord] as number;
    else if (++this.#acquisitions > 1) this.#missed = true;
    return waited;
  }

  release(thread: number): void {
    if (this.#byCount && this.#words[this.#missWord] !== this.#missesBefore) this.#missed = true;
    this.#inner.release(thread);
  }

  /** Whether the call that has just ended missed; forgets it. */
  tell(): boolean {
    const missed = this.#missed;
    this.#missed = false;
    this.#acquisitions = 0;
    return missed;
  }
}
