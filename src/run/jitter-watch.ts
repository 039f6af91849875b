import type { Memory } from '../memory/attach.ts';
import { emptyHistogram } from '../record/histogram.ts';
import { IDLE_PERIOD_NS, PauseLog } from '../record/pause-log.ts';
import type { Environment, JitterRecord } from '../record/run-record.ts';
import { agentCountOf, type Plan, tracedJobOf } from '../scenario/plan.ts';

/** A machine with nothing else to do takes 3 to 4 % from a loop that only reads the clock. */
const QUIET_SHARE_MAX = 0.1;

/**
 * Who watches for pauses of the machine. An idle loop needs a core that nobody needs, neither a
 * thread of the run nor another program: without one it would take what it measures from the load.
 * That others are busy shows in the idle loop of the calibration.
 */
export function jitterMethodOf(
  plan: Plan,
  { cores, jitter }: Pick<Environment, 'cores' | 'jitter'>,
): JitterRecord['method'] {
  if (plan.jitter === 'off') return 'off';
  // The reader of a trace wants a core too, while it fills the rings.
  const readerCount = tracedJobOf(plan) === null ? 0 : 1;
  const isQuiet = jitter.lostShare <= QUIET_SHARE_MAX;
  return isQuiet && agentCountOf(plan) + readerCount < cores ? 'idle-loop' : 'sampled';
}

/**
 * Pauses of a run: taken from the coordinator's own sleeps where there is no idle loop. It sleeps
 * anyway, between two looks at the threads, so this costs the load nothing; but its timer has steps
 * of a millisecond, and what its event loop was busy with (drawing the live view) is in the figure.
 */
export class JitterWatch {
  readonly #method: JitterRecord['method'];
  readonly #periodNs: number;
  readonly #warmupNs: number;
  readonly #log: PauseLog | null;
  readonly #bucketCount: number;

  /** @param lookNs how long the coordinator sleeps between two looks */
  constructor(plan: Plan, memory: Memory, method: JitterRecord['method'], lookNs: number) {
    this.#method = method;
    this.#periodNs = { off: 0, 'idle-loop': IDLE_PERIOD_NS, sampled: lookNs }[method];
    this.#warmupNs = plan.load.warmupNs;
    this.#log = method === 'off' ? null : new PauseLog(memory);
    this.#bucketCount = memory.layout.bucketCount;
  }

  /** The coordinator has slept, ns since the gate, perhaps for longer than it had asked to. */
  slept(fromNs: number, toNs: number, askedNs: number): void {
    if (this.#method !== 'sampled' || this.#log === null || fromNs < this.#warmupNs) return;
    this.#log.record(Math.max(0, toNs - fromNs - askedNs), this.#periodNs);
    this.#log.addTime(toNs - fromNs, 0);
  }

  /** When nobody watches any more. */
  record(): JitterRecord {
    const [method, periodNs] = [this.#method, this.#periodNs];
    if (this.#log === null) {
      const pauses = emptyHistogram(this.#bucketCount);
      return { method, periodNs, observedNs: 0, lostNs: null, pauses };
    }
    const { observedNs, lostNs, pauses } = this.#log.snapshot();
    return { method, periodNs, observedNs, lostNs: method === 'sampled' ? null : lostNs, pauses };
  }
}
