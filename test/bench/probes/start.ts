import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../../../src/clock.ts';
import { Gate } from '../../../src/memory/gate.ts';
import { prepareMemory } from '../../../src/run/prepare.ts';
import { Threads } from '../../../src/run/threads.ts';
import { type Probe, ProbeFailed } from './probe.ts';
import { probePlan, THREAD_COUNT_MAX } from './probe-plan.ts';

/** How often the coordinator looks, too. */
const LOOK_MS = 1;

/** From a plan to all threads at the gate, rehearsed; and what of memory a thread takes. */
export const start: Probe = {
  options: ['threads'],
  async run(options) {
    const threadCount = options.whole('threads', { min: 1, max: THREAD_COUNT_MAX });
    const plan = probePlan({
      device: { sectors: 131_072 },
      load: { threads: threadCount, mix: { read: 50, write: 50 } },
    });
    const memory = prepareMemory(plan);
    const gate = new Gate(memory.words, memory.floats, memory.layout);
    const entry = new URL('../../../workers/io-worker.js', import.meta.url);
    const bytesBefore = process.memoryUsage.rss();
    const startedNs = nowNs();
    const threads = new Threads(plan, memory, entry);
    while (gate.arrivedCount() < threadCount && threads.failure === null) await sleep(LOOK_MS);
    const readyNs = nowNs();
    const bytesReady = process.memoryUsage.rss();

    // They find the stop word set behind the gate, and go.
    gate.stop();
    gate.open(readyNs);
    gate.release();
    await threads.leave();
    if (threads.failure !== null) throw new ProbeFailed(threads.failure.message);
    return {
      readyMs: (readyNs - startedNs) / 1e6,
      bytesPerThread: (bytesReady - bytesBefore) / threadCount,
    };
  },
};
