import { reservedSectorsOf } from '../device/metadata-area.ts';
import { allocatableEndOf } from '../memory/layout.ts';
import { IDLE_JOB, NO_PRECONDITION, type Plan } from '../scenario/plan.ts';

/**
 * The plan of the device that commands are sent to: the scenario's target, allocator, lock and
 * remap table in shared memory, and no load. No data is moved, so there is no surface to keep it.
 */
export function devicePlanOf(plan: Plan): Plan {
  return {
    ...plan,
    device: { ...plan.device, medium: 'none' },
    precondition: NO_PRECONDITION,
    load: { threadCount: 1, warmupNs: 0 },
    // Messages come from outside, one by one; for the memory's layout there are some.
    jobs: [{ ...IDLE_JOB, messages: [] }],
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
 * What an experiment uses up in each of its paths: an LBA for every remap, and for the fill, which
 * is made anew after every `clear`. And as many spares, unless `clear` gives them back.
 *
 * @returns a sentence when the device has too few of them; null when it has enough
 */
export function shortageOf(plan: Plan): string | null {
  const { device } = plan;
  const lbas = lbasNeeded(plan);
  const needed = clearReturns(plan) ? sparesHeldAtOnce(plan) : lbas;
  const spares = reservedSectorsOf(plan)
    .subarray(0, allocatableEndOf(plan))
    .reduce((count, bit) => count + 1 - bit, 0);
  if (needed <= spares && lbas <= device.sectorCount) return null;
  return (
    `overhead uses up ${needed} spares and ${lbas} sectors in each path, by repetitions and fill; ` +
    `the device has ${spares} spares that can be allocated, and ${device.sectorCount} sectors`
  );
}

function lbasNeeded({ overhead: { commands, repetitions, fillCount } }: Plan): number {
  const fills = 1 + (commands.includes('clear') ? repetitions : 0);
  return (commands.includes('remap') ? repetitions : 0) + fills * fillCount;
}

/** As published `clear` forgets which spares were used, and leaves them used (dm-remap v4.0). */
function clearReturns({ overhead, allocator, target }: Plan): boolean {
  const isGuarded = allocator.protocol === 'guarded' && target.protocol === 'guarded';
  return isGuarded && overhead.commands.includes('clear');
}

/** Order is drawn in each round, so two remaps may follow each other with no clear between. */
function sparesHeldAtOnce({ overhead: { commands, fillCount } }: Plan): number {
  return fillCount + (commands.includes('remap') ? 2 : 0);
}
