import type { RandomStream } from '../random.ts';

/**
 * Ways in which so many runs could have been divided between two sides, had it made no difference:
 * what permutation tests go through (R. Fisher, "The Design of Experiments", 1935; E. Pitman,
 * "Significance tests which may be applied to samples from any populations", 1937). All of them
 * where that is feasible, so that p-values are exact; else a sample, the division that was observed
 * among it, which keeps the test valid (B. Phipson, G. Smyth, "Permutation p-values should never be
 * zero", 2010).
 */
export interface Labelings {
  /** Each lists the runs that count as the second side's, by index; the observed one first. */
  readonly seconds: readonly Int32Array[];
  readonly isExact: boolean;
}

const EXACT_MOST = 20_000;
const SAMPLED = 9_999;

/** Runs 0 … firstCount − 1 were on the first side, the others on the second. */
export function labelingsOf(
  firstCount: number,
  secondCount: number,
  random: RandomStream,
): Labelings {
  const count = firstCount + secondCount;
  const observed = Int32Array.from({ length: secondCount }, (_, index) => firstCount + index);
  if (choices(count, secondCount) > EXACT_MOST) {
    const seconds = Array.from({ length: SAMPLED }, () => drawn(count, secondCount, random));
    return { seconds: [observed, ...seconds], isExact: false };
  }
  const seconds = [observed];
  const chosen = Int32Array.from({ length: secondCount }, (_, index) => index);
  for (;;) {
    // The observed one is the last in this order.
    if (chosen[0] === firstCount) return { seconds, isExact: true };
    seconds.push(chosen.slice());
    let place = secondCount - 1;
    while (chosen[place] === firstCount + place) place--;
    chosen[place] = (chosen[place] as number) + 1;
    for (let next = place + 1; next < secondCount; next++) {
      chosen[next] = (chosen[next - 1] as number) + 1;
    }
  }
}

/** Ways to choose so many of them; no larger than need be compared. */
function choices(count: number, chosen: number): number {
  let ways = 1;
  for (let index = 1; index <= Math.min(chosen, count - chosen); index++) {
    ways = (ways * (count - index + 1)) / index;
    if (ways > 1e12) break;
  }
  return Math.round(ways);
}

function drawn(count: number, chosen: number, random: RandomStream): Int32Array {
  const all = Int32Array.from({ length: count }, (_, index) => index);
  for (let index = 0; index < chosen; index++) {
    const other = index + random.below(count - index);
    const kept = all[index] as number;
    all[index] = all[other] as number;
    all[other] = kept;
  }
  return all.subarray(0, chosen).sort();
}
