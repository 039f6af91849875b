/**
 * The regularised incomplete beta function, from which the t and the binomial distribution follow.
 */

const STEPS_MOST = 10_000;
const PRECISION = 1e-15;
/** In place of a zero that would be divided by. */
const TINY = 1e-300;

/**
 * I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1, by its continued fraction (Abramowitz and Stegun 26.5.8),
 * evaluated as W. Lentz has it ("Generating Bessel functions in Mie scattering calculations using
 * continued fractions", Applied Optics 15(3), 1976).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // Beyond the mean of the distribution the fraction of the other tail converges faster.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront =
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return (Math.exp(logFront) * fraction(x, a, b)) / a;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFrom0(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let step = 1; step <= STEPS_MOST; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    d = 1 / awayFrom0(1 + even * d);
    c = awayFrom0(1 + even / c);
    value *= d * c;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    d = 1 / awayFrom0(1 + odd * d);
    c = awayFrom0(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < PRECISION) break;
  }
  return value;
}

function awayFrom0(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/**
 * log Γ(x) for x > 0, by Stirling's series (Abramowitz and Stegun 6.1.41) from 10 on, and by
 * Γ(x + 1) = x Γ(x) below.
 */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse *
    (1 / 12 + square * (-1 / 360 + square * (1 / 1260 + square * (-1 / 1680 + square / 1188))));
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift;
}
