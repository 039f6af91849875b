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
  readonly load: LoadPlan;
  readonly faults: FaultPlan;
  readonly explore: ExplorePlan;
  readonly integrity: Integrity;
  readonly thresholds: readonly Threshold[];
  readonly expect: Expectation;
  /** A run in which no thread completes an operation for so long is broken. */
  readonly watchdogNs: number;
  /** Grid of the interval series. */
  readonly intervalNs: number;
}

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

/** What a thread can issue. The order is the numbering in shared memory and in every table. */
export const OPERATIONS = ['read', 'write', 'remap', 'unremap', 'sync', 'trim'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface LoadPlan {
  readonly threadCount: number;
  /** Closed: the next operation follows the completion of the last one. */
  readonly model: 'closed';
  readonly thinkTimeNs: number;
  readonly warmupNs: number;
  /** The first limit reached ends the load; at least one is set, unless a trace's end does it. */
  readonly durationNs: number | null;
  /** Total over all threads, shared out as evenly as possible, warm-up not counted. */
  readonly operationCount: number | null;
  readonly untilExhausted: boolean;
  /** Weights, at least one above zero; all zero when a trace says what to do. */
  readonly mix: { readonly [O in 'read' | 'write' | 'remap' | 'unremap']: number };
  readonly blockSizes: readonly BlockSize[];
  readonly addresses: AddressPlan;
  readonly trace: TracePlan | null;
}

export interface BlockSize {
  readonly sectorCount: number;
  readonly weight: number;
}

export interface AddressPlan {
  readonly distribution: 'uniform' | 'zipf' | 'sequential';
  /** Zipf exponent: item of rank r is drawn with probability ∝ 1 / r^theta. Used by zipf only. */
  readonly theta: number;
  /** shared: every thread addresses the whole device; disjoint: thread t its own t-th part. */
  readonly slices: 'shared' | 'disjoint';
}

export interface TracePlan {
  /** Absolute path. */
  readonly file: string;
  readonly format: 'auto' | 'fio-iolog-v2' | 'fio-iolog-v3';
  /** Factor on the recorded timing; null = as fast as possible. */
  readonly speed: number | null;
  readonly assign: 'by-hash' | 'round-robin';
  /** Records of each thread; empty until the trace has been read. */
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

export const EXPECTATIONS = ['pass', 'collision'] as const;
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

export interface FaultPlan {
  readonly thread: ThreadFault | null;
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
