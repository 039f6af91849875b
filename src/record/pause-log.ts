import type { Memory } from '../memory/attach.ts';
import { JitterFloat } from '../memory/layout.ts';
import type { Histogram } from './histogram.ts';
import { SharedHistogram } from './shared-histogram.ts';

/** A period of the idle loop: short enough that most have no pause, long enough to cost nothing. */
export const IDLE_PERIOD_NS = 1e6;

/**
 * Pauses of the machine in shared memory, as JitterRecord has them. One thread writes; it is read
 * when that thread no longer does.
 */
export class PauseLog {
  readonly #floats: Float64Array;
  readonly #base: number;
  readonly #histogram: SharedHistogram;

  /** The plan must watch for pauses. */
  constructor(memory: Memory) {
    this.#floats = memory.floats;
    this.#base = memory.layout.jitter / 2;
    this.#histogram = SharedHistogram.ofJitter(memory);
  }

  /**
   * A period has ended, late if the pause was longer than it: then every further period that began
   * within the pause counts with what was left of it (as G. Tene's jHiccup does).
   */
  record(pauseNs: number, periodNs: number): void {
    this.#histogram.record(pauseNs);
    for (let left = pauseNs - periodNs; left >= periodNs; left -= periodNs) {
      this.#histogram.record(left);
    }
  }

  /** Time that was watched, and how much of it pauses took. */
  addTime(observedNs: number, lostNs: number): void {
    const observedAt = this.#base + JitterFloat.observedNs;
    const lostAt = this.#base + JitterFloat.lostNs;
    this.#floats[observedAt] = (this.#floats[observedAt] as number) + observedNs;
    this.#floats[lostAt] = (this.#floats[lostAt] as number) + lostNs;
  }

  snapshot(): { observedNs: number; lostNs: number; pauses: Histogram } {
    return {
      observedNs: this.#floats[this.#base + JitterFloat.observedNs] as number,
      lostNs: this.#floats[this.#base + JitterFloat.lostNs] as number,
      pauses: this.#histogram.snapshot(),
    };
  }
}
