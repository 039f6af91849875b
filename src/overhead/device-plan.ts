import { reservedSparesOf } from '../device/placement.ts';
import { allocatableEndOf } from '../memory/layout.ts';
import type { Plan } from '../scenario/plan.ts';

/**
 * The plan of the device that commands are sent to: the scenario's allocator, lock and remap table
 * in shared memory, and no load. A command moves no data, so there is no surface to keep it.
 */
export function devicePlanOf(plan: Plan): Plan {
  return {
    ...plan,
    device: { ...plan.device, medium: 'none' },
    load: {
      ...plan.load,
      threadCount: 1,
      thinkTimeNs: 0,
      warmupNs: 0,
      durationNs: null,
      operationCount: null,
      untilExhausted: false,
      mix: { read: 0, write: 0, remap: 0, unremap: 0 },
      blockSizes: [],
      trace: null,
    },
    integrity: 'off',
    thresholds: [],
    // Decides how far histograms reach; none is filled here.
    watchdogNs: 1e6,
  };
}

/** The same, with room for what a rehearsal uses up and no more. */
export function rehearsalPlanOf(plan: Plan, remapCount: number): Plan {
  const { spare } = plan.device;
  const sectorCount = Math.max(remapCount, 1);
  return {
    ...plan,
    device: {
      ...plan.device,
      sectorCount,
      spare: { ...spare, sectorCount, limit: null, placement: 'none' },
    },
  };
}

/**
 * What an experiment uses up in each of its paths: a spare and an LBA for every remap, and for the
 * fill, which is made anew after every `clear`. Nothing gives a spare back.
 *
 * @returns a sentence when the device has too few of them; null when it has enough
 */
export function shortageOf({ overhead, device }: Plan): string | null {
  const { commands, repetitions, fillCount } = overhead;
  const fills = 1 + (commands.includes('clear') ? repetitions : 0);
  const needed = (commands.includes('remap') ? repetitions : 0) + fills * fillCount;
  const end = allocatableEndOf({ device });
  const spares = reservedSparesOf(device)
    .subarray(0, end)
    .reduce((count, bit) => count + 1 - bit, 0);
  if (needed <= Math.min(spares, device.sectorCount)) return null;
  return (
    `overhead uses up ${needed} spares and as many sectors in each path, by repetitions and fill; ` +
    `the device has ${spares} spares that can be allocated, and ${device.sectorCount} sectors`
  );
}
