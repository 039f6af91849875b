import type { SearchPlan } from '../scenario/plan.ts';

/** Where a search looks next: the middle of two values, and whether they are near enough. */
export interface Scale {
  /** Strictly between the two; null when there is nothing between them. */
  middleOf(low: number, high: number): number | null;
  /** Whether the higher is above the lower by no more than the tolerance, as a share of it. */
  areNear(low: number, high: number): boolean;
  /** How far two values are from each other. */
  distanceOf(low: number, high: number): number;
}

/** Digits of a value that need not be whole: no tolerance is finer. */
const DIGITS = 6;

export function scaleOf({ scale, isWhole, tolerance }: SearchPlan): Scale {
  const isGeometric = scale === 'geometric';
  return {
    middleOf: (low, high) => {
      const exact = isGeometric ? Math.sqrt(low * high) : (low + high) / 2;
      const middle = isWhole ? Math.round(exact) : Number(exact.toPrecision(DIGITS));
      if (middle > low && middle < high) return middle;
      // Rounding fell on an end although there is a value between.
      return isWhole && low + 1 < high ? low + 1 : null;
    },
    areNear: (low, high) => high - low <= tolerance * low,
    distanceOf: (low, high) => (isGeometric ? Math.log(high / low) : high - low),
  };
}
