import { allocatorOn, deviceOn, initialiseDevice, remapTableOn } from '../../src/device/index.ts';
import { lockOn } from '../../src/lock/index.ts';
import { createMemory, type Memory } from '../../src/memory/attach.ts';
import { SECTOR_WORDS } from '../../src/memory/layout.ts';
import { type Plan, targetLockKindOf } from '../../src/scenario/plan.ts';
import { type PlanOverrides, somePlan } from './run-record.ts';

/** The cache of dm-remap, to the slot. */
export const PUBLISHED_CACHE = { slotCount: 64, batchCount: 32, searchLimit: 1000 };

/**
 * A plan that one thread carries out at once: no warm-up, no time limit, histograms that reach to
 * two milliseconds only, so that its memory is small.
 */
export function planWith(overrides: PlanOverrides = {}): Plan {
  const { load, ...rest } = overrides;
  return somePlan({
    watchdogNs: 1_000_000,
    ...rest,
    load: { threadCount: 1, warmupNs: 0, durationNs: null, operationCount: 100, ...load },
  });
}

/** Memory as it is when the gate opens, but for the payload pool. */
export function memoryFor(plan: Plan): Memory {
  const memory = createMemory(plan);
  initialiseDevice(plan, memory);
  return memory;
}

/** The plan's allocator under the plan's lock. */
export function allocatorIn(plan: Plan, memory: Memory) {
  const { words, layout } = memory;
  return allocatorOn(plan, words, layout, lockOn(plan.lock.kind, words, layout.allocationLock));
}

/** The plan's device as one thread would use it. */
export function deviceIn(plan: Plan, memory: Memory) {
  const { words, layout } = memory;
  return deviceOn(plan, memory, lockOn(targetLockKindOf(plan), words, layout.targetLock));
}

export function tableIn(plan: Plan, memory: Memory) {
  return remapTableOn(plan, memory.words, memory.layout);
}

/** The words of one sector of the main device, or of one spare: a view, not a copy. */
export function sectorIn(memory: Memory, where: 'main' | 'spare', index: number): Int32Array {
  const from = memory.layout[where] + index * SECTOR_WORDS;
  return memory.words.subarray(from, from + SECTOR_WORDS);
}

/** Spares whose bit is set in the reservation bitmap. */
export function markedSpares(plan: Plan, { words, layout }: Memory): number[] {
  return Array.from({ length: plan.device.spare.sectorCount }, (_, spare) => spare).filter(
    (spare) => ((words[layout.bitmap + (spare >>> 5)] as number) >>> (spare & 31)) & 1,
  );
}
