import { expect } from 'vitest';

/*
 * Chi-square against exact probabilities; rare values are pooled until a pool expects at least 20
 * draws. The statistic is put on the scale of a normal deviate, and fails beyond four standard
 * deviations to either side: a law that is right fails once in 16,000 seeds, and seeds are fixed.
 */
const SIGMAS = 4;
const POOL_MIN = 20;

/** How far draws are from the law with these weights, in standard deviations; above 0: too far. */
function deviationFrom(weights: ArrayLike<number>, drawCount: number, draw: () => number): number {
  const observed = new Float64Array(weights.length);
  for (let count = 0; count < drawCount; count++) {
    const value = draw();
    observed[value] = (observed[value] ?? Number.NaN) + 1;
  }
  const total = sumOf(weights);
  let [statistic, poolCount, seen, expected, covered] = [0, 0, 0, 0, 0];
  for (let value = 0; value < weights.length; value++) {
    seen += observed[value] as number;
    expected += ((weights[value] as number) * drawCount) / total;
    const isLast = value === weights.length - 1;
    if (expected < POOL_MIN && !isLast) continue;
    if (expected > 0) statistic += (seen - expected) ** 2 / expected;
    else expect(seen, 'what has no weight is never drawn').toBe(0);
    if (expected > 0) poolCount++;
    covered += seen;
    [seen, expected] = [0, 0];
  }
  expect(covered, 'every draw is one of the values').toBe(drawCount);
  const freedom = poolCount - 1;
  // Wilson and Hilferty: the cube root of chi-square over its mean is nearly normal.
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
}

function sumOf(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let value = 0; value < weights.length; value++) sum += weights[value] as number;
  return sum;
}

/** Fails unless the draws could well have come from a law with these weights. */
export function expectLaw(
  weights: ArrayLike<number>,
  draw: () => number,
  drawCount = 400_000,
): void {
  expect(Math.abs(deviationFrom(weights, drawCount, draw))).toBeLessThan(SIGMAS);
}

/** The canary: fails unless the draws could not have come from it. */
export function expectAnotherLaw(
  weights: ArrayLike<number>,
  draw: () => number,
  drawCount = 400_000,
): void {
  expect(deviationFrom(weights, drawCount, draw)).toBeGreaterThan(SIGMAS);
}
