import { stampNs } from '../clock.ts';
import type { Gate } from '../memory/gate.ts';
import { ThreadFloat } from '../memory/layout.ts';
import type { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime as T } from '../record/thread-time.ts';

/**
 * Nearer than this to what it waits for, a thread spins; a sleep may overshoot by about as much.
 */
const SPIN_NS = 150_000;

/** How a thread of load waits: asleep while the moment is far, spinning when it is near. */
export class Pacer {
  readonly #gate: Gate;
  readonly #counters: ThreadCounters;
  readonly #times: Float64Array;

  constructor(gate: Gate, counters: ThreadCounters, times: Float64Array) {
    this.#gate = gate;
    this.#counters = counters;
    this.#times = times;
  }

  /** Until `T.due`, and what the clock says then in `T.now`. False when the run was stopped. */
  waitUntilDue(): boolean {
    const times = this.#times;
    const dueNs = times[T.due] as number;
    for (;;) {
      stampNs(times, T.now);
      const left = dueNs - (times[T.now] as number);
      if (left <= 0) return true;
      if (left <= SPIN_NS) continue;
      // So that the watchdog knows for how long nothing is to be expected.
      this.#counters.set(ThreadFloat.idleUntilNs, dueNs);
      this.#gate.sleepNs(left - SPIN_NS);
      this.#counters.set(ThreadFloat.idleUntilNs, 0);
      if (this.#gate.mustStop()) return false;
    }
  }
}
