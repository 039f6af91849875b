import { parentPort, workerData } from 'node:worker_threads';
import { stampNs } from '../../../src/clock.ts';
import { calibrateRelax } from '../../../src/lock/relax.ts';
import { attachMemory, type Memory } from '../../../src/memory/attach.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { Control } from '../../../src/memory/layout.ts';
import { measureLook } from '../../../src/run/calibrate.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import type { Duty, Report } from './crew.ts';

/** One thread's side of a stage. */
export interface Part<Job> {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly gate: Gate;
  readonly thread: number;
  readonly job: Job;
}

/**
 * A thread of a crew, from its start to its report.
 *
 * @param prepare makes everything that one stage needs, and returns what to do behind the gate
 */
export function serve<Job, Outcome>(prepare: (part: Part<Job>) => () => Outcome): void {
  const { thread, stages } = workerData as Duty<Job>;
  const clock = new Float64Array(1);
  calibrateRelax(measureLook());
  let report: Report<Outcome> | null = null;
  for (const { plan, shared, job } of stages) {
    const memory = attachMemory(plan, shared);
    const gate = new Gate(memory.words, memory.floats, memory.layout);
    const work = prepare({ plan, memory, gate, thread, job });
    gate.arrive();
    gate.awaitStart();
    const outcome = work();
    stampNs(clock, 0);
    gate.finish();
    Atomics.notify(memory.words, memory.layout.control + Control.finished);
    // Nobody tears down, or reports, while another is still being measured.
    gate.awaitExit();
    report = { endNs: clock[0] as number, outcome };
  }
  parentPort?.postMessage(report);
}

/** The t-th thread's share of a total, as even as it goes. */
export function shareOf(total: number, thread: number, threadCount: number): number {
  return Math.floor(total / threadCount) + (thread < total % threadCount ? 1 : 0);
}
