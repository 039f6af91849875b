import { assert } from '../errors.ts';
import { parseCount, parseSectorCount, parseSize, parseTime, type Reading } from '../units.ts';
import type { ResolvedScenario } from './complete.ts';
import {
  type AddressPlan,
  type BlockSize,
  type LoadPlan,
  type Plan,
  SECTOR_BYTES,
  type Threshold,
  type TracePlan,
} from './plan.ts';

/** Every value in its one unit. The schema has seen the scenario, so nothing here can be wrong. */
export function toPlan(scenario: ResolvedScenario, thresholds: readonly Threshold[]): Plan {
  const { device, allocator, lock, remap, faults } = scenario;
  const { spare } = device;
  return frozen({
    name: scenario.name,
    description: scenario.description,
    seed: scenario.seed,
    device: {
      sectorCount: sectors(device.sectors),
      medium: device.medium,
      spare: {
        sectorCount: sectors(spare.sectors),
        start: sectors(spare.start),
        limit: spare.limit === 'none' ? null : sectors(spare.limit),
        placement: spare.placement,
      },
    },
    allocator: {
      kind: allocator.kind,
      protocol: allocator.protocol,
      outerLock: allocator.outerLock,
      cache: {
        slotCount: allocator.cache.slots,
        batchCount: allocator.cache.batch,
        searchLimit: allocator.cache.searchLimit,
      },
    },
    lock: { kind: lock.kind },
    remap: { match: remap.match, lookup: remap.lookup, inFlight: remap.inFlight },
    load: loadPlan(scenario.load),
    faults: {
      thread:
        faults.thread === undefined
          ? null
          : {
              thread: faults.thread.index,
              afterOperations: count(faults.thread.afterOperations),
              does: faults.thread.does,
            },
    },
    explore: {
      threads: scenario.explore.program?.split('|') ?? null,
      finds: scenario.explore.finds ?? null,
      by: scenario.explore.by ?? null,
    },
    integrity: scenario.integrity,
    thresholds,
    expect: scenario.expect,
    watchdogNs: ns(scenario.watchdog),
    intervalNs: ns(scenario.interval),
  });
}

type Load = ResolvedScenario['load'];

const NO_MIX = { read: 0, write: 0, remap: 0, unremap: 0 };

function loadPlan(load: Load): LoadPlan {
  const { read, write, remap, unremap } = load.mix ?? NO_MIX;
  return {
    threadCount: load.threads,
    model: load.model,
    thinkTimeNs: ns(load.thinkTime),
    warmupNs: ns(load.warmup),
    durationNs: load.duration === undefined ? null : ns(load.duration),
    operationCount: load.operations === undefined ? null : count(load.operations),
    untilExhausted: load.until === 'exhausted',
    mix: { read, write, remap, unremap },
    blockSizes: blockSizes(load.blockSize),
    addresses: addressPlan(load.addresses),
    trace: load.trace === undefined ? null : tracePlan(load.trace),
  };
}

function blockSizes(written: Load['blockSize']): BlockSize[] {
  if (written === undefined) return [];
  const list = Array.isArray(written) ? written : [{ size: written, weight: 1 }];
  return list.map(({ size, weight }) => ({
    sectorCount: known(parseSize(size)) / SECTOR_BYTES,
    weight,
  }));
}

function addressPlan(addresses: Load['addresses']): AddressPlan {
  if (addresses === undefined) return { distribution: 'uniform', theta: 0, slices: 'shared' };
  const { distribution, theta = 0, slices } = addresses;
  return { distribution, theta, slices };
}

function tracePlan(trace: NonNullable<Load['trace']>): TracePlan {
  return {
    file: trace.file,
    format: trace.format,
    speed: trace.speed === 'max' ? null : trace.speed,
    assign: trace.threads,
    recordCounts: [],
    operations: [],
    sectorCountMax: 0,
    writeAlignment: 1,
  };
}

function sectors(written: string | number): number {
  return known(parseSectorCount(written));
}

function count(written: string | number): number {
  return known(parseCount(written));
}

function ns(written: string): number {
  return known(parseTime(written));
}

function known(reading: Reading): number {
  assert(reading.ok && Number.isInteger(reading.value), 'the schema let a quantity pass');
  return reading.value;
}

/** Frozen all the way down, so that no stage of a run can change what another one relies on. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
