import { assert } from '../errors.ts';
import {
  parseCount,
  parseRatio,
  parseSectorCount,
  parseSize,
  parseTime,
  type Reading,
} from '../units.ts';
import type { ResolvedJob, ResolvedScenario } from './complete.ts';
import { readMessage, readSectorRange } from './message-script.ts';
import {
  type AddressPlan,
  type AutoRemapPlan,
  type BadSectorPlan,
  type BlockSize,
  type CorruptionPlan,
  type EventAction,
  type EventPlan,
  type JobPlan,
  type MessageBlock,
  type MessageStep,
  type MetadataPlan,
  NO_MIX,
  type OverheadPlan,
  type Plan,
  SECTOR_BYTES,
  type SectorChoice,
  type SectorFailure,
  type SectorRange,
  SOLE_JOB,
  type SteadyPlan,
  type Threshold,
  type TracePlan,
  UNIFORM_ADDRESSES,
} from './plan.ts';
import { sectorRangeOf } from './schema.ts';

/** Every value in its one unit. The schema has seen the scenario, so nothing here can be wrong. */
export function toPlan(scenario: ResolvedScenario, thresholds: readonly Threshold[]): Plan {
  const { device, allocator, lock, remap, target, faults } = scenario;
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
    target: { protocol: target.protocol },
    metadata: metadataPlan(scenario.metadata),
    ...loadOf(scenario),
    autoRemap: autoRemapPlan(scenario.autoRemap),
    faults: {
      thread:
        faults.thread === undefined
          ? null
          : {
              thread: faults.thread.index,
              afterOperations: count(faults.thread.afterOperations),
              does: faults.thread.does,
            },
      badSectors: faults.badSectors.map(badSectorPlan),
      corruption: faults.corruption.map(corruptionPlan),
    },
    events: scenario.events
      .map(eventPlan)
      // The sort is stable: of one moment, in the order in which they were written.
      .sort((one, other) => one.atNs - other.atNs),
    explore: {
      threads: scenario.explore.program?.split('|') ?? null,
      finds: scenario.explore.finds ?? null,
      by: scenario.explore.by ?? null,
    },
    overhead: overheadPlan(scenario.overhead),
    integrity: scenario.integrity,
    thresholds,
    expect: scenario.expect,
    watchdogNs: ns(scenario.watchdog),
    intervalNs: ns(scenario.interval),
    steady: scenario.steady === undefined ? null : steadyPlan(scenario.steady),
    jitter: scenario.jitter,
    recordedCount: 0,
  });
}

function steadyPlan(steady: NonNullable<ResolvedScenario['steady']>): SteadyPlan {
  return {
    metric: steady.metric,
    windowNs: ns(steady.window),
    slopeMax: ratio(steady.slope),
    deviationMax: ratio(steady.deviation),
  };
}

function overheadPlan(overhead: ResolvedScenario['overhead']): OverheadPlan {
  return {
    paths: overhead.paths,
    commands: overhead.operations,
    repetitions: count(overhead.repetitions),
    marginNs: ns(overhead.margin),
    fillCount: sectors(overhead.fill),
    reference: overhead.reference === 'none' ? null : overhead.reference.trim().split(/\s+/),
    delayNs: ns(overhead.delay),
    expect: overhead.expect,
    beside: overhead.beside ?? null,
  };
}

type Load = ResolvedJob;

function loadOf({ load, jobs }: ResolvedScenario): Pick<Plan, 'load' | 'jobs'> {
  const named: [string, Load][] = jobs === undefined ? [[SOLE_JOB, load]] : Object.entries(jobs);
  const names = named.map(([name]) => name);
  const plans: JobPlan[] = [];
  let threadCount = 0;
  for (const [name, job] of named) {
    const { after } = job;
    // One that is not there is a problem that the rules report.
    const startsAfter = after === undefined ? null : names.indexOf(after);
    plans.push(jobPlan(job, { name, firstThread: threadCount, startsAfter }));
    threadCount += job.threads;
  }
  return { load: { threadCount, warmupNs: ns(load.warmup) }, jobs: plans };
}

function jobPlan(
  load: Load,
  place: Pick<JobPlan, 'name' | 'firstThread' | 'startsAfter'>,
): JobPlan {
  return {
    ...place,
    threadCount: load.threads,
    model: load.model,
    thinkTimeNs: ns(load.thinkTime),
    durationNs: load.duration === undefined ? null : ns(load.duration),
    operationCount: load.operations === undefined ? null : count(load.operations),
    untilExhausted: load.until === 'exhausted',
    writesPerFlush: load.fsync,
    mix: { ...NO_MIX, ...load.mix },
    blockSizes: blockSizes(load.blockSize),
    addresses: addressPlan(load.addresses),
    trace: load.trace === undefined ? null : tracePlan(load.trace),
    messages: load.messages === undefined ? null : load.messages.map(messageBlock),
  };
}

type Block = NonNullable<Load['messages']>[number];

function messageBlock(written: Block): MessageBlock {
  if (typeof written === 'string' || written.repeat === undefined) {
    return { repeat: 1, steps: [messageStep(written)] };
  }
  return { repeat: count(written.repeat), steps: (written.messages ?? []).map(messageStep) };
}

function messageStep(written: Block): MessageStep {
  if (typeof written === 'string') {
    const reading = readMessage(written);
    assert(reading.step !== null, 'the schema let a message pass');
    return reading.step;
  }
  const { writeErrors, autoRemap, times = 1 } = written;
  const range = readSectorRange(String(writeErrors ?? autoRemap));
  assert(range !== null, 'the schema let a sector pass');
  const command = writeErrors === undefined ? 'auto-remap' : 'write error';
  return { command, ...range, times, wordCount: 0 };
}

