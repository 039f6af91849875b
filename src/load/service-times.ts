import { assert } from '../errors.ts';
import type { RandomStream } from '../random.ts';
import type { Plan, ServiceTable, ServiceTimePlan } from '../scenario/plan.ts';
import { jobStream } from './job-stream.ts';

/**
 * What one thread's requests take, drawn one after the other from a stream of its own: the n-th
 * request of a thread takes the same time in every run of one seed, whatever the other threads do.
 * Whole nanoseconds, put into an array, since numbers this large become objects when handed on.
 */
export interface ServiceTimes {
  draw(into: Float64Array, index: number): void;
}

export function serviceTimesFor(plan: Plan, thread: number): ServiceTimes {
  return serviceTimesOf(plan.device.serviceTime, jobStream(plan, thread, 'service'));
}

export function serviceTimesOf(law: ServiceTimePlan, random: RandomStream): ServiceTimes {
  const { meanNs, deviationNs, table } = law;
  switch (law.kind) {
    case 'none':
    case 'constant':
      return new Constant(meanNs);
    case 'exponential':
      return new Exponential(meanNs, random);
    case 'normal':
      return new Normal(meanNs, deviationNs, random);
    case 'log-normal':
      return new LogNormal(meanNs, deviationNs, random);
    case 'histogram':
      assert(table !== null, 'a histogram of service times without its table');
      return new Recorded(table, random);
  }
}

class Constant implements ServiceTimes {
  readonly #ns: number;

  constructor(ns: number) {
    this.#ns = ns;
  }

  draw(into: Float64Array, index: number): void {
    into[index] = this.#ns;
  }
}

/** By inversion, of a number above 0 and at most 1. */
class Exponential implements ServiceTimes {
  readonly #meanNs: number;
  readonly #random: RandomStream;

  constructor(meanNs: number, random: RandomStream) {
    this.#meanNs = meanNs;
    this.#random = random;
  }

  draw(into: Float64Array, index: number): void {
    into[index] = Math.round(-Math.log(1 - this.#random.uniform53()) * this.#meanNs);
  }
}

/**
 * A draw of the standard normal law (G. Box, M. Muller, "A note on the generation of random normal
 * deviates", 1958). The second of each pair is thrown away: there is no state to keep, and a draw
 * always takes two numbers.
 */
function standardNormal(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform53()));
  return radius * Math.cos(2 * Math.PI * random.uniform53());
}

/** Nothing takes less than no time: draws below 0 are drawn again. */
class Normal implements ServiceTimes {
  readonly #meanNs: number;
  readonly #deviationNs: number;
  readonly #random: RandomStream;

  constructor(meanNs: number, deviationNs: number, random: RandomStream) {
    this.#meanNs = meanNs;
    this.#deviationNs = deviationNs;
    this.#random = random;
  }

  draw(into: Float64Array, index: number): void {
    do {
      const ns = this.#meanNs + this.#deviationNs * standardNormal(this.#random);
      into[index] = Math.round(ns);
    } while ((into[index] as number) < 0);
  }
}

class LogNormal implements ServiceTimes {
  readonly #mu: number;
  readonly #sigma: number;
  readonly #random: RandomStream;

  /** Mean and deviation of the time itself, not of its logarithm. */
  constructor(meanNs: number, deviationNs: number, random: RandomStream) {
    const variance = Math.log(1 + (deviationNs / meanNs) ** 2);
    this.#mu = Math.log(meanNs) - variance / 2;
    this.#sigma = Math.sqrt(variance);
    this.#random = random;
  }

  draw(into: Float64Array, index: number): void {
    into[index] = Math.round(Math.exp(this.#mu + this.#sigma * standardNormal(this.#random)));
  }
}

/** By inversion of a recorded distribution. */
class Recorded implements ServiceTimes {
  readonly #valuesNs: Float64Array;
  readonly #shares: Float64Array;
  readonly #interpolates: boolean;
  readonly #random: RandomStream;

  constructor({ valuesNs, shares, interpolates }: ServiceTable, random: RandomStream) {
    this.#valuesNs = Float64Array.from(valuesNs);
    this.#shares = Float64Array.from(shares);
    this.#interpolates = interpolates;
    this.#random = random;
  }

  draw(into: Float64Array, index: number): void {
    const draw = this.#random.uniform53();
    let low = 0;
    let high = this.#shares.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#shares[middle] as number) > draw) high = middle;
      else low = middle + 1;
    }
    const valueNs = this.#valuesNs[low] as number;
    if (!this.#interpolates || low === 0) {
      into[index] = Math.round(valueNs);
      return;
    }
    const belowNs = this.#valuesNs[low - 1] as number;
    const below = this.#shares[low - 1] as number;
    const part = (draw - below) / ((this.#shares[low] as number) - below);
    into[index] = Math.round(belowNs + part * (valueNs - belowNs));
  }
}
