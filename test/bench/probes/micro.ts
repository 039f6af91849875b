import { stampNs } from '../../../src/clock.ts';
import { type AddressSource, addressSourceFor } from '../../../src/load/addresses.ts';
import { clearMemory, createMemory } from '../../../src/memory/attach.ts';
import { type RandomStream, streamFor } from '../../../src/random.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { type Plan, SECTOR_BYTES } from '../../../src/scenario/plan.ts';
import { drawLatencies, LATENCY_COUNT } from './latencies.ts';
import type { Options } from './options.ts';
import type { Probe } from './probe.ts';
import { probePlan, SECTOR_COUNT_MAX } from './probe-plan.ts';
import { type Loop, repeat } from './repetitions.ts';

const PARTS = [
  'clock',
  'histogram',
  'address-uniform',
  'address-zipf',
  'address-sequential',
  'random',
] as const;
type Part = (typeof PARTS)[number];

/** What one part of the hot path costs by itself, in a loop on one thread. */
export const micro: Probe = {
  options: ['what', 'count', 'sectors', 'block', 'theta', 'seed'],
  run(options) {
    const what = options.choice('what', PARTS);
    const callCount = options.whole('count', { min: 1, max: 2 ** 40 });
    const plan = planFor(what, options);
    // The one loop that does more than make calls: what it does besides is measured first.
    const latencies = drawLatencies(plan.seed);
    const emptyNs =
      what === 'histogram'
        ? repeat((count) => readLatencies(latencies, count), callCount).minNs
        : 0;
    const { minNs, medianNs } = repeat(loopOf(what, plan, latencies), callCount);
    return { what, minNs: minNs - emptyNs, medianNs: medianNs - emptyNs, emptyMinNs: emptyNs };
  },
};

function planFor(what: Part, options: Options): Plan {
  const sectors = options.whole('sectors', { min: 1, max: SECTOR_COUNT_MAX, otherwise: 131_072 });
  const block = options.whole('block', { min: 1, max: 2 ** 16, otherwise: 8 });
  const theta = options.number('theta', { min: 1e-9, max: 10, otherwise: 1.1 });
  const seed = options.whole('seed', { min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 1 });
  const distribution = what.startsWith('address-') ? what.slice('address-'.length) : 'uniform';
  const addresses = { distribution, ...(distribution === 'zipf' && { theta }) };
  return probePlan({
    seed,
    device: { sectors },
    load: { threads: 1, blockSize: block * SECTOR_BYTES, addresses },
  });
}

/** Each calls a function of its own, in which every call sees one class. */
function loopOf(what: Part, plan: Plan, latencies: Float64Array): Loop {
  switch (what) {
    case 'clock': {
      const times = new Float64Array(1);
      return (count) => readClock(times, count);
    }
    case 'histogram': {
      const memory = createMemory(plan);
      clearMemory(plan, memory);
      const histogram = SharedHistogram.of(memory, 0, 'read.service') as SharedHistogram;
      return (count) => recordLatencies(histogram, latencies, count);
    }
    case 'random': {
      const random = streamFor(plan.seed, 0, 'operation');
      return (count) => drawWords(random, count);
    }
    default: {
      const source = addressSourceFor(plan, 0);
      const blockSectors = plan.jobs[0]?.blockSizes[0]?.sectorCount as number;
      return (count) => drawAddresses(source, blockSectors, count);
    }
  }
}

function readClock(times: Float64Array, count: number): number {
  for (let call = 0; call < count; call++) stampNs(times, 0);
  return times[0] as number;
}

/** A comparison that is never true: about as little as can be done with what was read. */
function readLatencies(latencies: Float64Array, count: number): number {
  let negatives = 0;
  for (let call = 0; call < count; call++) {
    if ((latencies[call & (LATENCY_COUNT - 1)] as number) < 0) negatives++;
  }
  return negatives;
}

function recordLatencies(
  histogram: SharedHistogram,
  latencies: Float64Array,
  count: number,
): number {
  for (let call = 0; call < count; call++) {
    histogram.record(latencies[call & (LATENCY_COUNT - 1)] as number);
  }
  return 0;
}

function drawAddresses(source: AddressSource, blockSectors: number, count: number): number {
  let mixed = 0;
  for (let call = 0; call < count; call++) mixed ^= source.next(blockSectors);
  return mixed;
}

function drawWords(random: RandomStream, count: number): number {
  let mixed = 0;
  for (let call = 0; call < count; call++) mixed ^= random.nextUint32();
  return mixed;
}
