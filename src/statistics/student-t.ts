import { incompleteBeta } from './incomplete-beta.ts';
import { normalQuantile } from './normal.ts';

/** Above this the t distribution is the normal one to more digits than anybody looks at. */
const NORMAL_FROM = 1e7;
const ROUNDS_MOST = 200;

/** P(T ≤ t) with so many degrees of freedom, from 1 on; they need not be whole. */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  const square = t * t;
  // Each form keeps its digits where the other loses them.
  const tail =
    square < degreesOfFreedom
      ? (1 - incompleteBeta(square / (degreesOfFreedom + square), 0.5, degreesOfFreedom / 2)) / 2
      : incompleteBeta(degreesOfFreedom / (degreesOfFreedom + square), degreesOfFreedom / 2, 0.5) /
        2;
  return t < 0 ? tail : 1 - tail;
}

/** The t below which T lies with a probability, 0 < probability < 1. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom >= NORMAL_FROM) return normalQuantile(probability);
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  let low = 0;
  let high = Math.max(1, normalQuantile(probability));
  while (studentCdf(high, degreesOfFreedom) < probability) high *= 2;
  for (let round = 0; round < ROUNDS_MOST; round++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentCdf(middle, degreesOfFreedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
