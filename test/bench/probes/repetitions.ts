import { nowNs } from '../../../src/clock.ts';

const REPETITIONS = 15;

/** Until the engine has compiled the loop; so many calls at once that it is entered often. */
const WARM_UP_NS = 200e6;
const WARM_UP_CALLS = 10_000;

/** Makes so many calls. What it returns depends on each, so that none can be left out. */
export type Loop = (callCount: number) => number;

/** Nanoseconds of a call. */
export interface Repetitions {
  readonly minNs: number;
  readonly medianNs: number;
}

/** Read by nobody; that suffices. */
const sink = new Float64Array(1);

export function repeat(loop: Loop, callCount: number): Repetitions {
  const warmNs = nowNs() + WARM_UP_NS;
  while (nowNs() < warmNs) sink[0] = loop(Math.min(callCount, WARM_UP_CALLS));
  const times = new Float64Array(REPETITIONS);
  for (let index = 0; index < REPETITIONS; index++) {
    const startedNs = nowNs();
    sink[0] = loop(callCount);
    times[index] = (nowNs() - startedNs) / callCount;
  }
  times.sort();
  return { minNs: times[0] as number, medianNs: times[REPETITIONS >> 1] as number };
}
