import type {
  DataFault,
  FoldKind,
  LockKind,
  Operation,
  Protocol,
  TraceFormat,
  TracePlan,
} from '../scenario/plan.ts';
import type { Histogram } from './histogram.ts';

/**
 * All that is known of a run when its last thread has left: what the threads wrote down and what
 * shared memory held. Checks and reports are functions of (plan, run record) and of nothing else.
 * All times are nanoseconds since the start gate opened, unless the name says otherwise.
 */
export interface RunRecord {
  /** Wall clock at the opening of the gate, ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string;
  /** Length of the measured phase: gate plus warm-up, to the last thread's last completion. */
  readonly durationNs: number;
  readonly ending: Ending;
  readonly precondition: PreconditionRecord;
  readonly threads: readonly ThreadRecord[];
  readonly operations: { readonly [O in Operation]: OperationRecord };
  /** The same by job, in the order of the plan. */
  readonly jobs: readonly JobRecord[];
  readonly allocation: AllocationRecord;
  /** Hits and misses as the allocator under test counted them; null where it has no cache. */
  readonly cache: CacheRecord | null;
  /** Around the allocator's own state. */
  readonly allocationLock: LockRecord;
  /** Around the remap table, and around the whole allocation when outerLock is set. */
  readonly targetLock: LockRecord;
  /** In order of completion; ties by thread, then by the thread's own order. */
  readonly claims: readonly Claim[];
  /** Claims that were made and found no room in their thread's log. */
  readonly unloggedClaimCount: number;
  /** Claims whose exchange on the owner table found another owner, first ones only. */
  readonly ownerConflicts: readonly OwnerConflict[];
  /** All of them, logged or not. */
  readonly ownerConflictCount: number;
  readonly spares: SpareSnapshot;
  readonly remapTable: readonly RemapEntry[];
  /** null for a plan without a control path. */
  readonly target: TargetRecord | null;
  readonly data: DataRecord | null;
  /** Measured operations that failed, by why; what the power cut interrupted is not among them. */
  readonly errors: { readonly [E in ErrorKind]: number };
  readonly faults: FaultRecord;
  /** Null where failing sectors stay where they are. */
  readonly autoRemap: AutoRemapRecord | null;
  /** Null where no thread had a pace to keep. */
  readonly pace: PaceRecord | null;
  /** In the order in which they took effect. */
  readonly events: readonly EventRecord[];
  /** What power cuts in the load would have lost; null where the remap table is kept nowhere. */
  readonly metadata: MetadataRecord | null;
  readonly intervals: readonly Interval[];
  readonly slices: readonly Slice[];
  readonly memory: MemoryRecord;
  /** Null where the load did not look for steady state. */
  readonly steady: SteadyRecord | null;
  readonly jitter: JitterRecord;
  /** null where no trace is replayed. */
  readonly trace: TraceReplayRecord | null;
  /** null where nothing was to be recorded. */
  readonly recording: RecordingRecord | null;
  readonly environment: Environment;
}

