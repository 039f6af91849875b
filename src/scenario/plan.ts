/**
 * The plan: a scenario with every default filled in and every value in its one unit. It is plain,
 * frozen data, so that it can be posted to a thread, and everything a run needs follows from it:
 * the memory layout, the operations of each thread, the checks that apply.
 *
 * Units end a name. Sectors are 512 bytes.
 */
export interface Plan {
  readonly name: string;
  readonly description: string;
  /** Root of all random streams: an integer, 0 ≤ seed ≤ 2^53 − 1. */
  readonly seed: number;
  readonly device: DevicePlan;
  readonly allocator: AllocatorPlan;
  readonly lock: { readonly kind: LockKind };
  readonly remap: RemapPlan;
  readonly target: TargetPlan;
  readonly metadata: MetadataPlan;
  readonly precondition: PreconditionPlan;
  readonly load: LoadPlan;
  /** At least one; a scenario without jobs is one job. */
  readonly jobs: readonly JobPlan[];
  /** Null: a sector that fails stays where it is. */
  readonly autoRemap: AutoRemapPlan | null;
  readonly faults: FaultPlan;
  /** In the order of their times. */
  readonly events: readonly EventPlan[];
  readonly explore: ExplorePlan;
  readonly overhead: OverheadPlan;
  readonly integrity: Integrity;
  readonly thresholds: readonly Threshold[];
  readonly expect: Expectation;
  /** A run in which no thread completes an operation for so long is broken. */
  readonly watchdogNs: number;
  /** Grid of the interval series. */
  readonly intervalNs: number;
  /** For the command run: null = one run. */
  readonly search: SearchPlan | null;
  /** Null: the load does not end when its figures stand still. */
  readonly steady: SteadyPlan | null;
  /** auto: pauses of the machine are watched for while the load runs; see JitterRecord. */
  readonly jitter: (typeof JITTER_MODES)[number];
  /** Operations that each thread has room to write down, for a recording; 0 = none is made. */
  readonly recordedCount: number;
}

export const SEARCH_SCALES = ['geometric', 'arithmetic'] as const;

/** Numbers between two ends, and the unit that they are written with. */
export interface SearchRange {
  readonly from: number;
  readonly to: number;
  /** '' for none; values are written with it behind them. */
  readonly unit: string;
  readonly isWhole: boolean;
}

/** Which value of a key is the highest at which conditions hold. */
export interface SearchPlan extends SearchRange {
  /** Keys joined by dots, as --set takes them. */
  readonly key: string;
  /** All of them must hold, as thresholds do. */
  readonly conditions: readonly string[];
  /** The search ends when a value that failed is above one that held by no more, as a share. */
  readonly tolerance: number;
  readonly scale: (typeof SEARCH_SCALES)[number];
}

export const STEADY_METRICS = ['throughput', 'response.p99', 'service.p99'] as const;

/** When a load counts as steady: by the last intervals that make up a window. */
export interface SteadyPlan {
  /** Of all operations together, interval by interval. */
  readonly metric: (typeof STEADY_METRICS)[number];
  /** A whole number of intervals. */
  readonly windowNs: number;
  /** Most that a line through the window may rise or fall over it, as a share of its mean. */
  readonly slopeMax: number;
  /** Farthest that an interval may lie from the mean of the window, as a share of it. */
  readonly deviationMax: number;
}

export const JITTER_MODES = ['auto', 'off'] as const;

export const SECTOR_BYTES = 512;

export const PLACEMENTS = ['v4-dynamic', 'v4-fixed', 'none'] as const;
export type Placement = (typeof PLACEMENTS)[number];

export const MEDIA = ['memory', 'none'] as const;

