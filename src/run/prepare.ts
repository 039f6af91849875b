import { initialiseDevice } from '../device/index.ts';
import type { Trace } from '../load/trace/trace.ts';
import { createMemory, type Memory } from '../memory/attach.ts';
import { partOf, TraceEntry } from '../memory/layout.ts';
import { Stamper } from '../record/stamp.ts';
import { type JobPlan, OPERATIONS, type Plan, tracedJobOf } from '../scenario/plan.ts';

/** The plan with what its trace holds; the memory layout depends on it. */
export function withTrace(plan: Plan, trace: Trace): Plan {
  const traced = tracedJobOf(plan);
  if (traced === null) return plan;
  const operations = (['read', 'write', 'sync', 'trim'] as const).filter(
    (name) => trace.operations[name] > 0,
  );
  const known: JobPlan = {
    ...traced,
    trace: {
      ...traced.trace,
      recordCounts: trace.perThread.map((records) => records.lbas.length),
      operations,
      sectorCountMax: trace.transferSectorCountMax,
      writeAlignment: writeAlignmentOf(trace),
    },
  };
  return { ...plan, jobs: plan.jobs.map((job) => (job === traced ? known : job)) };
}

const WRITE = OPERATIONS.indexOf('write');

/** The largest power of two, up to 2^31, that divides LBA and length of every write. */
function writeAlignmentOf(trace: Trace): number {
  let bits = 2 ** 31;
  for (const { kinds, lbas, sectorCounts } of trace.perThread) {
    for (let index = 0; index < kinds.length; index++) {
      if (kinds[index] !== WRITE) continue;
      bits |= (lbas[index] as number) | (sectorCounts[index] as number);
    }
  }
  return (bits & -bits) >>> 0;
}

/** Everything a run's memory holds before the gate opens. */
export function prepareMemory(plan: Plan, trace: Trace | null): Memory {
  const memory = createMemory(plan);
  const { words, floats, layout } = memory;
  initialiseDevice(plan, memory);
  if (plan.integrity !== 'off') {
    for (let thread = 0; thread < plan.load.threadCount; thread++) {
      const pool = partOf(layout.pool, thread, layout.poolWords);
      new Stamper(words, pool, plan.seed).fillPool(layout.poolWords);
    }
  }
  const speed = tracedJobOf(plan)?.trace.speed ?? 1;
  for (const [thread, records] of (trace?.perThread ?? []).entries()) {
    const first = layout.trace[thread] as number;
    for (let index = 0; index < records.lbas.length; index++) {
      const at = first + index * TraceEntry.wordCount;
      const sectorCount = records.sectorCounts[index] as number;
      floats[(at + TraceEntry.arrivalNs) / 2] = (records.arrivalsNs[index] as number) / speed;
      words[at + TraceEntry.lba] = records.lbas[index] as number;
      words[at + TraceEntry.shape] = (sectorCount << 3) | (records.kinds[index] as number);
    }
  }
  return memory;
}
