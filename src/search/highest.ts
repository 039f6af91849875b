import type { Scale } from './scale.ts';

/** Why a value was tried. */
export const PURPOSES = ['lower end', 'upper end', 'bisection', 'confirmation', 'beyond'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** held, failed: what the conditions say of it; ended: nothing more may be tried. */
export type Answer = 'held' | 'failed' | 'ended';

export interface Tried {
  readonly value: number;
  readonly purpose: Purpose;
  readonly answer: Answer;
}

export interface Highest {
  /** Highest value that held and was confirmed; null when there is none, or none yet. */
  readonly found: number | null;
  /** Lowest value above it that failed; null when the upper end held. */
  readonly failed: number | null;
  readonly tried: readonly Tried[];
  /** Values above a failed one that held all the same: the answer is not monotone. */
  readonly heldBeyond: readonly number[];
  /** Values that held once and failed when they were tried again. */
  readonly unconfirmed: readonly number[];
  readonly ended: boolean;
}

/** Values that are tried above the lowest that failed, to see whether all of them fail. */
const BEYOND_MOST = 2;

/**
 * The highest value of a range that holds, by bisection: the lower end must hold and the upper end
 * fail, and the middle of the two takes the place of one of them until they are near.
 *
 * Bisection believes that what holds at a value holds below it, and that trying again gives the
 * same answer. Neither need be so of a load on real threads. So what was found is tried once more,
 * and must hold again, or the search goes back to the next lower value that held; and the widest
 * gaps between values that failed are looked into.
 */
export async function searchHighest(
  from: number,
  to: number,
  scale: Scale,
  probe: (value: number, purpose: Purpose) => Promise<Answer>,
): Promise<Highest> {
  const tried: Tried[] = [];
  const unconfirmed: number[] = [];
  const heldBeyond: number[] = [];
  const tryOut = async (value: number, purpose: Purpose): Promise<Answer> => {
    const answer = await probe(value, purpose);
    tried.push({ value, purpose, answer });
    return answer;
  };
  const outcome = (found: number | null, ended: boolean): Highest => ({
    found,
    failed: lowestFailedAbove(tried, found),
    tried,
    heldBeyond,
    unconfirmed,
    ended,
  });

  const lower = await tryOut(from, 'lower end');
  if (lower !== 'held') return outcome(null, lower === 'ended');
  const upper = await tryOut(to, 'upper end');
  if (upper === 'ended') return outcome(from, true);
  let low = upper === 'held' ? to : from;
  let high = to;
  while (low < high && !scale.areNear(low, high)) {
    const middle = scale.middleOf(low, high);
    if (middle === null) break;
    const answer = await tryOut(middle, 'bisection');
    if (answer === 'ended') return outcome(low, true);
    if (answer === 'held') low = middle;
    else high = middle;
  }

  const held = tried.filter(({ answer }) => answer === 'held').map(({ value }) => value);
  let found: number | null = null;
  for (const value of held.sort((one, other) => other - one)) {
    const answer = await tryOut(value, 'confirmation');
    if (answer === 'ended') return outcome(value, true);
    if (answer === 'held') {
      found = value;
      break;
    }
    unconfirmed.push(value);
  }
  if (found === null) return outcome(null, false);

  for (const value of gapsAbove(tried, found, scale)) {
    const answer = await tryOut(value, 'beyond');
    if (answer === 'ended') return outcome(found, true);
    if (answer === 'held') heldBeyond.push(value);
  }
  return outcome(found, false);
}

function failedAbove(tried: readonly Tried[], found: number | null): number[] {
  const failed = tried
    .filter(({ value, answer }) => answer === 'failed' && value > (found ?? -1))
    .map(({ value }) => value);
  return [...new Set(failed)].sort((one, other) => one - other);
}

function lowestFailedAbove(tried: readonly Tried[], found: number | null): number | null {
  return failedAbove(tried, found)[0] ?? null;
}

/** Middles of the widest gaps between values that failed. */
function gapsAbove(tried: readonly Tried[], found: number, scale: Scale): number[] {
  const failed = failedAbove(tried, found);
  const gaps = failed.slice(1).map((high, index) => {
    const low = failed[index] as number;
    return { width: scale.distanceOf(low, high), middle: scale.middleOf(low, high) };
  });
  return gaps
    .sort((one, other) => other.width - one.width)
    .flatMap(({ middle }) => middle ?? [])
    .slice(0, BEYOND_MOST);
}
