import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../clock.ts';
import { RemapQueue } from '../device/remap-queue.ts';
import type { Memory } from '../memory/attach.ts';
import type { Gate } from '../memory/gate.ts';
import type { Plan } from '../scenario/plan.ts';
import { nameOf, type Threads } from './threads.ts';

/**
 * The load is over: the remap workers finish what waits for them, and leave. Null when they have,
 * else what went wrong.
 */
export async function dismissWorkers(course: {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly gate: Gate;
  readonly threads: Threads;
  /** A stall may be under way, which the workers wait out. */
  readonly whileWaiting: () => void;
}): Promise<string | null> {
  const { plan, memory, gate, threads, whileWaiting } = course;
  if (plan.autoRemap === null) return null;
  const { workerCount, queueCount } = plan.autoRemap;
  new RemapQueue(memory.words, memory.layout.queue, queueCount).dismiss();
  const dismissedNs = nowNs();
  while (gate.leftCount() < workerCount) {
    const { failure } = threads;
    if (failure !== null) return `${nameOf(failure)} died: ${failure.message}`;
    if (nowNs() - dismissedNs > plan.watchdogNs) {
      return `a remap worker did not finish within ${plan.watchdogNs / 1e9} s of the load's end`;
    }
    whileWaiting();
    await sleep(1);
  }
  return null;
}