function metadataPlan(metadata: ResolvedScenario['metadata']): MetadataPlan {
  const { format, copies, order, flush, checksum, sync, crash } = metadata;
  const { points } = crash;
  return {
    format,
    copyCount: copies,
    order,
    flush,
    checksum,
    remapsPerSync: sync === 0 ? null : sync,
    crash: {
      pointCount: points === 'exhaustive' ? null : count(points),
      tornSectors: crash.torn,
      corruptCopyCount: crash.corruptCopies,
      corruption: crash.corruption,
      logSectorCount:
        format === 'none' ? 0 : Math.floor(known(parseSize(crash.log)) / SECTOR_BYTES),
    },
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
  if (addresses === undefined) return UNIFORM_ADDRESSES;
  const { distribution, theta = 0, h = 0, mean, deviation, zones = [], slices } = addresses;
  return {
    distribution,
    theta,
    h,
    mean: mean === undefined ? 0 : ratio(mean),
    deviation: deviation === undefined ? 0 : ratio(deviation),
    zones: zones.map(({ accesses, space }) => ({ accesses: ratio(accesses), space: ratio(space) })),
    slices,
  };
}

function tracePlan(trace: NonNullable<Load['trace']>): TracePlan {
  return {
    file: trace.file,
    format: trace.format,
    columns: trace.columns === undefined ? null : traceColumns(trace.columns),
    device: trace.device ?? null,
    fold: trace.fold,
    speed: trace.speed === 'max' ? null : trace.speed,
    assign: trace.threads,
    recordCounts: [],
    operations: [],
    sectorCountMax: 0,
    writeAlignment: 1,
  };
}

function traceColumns(
  columns: NonNullable<NonNullable<Load['trace']>['columns']>,
): NonNullable<TracePlan['columns']> {
  return {
    ...columns,
    time: String(columns.time),
    operation: String(columns.operation),
    offset: String(columns.offset),
    length: String(columns.length),
    device: columns.device === undefined ? null : String(columns.device),
    read: columns.read === undefined ? null : String(columns.read),
    write: columns.write === undefined ? null : String(columns.write),
  };
}

function autoRemapPlan(written: ResolvedScenario['autoRemap']): AutoRemapPlan | null {
  if (written === undefined) return null;
  return {
    workerCount: written.workers,
    errorThreshold: written.errorThreshold,
    queueCount: written.queue,
    attemptCount: written.retries.attempts,
    backoffNs: ns(written.retries.backoff),
  };
}

type BadSectors = ResolvedScenario['faults']['badSectors'][number];
type Corruption = ResolvedScenario['faults']['corruption'][number];
type Event = ResolvedScenario['events'][number];
type Choice = Pick<BadSectors, 'sectors' | 'share' | 'clusters' | 'on'>;

function badSectorPlan(entry: BadSectors): BadSectorPlan {
  const { growth } = entry;
  return {
    name: entry.name ?? '',
    enabled: entry.enabled,
    choice: sectorChoice(entry),
    failure: sectorFailure(entry),
    atNs: ns(entry.at),
    growth:
      growth === undefined ? null : { everyNs: ns(growth.every), sectorCount: growth.sectors },
  };
}

function sectorChoice({ sectors: listed, share, clusters, on }: Choice): SectorChoice {
  return {
    surface: on,
    listed: (listed ?? []).map(sectorRange),
    share: share === undefined ? 0 : ratio(share),
    clusters: { count: clusters?.count ?? 0, sectorCount: clusters?.sectors ?? 0 },
  };
}

function sectorRange(written: string | number): SectorRange {
  const range = sectorRangeOf(written);
  assert(range !== null, 'the schema let a range of sectors pass');
  return { first: range.first, sectorCount: range.last - range.first + 1 };
}

function sectorFailure({
  fails,
  lasts,
  failedWrites,
}: Pick<BadSectors, 'fails' | 'lasts' | 'failedWrites'>): SectorFailure {
  const counts = lasts === 'until-rewritten' && fails !== 'reads';
  return { fails, lasts, failedWrites: counts ? (failedWrites ?? 1) : 0 };
}

function corruptionPlan(entry: Corruption): CorruptionPlan {
  return {
    name: entry.name ?? '',
    enabled: entry.enabled,
    kind: entry.kind,
    rate: entry.rate === undefined ? null : ratio(entry.rate),
    nth: entry.nth ?? 0,
    thread: entry.thread ?? 0,
  };
}

function eventPlan(event: Event): EventPlan {
  return { atNs: ns(event.at), action: eventAction(event) };
}

function eventAction(event: Event): EventAction {
  const { addBad, removeBad, enable, disable, stall } = event;
  if (addBad !== undefined) {
    return { kind: 'addBad', choice: sectorChoice(addBad), failure: sectorFailure(addBad) };
  }
  if (removeBad !== undefined) {
    const { sectors, on } = removeBad;
    const choice = sectorChoice({ sectors, share: undefined, clusters: undefined, on });
    return { kind: 'removeBad', choice };
  }
  if (enable !== undefined) return { kind: 'enable', name: enable };
  if (disable !== undefined) return { kind: 'disable', name: disable };
  if (stall === undefined) return { kind: 'crash' };
  const everyNs = stall.every === undefined ? null : ns(stall.every);
  return { kind: 'stall', forNs: ns(stall.for), everyNs };
}

function ratio(written: string | number): number {
  const reading = parseRatio(written);
  assert(reading.ok, 'the schema let a ratio pass');
  return reading.value;
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
