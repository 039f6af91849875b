import { initialiseDevice } from '../device/index.ts';
import type { Trace } from '../load/trace/trace.ts';
import { createMemory, type Memory } from '../memory/attach.ts';
import { POOL_WORDS, TraceEntry } from '../memory/layout.ts';
import { Stamper } from '../record/stamp.ts';
import type { Plan } from '../scenario/plan.ts';

/** The plan with what its trace holds; the memory layout depends on it. */
export function withTrace(plan: Plan, trace: Trace): Plan {
  if (plan.load.trace === null) return plan;
  const operations = (['read', 'write', 'sync', 'trim'] as const).filter(
    (name) => trace.operations[name] > 0,
  );
  return {
    ...plan,
    load: {
      ...plan.load,
      trace: {
        ...plan.load.trace,
        recordCounts: trace.perThread.map((records) => records.lbas.length),
        operations,
        sectorCountMax: trace.transferSectorCountMax,
      },
    },
  };
}

/** Everything a run's memory holds before the gate opens. */
export function prepareMemory(plan: Plan, trace: Trace | null): Memory {
  const memory = createMemory(plan);
  const { words, floats, layout } = memory;
  initialiseDevice(plan, memory);
  if (plan.integrity !== 'off') {
    new Stamper(words, layout.pool, plan.seed).fillPool(POOL_WORDS + layout.stagingWords);
  }
  const speed = plan.load.trace?.speed ?? 1;
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
