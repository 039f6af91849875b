import { targetControlOn } from '../../src/device/index.ts';
import { HeldMetadata } from '../../src/device/metadata-store.ts';
import type { PublishedControl } from '../../src/device/published-control.ts';
import type { PublishedSlotTable } from '../../src/device/published-slot-table.ts';
import { NoWitness, type TargetControl } from '../../src/device/target-control.ts';
import { lockOn } from '../../src/lock/index.ts';
import type { Memory } from '../../src/memory/attach.ts';
import { type Plan, targetLockKindOf } from '../../src/scenario/plan.ts';
import { allocatorIn, deviceIn, memoryFor, PUBLISHED_CACHE, planWith, tableIn } from './plans.ts';

interface Geometry {
  readonly spareCount: number;
  readonly limit?: number;
  readonly sectorCount?: number;
}

/** A target as published, to the slot; with messages, and metadata that can be read back. */
export function publishedPlan({ spareCount, limit, sectorCount = 4096 }: Geometry): Plan {
  return planWith({
    device: {
      sectorCount,
      spare: { sectorCount: spareCount, limit: limit ?? null, placement: 'v4-dynamic' },
    },
    allocator: { kind: 'cached', protocol: 'as-published', cache: PUBLISHED_CACHE },
    remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
    target: { protocol: 'as-published' },
    load: { messages: [] },
    integrity: 'off',
  });
}

/** The same area, corrected. */
export function guardedPlan({ spareCount, limit, sectorCount = 4096 }: Geometry): Plan {
  return planWith({
    device: {
      sectorCount,
      spare: { sectorCount: spareCount, limit: limit ?? null, placement: 'v4-dynamic' },
    },
    load: { messages: [] },
    integrity: 'off',
  });
}

/** The control path of a plan for one thread; its metadata can be read back. */
export function controlIn(plan: Plan, memory: Memory): TargetControl {
  const { words, layout } = memory;
  return targetControlOn(plan, memory, {
    device: deviceIn(plan, memory),
    targetLock: lockOn(targetLockKindOf(plan), words, layout.targetLock),
    allocator: allocatorIn(plan, memory),
    witness: new NoWitness(),
    metadata: new HeldMetadata(words, layout, true),
  });
}

/** As published, with its table and its device, at the default size of dm-remap unless told. */
export function publishedTarget(geometry: Geometry = { spareCount: 16384, limit: 1000 }) {
  const plan = publishedPlan(geometry);
  const memory = memoryFor(plan);
  return {
    plan,
    memory,
    control: controlIn(plan, memory) as PublishedControl,
    table: tableIn(plan, memory) as PublishedSlotTable,
    device: deviceIn(plan, memory),
  };
}
