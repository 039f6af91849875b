import type { RandomStream } from '../../random.ts';
import { lowestOf } from './execution.ts';

/** Any enabled thread, every one equally likely: good where the window of a fault is wide. */
export function randomWalk(random: RandomStream): (enabled: number) => number {
  return (enabled) => {
    let left = enabled;
    if ((left & (left - 1)) === 0) return lowestOf(left);
    for (let skip = random.below(bitCount(left)); skip > 0; skip--) left &= left - 1;
    return lowestOf(left);
  };
}

function bitCount(threads: number): number {
  let count = 0;
  for (let left = threads; left !== 0; left &= left - 1) count++;
  return count;
}
