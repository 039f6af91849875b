import { loopFor } from '../src/load/loop.ts';
import { rehearse } from '../src/load/rehearsal.ts';
import { calibrateRelax } from '../src/lock/relax.ts';
import { attachMemory, touchPages } from '../src/memory/attach.ts';
import { Gate } from '../src/memory/gate.ts';
import { ThreadStatus } from '../src/memory/layout.ts';
import { ThreadCounters } from '../src/record/thread-counters.ts';
import type { Plan } from '../src/scenario/plan.ts';

export interface IoTask {
  readonly plan: Plan;
  readonly shared: WebAssembly.Memory;
  readonly thread: number;
}

/** One thread of load, from attaching to the shared memory until all threads may leave together. */
export default function runThread({ plan, shared, thread }: IoTask): void {
  const memory = attachMemory(plan, shared);
  touchPages(memory, thread, plan.load.threadCount);
  const gate = new Gate(memory.words, memory.floats, memory.layout);
  calibrateRelax(gate.lookNs());
  const counters = new ThreadCounters(memory, thread);
  const loop = loopFor(plan, memory, thread);
  rehearse(plan, thread);
  counters.status = ThreadStatus.ready;
  gate.arrive();
  const startNs = gate.awaitStart();
  counters.status = ThreadStatus.running;
  try {
    loop.run(startNs);
    counters.status = ThreadStatus.finished;
  } catch (error) {
    counters.status = ThreadStatus.failed;
    gate.stop();
    throw error;
  } finally {
    gate.finish();
  }
  gate.awaitExit();
}
