import type { Trace } from '../load/trace/trace.ts';
import type { Memory } from '../memory/attach.ts';
import { RingReader } from '../memory/trace-ring.ts';
import type { TraceReplayRecord } from '../record/run-record.ts';
import { type Plan, tracedJobOf } from '../scenario/plan.ts';

/** What was replayed, and how well the reader of the trace kept up; null without one. */
export function traceReplayOf(
  plan: Plan,
  trace: Trace | null,
  memory: Memory,
): TraceReplayRecord | null {
  const job = tracedJobOf(plan);
  if (job === null || trace === null) return null;
  const rings = memory.layout.trace.map((_, place) => new RingReader(memory, place));
  return {
    file: job.trace.file,
    format: trace.format,
    sha256: trace.sha256,
    device: trace.deviceName,
    recordCount: trace.recordCount,
    spanNs: trace.spanNs,
    speed: job.trace.speed,
    assign: job.trace.assign,
    fold: trace.fold.kind,
    recordedSectorCount: trace.deviceSectorCountMin,
    starvedCount: rings.reduce((sum, ring) => sum + ring.starvedCount, 0),
    starvedNs: rings.reduce((sum, ring) => sum + ring.starvedNs, 0),
    warnings: trace.warnings,
  };
}
