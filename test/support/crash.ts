import { tryPowerCuts } from '../../src/crash/index.ts';
import { allocatorOn, deviceOn, initialiseDevice } from '../../src/device/index.ts';
import { lockOn } from '../../src/lock/index.ts';
import { createMemory } from '../../src/memory/attach.ts';
import { SECTOR_WORDS, WORD_BYTES } from '../../src/memory/layout.ts';
import type { MetadataRecord } from '../../src/record/run-record.ts';
import { type MetadataPlan, NO_METADATA, type Plan } from '../../src/scenario/plan.ts';
import { planWith } from './plans.ts';
import type { Overrides } from './run-record.ts';

/** The parts of the product that a load and its power cuts need: its own, or a mutant's. */
export interface CrashParts {
  readonly createMemory: typeof createMemory;
  readonly initialiseDevice: typeof initialiseDevice;
  readonly allocatorOn: typeof allocatorOn;
  readonly deviceOn: typeof deviceOn;
  readonly lockOn: typeof lockOn;
  readonly tryPowerCuts: typeof tryPowerCuts;
}

export const PRODUCT: CrashParts = {
  createMemory,
  initialiseDevice,
  allocatorOn,
  deviceOn,
  lockOn,
  tryPowerCuts,
};

/** What one thread does, one after the other; LBAs are numbers. */
export type Step =
  | readonly ['write' | 'remap' | 'unremap', number]
  | readonly ['flush']
  | readonly ['sync'];

/** 64 sectors, 128 spares, 88 of them not metadata. */
export function metadataPlan(overrides: Overrides<MetadataPlan> = {}): Plan {
  const { crash, ...rest } = overrides;
  return planWith({
    device: { sectorCount: 64, spare: { sectorCount: 128, placement: 'v4-dynamic' } },
    allocator: { kind: 'bitmap' },
    load: { mix: { read: 1, write: 1, remap: 1, unremap: 1 }, blockSizes: ONE_SECTOR },
    metadata: {
      ...NO_METADATA,
      format: 'redundant',
      ...rest,
      crash: {
        pointCount: 2000,
        tornSectors: true,
        corruptCopyCount: 0,
        corruption: 'flipped',
        logSectorCount: 4096,
        ...crash,
      },
    },
  });
}

const ONE_SECTOR = [{ sectorCount: 1, weight: 1 }];

/** Carries the steps out on a fresh device, by one thread. */
export function loadOf(
  plan: Plan,
  steps: readonly Step[],
  parts: Omit<CrashParts, 'tryPowerCuts'>,
) {
  const memory = parts.createMemory(plan);
  parts.initialiseDevice(plan, memory);
  const { words, layout } = memory;
  const lock = parts.lockOn('test-and-set', words, layout.allocationLock);
  const allocator = parts.allocatorOn(plan, words, layout, lock);
  const targetLock = parts.lockOn('test-and-set', words, layout.targetLock);
  const device = parts.deviceOn(plan, memory, targetLock);
  let value = 1000;
  for (const [operation, lba = 0] of steps) {
    if (operation === 'flush') device.flush(0);
    else if (operation === 'sync') device.syncMetadata(0);
    else if (operation === 'write') {
      words.fill(value++, layout.staging, layout.staging + SECTOR_WORDS);
      device.write(0, lba, 1, layout.staging * WORD_BYTES);
    } else if (operation === 'remap') {
      const spare = allocator.allocate(0);
      device.lockTarget(0);
      const outcome = device.attach(lba, spare);
      device.unlockTarget(0);
      if (outcome === 0) device.finishRemap(0, lba, spare);
    } else {
      device.lockTarget(0);
      const spare = device.detach(lba);
      device.unlockTarget(0);
      if (spare >= 0) allocator.release(0, spare);
    }
  }
  return memory;
}

/** Power cuts at every place of such a load. */
export function powerCutsIn(plan: Plan, steps: readonly Step[], parts: CrashParts): MetadataRecord {
  const { words, layout } = loadOf(plan, steps, parts);
  const record = parts.tryPowerCuts(plan, words, layout);
  if (record === null) throw new Error('the plan has no metadata');
  return record;
}
