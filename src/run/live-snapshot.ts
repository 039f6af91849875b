import { nowNs } from '../clock.ts';
import type { Running } from '../coordinator.ts';
import { reservedSectorsOf } from '../device/metadata-area.ts';
import {
  Allocator,
  allocatableEndOf,
  LockCounter,
  operationsOf,
  ThreadFloat,
} from '../memory/layout.ts';
import { mergeHistograms } from '../record/histogram.ts';
import { percentilesNs } from '../record/latency-summary.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import type { Snapshot } from '../report/progress.ts';
import { agentCountOf, durationOf, operationCountOf } from '../scenario/plan.ts';

/** A function that looks at a run that is going on; the threads do not notice. */
export function liveSnapshotOf({ plan, memory, startNs }: Running): () => Snapshot {
  const { words, layout } = memory;
  const threads = Array.from(
    { length: agentCountOf(plan) },
    (_, thread) => new ThreadCounters(memory, thread),
  );
  const total = (field: number, of: readonly ThreadCounters[] = threads): number =>
    of.reduce((sum, counters) => sum + counters.get(field), 0);
  // What remap workers have served is no operation of the load.
  const ofLoad = threads.slice(0, plan.load.threadCount);
  const operation = operationsOf(plan)[0] ?? null;
  const reserved = reservedSectorsOf(plan).subarray(0, allocatableEndOf(plan));
  const allocatable = reserved.reduce((count, bit) => count + 1 - bit, 0);
  const { warmupNs } = plan.load;
  const durationNs = durationOf(plan);
  const operationCount = operationCountOf(plan);
  let last = { elapsedNs: 0, operations: 0 };

  return () => {
    const elapsedNs = nowNs() - startNs;
    const operations = total(ThreadFloat.operations, ofLoad);
    const seconds = (elapsedNs - last.elapsedNs) / 1e9;
    const operationsPerSecond = seconds <= 0 ? 0 : (operations - last.operations) / seconds;
    last = { elapsedNs, operations };
    const shares = [
      durationNs === null ? null : elapsedNs / (warmupNs + durationNs),
      operationCount === null
        ? null
        : (operations - total(ThreadFloat.warmedUp, ofLoad)) / operationCount,
    ].filter((share) => share !== null);
    const latency = operation === null ? null : latencyOf(operation);
    const hits = words[layout.allocator + Allocator.hits] as number;
    const misses = words[layout.allocator + Allocator.misses] as number;
    const acquisitions = total(ThreadFloat.allocationLock + LockCounter.acquisitions);
    const contended = total(ThreadFloat.allocationLock + LockCounter.contended);
    return {
      name: plan.name,
      seed: plan.seed,
      threadCount: plan.load.threadCount,
      lockKind: plan.lock.kind,
      phase: elapsedNs < warmupNs ? 'warmup' : 'measure',
      elapsedNs,
      progress: shares.length === 0 ? null : Math.min(1, Math.max(...shares)),
      operationCount: operations,
      operationsPerSecond,
      operation,
      p50Ns: latency?.[0] ?? null,
      p99Ns: latency?.[1] ?? null,
      p999Ns: latency?.[2] ?? null,
      maxNs: latency?.[3] ?? null,
      threadOperations: ofLoad.map((counters) => counters.get(ThreadFloat.operations)),
      lockContendedShare: acquisitions === 0 ? null : contended / acquisitions,
      cacheHitRate:
        plan.allocator.kind !== 'cached' || hits + misses === 0 ? null : hits / (hits + misses),
      spares: {
        used: Math.min(allocatable, total(ThreadFloat.granted) - total(ThreadFloat.released)),
        allocatable,
      },
      collisionCount: total(ThreadFloat.ownerConflicts),
    };
  };

  function latencyOf(name: NonNullable<typeof operation>): readonly number[] | null {
    const parts = threads.flatMap(
      (_, thread) => SharedHistogram.of(memory, thread, `${name}.service`)?.snapshot() ?? [],
    );
    const merged = mergeHistograms(parts, layout.bucketCount);
    return merged.count === 0 ? null : [...percentilesNs(merged, [50, 99, 99.9]), merged.maxNs];
  }
}
