import { initialiseDevice } from '../device/index.ts';
import { TRACE_OPERATIONS, type Trace } from '../load/trace/trace.ts';
import { createMemory, type Memory } from '../memory/attach.ts';
import { partOf } from '../memory/layout.ts';
import { Stamper } from '../record/stamp.ts';
import { type JobPlan, type Plan, tracedJobOf } from '../scenario/plan.ts';

/** The plan with what its trace holds; the memory layout depends on it. */
export function withTrace(plan: Plan, trace: Trace): Plan {
  const traced = tracedJobOf(plan);
  if (traced === null) return plan;
  const operations = TRACE_OPERATIONS.filter((name) => trace.operations[name] > 0);
  const known: JobPlan = {
    ...traced,
    trace: {
      ...traced.trace,
      recordCounts: trace.sharing.recordCounts,
      operations,
      sectorCountMax: trace.transferSectorCountMax,
      writeAlignment: trace.writeAlignment,
    },
  };
  return { ...plan, jobs: plan.jobs.map((job) => (job === traced ? known : job)) };
}

/** Everything a run's memory holds before the gate opens. */
export function prepareMemory(plan: Plan): Memory {
  const memory = createMemory(plan);
  const { words, layout } = memory;
  initialiseDevice(plan, memory);
  if (plan.integrity !== 'off') {
    for (let thread = 0; thread < plan.load.threadCount; thread++) {
      const pool = partOf(layout.pool, thread, layout.poolWords);
      new Stamper(words, pool, plan.seed).fillPool(layout.poolWords);
    }
  }
  return memory;
}
