import { streamFor } from '../../../src/random.ts';

export const LATENCY_COUNT = 65_536;

/**
 * Whole nanoseconds that look like a load's: 700 ns times e^(z/4), z the sum of twelve uniforms
 * less 6; one in 64 is slower by up to 4000 times, evenly in the logarithm. Those of c/micro.c.
 */
export function drawLatencies(seed: number): Float64Array {
  const random = streamFor(seed, null, 'latency');
  return Float64Array.from({ length: LATENCY_COUNT }, () => {
    let z = -6;
    for (let draw = 0; draw < 12; draw++) z += random.uniform();
    const ns = 700 * Math.exp(z / 4);
    const isSlow = random.below(64) === 0;
    return Math.floor(isSlow ? ns * Math.exp(random.uniform() * Math.log(4000)) : ns);
  });
}
