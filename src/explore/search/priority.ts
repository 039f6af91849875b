import type { RandomStream } from '../../random.ts';
import type { Machine } from '../engine/machine.ts';

/**
 * Probabilistic concurrency testing (S. Burckhardt et al., ASPLOS 2010): threads have priorities
 * drawn by lot, the highest that can go on goes on, and at depth − 1 steps drawn by lot the one
 * that would go falls below all others. A fault that needs `depth` orders is found with a
 * probability of at least 1 / (threads · steps^(depth − 1)) in each execution.
 *
 * @param length steps of an execution, as measured so far
 */
export function byPriority(
  machine: Machine,
  random: RandomStream,
  depth: number,
  length: number,
): (enabled: number) => number {
  const { threadCount } = machine;
  const priorities = Array.from({ length: threadCount }, (_, thread) => depth + thread);
  for (let last = threadCount - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [priorities[last], priorities[other]] = [
      priorities[other] as number,
      priorities[last] as number,
    ];
  }
  const changes = new Map<number, number>();
  for (let change = 1; change < depth; change++) {
    changes.set(random.below(Math.max(1, length)), depth - change);
  }
  const highest = (enabled: number) => {
    let best = -1;
    for (let thread = 0; thread < threadCount; thread++) {
      if (((enabled >> thread) & 1) === 0) continue;
      if (best < 0 || (priorities[thread] as number) > (priorities[best] as number)) best = thread;
    }
    return best;
  };
  return (enabled) => {
    const thread = highest(enabled);
    const lowered = changes.get(machine.stepCount);
    if (lowered === undefined) return thread;
    changes.delete(machine.stepCount);
    priorities[thread] = lowered;
    return highest(enabled);
  };
}
