import { assert } from '../errors.ts';
import {
  parseCount,
  parseRate,
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
  type ArrivalPlan,
  AT_ONCE,
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
  type SearchPlan,
  type SectorChoice,
  type SectorFailure,
  type SectorRange,
  type ServiceTable,
  type ServiceTimePlan,
  SOLE_JOB,
  type SteadyPlan,
  type ThreadSegment,
  type Threshold,
  type TracePlan,
  UNIFORM_ADDRESSES,
} from './plan.ts';
import { sectorRangeOf } from './schema.ts';
import { readSearchRange } from './search-range.ts';
import { momentsOf } from './service-table.ts';

/** Every value in its one unit. The schema has seen the scenario, so nothing here can be wrong. */
export function toPlan(
  scenario: ResolvedScenario,
  thresholds: readonly Threshold[],
  table: ServiceTable | null,
): Plan {
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
      serviceTime: serviceTimePlan(device.serviceTime, table),
      channelCount: device.channels,
      stalls: device.stalls.map(({ at, for: length, every }) => ({
        atNs: ns(at),
        forNs: ns(length),
        everyNs: every === undefined ? null : ns(every),
      })),
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
    precondition: {
      fillShare: ratio(scenario.precondition.fill),
      remapCount: sectors(scenario.precondition.remaps),
      spareShare: ratio(scenario.precondition.sparesUsed),
    },
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
    search: scenario.search === undefined ? null : searchPlan(scenario.search),
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

/** The 99 % quantile of the standard normal law. */
const Z99 = 2.3263478740408408;

function serviceTimePlan(
  written: ResolvedScenario['device']['serviceTime'],
  table: ServiceTable | null,
): ServiceTimePlan {
  if (written === 'none') return AT_ONCE.serviceTime;
  const constant = { kind: 'constant', deviationNs: 0, table: null } as const;
  if (typeof written === 'string') return { ...constant, meanNs: ns(written) };
  // Without a table its file could not be read, which is a problem of its own.
  if (written.mean === undefined) {
    if (table === null) return AT_ONCE.serviceTime;
    return { kind: 'histogram', table, ...momentsOf(table) };
  }
  const meanNs = ns(written.mean);
  const kind = written.distribution ?? (written.p99 === undefined ? 'constant' : 'log-normal');
  if (kind === 'constant') return { ...constant, meanNs };
  if (kind === 'exponential') return { kind, meanNs, deviationNs: meanNs, table: null };
  const deviationNs =
    written.p99 === undefined ? ns(written.stddev ?? '') : deviationBy(meanNs, ns(written.p99));
  return { kind, meanNs, deviationNs, table: null };
}

/** Of the log-normal law with that mean and 99th percentile: the narrower of the two there are. */
function deviationBy(meanNs: number, p99Ns: number): number {
  const sigma = Z99 - Math.sqrt(Z99 * Z99 - 2 * Math.log(p99Ns / meanNs));
  return meanNs * Math.sqrt(Math.exp(sigma * sigma) - 1);
}

function searchPlan(search: NonNullable<ResolvedScenario['search']>): SearchPlan {
  const { range } = readSearchRange(search.from, search.to);
  assert(range !== null, 'the schema let a range pass');
  return {
    ...range,
    key: search.maximize,
    conditions: [search.while].flat(),
    tolerance: ratio(search.tolerance),
    scale: search.scale,
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
  const warmupNs = ns(load.warmup);
  let threadCount = 0;
  for (const [name, job] of named) {
    const { after } = job;
    // One that is not there is a problem that the rules report.
    const startsAfter = after === undefined ? null : names.indexOf(after);
    const place = { name, firstThread: threadCount, startsAfter };
    // A job that waits for another begins when the warm-up is over, as a rule.
    plans.push(jobPlan(job, place, startsAfter === null ? warmupNs : 0));
    threadCount += job.threads;
  }
  return { load: { threadCount, warmupNs }, jobs: plans };
}

function jobPlan(
  load: Load,
  place: Pick<JobPlan, 'name' | 'firstThread' | 'startsAfter'>,
  warmupNs: number,
): JobPlan {
  return {
    ...place,
    threadCount: load.threads,
    arrivals: arrivalPlan(load, warmupNs),
    thinkTimeNs: ns(load.thinkTime),
    timing: load.timing,
    ioDepth: load.iodepth,
    threadSegments: threadSegments(load, warmupNs),
    durationNs: durationNs(load),
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

/** Stages are an end too, where there is no other. */
function durationNs({ duration, operations, until, trace, stages }: Load): number | null {
  if (duration !== undefined) return ns(duration);
  const hasOther = operations !== undefined || until !== undefined || trace !== undefined;
  if (stages === undefined || hasOther) return null;
  return stages.reduce((sum, stage) => sum + ns(stage.for), 0);
}

function arrivalPlan(
  { model, arrivals, rate, stages }: Load,
  warmupNs: number,
): ArrivalPlan | null {
  if (model === 'closed') return null;
  const segments = segmentsOf(rate === undefined ? 0 : perSecond(rate), {
    warmupNs,
    stages: (stages ?? []).map((stage) => ({ ...stage, to: perSecond(stage.rate ?? '0/s') })),
  });
  return {
    law: arrivals ?? 'constant',
    segments: segments.map(({ forNs, from, to }) => ({
      forNs,
      fromPerSecond: from,
      toPerSecond: to,
    })),
  };
}

function threadSegments({ model, stages, threads }: Load, warmupNs: number): ThreadSegment[] {
  if (model !== 'closed' || stages === undefined) return [];
  const segments = segmentsOf(0, {
    warmupNs,
    stages: stages.map((stage) => ({ ...stage, to: stage.threads ?? threads })),
  });
  return segments.map(({ forNs, from, to }) => ({ forNs, fromCount: from, toCount: to }));
}

interface Segment {
  readonly forNs: number;
  readonly from: number;
  readonly to: number;
}

/** Warm-up runs at what the first stage begins with, and the last one's end is held for good. */
function segmentsOf(
  start: number,
  parts: {
    readonly warmupNs: number;
    readonly stages: readonly {
      readonly for: string;
      readonly to: number;
      readonly shape: 'ramp' | 'step';
    }[];
  },
): Segment[] {
  const segments: Segment[] = [];
  let from = start;
  for (const { for: length, to, shape } of parts.stages) {
    if (shape === 'step') from = to;
    if (segments.length === 0 && parts.warmupNs > 0) {
      segments.push({ forNs: parts.warmupNs, from, to: from });
    }
    segments.push({ forNs: ns(length), from, to });
    from = to;
  }
  return [...segments, { forNs: Number.POSITIVE_INFINITY, from, to: from }];
}

function perSecond(written: string): number {
  const reading = parseRate(written);
  assert(reading.ok, 'the schema let a rate pass');
  return reading.value;
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
