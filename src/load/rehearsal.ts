import { nowNs } from '../clock.ts';
import { initialiseDevice } from '../device/index.ts';
import { clearMemory, createMemory } from '../memory/attach.ts';
import {
  AT_ONCE,
  type JobPlan,
  jobOf,
  NO_METADATA,
  NO_MIX,
  NO_PRECONDITION,
  type Plan,
  plansArrivals,
} from '../scenario/plan.ts';
import { loopFor } from './loop.ts';

/** As much as it takes until the engine has compiled the loop, and no more than anybody notices. */
const OPERATIONS = 20_000;
const ROUND_OPERATIONS = 2_000;
/** Of one thread's time, and of all threads' together: they share the cores while they rehearse. */
const MOST_NS = 150e6;
const MOST_TOTAL_NS = 1e9;

const SHORT = { kind: 'constant', meanNs: 1, deviationNs: 0 } as const;
/** So many that nobody ever waits for one. */
const DUE_AT_ONCE = {
  segments: [{ forNs: Number.POSITIVE_INFINITY, fromPerSecond: 1e9, toPerSecond: 1e9 }],
};

/**
 * Runs the same loop on a small device of the thread's own before the gate opens, so that the load
 * meets compiled code: the first thousand operations of a cold loop take 1.5 to 3 µs each, and in a
 * scenario that is over in 10 ms they would be the result. Nothing of it is recorded.
 */
export function rehearse(plan: Plan, thread: number): void {
  const miniature = miniatureOf(plan, jobOf(plan, thread));
  const startedNs = nowNs();
  const mostNs = Math.min(MOST_NS, MOST_TOTAL_NS / plan.load.threadCount);
  const memory = createMemory(miniature);
  for (let done = 0; done < OPERATIONS; done += ROUND_OPERATIONS) {
    clearMemory(miniature, memory);
    initialiseDevice(miniature, memory);
    loopFor(miniature, memory, 0).run(nowNs());
    if (nowNs() - startedNs > mostNs) return;
  }
}

/**
 * The same plan for one thread of a job, on a device just large enough, for one round. A trace is
 * stood in for by reads and writes of its largest size: the same device, other addresses.
 */
function miniatureOf(plan: Plan, job: JobPlan): Plan {
  const { messages, threadCount, trace } = job;
  const isMixed = trace === null && (messages === null || threadCount > 1);
  const blockSizes =
    trace === null
      ? job.blockSizes
      : [{ sectorCount: Math.max(1, trace.sectorCountMax), weight: 1 }];
  const blocks = blockSizes.map((size) => size.sectorCount);
  const sectorCount = Math.min(plan.device.sectorCount, Math.max(4096, ...blocks));
  const spareCount = Math.min(plan.device.spare.sectorCount, 4096);
  return {
    ...plan,
    device: {
      sectorCount,
      medium: plan.device.medium,
      spare: { ...plan.device.spare, sectorCount: spareCount, placement: 'none' },
      ...AT_ONCE,
      // As little as there can be, so that what draws and adds it up is compiled too.
      serviceTime:
        plan.device.serviceTime.kind === 'none' ? AT_ONCE.serviceTime : { ...SHORT, table: null },
    },
    metadata: NO_METADATA,
    precondition: NO_PRECONDITION,
    load: { threadCount: 1, warmupNs: 0 },
    jobs: [
      {
        ...job,
        firstThread: 0,
        threadCount: 1,
        startsAfter: null,
        mix: isMixed ? job.mix : { ...NO_MIX, read: 1, write: 1 },
        blockSizes,
        trace: null,
        messages: null,
        arrivals: plansArrivals(job)
          ? { ...DUE_AT_ONCE, law: job.arrivals?.law ?? 'constant' }
          : null,
        threadSegments: [],
        thinkTimeNs: 0,
        durationNs: null,
        operationCount: ROUND_OPERATIONS,
      },
    ],
    faults: { ...plan.faults, thread: null },
    recordedCount: Math.min(plan.recordedCount, ROUND_OPERATIONS),
    watchdogNs: 1e9,
  };
}
