import { stampNs } from '../clock.ts';
import type { Memory } from '../memory/attach.ts';
import { Gate } from '../memory/gate.ts';
import { IDLE_PERIOD_NS, PauseLog } from '../record/pause-log.ts';
import type { Plan } from '../scenario/plan.ts';

/** A step between two readings that is longer than any of an undisturbed loop. */
const PAUSE_NS = 5_000;
const REHEARSAL_NS = 20e6;

/**
 * A thread that does nothing but read the clock, on a core that no thread of load needs. Where the
 * clock jumps, the machine was doing something else. It shares no word with the load, looks at the
 * gate once a millisecond, and writes to lines of its own.
 *
 * What it cannot see: a pause of another core alone, and what one core takes from the other's share
 * of cache and memory.
 */
export class IdleLoop {
  readonly #gate: Gate;
  readonly #log: PauseLog;
  readonly #threadCount: number;
  readonly #warmupNs: number;
  readonly #times = new Float64Array(1);

  constructor(plan: Plan, memory: Memory) {
    this.#gate = new Gate(memory.words, memory.floats, memory.layout);
    this.#log = new PauseLog(memory);
    this.#threadCount = plan.load.threadCount;
    this.#warmupNs = plan.load.warmupNs;
  }

  /** Until the engine has compiled the loop. Writes nothing down. */
  rehearse(): void {
    stampNs(this.#times, 0);
    this.#watch(Number.POSITIVE_INFINITY, (this.#times[0] as number) + REHEARSAL_NS);
  }

  /** From the gate's opening until the last thread of load has finished. */
  run(startNs: number): void {
    this.#watch(startNs + this.#warmupNs, Number.POSITIVE_INFINITY);
  }

  /** What was watched before `fromNs` is not written down. */
  #watch(fromNs: number, untilNs: number): void {
    const times = this.#times;
    stampNs(times, 0);
    let last = times[0] as number;
    let periodStart = last;
    let longest = 0;
    let lost = 0;
    for (;;) {
      stampNs(times, 0);
      const now = times[0] as number;
      const gap = now - last;
      if (gap > longest) longest = gap;
      if (gap > PAUSE_NS) lost += gap;
      last = now;
      if (now - periodStart < IDLE_PERIOD_NS) continue;
      if (periodStart >= fromNs) {
        this.#log.record(longest, IDLE_PERIOD_NS);
        this.#log.addTime(now - periodStart, lost);
      }
      if (now >= untilNs || this.#isOver()) return;
      // Writing it down is no pause of the machine.
      stampNs(times, 0);
      last = times[0] as number;
      periodStart = last;
      longest = 0;
      lost = 0;
    }
  }

  #isOver(): boolean {
    return this.#gate.mustStop() || this.#gate.finishedCount() === this.#threadCount;
  }
}