export interface DevicePlan {
  readonly sectorCount: number;
  /** none: reads and writes touch no data, and what a run measures is the simulator itself. */
  readonly medium: (typeof MEDIA)[number];
  readonly spare: {
    readonly sectorCount: number;
    /**
     * Position of the first spare on the spare device; reported, never added to a spare's index.
     */
    readonly start: number;
    /** dm-remap's max_remaps: clips the allocatable area, after the reservations. null = none. */
    readonly limit: number | null;
    readonly placement: Placement;
  };
  /** What a request costs beyond the copy of its data. */
  readonly serviceTime: ServiceTimePlan;
  /** Requests that are served at once; without a service time none ever waits for another. */
  readonly channelCount: number;
  /** Times in which the device stands still. */
  readonly stalls: readonly StallPlan[];
}

export const SERVICE_LAWS = ['constant', 'normal', 'log-normal', 'exponential'] as const;

/** How long a request keeps a channel of the device. */
export interface ServiceTimePlan {
  readonly kind: 'none' | (typeof SERVICE_LAWS)[number] | 'histogram';
  /** Of the law; of a histogram, those of what it holds. */
  readonly meanNs: number;
  readonly deviationNs: number;
  /** Only of a histogram. */
  readonly table: ServiceTable | null;
}

/** A recorded distribution as its distribution function: so much of it is at most that long. */
export interface ServiceTable {
  /** Absolute path. */
  readonly file: string;
  /** Rising. */
  readonly valuesNs: readonly number[];
  /** Rising, from above 0 to 1. */
  readonly shares: readonly number[];
  /**
   * True: a draw lies between two values, as between two percentiles; false: it is one of them.
   */
  readonly interpolates: boolean;
}

/** Since the gate opened, warm-up included. */
export interface StallPlan {
  readonly atNs: number;
  readonly forNs: number;
  /** From one begin to the next; null = once. */
  readonly everyNs: number | null;
}

/** A device that answers as soon as the data is copied. */
export const AT_ONCE = {
  serviceTime: { kind: 'none', meanNs: 0, deviationNs: 0, table: null },
  channelCount: 1,
  stalls: [],
} as const satisfies Pick<DevicePlan, 'serviceTime' | 'channelCount' | 'stalls'>;

/** Whether a request can be in flight for longer than the copy of its data takes. */
export function hasServiceModel({ device }: Plan): boolean {
  return device.serviceTime.kind !== 'none' || device.stalls.length > 0;
}

export const ALLOCATOR_KINDS = ['cached', 'linear', 'bitmap', 'per-worker'] as const;
export type AllocatorKind = (typeof ALLOCATOR_KINDS)[number];

