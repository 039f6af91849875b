import { programFor } from '../explore/program/from-plan.ts';
import type { Program } from '../explore/program/program.ts';
import { mixOf, type Plan } from '../scenario/plan.ts';

/**
 * Spares, slots of the ring and spares of a batch: so few that in a round of some ten allocations
 * the ring wraps, the cursor comes round, and the area runs out.
 */
const SIZES: readonly (readonly [number, number, number])[] = [
  [2, 1, 1],
  [3, 1, 1],
  [3, 2, 2],
  [4, 2, 1],
  [5, 2, 2],
  [5, 4, 4],
  [6, 4, 2],
  [9, 4, 4],
  [9, 8, 8],
  [13, 8, 4],
];

/** Most threads that a round may have: each needs three calls for anything to happen between. */
export const THREADS_MOST = 8;

/**
 * The small devices on which a scenario is stressed. Allocator, protocol, locks and table are the
 * scenario's; what counts things is small. Where the scenario reserves metadata, every second one
 * reserves its first spare. A scenario that is as small already is taken as it stands.
 *
 * In a program of such a device the threads' operations stand for those that may be drawn.
 */
export function geometriesFor(plan: Plan, threadCount: number): readonly Program[] {
  const threads = plan.explore.threads ?? Array<string>(threadCount).fill(lettersOf(plan));
  const own = programFor(plan, threads);
  if (own.spareCount === plan.device.spare.sectorCount) return [own];
  const reserves = plan.device.spare.placement !== 'none';
  return SIZES.map(([spareCount, slotCount, batchCount], place) => {
    const reservedCount = reserves && place % 2 === 1 ? 1 : 0;
    return { ...own, spareCount: spareCount + reservedCount, reservedCount, slotCount, batchCount };
  });
}

/** What the threads may do: reads and writes only where remaps can get in their way. */
function lettersOf(plan: Plan): string {
  const { allocator } = plan;
  const mix = mixOf(plan);
  const keeps = allocator.protocol === 'as-published' ? 'a' : 'af';
  if (mix.remap === 0) return keeps;
  const undoes = mix.unremap > 0 ? 'u' : '';
  return `${keeps}m${undoes}${mix.read > 0 ? 'r' : ''}${mix.write > 0 ? 'w' : ''}`;
}