/** A recorded load that was replayed. */
export interface TraceReplayRecord {
  readonly file: string;
  readonly format: TraceFormat;
  /** Of the whole file: which recording it was. */
  readonly sha256: string;
  /** As the recording calls it. */
  readonly device: string;
  readonly recordCount: number;
  /** From the first record's arrival to the last one's, as recorded. */
  readonly spanNs: number;
  /** null: as fast as possible. */
  readonly speed: number | null;
  readonly assign: TracePlan['assign'];
  readonly fold: FoldKind;
  /** Sectors of the smallest device that it would have fitted on unfolded. */
  readonly recordedSectorCount: number;
  /** How often, and for how long, a thread waited for a record that was due: our own fault. */
  readonly starvedCount: number;
  readonly starvedNs: number;
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

/** What was issued, written to a file. */
export interface RecordingRecord {
  readonly file: string;
  readonly operationCount: number;
  /** Operations that the format has no word for. */
  readonly leftOutCount: number;
  /** Operations that found no room in their thread's log. */
  readonly unloggedCount: number;
  /** Why the file could not be written; null when it was. */
  readonly problem: string | null;
}

export interface Ending {
  /**
   * finished: the plan's own end; crashed: the power cut that it planned; interrupted: a signal;
   * broken: the run itself failed.
   */
  readonly kind: 'finished' | 'crashed' | 'interrupted' | 'broken';
  /**
   * For crashed: one sentence, when. For interrupted: the signal's name. For broken: one sentence,
   * what broke. Else ''.
   */
  readonly reason: string;
  /** For broken: what each lock and thread was doing, one line each. Else empty. */
  readonly dump: readonly string[];
}

export interface ThreadRecord {
  readonly thread: number;
  /** Operations completed, warm-up included. */
  readonly operationCount: number;
  /** First issue after the gate; how far threads started apart. Null when it issued nothing. */
  readonly firstIssueNs: number | null;
  readonly lastCompletionNs: number | null;
  readonly claimCount: number;
  /** 'none' answers of the allocator. */
  readonly refusedCount: number;
  /** Digest of the operation list this thread drew, for comparing two runs of one seed. */
  readonly operationDigest: number;
}

/** What was done to the device before the gate opened. */
export interface PreconditionRecord {
  readonly filledSectorCount: number;
  readonly remapCount: number;
  /** More than were remapped where the allocator had no more spares to give. */
  readonly wantedRemapCount: number;
}

/** What the threads of one job did. */
export interface JobRecord {
  readonly name: string;
  readonly firstThread: number;
  readonly threadCount: number;
  /** 0, or the end of the job it waited for. Null when it never began. */
  readonly startNs: number | null;
  /** When its last thread had ended its load; null when the run broke before. */
  readonly endNs: number | null;
  readonly operations: { readonly [O in Operation]: OperationRecord };
}

/** Measured phase only. A failed operation is counted, and its time is in neither histogram. */
export interface OperationRecord {
  readonly count: number;
  /** The allocator said "none" (remap), or the sector was not remapped (unremap). */
  readonly refusedCount: number;
  /** Failed for another reason: ran past the spare area, was already remapped, table full. */
  readonly errorCount: number;
  /** Drawn, but nothing was left to do it to: the thread had used up its LBAs. Not issued. */
  readonly skippedCount: number;
  readonly bytes: number;
  readonly service: Histogram;
  /** Issue − planned arrival; empty where nothing was planned. */
  readonly queueing: Histogram;
  /** Completion − planned arrival; the same histogram as service where nothing was planned. */
  readonly response: Histogram;
}

/** How threads kept to their pace, where they had one to keep. */
export interface PaceRecord {
  /** A row a thread of load; zeros for one that had none. */
  readonly threads: readonly ThreadPace[];
  /** How much later than it was due a waiting thread saw what it waited for; measured phase. */
  readonly lateness: Histogram;
}

export interface ThreadPace {
  readonly thread: number;
  /** Arrivals that were due before its load ended: issued, skipped or dropped. */
  readonly plannedCount: number;
  readonly skippedCount: number;
  readonly droppedCount: number;
  /** Issued in the measured phase, by when they were due. */
  readonly measuredCount: number;
  /** Still in flight when the run was stopped. */
  readonly unfinishedCount: number;
  /** Issued before they were due. */
  readonly earlyCount: number;
  readonly lastIssueNs: number;
  /** Measured operations in flight, added up over time as the thread saw them. */
  readonly heldNs: number;
}

/** The allocator call alone, inside remap: without the outer lock's wait, the copy, the table. */
export interface AllocationRecord {
  /** Over the whole run, warm-up included: requested = granted + refused. */
  readonly requestedCount: number;
  readonly grantedCount: number;
  readonly refusedCount: number;
  /** Handed out after the last thread had left, by one thread, until "none"; `until: exhausted`. */
  readonly drainedCount: number;
  /** First "none" of the run, or null. */
  readonly firstRefusal: {
    readonly thread: number;
    readonly issueNs: number;
    readonly completionNs: number;
  } | null;
  /** Measured phase; granted and refused calls alike. */
  readonly service: Histogram;
  /** Those of them that found a spare in the cache; all of them where there is no cache. */
  readonly hit: Histogram;
  /** Those that found the cache empty, "none" among them. */
  readonly miss: Histogram;
}

export interface CacheRecord {
  readonly hitCount: number;
  readonly missCount: number;
  readonly refillCount: number;
}

export interface LockRecord {
  readonly kind: LockKind;
  /** What it guards, in words: 'allocation', 'target'. */
  readonly name: string;
  readonly acquisitionCount: number;
  /** Acquisitions that had to wait at least one turn. */
  readonly contendedCount: number;
  /** Times a waiter stopped spinning and went to sleep. */
  readonly parkCount: number;
  /** Entries that found another thread inside. */
  readonly overlapCount: number;
  /** One in `samplePeriod` acquisitions is timed. */
  readonly samplePeriod: number;
  readonly wait: Histogram;
  readonly hold: Histogram;
  readonly perThread: readonly {
    readonly acquisitionCount: number;
    readonly contendedCount: number;
  }[];
  /**
   * A row a thread: how often it was the first to get the lock (0), and how often it got it after
   * thread f had it (1 + f). An acquisition that found another thread inside is in no row.
   */
  readonly handOffs: readonly (readonly number[])[];
}

/** retired: a spare that a remap worker claimed, found bad, and keeps out of use. */
export type ClaimKind = 'claim' | 'release' | 'drain' | 'retired';

/** One allocation (or its return) as its thread wrote it down. Never inferred from the bitmap. */
export interface Claim {
  readonly kind: ClaimKind;
  /** Position in the order of completion, from 0. */
  readonly order: number;
  /** null for the drain after the run. */
  readonly thread: number | null;
  /** null for the drain after the run, and for a spare out of use. */
  readonly lba: number | null;
  /** Position in the spare area. */
  readonly spare: number;
  /** Of the allocator call. */
  readonly issueNs: number;
  readonly completionNs: number;
}

export interface OwnerConflict {
  readonly spare: number;
  /** Index into RunRecord.claims; null when the claim found no room in its log. */
  readonly firstClaim: number | null;
  readonly secondClaim: number | null;
}

export interface SpareSnapshot {
  /** Spares the allocator may look at: the area, clipped by the limit. */
  readonly allocatableEnd: number;
  /** One byte a spare of the whole area: 1 = reserved for metadata by the placement. */
  readonly reserved: Uint8Array;
  /** One byte a spare: 1 = its bit in the reservation bitmap is set. */
  readonly marked: Uint8Array;
  /** The allocation cache as it was left; null for allocators without one. */
  readonly ring: {
    readonly slotCount: number;
    readonly head: number;
    readonly tail: number;
    readonly count: number;
    /** Spare in each of the slotCount slots. */
    readonly slots: readonly number[];
  } | null;
  /** Whether a spare in the ring has its bit set (guarded) or clear (as published). */
  readonly cachedAreMarked: boolean;
}

export interface RemapEntry {
  readonly lba: number;
  readonly spare: number;
}

/** What the target's own bookkeeping came to. */
export interface TargetRecord {
  readonly protocol: Protocol;
  /** The line of `dmsetup status` at the end; '' for a broken run, which may hold a lock. */
  readonly status: string;
  /** Messages whose reply went out. */
  readonly repliesDelivered: number;
  /** Lines that the messages wrote to the kernel's log. */
  readonly logLines: number;
  /** As the target counts them, since the last clear. */
  readonly manualRemaps: number;
  readonly autoRemaps: number;
  /** Failed writes, as the target counts them. */
  readonly writeErrors: number;
  /** Sectors that health tracking has an entry for. */
  readonly tracked: number;
  /** Pairs of entries, both seen by lookups, with one spare between them. */
  readonly sharedPairs: number;
  /** Entries seen by lookups whose spare is a metadata sector. */
  readonly onMetadata: number;
  /** Slots that hold an LBA which neither lookups nor health tracking see. */
  readonly invisible: number;
}

export interface DataFinding {
  readonly fault: DataFault;
  readonly lba: number;
  /** Where the sector was read: the spare that serves it, or null for the main device. */
  readonly spare: number | null;
  /** Thread whose read saw it; null for the sweep after the run. */
  readonly thread: number | null;
  /** null for the sweep after the run. */
  readonly timeNs: number | null;
  /** What the sector held: generation and writer as stamped, and the LBA it was written for. */
  readonly found: {
    readonly lba: number;
    readonly generation: number;
    readonly writer: number;
  } | null;
  /** Generations that would have been right. */
  readonly allowed: { readonly from: number; readonly to: number };
}

export interface DataRecord {
  /** Sectors read and checked while the load ran. */
  readonly readSectorCount: number;
  /** Sectors checked by the sweep after the run: every one, every byte. 0 when there was none. */
  readonly sweptSectorCount: number;
  /** Sectors that the sweep left out, since nobody can read them: their requests fail. */
  readonly unreadableSectorCount: number;
  readonly faultCounts: { readonly [F in DataFault]: number };
  /** First ones of each thread and of the sweep; the counts above are complete. */
  readonly findings: readonly DataFinding[];
}

/** Why an operation failed: names of outcomes, in the order of reports. */
export const ERROR_KINDS = [
  'readError',
  'writeError',
  'dataLost',
  'pastSpareArea',
  'alreadyRemapped',
  'tableFull',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** What the medium did wrong as it was told to. Over the whole run, warm-up included. */
export interface FaultRecord {
  /** Whether the plan has such faults at all. */
  readonly applies: boolean;
  /** Requests that it failed, those that were issued again included. */
  readonly mediumErrorCounts: { readonly read: number; readonly write: number };
  /** Requests that were issued again, and operations that came to a good end by that. */
  readonly retryCount: number;
  readonly recoveredCount: number;
  /** Sectors that are bad at the end, by surface. */
  readonly badSectorCounts: { readonly main: number; readonly spare: number };
  /** Writes (for a stale read: reads) that were made wrong. */
  readonly plantedCounts: { readonly [F in DataFault]: number };
}

export interface AutoRemapRecord {
  readonly workerCount: number;
  /** Sectors moved; those of them whose data could not be read. */
  readonly movedCount: number;
  readonly unreadableCount: number;
  /** Sectors that stayed where they are: no spare, or no room in the queue. */
  readonly noSpareCount: number;
  readonly overflowCount: number;
  /** Spares put out of use. */
  readonly retiredCount: number;
  /** Moves of a sector that had been moved already, and had not failed since. */
  readonly repeatedCount: number;
  /** Most sectors that ever waited for a worker. */
  readonly queueDepthMax: number;
  readonly queueCount: number;
  /** Sectors by health at the end; all others are unknown. */
  readonly health: { readonly suspect: number; readonly bad: number; readonly remapped: number };
}

/** Something that happened to the device while the load ran. */
export interface EventRecord {
  readonly plannedNs: number;
  /** When it had taken effect. */
  readonly takenNs: number;
  readonly text: string;
}

/** Names of what a restart can lose. */
export const METADATA_LOSSES = [
  'lost remap',
  'stray remap',
  'spare owned twice',
  'lost data',
  'copies differ',
  'repair unsafe',
] as const;
export type MetadataLoss = (typeof METADATA_LOSSES)[number];

/** The power cuts that were tried on the log of a run, and what each restart came to. */
export interface MetadataRecord {
  /** Writes and flushes in the log. */
  readonly commandCount: number;
  /** The log had no room left, and the load went on without it. */
  readonly isLogFull: boolean;
  readonly remapCount: number;
  /** Sectors that were written, acknowledged, and then flushed. */
  readonly promisedSectorCount: number;
  /** Places in the log at which the power was cut: after each command and each answer. */
  readonly cutCount: number;
  /** Cuts at which not every state of the sectors in flight was tried. */
  readonly sampledCutCount: number;
  /** Crash points there are: a cut, and what each sector of metadata in flight holds after it. */
  readonly possiblePointCount: number;
  readonly pointCount: number;
  /** Different images of the metadata among them. */
  readonly imageCount: number;
  /** Images that a restart mends, and those of them within whose repairs power was cut too. */
  readonly repairCount: number;
  readonly triedRepairCount: number;
  /** Crash points within the repairs of restarts. */
  readonly repairPointCount: number;
  /** Crash points at which something was lost. */
  readonly failedPointCount: number;
  /** By kind: crash points that show it. */
  readonly lossCounts: { readonly [L in MetadataLoss]: number };
  /** First ones, earliest cut first. */
  readonly losses: readonly MetadataFinding[];
}

export interface MetadataFinding {
  readonly loss: MetadataLoss;
  readonly lba: number | null;
  readonly spare: number | null;
  /** Commands that had been issued when power failed. */
  readonly afterCommand: number;
  /** One sentence: where power failed, what had reached the medium, what is lost. */
  readonly text: string;
}

/** One step of the interval series. Taken from live counters at the measured times named here. */
export interface Interval {
  readonly startNs: number;
  readonly endNs: number;
  readonly phase: 'warmup' | 'measure';
  readonly operations: {
    readonly [O in Operation]: { readonly count: number; readonly service: Histogram };
  };
  /** Totals so far, at endNs. */
  readonly grantedCount: number;
  readonly refusedCount: number;
  readonly ownerConflictCount: number;
}

/**
 * A thin slice of the run, for pictures: finer than an interval and coarser in latency. Taken like
 * one; the two grids have nothing to do with each other.
 */
export interface Slice {
  readonly startNs: number;
  readonly endNs: number;
  readonly phase: 'warmup' | 'measure';
  /**
   * Latencies completed in it by row (see latency-row.ts), up to the last row in use: response
   * times of threads whose arrivals are planned, service times of all others.
   */
  readonly rows: { readonly [O in Operation]: Float64Array };
  /** Totals so far, at endNs, warm-up included. */
  readonly operationCount: number;
  readonly grantedCount: number;
  readonly refusedCount: number;
  readonly ownerConflictCount: number;
  /** As the allocator under test counted them; 0 where it has no cache. */
  readonly hitCount: number;
  readonly missCount: number;
  /** Operations whose planned arrival had come by then; null where nothing is planned. */
  readonly plannedCount: number | null;
}

export interface MemoryRecord {
  /** Bitmap, cache, cursor, allocation lock. */
  readonly allocatorBytes: number;
  /** Main device and spare area. */
  readonly deviceBytes: number;
  readonly tableBytes: number;
  /** Histograms, claims, audit words, buffers: what the simulated system would not have. */
  readonly instrumentBytes: number;
}

/** The figure that was to stand still, in one interval: operations per second, or ns. */
export interface SteadyPoint {
  readonly startNs: number;
  readonly endNs: number;
  readonly value: number;
}

export interface SteadyRecord {
  /** When the load was found steady, and ended; null if it never was. */
  readonly reachedNs: number | null;
  /** The window that was judged last; null when the load ended before there was a whole one. */
  readonly window: {
    readonly points: readonly SteadyPoint[];
    /** A line through the points; null where there is nothing to measure against. */
    readonly fit: {
      readonly mean: number;
      /** At the middle of the first interval. */
      readonly fitStart: number;
      /** From there to the middle of the last. */
      readonly fitGain: number;
      /** fitGain as a share of the mean. */
      readonly slope: number;
      readonly deviation: number;
    } | null;
    /** Of all operations together, in this window alone. */
    readonly service: Histogram;
    readonly response: Histogram;
  } | null;
}

export const JITTER_METHODS = ['idle-loop', 'sampled', 'off'] as const;

/**
 * How long the machine kept a thread that was ready from running, in the measured phase. One value
 * a period: the longest pause that began in it. A pause that goes on through several periods counts
 * in each with what was left of it, as for somebody who arrives then; so a percentile of these
 * values is a share of the time.
 */
export interface JitterRecord {
  /**
   * idle-loop: a thread of its own, on a core that nobody needed, read the clock back to back;
   * sampled: there was no such core, and it is how late the coordinator woke from its sleeps.
   */
  readonly method: (typeof JITTER_METHODS)[number];
  /** 0 when off. */
  readonly periodNs: number;
  readonly observedNs: number;
  /** What pauses of more than 5 µs took of that; null where that is not known. */
  readonly lostNs: number | null;
  readonly pauses: Histogram;
}

export interface Environment {
  readonly tool: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** More threads of load than cores. */
  readonly oversubscribed: boolean;
  readonly clock: { readonly costNs: number; readonly stepNs: number };
  /** The loop with no device and no lock, in ns per operation: the floor of every figure here. */
  readonly emptyOperationNs: number;
  /** What a waiter's look at a word takes, in ns; waiters spin for a time by it. */
  readonly lookNs: number;
  /** Longest and total stalls of an idle loop during calibration, per second of it. */
  readonly jitter: { readonly maxNs: number; readonly lostShare: number };
}