export const PROTOCOLS = ['as-published', 'guarded'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface AllocatorPlan {
  readonly kind: AllocatorKind;
  readonly protocol: Protocol;
  readonly outerLock: boolean;
  readonly cache: {
    readonly slotCount: number;
    readonly batchCount: number;
    readonly searchLimit: number;
  };
}

export const LOCK_KINDS = [
  'none',
  'test-and-set',
  'test-and-test-and-set',
  'ticket',
  'mcs',
  'queued',
  'mutex',
] as const;
export type LockKind = (typeof LOCK_KINDS)[number];

/**
 * The lock around the remap table. `none` takes away the lock around the allocator's state, whose
 * absence is the question; the table of the simulated target would only fall apart without one.
 */
export function targetLockKindOf(plan: { readonly lock: { readonly kind: LockKind } }): LockKind {
  return plan.lock.kind === 'none' ? 'test-and-test-and-set' : plan.lock.kind;
}

export const MATCHES = ['every-sector', 'first-sector'] as const;
export const LOOKUPS = ['hash', 'linear'] as const;
export const IN_FLIGHT = ['drain', 'ignore'] as const;

export interface RemapPlan {
  readonly match: (typeof MATCHES)[number];
  readonly lookup: (typeof LOOKUPS)[number];
  /**
   * drain: a remap waits for I/O in flight to its sector before it copies; ignore: as published.
   */
  readonly inFlight: (typeof IN_FLIGHT)[number];
}

/** What stands around the allocator: remap table, health of sectors, message interface. */
export interface TargetPlan {
  /**
   * as-published: one array of slots holds remaps and health, and messages do as dm-remap's do;
   * guarded: table and health apart, and what a message takes it gives back.
   */
  readonly protocol: Protocol;
}

/**
 * Sectors that fail too often are moved to spares by threads of their own, which serve a queue.
 */
export interface AutoRemapPlan {
  /** Threads beside those of load; they are numbered after them. */
  readonly workerCount: number;
  /** A sector is bad when so many requests to it have failed. */
  readonly errorThreshold: number;
  /** Sectors that can wait for a worker. */
  readonly queueCount: number;
  /** How often a request that failed is issued again, and how long it waits before the first. */
  readonly attemptCount: number;
  readonly backoffNs: number;
}

/** Threads that a run starts: those of load, then those that serve the remap queue. */
export function agentCountOf({ load, autoRemap }: Plan): number {
  return load.threadCount + (autoRemap?.workerCount ?? 0);
}

export const METADATA_FORMATS = ['none', 'published', 'redundant'] as const;
export const COPY_ORDERS = ['primary-first', 'primary-last'] as const;
export const COPY_FLUSHES = ['each-copy', 'per-update', 'at-end', 'never'] as const;
export const CORRUPTIONS = ['flipped', 'stale'] as const;
export const CHECKSUMS = ['as-published', 'corrected'] as const;

/** How the remap table is kept on the medium, and how power cuts are tried on that. */
export interface MetadataPlan {
  /**
   * none: not at all; published: one copy, written by the `sync` message; redundant: several
   * copies, written by every remap.
   */
  readonly format: (typeof METADATA_FORMATS)[number];
  /** redundant: copies of each block, 1 to 5. */
  readonly copyCount: number;
  /** redundant: which copy of a block an update writes first. */
  readonly order: (typeof COPY_ORDERS)[number];
  /**
   * redundant: when an update flushes. each-copy: after the data, then after each copy; per-update:
   * after the data, then after all copies; at-end: after data and copies; never.
   */
  readonly flush: (typeof COPY_FLUSHES)[number];
  /** published: as-published never validates; corrected leaves its own field out. */
  readonly checksum: (typeof CHECKSUMS)[number];
  /** published: a thread sends `sync` after so many remaps of its own; null = nobody ever does. */
  readonly remapsPerSync: number | null;
  readonly crash: CrashPlan;
}

export interface CrashPlan {
  /** Most crash points that are judged; null = every one there is. */
  readonly pointCount: number | null;
  /** Whether a sector that was being written may be old in one part and new in the other. */
  readonly tornSectors: boolean;
  /** At each crash point, every choice of so many copies is found corrupt besides. */
  readonly corruptCopyCount: number;
  /** flipped: a bit is turned in each sector; stale: all of it is as when the target was new. */
  readonly corruption: (typeof CORRUPTIONS)[number];
  /** Sectors that the write log has room for. */
  readonly logSectorCount: number;
}

export const NO_METADATA: MetadataPlan = {
  format: 'none',
  copyCount: 5,
  order: 'primary-first',
  flush: 'each-copy',
  checksum: 'as-published',
  remapsPerSync: null,
  crash: {
    pointCount: 0,
    tornSectors: false,
    corruptCopyCount: 0,
    corruption: 'flipped',
    logSectorCount: 0,
  },
};

/** What a thread can issue. The order is the numbering in shared memory and in every table. */
export const OPERATIONS = ['read', 'write', 'remap', 'unremap', 'sync', 'trim', 'message'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What is done to the device before the load, and not measured. */
export interface PreconditionPlan {
  /** 0 … 1 of the main device is written, from its begin. */
  readonly fillShare: number;
  /** Sectors that are remapped; 0 where a share of the spares says it. */
  readonly remapCount: number;
  /** So many that this share of the spares that can be allocated is used up; 0 = as above. */
  readonly spareShare: number;
}

export const NO_PRECONDITION: PreconditionPlan = { fillShare: 0, remapCount: 0, spareShare: 0 };

/** Whether sectors are remapped before the load. */
export function remapsBefore({ precondition }: Plan): boolean {
  return precondition.remapCount > 0 || precondition.spareShare > 0;
}

/** What the jobs have in common. */
export interface LoadPlan {
  /** Threads of all jobs together. */
  readonly threadCount: number;
  /** Counted from the gate: what is issued before is not measured. */
  readonly warmupNs: number;
}

/** The name of the only job of a scenario that has no jobs. */
export const SOLE_JOB = 'load';

/**
 * Where an operation's service time begins: at a reading of the clock of its own, or at the
 * completion of the one before it.
 */
export const TIMINGS = ['each', 'chained'] as const;
export type Timing = (typeof TIMINGS)[number];

/** One load among those that share the device: threads that do the same. */
export interface JobPlan {
  readonly name: string;
  /** Threads of load are numbered through, those of the first job first. */
  readonly firstThread: number;
  readonly threadCount: number;
  /** Position of the job whose end this one waits for; null: it begins with the run. */
  readonly startsAfter: number | null;
  /** Null: closed, an operation follows the completion of the one before it. */
  readonly arrivals: ArrivalPlan | null;
  readonly thinkTimeNs: number;
  readonly timing: Timing;
  /** Operations that a thread may have in flight at once. */
  readonly ioDepth: number;
  /** How many of the threads take part, and when; empty = all of them, all the time. */
  readonly threadSegments: readonly ThreadSegment[];
  /** The first limit reached ends the load; at least one is set, unless a trace's end does it. */
  readonly durationNs: number | null;
  /** Total over its threads, shared out as evenly as possible, warm-up not counted. */
  readonly operationCount: number | null;
  readonly untilExhausted: boolean;
  /** A thread flushes after so many writes of its own; 0 = never. A trace says it by itself. */
  readonly writesPerFlush: number;
  /** At least one above zero; all zero when a trace says what to do. */
  readonly mix: MixPlan;
  readonly blockSizes: readonly BlockSize[];
  readonly addresses: AddressPlan;
  readonly trace: TracePlan | null;
  /** Sent by the job's first thread, in order; its others do the mix. */
  readonly messages: readonly MessageBlock[] | null;
}

const MIXED = ['read', 'write', 'remap', 'unremap', 'flush', 'trim'] as const;

export const NO_MIX: MixPlan = { read: 0, write: 0, remap: 0, unremap: 0, flush: 0, trim: 0 };

/** One after the other, and together all items. */
export interface Zone {
  readonly first: number;
  readonly itemCount: number;
}

/** In their order; each ends where its share of the space, with all before it, ends. */
export function zonesOf(itemCount: number, zones: readonly ZonePlan[]): Zone[] {
  let share = 0;
  let first = 0;
  return zones.map(({ space }, index) => {
    share += space;
    const isLast = index === zones.length - 1;
    const end = isLast ? itemCount : Math.min(itemCount, Math.round(share * itemCount));
    const zone = { first, itemCount: end - first };
    first = end;
    return zone;
  });
}

export const UNIFORM_ADDRESSES: AddressPlan = {
  distribution: 'uniform',
  theta: 0,
  h: 0,
  mean: 0,
  deviation: 0,
  zones: [],
  slices: 'shared',
};
export const LOAD_MODELS = ['closed', 'open'] as const;
export const ARRIVAL_LAWS = ['constant', 'poisson'] as const;

/** Open: operations come when they come, all threads of the job together. */
export interface ArrivalPlan {
  readonly law: (typeof ARRIVAL_LAWS)[number];
  /** From the begin of the job's load, warm-up included; the last one has no end. */
  readonly segments: readonly RateSegment[];
}

/** A time in which the rate is a line. */
export interface RateSegment {
  readonly forNs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** The same for a number of threads. */
export interface ThreadSegment {
  readonly forNs: number;
  readonly fromCount: number;
  readonly toCount: number;
}

/** How many arrivals the rate calls for until then, ns since the begin of the job's load. */
export function arrivalsUntil({ segments }: ArrivalPlan, untilNs: number): number {
  let startNs = 0;
  let sum = 0;
  for (const { forNs, fromPerSecond, toPerSecond } of segments) {
    const insideNs = Math.min(forNs, untilNs - startNs);
    if (insideNs <= 0) break;
    const slope = forNs === Number.POSITIVE_INFINITY ? 0 : (toPerSecond - fromPerSecond) / forNs;
    sum += ((fromPerSecond + (slope * insideNs) / 2) * insideNs) / 1e9;
    startNs += forNs;
  }
  return sum;
}

/** Whether operations of the job have a time at which they are due: its own, or of a trace. */
export function plansArrivals({ arrivals, trace }: JobPlan): boolean {
  return arrivals !== null || (trace !== null && trace.speed !== null);
}

/** Whether a thread of the job waits for moments, or has operations in flight while it goes on. */
export function isPaced(plan: Plan, job: JobPlan): boolean {
  return (
    plansArrivals(job) || job.ioDepth > 1 || job.threadSegments.length > 0 || hasServiceModel(plan)
  );
}

/** One thread that does nothing. */
export const IDLE_JOB: JobPlan = {
  name: SOLE_JOB,
  firstThread: 0,
  threadCount: 1,
  startsAfter: null,
  arrivals: null,
  thinkTimeNs: 0,
  timing: 'each',
  ioDepth: 1,
  threadSegments: [],
  durationNs: null,
  operationCount: null,
  untilExhausted: false,
  writesPerFlush: 0,
  mix: NO_MIX,
  blockSizes: [],
  addresses: UNIFORM_ADDRESSES,
  trace: null,
  messages: null,
};

/** How long the measured phase lasts at most, where every job has a time limit; else null. */
export function durationOf({ jobs }: Plan): number | null {
  let longestNs = 0;
  for (const { durationNs } of jobs) {
    if (durationNs === null) return null;
    longestNs = Math.max(longestNs, durationNs);
  }
  return longestNs;
}

/** Operations of all jobs together, where each counts its own; else null. */
export function operationCountOf({ jobs }: Plan): number | null {
  let total = 0;
  for (const { operationCount } of jobs) {
    if (operationCount === null) return null;
    total += operationCount;
  }
  return total;
}

/** Weights of the operations. */
export type MixPlan = { readonly [O in (typeof MIXED)[number]]: number };

/** The job of a thread of load, by its number in the run. */
export function jobOf(plan: Plan, thread: number): JobPlan {
  const job = plan.jobs.find(
    ({ firstThread, threadCount }) => thread >= firstThread && thread < firstThread + threadCount,
  );
  if (job === undefined) throw new RangeError(`thread ${thread} belongs to no job`);
  return job;
}

/** Weights of all jobs added up: which operations are issued at all. */
export function mixOf({ jobs }: Plan): MixPlan {
  const sumOf = (name: keyof MixPlan) => jobs.reduce((total, { mix }) => total + mix[name], 0);
  return Object.fromEntries(MIXED.map((name) => [name, sumOf(name)])) as MixPlan;
}

/** Whether a thread sends messages to the target's control path. */
export function sendsMessages({ jobs }: Plan): boolean {
  return jobs.some(({ messages }) => messages !== null);
}

/** Whether the load goes on until the spares are used up. */
export function exhaustsSpares({ jobs }: Plan): boolean {
  return jobs.some(({ untilExhausted }) => untilExhausted);
}

/** The one that replays a trace, of at most one. */
export function tracedJobOf({ jobs }: Plan): (JobPlan & { readonly trace: TracePlan }) | null {
  const job = jobs.find(({ trace }) => trace !== null);
  return job === undefined ? null : (job as JobPlan & { readonly trace: TracePlan });
}

/**
 * What a script can do to the target's control path: send a message, or let happen what needs none.
 * The order is the numbering in the columns of drawn operations.
 */
export const CONTROL_COMMANDS = [
  'remap',
  'verify',
  'clear',
  'ping',
  'save',
  'sync',
  'restore',
  'metadata_status',
  /** A message that the target does not know. */
  'unknown',
  /** A write has failed, and its completion says so. */
  'write error',
  /** The worker that a bad sector was handed to gets its turn. */
  'auto-remap',
] as const;
export type ControlCommand = (typeof CONTROL_COMMANDS)[number];

export interface MessageStep {
  readonly command: ControlCommand;
  /** One message for each of these sectors, so many times in a row; 0 and 0 where none is named. */
  readonly firstLba: number;
  readonly lastLba: number;
  readonly times: number;
  /** Words of the message; 0 where none is sent. */
  readonly wordCount: number;
}

export interface MessageBlock {
  readonly repeat: number;
  readonly steps: readonly MessageStep[];
}

/** How many messages and other events a script comes to. */
export function messageCountOf(blocks: readonly MessageBlock[]): number {
  let count = 0;
  for (const { repeat, steps } of blocks) {
    for (const { firstLba, lastLba, times } of steps) {
      count += repeat * times * (lastLba - firstLba + 1);
    }
  }
  return count;
}

export interface BlockSize {
  readonly sectorCount: number;
  readonly weight: number;
}

export const DISTRIBUTIONS_OF_ADDRESSES = [
  'uniform',
  'zipf',
  'pareto',
  'normal',
  'zoned',
  'sequential',
  'once',
] as const;

export interface AddressPlan {
  readonly distribution: (typeof DISTRIBUTIONS_OF_ADDRESSES)[number];
  /** Zipf exponent: item of rank r is drawn with probability ∝ 1 / r^theta. Used by zipf only. */
  readonly theta: number;
  /** Used by pareto only: a share of 1 − h of the accesses goes to h of the items. */
  readonly h: number;
  /** Used by normal only: shares of the slice. */
  readonly mean: number;
  readonly deviation: number;
  /** Used by zoned only: in their order on the slice. */
  readonly zones: readonly ZonePlan[];
  /** shared: every thread addresses the whole device; disjoint: thread t its own t-th part. */
  readonly slices: 'shared' | 'disjoint';
}

export const TRACE_FORMATS = ['fio-iolog-v2', 'fio-iolog-v3', 'blkparse', 'msr', 'csv'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** How addresses that the device does not have become some that it has: see Fold. */
export const FOLD_KINDS = ['compact', 'modulo', 'scale', 'none'] as const;
export type FoldKind = (typeof FOLD_KINDS)[number];

export const TIME_UNITS = ['s', 'ms', 'us', 'ns', '100ns'] as const;
export const ADDRESS_UNITS = ['bytes', 'sectors'] as const;

/** Which column of a CSV is which: its name in the first line, or its number from 1. */
export interface TraceColumns {
  readonly time: string;
  readonly timeUnit: (typeof TIME_UNITS)[number];
  readonly operation: string;
  readonly offset: string;
  readonly offsetUnit: (typeof ADDRESS_UNITS)[number];
  readonly length: string;
  readonly lengthUnit: (typeof ADDRESS_UNITS)[number];
  /** null: the trace is of one device. */
  readonly device: string | null;
  /** What the operation column says for a read and a write, where it is no word for them. */
  readonly read: string | null;
  readonly write: string | null;
}

/** Shares, 0 … 1; those of all zones add up to 1. */
export interface ZonePlan {
  readonly accesses: number;
  readonly space: number;
}

export interface TracePlan {
  /** Absolute path. */
  readonly file: string;
  readonly format: 'auto' | TraceFormat;
  /** csv only. */
  readonly columns: TraceColumns | null;
  /** The only device whose records are replayed, as the trace calls it; null: it has one only. */
  readonly device: string | null;
  readonly fold: FoldKind;
  /** Factor on the recorded timing; null = as fast as possible. */
  readonly speed: number | null;
  readonly assign: 'by-hash' | 'round-robin';
  /** Records of each thread of the job; empty until the trace has been read. */
  readonly recordCounts: readonly number[];
  /** Which operations the trace holds; empty until it has been read. */
  readonly operations: readonly Operation[];
  /** Largest read or write of the trace in sectors; 0 until it has been read. */
  readonly sectorCountMax: number;
  /** Sectors; a power of two that divides LBA and length of every write. 1 until it was read. */
  readonly writeAlignment: number;
}

export const INTEGRITIES = ['strict', 'sampled', 'off'] as const;
export type Integrity = (typeof INTEGRITIES)[number];

export const EXPECTATIONS = ['pass', 'collision', 'leak', 'metadata-loss', 'violation'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/** What an explored execution can be found guilty of. */
export const FAULT_KINDS = [
  'double grant',
  'reserved granted',
  'lost sector',
  'false exhaustion',
  'cache',
  'bitmap',
  'remap table',
  'mutual exclusion',
  'order',
  'lost update',
  'not linearizable',
  'data lost',
  'metadata lost',
  'wrong mapping saved',
  'data race',
  'deadlock',
  'self-deadlock',
  'lost wake-up',
  'livelock',
  'exception',
  'forbidden outcome',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** By which of the published faults an explored execution went wrong; see causesOf(). */
export const FAULT_CAUSES = [
  'double refill',
  'lost take',
  'unwritten slot',
  'take to mark',
  'cached unmarked',
  'cursor set back',
  'emptied meanwhile',
  'short refill',
  'interrupted holder',
  'write in flight',
  'read half made',
] as const;
export type FaultCause = (typeof FAULT_CAUSES)[number];

/** For `explore` only: which program, and which fault it is there to show. */
export interface ExplorePlan {
  /** Operations of each thread, e.g. `aa` and `af`; null = a ladder of small programs. */
  readonly threads: readonly string[] | null;
  /** The fault that must be found; null = as `expect` says. */
  readonly finds: FaultKind | null;
  /** What it must come of; null = whatever it comes of. */
  readonly by: FaultCause | null;
}

/** How a command reaches the target. */
export const CONTROL_PATHS = ['direct', 'message', 'process'] as const;
export type ControlPathName = (typeof CONTROL_PATHS)[number];

/** What a target can be asked for; `ping` is the empty call that all others are held against. */
export const COMMANDS = [
  'ping',
  'info',
  'debug',
  'stats',
  'remap',
  'status',
  'verify',
  'clear',
] as const;
export type Command = (typeof COMMANDS)[number];

/** What the samples must say of `remap` against `ping`, in each path. */
export const OVERHEAD_EXPECTATIONS = ['any', 'equivalent', 'different', 'unresolved'] as const;

/** For `overhead` only. */
export interface OverheadPlan {
  readonly paths: readonly ControlPathName[];
  readonly commands: readonly Command[];
  /** Rounds; each has every command once. */
  readonly repetitions: number;
  /** A difference below this is called none. */
  readonly marginNs: number;
  /** Sectors that are remapped before the first round. */
  readonly fillCount: number;
  /** Program and arguments of the external command in the process path; null = none. */
  readonly reference: readonly string[] | null;
  /** Planted in every remap, as a canary. */
  readonly delayNs: number;
  readonly expect: (typeof OVERHEAD_EXPECTATIONS)[number];
  /** Absolute path of samples to show beside ours; null = none. */
  readonly beside: string | null;
}

/** Of a plan that is not made for `overhead`. */
export const NO_OVERHEAD: OverheadPlan = {
  paths: [],
  commands: [],
  repetitions: 0,
  marginNs: 0,
  fillCount: 0,
  reference: null,
  delayNs: 0,
  expect: 'any',
  beside: null,
};

/**
 * A fault planted in a thread of load, so that a user can see what a broken run looks like.
 * throw: the thread throws; exit: it ends without a word; hold-lock: it takes the allocation lock
 * and never releases it.
 */
export interface ThreadFault {
  readonly thread: number;
  readonly afterOperations: number;
  readonly does: 'throw' | 'exit' | 'hold-lock';
}

/** What can be wrong with a sector's data: what a fault plants, and what the data check reports. */
export const DATA_FAULTS = [
  'lost-write',
  'stale-read',
  'torn-write',
  'misdirected',
  'foreign-data',
  'bit-flip',
] as const;
export type DataFault = (typeof DATA_FAULTS)[number];

export interface FaultPlan {
  readonly thread: ThreadFault | null;
  readonly badSectors: readonly BadSectorPlan[];
  readonly corruption: readonly CorruptionPlan[];
}

export const NO_FAULTS: FaultPlan = { thread: null, badSectors: [], corruption: [] };

export const SURFACES = ['main', 'spare'] as const;
export type SurfaceName = (typeof SURFACES)[number];

export const FAILING = ['reads', 'writes', 'both'] as const;
export const LASTING = ['once', 'until-rewritten', 'for-ever'] as const;

/** Which sectors of a surface; the seed says where those that are not listed lie. */
export interface SectorChoice {
  readonly surface: SurfaceName;
  readonly listed: readonly SectorRange[];
  /** 0 … 1 of the surface, at random. */
  readonly share: number;
  /** So many runs of so many sectors, at random. */
  readonly clusters: { readonly count: number; readonly sectorCount: number };
}

export interface SectorRange {
  readonly first: number;
  readonly sectorCount: number;
}

/** How a bad sector fails. */
export interface SectorFailure {
  readonly fails: (typeof FAILING)[number];
  /**
   * once: the next request that it can fail; until-rewritten: until a write to it goes through;
   * for-ever: until an event says otherwise.
   */
  readonly lasts: (typeof LASTING)[number];
  /** until-rewritten, where writes fail: so many of them do before one goes through. */
  readonly failedWrites: number;
}

export interface BadSectorPlan {
  /** What events call it; '' for none. */
  readonly name: string;
  readonly enabled: boolean;
  readonly choice: SectorChoice;
  readonly failure: SectorFailure;
  /** Since the gate opened; 0 = bad from the begin. */
  readonly atNs: number;
  /** From then on, so many further sectors each time. */
  readonly growth: { readonly everyNs: number; readonly sectorCount: number } | null;
}

/** Data that a write leaves wrong although it is acknowledged. */
export interface CorruptionPlan {
  readonly name: string;
  readonly enabled: boolean;
  readonly kind: DataFault;
  /** Probability of each write, or null: then the nth write of one thread. */
  readonly rate: number | null;
  readonly nth: number;
  readonly thread: number;
}

export type EventAction =
  | { readonly kind: 'addBad'; readonly choice: SectorChoice; readonly failure: SectorFailure }
  | { readonly kind: 'removeBad'; readonly choice: SectorChoice }
  | { readonly kind: 'enable' | 'disable'; readonly name: string }
  | { readonly kind: 'stall'; readonly forNs: number; readonly everyNs: number | null }
  | { readonly kind: 'crash' };

/** Something that happens to the device while the load runs. */
export interface EventPlan {
  /** Since the gate opened, warm-up included. */
  readonly atNs: number;
  readonly action: EventAction;
}

/** Whether the medium can ever do anything but serve; if not, nothing of all this is built. */
export function hasMediumFaults(plan: Plan): boolean {
  const { badSectors, corruption } = plan.faults;
  return badSectors.length + corruption.length + plan.events.length > 0;
}

export const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** One line of `thresholds`, e.g. `allocation.p99.9 < 100us`. */
export interface Threshold {
  /** The line as written, with white space normalised. */
  readonly expression: string;
  /** A name from the catalogue in scenario/metrics.ts. */
  readonly metric: string;
  readonly comparison: Comparison;
  /** In the metric's unit: ns, ratio 0…1, bytes, a count, or a rate per second. */
  readonly limit: number;
}
