import { PublishedRemapWorker } from '../src/load/published-remap-worker.ts';
import { RemapWorker } from '../src/load/remap-worker.ts';
import { serveQueue } from '../src/load/serve-queue.ts';
import { attachMemory } from '../src/memory/attach.ts';
import { Gate } from '../src/memory/gate.ts';
import { ThreadStatus } from '../src/memory/layout.ts';
import { ThreadCounters } from '../src/record/thread-counters.ts';
import type { IoTask } from './io-worker.ts';

/** One thread that serves the remap queue, from attaching until all threads may leave together. */
export default function runRemapWorker({ plan, shared, thread }: IoTask): void {
  const { autoRemap } = plan;
  if (autoRemap === null) throw new Error('the plan has no remap queue to serve');
  const memory = attachMemory(plan, shared);
  const gate = new Gate(memory.words, memory.floats, memory.layout);
  const counters = new ThreadCounters(memory, thread);
  counters.status = ThreadStatus.ready;
  gate.arrive();
  const startNs = gate.awaitStart();
  counters.status = ThreadStatus.running;
  try {
    const Worker = plan.target.protocol === 'guarded' ? RemapWorker : PublishedRemapWorker;
    serveQueue(new Worker(plan, autoRemap, memory, thread, startNs));
    counters.status = ThreadStatus.finished;
  } catch (error) {
    counters.status = ThreadStatus.failed;
    gate.stop();
    throw error;
  } finally {
    gate.leave();
  }
  gate.awaitExit();
}
