import { stampNs } from '../clock.ts';
import type { Lock } from '../lock/lock.ts';
import { parksOf } from '../lock/relax.ts';
import type { Memory } from '../memory/attach.ts';
import { handOffFloatOf, LockCounter, ThreadFloat, WAITING_FOR } from '../memory/layout.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';

/**
 * One acquisition in so many is timed, so that timing costs little. A prime: the allocation cache
 * refills every 64th call, and a period that divides that would time either all refills or none.
 */
export const SAMPLE_PERIOD = 61;

const ASKED = 0;
const HELD_SINCE = 1;
const RELEASED = 2;
const TIME_COUNT = 3;

/**
 * A thread's lock with its meter: counts, sampled wait and hold times, and who is inside.
 *
 * The holder word is written and read plainly, inside the critical section: if the lock excludes,
 * nobody else can be writing it, and a foreign mark found there is proof that it does not. Two that
 * enter at the very same moment may each miss the other; they meet again when they leave.
 *
 *     0                 nobody has held it yet
 *     thread + 1        that thread is inside
 *     −(thread + 1)     nobody is; that thread was the last. Its successor counts the hand-off
 */
export class MeteredLock implements Lock {
  readonly #inner: Lock;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #holder: number;
  readonly #counters: ThreadCounters;
  readonly #counterBase: number;
  /** First float of this thread's row of hand-offs. */
  readonly #handOffs: number;
  readonly #waitingFor: number;
  readonly #wait: SharedHistogram;
  readonly #hold: SharedHistogram;
  readonly #samplePeriod: number;
  /** Readings of a timed acquisition; held since is 0 when the current one is not timed. */
  readonly #times = new Float64Array(TIME_COUNT);
  #untilSample = 1;

  /** @param samplePeriod Infinity: no acquisition is timed, not even the first */
  constructor(
    inner: Lock,
    memory: Memory,
    thread: number,
    which: 'allocationLock' | 'targetLock',
    samplePeriod = SAMPLE_PERIOD,
  ) {
    const isAllocation = which === 'allocationLock';
    this.#inner = inner;
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#holder = isAllocation ? memory.layout.allocationHolder : memory.layout.targetHolder;
    this.#counters = new ThreadCounters(memory, thread);
    this.#counterBase = isAllocation ? ThreadFloat.allocationLock : ThreadFloat.targetLock;
    this.#handOffs = handOffFloatOf(memory.layout, thread, which);
    this.#waitingFor = WAITING_FOR[which];
    this.#wait = SharedHistogram.of(memory, thread, `${which}.wait`) as SharedHistogram;
    this.#hold = SharedHistogram.of(memory, thread, `${which}.hold`) as SharedHistogram;
    this.#samplePeriod = samplePeriod;
    // Counted down from 0 it never comes to 0, and stays an integer, as Infinity would not.
    if (samplePeriod === Number.POSITIVE_INFINITY) this.#untilSample = 0;
  }

  acquire(thread: number): number {
    const counters = this.#counters;
    counters.waitingFor = this.#waitingFor;
    let waited: number;
    if (--this.#untilSample === 0) {
      this.#untilSample = this.#samplePeriod;
      const times = this.#times;
      stampNs(times, ASKED);
      waited = this.#inner.acquire(thread);
      stampNs(times, HELD_SINCE);
      this.#wait.record((times[HELD_SINCE] as number) - (times[ASKED] as number));
    } else {
      waited = this.#inner.acquire(thread);
    }
    counters.waitingFor = WAITING_FOR.nothing;
    const mark = this.#words[this.#holder] as number;
    if (mark > 0) counters.add(this.#counterBase + LockCounter.overlaps, 1);
    else {
      const at = this.#handOffs - mark;
      this.#floats[at] = (this.#floats[at] as number) + 1;
    }
    this.#words[this.#holder] = thread + 1;
    counters.add(this.#counterBase + LockCounter.acquisitions, 1);
    if (waited > 0) {
      counters.add(this.#counterBase + LockCounter.contended, 1);
      const parks = parksOf(waited);
      if (parks > 0) counters.add(this.#counterBase + LockCounter.parks, parks);
    }
    return waited;
  }

  release(thread: number): void {
    const mark = this.#words[this.#holder] as number;
    if (mark > 0 && mark !== thread + 1) {
      this.#counters.add(this.#counterBase + LockCounter.overlaps, 1);
    }
    this.#words[this.#holder] = -1 - thread;
    const times = this.#times;
    if (times[HELD_SINCE] !== 0) {
      stampNs(times, RELEASED);
      this.#hold.record((times[RELEASED] as number) - (times[HELD_SINCE] as number));
      times[HELD_SINCE] = 0;
    }
    this.#inner.release(thread);
  }
}
