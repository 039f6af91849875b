import { PUBLISHED_SECTORS } from '../metadata/published-header.ts';
import { blockCountFor } from '../metadata/redundant-block.ts';
import { bucketCountFor } from '../record/histogram.ts';
import {
  agentCountOf,
  durationOf,
  hasMediumFaults,
  isPaced,
  type JobPlan,
  type LockKind,
  messageCountOf,
  mixOf,
  type Operation,
  type Plan,
  plansArrivals,
  remapsBefore,
  SECTOR_BYTES,
  sendsMessages,
  targetLockKindOf,
  tracedJobOf,
} from '../scenario/plan.ts';

/**
 * Every region of shared memory and every offset in it. One buffer, counted in 32-bit words; a
 * 64-bit float stands on an even word. Nothing outside this file does arithmetic on offsets.
 *
 * Zero means empty: free, unlocked, none. What is stored as "some" is an index + 1.
 */

/**
 * Words that several threads write stand 128 bytes apart: x86 fetches lines in pairs, and large
 * ARM cores have 128-byte lines. Words under one lock stand together, since they travel together.
 */
export const STRIDE = 32;

/**
 * A page of the machine. The surfaces begin on one, so that an aligned block of 4 KiB is one page,
 * as it is in a file that is mapped, and takes one translation of its address, not two.
 */
const PAGE_WORDS = 1024;

export const WORD_BYTES = 4;
export const SECTOR_WORDS = SECTOR_BYTES / WORD_BYTES;

/** A shared WebAssembly memory ends at 4 GiB. */
export const WORD_COUNT_MAX = 2 ** 30;

export type Guard =
  | 'fixed before start'
  | 'atomic'
  | 'under the allocation lock'
  | 'under the target lock'
  | 'under the sector latch'
  | 'under the channel lock'
  | 'owner thread only'
  | 'unguarded on purpose';

/** What a region is there for; reports add up bytes by it. */
export type Purpose = 'allocator' | 'device' | 'table' | 'instrument';

export interface Region {
  readonly name: string;
  readonly purpose: Purpose;
  readonly word: number;
  readonly wordCount: number;
  /** Words from one thread's (or sector's) part to the next; 0 for a region that is one piece. */
  readonly strideWords: number;
  readonly writer: string;
  readonly reader: string;
  readonly guard: Guard;
}

/**
 * Control words.
 *
 *     magic, digest      coordinator, before the gate     fixed before start
 *     ready              every thread adds 1              atomic
 *     gate               0 shut, 1 open                   coordinator writes, atomic
 *     finished           every thread adds 1              atomic
 *     exit               0 stay, 1 return from the task   coordinator writes, atomic
 *     stop               0 run, 1 end                     anybody, atomic; read plainly once a
 *     batch
 *     left               every remap worker adds 1, once it has been dismissed; atomic
 *     startNs            float; clock when the gate opened, before the gate word is written
 *     lookNs             float; what a look of a waiter takes, before any thread starts
 */
export const Control = {
  magic: 0,
  digest: 1,
  startNs: 2,
  lookNs: 4,
  ready: STRIDE,
  gate: 2 * STRIDE,
  finished: 3 * STRIDE,
  exit: 4 * STRIDE,
  stop: 5 * STRIDE,
  left: 6 * STRIDE,
  wordCount: 7 * STRIDE,
} as const;

/**
 * One job.
 *
 *     endNs      float; clock when its last thread had ended its load, written before `over`
 *     finished   each of its threads adds 1              atomic
 *     over       0 goes on, 1 is over                    its last thread, atomic
 */
export const JobWord = { endNs: 0, finished: 2, over: 3, wordCount: 4 } as const;

export const MAGIC = 0x53505354;

/** Values of a thread's `status` word. */
export const ThreadStatus = { absent: 0, ready: 1, running: 2, finished: 3, failed: 4 } as const;

/**
 * One thread's own counters: floats, written by that thread only and read live by the coordinator
 * (a value may be one operation old). Word fields come last.
 */
export const ThreadFloat = {
  operations: 0,
  /** Operations issued before the measurement began. */
  warmedUp: 1,
  firstIssueNs: 2,
  lastCompletionNs: 3,
  granted: 4,
  refused: 5,
  firstRefusalIssueNs: 6,
  firstRefusalCompletionNs: 7,
  ownerConflicts: 8,
  claims: 9,
  unloggedClaims: 10,
  readSectors: 11,
  digest: 12,
  findings: 13,
  /** Spares given back. */
  released: 59,
  /** Until when the thread sleeps on purpose (a planned arrival, a think time); clock, or 0. */
  idleUntilNs: 58,
  /** Six counters, one a data fault, in the order of DATA_FAULTS. */
  faults: 14,
  /** Per lock: acquisitions, contended, parks, overlaps. */
  allocationLock: 20,
  targetLock: 24,
  /** Per operation, in the order of OPERATIONS: refused, errors, skipped, bytes. */
  perOperation: 28,
  /** Messages whose reply went out, and lines that the target wrote to its log. */
  repliesDelivered: 56,
  logLines: 57,
} as const;

export const LockCounter = { acquisitions: 0, contended: 1, parks: 2, overlaps: 3 } as const;

export const OperationCounter = {
  refused: 0,
  errors: 1,
  skipped: 2,
  bytes: 3,
  count: 4,
} as const;

/**
 * One thread's words about failure, beside its counters.
 *
 *     order, parameter   the corruption of its next write: index in DATA_FAULTS + 1, or 0 for none
 *     failedSector       of its last request that failed, on the surface that failed
 *     byOutcome          measured operations that ended so, by Outcome
 *     mediumErrors       requests that the medium failed, those issued again too: reads, writes
 *     retries            requests issued again
 *     recovered          operations that failed at first and succeeded in the end
 *     planted            corruptions done, in the order of DATA_FAULTS
 *     moved … repeated   what a remap worker did: see AutoRemapRecord
 */
export const FailureWord = {
  order: 0,
  parameter: 1,
  failedSector: 2,
  byOutcome: 4,
  mediumErrors: 16,
  retries: 18,
  recovered: 19,
  planted: 20,
  moved: 28,
  unreadable: 29,
  noSpare: 30,
  retired: 31,
  repeated: 32,
  overflows: 33,
  wordCount: 64,
} as const;

/**
 * One thread's own floats about its pace, where it has one.
 *
 *     planned       arrivals that were due until the thread's load ended, or counted as dropped
 *     skipped       of them those that there was nothing to do for
 *     dropped       those that were not issued before the end
 *     unfinished    issued, and still in flight when the run was stopped
 *     early         issued before they were due
 *     lastIssueNs   of the last operation, since the gate
 *     measured      operations issued that were due in the measured phase
 *     heldNs        measured operations in flight, added up over time as the thread saw them
 */
export const PaceFloat = {
  planned: 0,
  skipped: 1,
  dropped: 2,
  unfinished: 3,
  early: 4,
  lastIssueNs: 5,
  heldNs: 6,
  measured: 7,
  count: 8,
} as const;

/** stall: 0 while the device serves; power: 0 on, 1 off. The coordinator writes them. */
export const FaultControl = { stall: 0, power: STRIDE, wordCount: 2 * STRIDE } as const;

/**
 * The channels of a device with service times.
 *
 *     lock      around a look at all of them and the change of one; atomic
 *     freeNs    floats, one a channel: when it will have served all that was given to it, ns since
 *               the gate; 0 = it never served anything
 */
export const Channel = { lock: 0, freeNs: STRIDE } as const;

/** What a sector held before a write whose first reader is to see that: 0 free, 1 in use. */
export const StaleSlot = { state: 0, data: STRIDE, wordCount: STRIDE + SECTOR_WORDS } as const;
export const STALE_SLOT_COUNT = 64;

/** The queue of sectors to be moved: see RemapQueue. */
export const Queue = {
  head: 0,
  tail: STRIDE,
  signal: 2 * STRIDE,
  deepest: 3 * STRIDE,
  overflows: 3 * STRIDE + 1,
  dismissed: 4 * STRIDE,
  cells: 5 * STRIDE,
} as const;
export const QueueCell = { turn: 0, lba: 1, wordCount: 2 } as const;

export const ThreadWord = {
  status: 120,
  /** Lock the thread is waiting for: see WAITING_FOR. */
  waitingFor: 121,
  /** Explored programs only: 1 while this thread's processor takes no interrupt. */
  interruptsOff: 122,
  wordCount: 128,
} as const;

export const WAITING_FOR = { nothing: 0, allocationLock: 1, targetLock: 2 } as const;

/**
 * Allocator state.
 *
 *     head, tail, count   the ring; as published: plain variables, taken under the lock, refilled
 *                         without it, unguarded on purpose; guarded: under the allocation lock
 *     cursor              where the next scan starts; same guards
 *     hits, misses        atomic as published; under the lock when guarded
 *     refills             refills begun; instrument of ours, same guards as hits
 *     nextStrip           bitmap: word the next search starts from; per-worker: strips dealt out
 *     frees               bitmap and per-worker: bumped by each release, so that a search that
 *                         found nothing knows whether it may have missed one; atomic
 *     slots               the ring's spares, as plain numbers: born 0, as published
 */
export const Allocator = {
  head: 0,
  tail: 1,
  count: 2,
  cursor: STRIDE,
  hits: 2 * STRIDE,
  misses: 2 * STRIDE + 1,
  refills: 2 * STRIDE + 2,
  nextStrip: 3 * STRIDE,
  frees: 4 * STRIDE,
  slots: 5 * STRIDE,
} as const;

/** A thread's own words in the per-worker allocator. */
export const Strip = { position: 0, end: 1, free: 2 } as const;

/** A lock's words: two hot ones, then a line a thread for the locks that queue. */
export const LockWord = { word: 0, serving: STRIDE, nodes: 2 * STRIDE } as const;
export const LockNode = { locked: 0, next: 1 } as const;

/**
 * Remap table: a filter bit a sector (set = remapped; the publication point of the hash lookup),
 * chain heads by hash, and slots. head, next and freeSlot hold slot + 1; lba holds lba + 1.
 */
export const Table = { used: 0, freeSlot: 1, capacity: 2, wordCount: STRIDE } as const;
export const TableSlot = { lba: 0, spare: 1, next: 2, wordCount: 3 } as const;

/**
 * The target's table as published, in the place of the other: its counters, and slots that hold
 * remaps and health tracking alike. Here an LBA is stored as it is, since a slot is born with LBA 0
 * and not with "none"; −1 is written by `clear` only. Words of a slot, and the header, are changed
 * under the target lock, but for `restore`, and read without it by `sync` and `status` (P5).
 *
 *     used            slots that lookups see; the slot that the next manual remap is put in
 *     healthEntries   slots that health tracking sees; the slot that the next LBA is tracked in
 *     manualRemaps    since the last clear
 *     autoRemaps      promotions since the last clear, those that made no slot visible included
 *     writeErrors     failed writes that completions have seen; added to without any lock
 *     readErrors      the same of reads, which as published nobody counts
 */
export const TargetTable = {
  used: Table.used,
  healthEntries: 3,
  manualRemaps: 4,
  autoRemaps: 5,
  writeErrors: 6,
  readErrors: 7,
} as const;

/** reason: see RemapReason; health: see Health. The time of the last error is not kept. */
export const TargetSlot = {
  lba: 0,
  spare: 1,
  errors: 2,
  accesses: 3,
  reason: 4,
  health: 5,
  wordCount: 6,
} as const;

/** Health of one sector, where it has a table of its own: lba + 1, then as in TargetSlot. */
export const HealthSlot = { lba: 0, errors: 1, accesses: 2, health: 3, wordCount: 4 } as const;

/**
 * Metadata that is kept in memory: how many entries, which generation, how often written; then the
 * entries, with LBA and spare as they are.
 */
export const MetadataHead = { count: 0, generation: 1, saves: 2, wordCount: STRIDE } as const;
export const MetadataEntry = { lba: 0, spare: 1, wordCount: 2 } as const;

/** Entries of one image of dm-remap's metadata, version 3. */
export const METADATA_ENTRY_COUNT = 252;

/**
 * Metadata of the target in memory.
 *
 *     redundant   sequence: last one given out; then the blocks, as they were last written but for
 *                 copy number and checksum, which are those of the copy at hand; under the target
 *                 lock
 *     published   lock: the metadata mutex, atomic; then header and entries, which `sync` changes
 *                 without it: unguarded on purpose; and as many sectors again for what is being
 *                 written, under the mutex
 *                 saves, failures: how often it was written, or was not; under the mutex
 *     syncs       by thread: its remaps since its last `sync`, its own
 */
export const Metadata = {
  sequence: 0,
  lock: 0,
  saves: 1,
  failures: 2,
  context: STRIDE,
  outgoing: STRIDE + PUBLISHED_SECTORS * SECTOR_WORDS,
  publishedWords: STRIDE + 2 * PUBLISHED_SECTORS * SECTOR_WORDS,
} as const;

/**
 * The write log: everything that was asked of the medium, in the order in which it took effect, and
 * what callers were told meanwhile. Entries and sectors are drawn by atomic adds, and written by
 * who drew them. An entry is a kind (0 = not written) and its operands, see WriteLog.
 *
 *     lock                 around each command and its entry
 *     entryCount           entries drawn, more than there is room for at the end
 *     sectorCount          the same of sectors
 */
export const LogWord = {
  lock: 0,
  entryCount: STRIDE,
  sectorCount: 2 * STRIDE,
  entries: 3 * STRIDE,
} as const;
export const LogEntry = { kind: 0, thread: 1, at: 2, count: 3, sector: 4, wordCount: 5 } as const;

/** Entries that the log has room for: one a sector, and one for each of the other kinds. */
export function logEntryCountOf(plan: Plan): number {
  return 2 * plan.metadata.crash.logSectorCount;
}

/** Audit words of a group of sectors: see SectorAudit. */
export const Audit = { issued: 0, floor: 1, wordCount: 2 } as const;

/** Claim log entry: lba + 1 (0: none), spare (release: −1 − spare), then two floats. */
export const ClaimEntry = { lba: 0, spare: 1, issueNs: 2, completionNs: 4, wordCount: 6 } as const;
export const ConflictEntry = { spare: 0, first: 1, second: 2, wordCount: 4 } as const;
export const FindingEntry = {
  fault: 0,
  lba: 1,
  spare: 2,
  foundLba: 3,
  foundGeneration: 4,
  foundWriter: 5,
  allowedFrom: 6,
  allowedTo: 7,
  timeNs: 8,
  wordCount: 10,
} as const;

/**
 * A thread's row of a lock's hand-offs: how often it got the lock as the first ever (0), and how
 * often after thread f (1 + f). Floats; a row for the allocation lock, then one for the other.
 */
const HandOff = { first: 0, after: 1 } as const;

/** Floats before a histogram's counts. */
export const HistogramFloat = { overflow: 0, sum: 1, min: 2, max: 3, counts: 8 } as const;

/**
 * Pauses of the machine: floats, written by who watches for them (the idle loop or, without one,
 * the coordinator); then their histogram.
 *
 *     observedNs   measured time that was watched
 *     lostNs       what pauses took of it; the idle loop alone knows
 */
export const JitterFloat = { observedNs: 0, lostNs: 1 } as const;

export const CONFLICT_LOG_COUNT = 1024;
export const FINDING_LOG_COUNT = 32;

/** Payloads that a write can begin with, a sector each; a power of two. */
export const PAYLOAD_COUNT = 128;

export const HISTOGRAM_NAMES = [
  'allocation',
  'allocationLock.wait',
  'allocationLock.hold',
  'targetLock.wait',
  'targetLock.hold',
] as const;
export type HistogramName =
  | (typeof HISTOGRAM_NAMES)[number]
  /** Those calls of 'allocation' that found the cache empty; where there is a cache. */
  | 'allocation.miss'
  | `${Operation}.service`
  | `${Operation}.response`
  | `${Operation}.queueing`
  /** How much later than it was due a waiting thread saw the moment it had waited for. */
  | 'lateness';

export interface Layout {
  readonly wordCount: number;
  readonly regions: readonly Region[];
  readonly control: number;
  readonly jobs: number;
  readonly threads: number;
  readonly inFlight: number;
  readonly moving: number;
  readonly failures: number;
  /** 0 words unless requests keep a channel for a time. */
  readonly channels: number;
  /** 0 words unless a job paces itself. */
  readonly pace: number;
  readonly faultControl: number;
  /** One word an entry of faults.corruption: 0 on, 1 off. */
  readonly faultSwitches: number;
  /** One word a sector, and a spare: see BadSectors. */
  readonly badMain: number;
  readonly badSpare: number;
  readonly staleSlots: number;
  /** One word a sector of the main device: see HealthWords. */
  readonly healthWords: number;
  readonly queue: number;
  readonly allocationLock: number;
  readonly allocationHolder: number;
  readonly targetLock: number;
  readonly targetHolder: number;
  readonly allocator: number;
  readonly strips: number;
  /** Words of the bitmap that one strip of the per-worker allocator takes in. */
  readonly stripWords: number;
  readonly bitmap: number;
  readonly bitmapWords: number;
  readonly table: number;
  readonly tableCapacity: number;
  readonly tableFilter: number;
  readonly tableHeads: number;
  /** A power of two. */
  readonly tableHeadCount: number;
  readonly tableSlots: number;
  /** Sectors whose health is tracked apart from the table; 0 words unless health is tracked so. */
  readonly healthCount: number;
  readonly healthSlots: number;
  /** A power of two. */
  readonly healthSlotCount: number;
  /** 0 words unless the plan has a control path. */
  readonly metadata: number;
  /** 0 words when integrity is off. */
  readonly mainLatches: number;
  readonly spareLatches: number;
  /** Block of 4 KiB & mask = its latch: as many as there are blocks, or LATCH_COUNT_MAX. */
  readonly mainLatchMask: number;
  readonly spareLatchMask: number;
  readonly hasLatches: boolean;
  readonly hasMetadata: boolean;
  /** 0 words without metadata on the medium, as are the next three. */
  readonly savedMetadata: number;
  readonly metadataSyncs: number;
  readonly log: number;
  readonly logSectors: number;
  readonly owners: number;
  readonly claims: number;
  readonly claimCapacity: number;
  readonly conflicts: number;
  readonly findings: number;
  readonly handOffs: number;
  /** Floats of a thread's row for one lock: see HandOff. */
  readonly handOffRowFloats: number;
  readonly audit: number;
  /** log2 of the sectors in a group of the audit. */
  readonly auditShift: number;
  /** Each thread's payloads: PAYLOAD_COUNT, and as many as its largest write is longer than one. */
  readonly pool: number;
  /** Words of one thread's payloads; 0 when integrity is off. */
  readonly poolWords: number;
  readonly staging: number;
  /** Words of one staging buffer; each thread has two, to write from and to read into. */
  readonly stagingWords: number;
  /** See JitterFloat; 0 words when nobody watches. */
  readonly jitter: number;
  readonly jitterHistogram: number;
  readonly histograms: number;
  readonly histogramNames: readonly HistogramName[];
  readonly bucketCount: number;
  readonly main: number;
  readonly spare: number;
  /** Each thread's log of operations; 0 words when nothing is recorded. */
  readonly operationLogs: number;
  readonly operationLogWords: number;
  /** Where the thread that reads a trace says how it is getting on; 0 words without one. */
  readonly traceFeed: number;
  /** First word of each ring of trace records, one for each thread that replays. */
  readonly trace: readonly number[];
  /** Records in a ring, a power of two. */
  readonly ringEntryCount: number;
}

/** Sectors that one latch makes atomic together: 4 KiB, so that a plain block takes one latch. */
export const LATCH_SHIFT = 3;

/** Most latches of one surface, a power of two; far-apart blocks of a larger one share a latch. */
const LATCH_COUNT_MAX = 16384;

/** Groups of the audit are never larger; a plan whose writes are, has several to a write. */
const AUDIT_SHIFT_MAX = 16;

/** A thread's log of operations: how many are in it, how many found no room (a float), entries. */
export const OperationLogWord = { count: 0, unlogged: 2, entries: 4 } as const;

/** Issue as a float, first sector, sectors · 8 + operation. */
export const LoggedOperation = { issueNs: 0, lba: 2, shape: 3, wordCount: 4 } as const;

/** See memory/trace-ring.ts; what either side writes stands 128 bytes from what the other does. */
export const TraceRing = {
  written: 0,
  taken: STRIDE,
  /** Waits of the replaying thread for a record, and their time, a float. */
  starvedCount: STRIDE + 1,
  starvedNs: STRIDE + 2,
  entries: 2 * STRIDE,
} as const;

/** A record in a ring: arrival as a float, then three words, and one unused. */
export const RingEntry = { arrivalNs: 0, kind: 2, lba: 3, sectorCount: 4, wordCount: 6 } as const;

/** One of FEED_STATE; counts up while the reading thread gets on. */
export const TraceFeed = { state: 0, progress: 1, wordCount: STRIDE } as const;

/** A ring holds a trace that is no longer than this; of another, it holds the next so many. */
const RING_ENTRY_COUNT_MAX = 2 ** 16;

/** Operations this plan can issue. */
export function operationsOf(plan: Plan): readonly Operation[] {
  return [...new Set(plan.jobs.flatMap(operationsOfJob))];
}

function operationsOfJob(job: JobPlan): readonly Operation[] {
  const { mix, messages, threadCount, trace } = job;
  if (trace !== null) return trace.operations;
  const mixed = (['read', 'write', 'remap', 'unremap', 'trim'] as const).filter(
    (name) => mix[name] > 0,
  );
  const flushes = job.writesPerFlush > 0 || mix.flush > 0;
  const flushed: readonly Operation[] = flushes ? [...mixed, 'sync'] : mixed;
  if (messages === null) return flushed;
  // The first thread sends the messages, and the others do the mix.
  return [...(threadCount > 1 ? flushed : []), 'remap', 'message'];
}

/** Spares the allocator may look at: the area, clipped by the limit. */
export function allocatableEndOf(plan: Pick<Plan, 'device'>): number {
  const { sectorCount, limit } = plan.device.spare;
  return limit === null ? sectorCount : Math.min(sectorCount, limit);
}

/** Whether the target's messages may be sent, or its slots are those of the published target. */
export function hasControlPath(plan: Plan): boolean {
  return sendsMessages(plan) || plan.target.protocol === 'as-published';
}

/** Whether there is a table of health beside that of remaps. As published, both are one. */
function tracksHealth(plan: Plan): boolean {
  return sendsMessages(plan) && plan.target.protocol === 'guarded';
}

export function layoutOf(plan: Plan): Layout {
  const threadCount = agentCountOf(plan);
  const { sectorCount } = plan.device;
  const spareCount = plan.device.spare.sectorCount;
  const audited = plan.integrity !== 'off';
  const regions: Region[] = [];
  let next = 0;

  const add = (
    name: string,
    purpose: Purpose,
    wordCount: number,
    strideWords: number,
    writer: string,
    reader: string,
    guard: Guard,
  ): number => {
    const word = next;
    regions.push({ name, purpose, word, wordCount, strideWords, writer, reader, guard });
    next = roundUp(word + wordCount, STRIDE);
    return word;
  };
  const addPerThread = (
    name: string,
    purpose: Purpose,
    words: number,
    reader: string,
    guard: Guard = 'owner thread only',
  ): number => {
    const stride = roundUp(words, STRIDE);
    return add(name, purpose, stride * threadCount, stride, 'each thread its own', reader, guard);
  };

  const control = add(
    'control',
    'instrument',
    Control.wordCount,
    0,
    'coordinator',
    'all',
    'atomic',
  );
  const jobs = add('jobs', 'instrument', plan.jobs.length * STRIDE, STRIDE, 'all', 'all', 'atomic');
  const threads = addPerThread('threads', 'instrument', ThreadWord.wordCount, 'coordinator, live');
  const inFlight = addPerThread('in flight', 'device', 1, 'a remap in progress', 'atomic');
  const moving = add('moving', 'device', STRIDE, 0, 'a remap in progress', 'all', 'atomic');

  const failures = addPerThread(
    'failures',
    'instrument',
    FailureWord.wordCount,
    'coordinator, live',
  );
  const addAll = (name: string, purpose: Purpose, words: number, stride: number, writer = 'all') =>
    add(name, purpose, words, stride, writer, 'all', 'atomic');
  const paced = plan.jobs.some((job) => isPaced(plan, job));
  const pace = addPerThread(
    'pace',
    'instrument',
    paced ? 2 * PaceFloat.count : 0,
    'coordinator, live',
  );
  const { serviceTime, channelCount } = plan.device;
  const channels = add(
    'channels',
    'device',
    serviceTime.kind === 'none' ? 0 : Channel.freeNs + 2 * channelCount,
    0,
    'all',
    'all',
    'under the channel lock',
  );
  const canFail = hasMediumFaults(plan);
  const { corruption } = plan.faults;
  const faultControl = addAll(
    'fault control',
    'instrument',
    canFail ? FaultControl.wordCount : 0,
    0,
    'coordinator',
  );
  const faultSwitches = addAll('fault switches', 'instrument', corruption.length, 0, 'coordinator');
  const badMain = addAll('bad sectors', 'instrument', canFail ? sectorCount : 0, 1);
  const badSpare = addAll('bad spares', 'instrument', canFail ? spareCount : 0, 1);
  const keepsStale = corruption.some(({ kind }) => kind === 'stale-read');
  const staleSlots = addAll(
    'stale sectors',
    'instrument',
    keepsStale ? STALE_SLOT_COUNT * StaleSlot.wordCount : 0,
    StaleSlot.wordCount,
  );
  const watches = plan.autoRemap !== null && plan.target.protocol === 'guarded';
  const healthWords = addAll('sector health', 'table', watches ? sectorCount : 0, 1);
  const queueWords = Queue.cells + (plan.autoRemap?.queueCount ?? 0) * QueueCell.wordCount;
  const queue = addAll('remap queue', 'table', plan.autoRemap === null ? 0 : queueWords, 0);

  const lockWords = lockWordsOf(plan.lock.kind, threadCount);
  const allocationLock = add('allocation lock', 'allocator', lockWords, 0, 'all', 'all', 'atomic');
  const targetWords = lockWordsOf(targetLockKindOf(plan), threadCount);
  const targetLock = add('target lock', 'table', targetWords, 0, 'all', 'all', 'atomic');
  const holderGuard: Guard = 'unguarded on purpose';
  const allocationHolder = add(
    'allocation lock holder',
    'instrument',
    STRIDE,
    0,
    'its holder',
    'its holder',
    holderGuard,
  );
  const targetHolder = add(
    'target lock holder',
    'instrument',
    STRIDE,
    0,
    'its holder',
    'its holder',
    holderGuard,
  );

  const { kind, protocol, cache } = plan.allocator;
  const ownWords = kind === 'bitmap' || kind === 'per-worker';
  const stateGuard: Guard = ownWords
    ? 'atomic'
    : protocol === 'guarded'
      ? 'under the allocation lock'
      : 'unguarded on purpose';
  const slotWords = kind === 'cached' ? cache.slotCount : 0;
  const allocator = add(
    'allocator',
    'allocator',
    Allocator.slots + slotWords,
    0,
    'all',
    'all',
    stateGuard,
  );
  const stripLines = kind === 'per-worker' ? threadCount : 0;
  const strips = add(
    'strips',
    'allocator',
    stripLines * STRIDE,
    STRIDE,
    'each thread its own',
    'its thread',
    'owner thread only',
  );
  const bitmapWords = Math.ceil(spareCount / 32);
  const bitmap = add('reservation bitmap', 'allocator', bitmapWords, 0, 'all', 'all', stateGuard);

  const table = add(
    'remap table',
    'table',
    Table.wordCount,
    0,
    'all',
    'all',
    'under the target lock',
  );
  const sharesSlots = plan.target.protocol === 'as-published';
  const tableCapacity = sharesSlots
    ? allocatableEndOf(plan)
    : Math.min(sectorCount, 2 * allocatableEndOf(plan));
  const slotWordCount = sharesSlots ? TargetSlot.wordCount : TableSlot.wordCount;
  const hashed = plan.remap.lookup === 'hash';
  const tableFilter = add(
    'remap filter',
    'table',
    hashed ? Math.ceil(sectorCount / 32) : 0,
    0,
    'a remap',
    'all',
    'atomic',
  );
  const tableHeadCount = hashed ? powerOfTwoAtLeast(tableCapacity) : 0;
  const tableHeads = add('remap chains', 'table', tableHeadCount, 0, 'a remap', 'all', 'atomic');
  const tableSlots = add(
    'remap slots',
    'table',
    tableCapacity * slotWordCount,
    slotWordCount,
    sharesSlots ? 'all' : 'a remap',
    'all',
    hashed ? 'atomic' : 'under the target lock',
  );

  const healthSlotCount = tracksHealth(plan) ? powerOfTwoAtLeast(2 * allocatableEndOf(plan)) : 0;
  const healthGuard: Guard = 'under the target lock';
  const healthCount = add(
    'tracked sectors',
    'table',
    tracksHealth(plan) ? STRIDE : 0,
    0,
    'a completion',
    'all',
    healthGuard,
  );
  const healthSlots = add(
    'health slots',
    'table',
    healthSlotCount * HealthSlot.wordCount,
    HealthSlot.wordCount,
    'a completion',
    'all',
    healthGuard,
  );
  const metadataWords = MetadataHead.wordCount + METADATA_ENTRY_COUNT * MetadataEntry.wordCount;
  const metadata = add(
    'metadata image',
    'table',
    hasControlPath(plan) ? metadataWords : 0,
    0,
    'sync',
    'restore, save',
    sharesSlots ? 'unguarded on purpose' : 'under the target lock',
  );

  const latches = (sectors: number): number => {
    const blocks = Math.ceil(sectors / (1 << LATCH_SHIFT));
    return audited ? Math.min(blocks, LATCH_COUNT_MAX) : 0;
  };
  const mainLatches = add(
    'main latches',
    'instrument',
    latches(sectorCount),
    0,
    'all',
    'all',
    'atomic',
  );
  const spareLatches = add(
    'spare latches',
    'instrument',
    latches(spareCount),
    0,
    'all',
    'all',
    'atomic',
  );

  const { format } = plan.metadata;
  const savedWords = {
    none: 0,
    published: Metadata.publishedWords,
    redundant: Metadata.context + blockCountFor(allocatableEndOf(plan)) * SECTOR_WORDS,
  }[format];
  const savedMetadata = add(
    'saved metadata',
    'table',
    savedWords,
    0,
    'a remap',
    'a remap',
    format === 'published' ? 'unguarded on purpose' : 'under the target lock',
  );
  const metadataSyncs = addPerThread(
    'remaps since sync',
    'instrument',
    savedWords > 0 ? 1 : 0,
    'its thread',
  );
  const { logSectorCount } = plan.metadata.crash;
  const logEntryCount = logEntryCountOf(plan);
  const log = add(
    'write log',
    'instrument',
    logSectorCount === 0 ? 0 : LogWord.entries + logEntryCount * LogEntry.wordCount,
    0,
    'all',
    'coordinator, after the end',
    'atomic',
  );
  const logSectors = add(
    'logged sectors',
    'instrument',
    logSectorCount * SECTOR_WORDS,
    SECTOR_WORDS,
    'all',
    'coordinator, after the end',
    'owner thread only',
  );

  const owners = add('owner table', 'instrument', spareCount, 1, 'all', 'all', 'atomic');
  const claimCapacity = claimCapacityOf(plan);
  const claims = addPerThread(
    'claims',
    'instrument',
    claimCapacity * ClaimEntry.wordCount,
    'coordinator, after the end',
  );
  const mayAllocate =
    mixOf(plan).remap > 0 || sendsMessages(plan) || plan.autoRemap !== null || remapsBefore(plan);
  const conflicts = addPerThread(
    'owner conflicts',
    'instrument',
    mayAllocate ? CONFLICT_LOG_COUNT * ConflictEntry.wordCount : 0,
    'coordinator, after the end',
  );
  const findings = addPerThread(
    'data findings',
    'instrument',
    audited ? FINDING_LOG_COUNT * FindingEntry.wordCount : 0,
    'coordinator, after the end',
  );
  const handOffRowFloats = HandOff.after + threadCount;
  const handOffs = addPerThread(
    'lock hand-offs',
    'instrument',
    2 * 2 * handOffRowFloats,
    'coordinator, after the end',
  );
  const auditShift = auditShiftOf(plan);
  const audit = add(
    'audit',
    'instrument',
    audited ? Math.ceil(sectorCount / 2 ** auditShift) * Audit.wordCount : 0,
    Audit.wordCount,
    'all',
    'all',
    'atomic',
  );
  const stagingWords = largestSectorCountOf(plan) * SECTOR_WORDS;
  const poolWords = audited ? PAYLOAD_COUNT * SECTOR_WORDS + stagingWords : 0;
  const pool = addPerThread('payloads', 'instrument', poolWords, 'its thread, coordinator at rest');
  const staging = addPerThread('staging buffers', 'instrument', 2 * stagingWords, 'its thread');

  const histogramNames = histogramNamesOf(plan);
  const bucketCount = bucketCountFor(highestLatencyNsOf(plan));
  const histogramWords = histogramStride(bucketCount);
  const histograms = add(
    'histograms',
    'instrument',
    threadCount * histogramNames.length * histogramWords,
    histogramWords,
    'each thread its own',
    'coordinator, live',
    'owner thread only',
  );
  const watchesPauses = plan.jitter !== 'off';
  const addJitter = (name: string, words: number): number =>
    add(
      name,
      'instrument',
      watchesPauses ? words : 0,
      0,
      'who watches for pauses',
      'coordinator, after the end',
      'owner thread only',
    );
  const jitter = addJitter('jitter', STRIDE);
  const jitterHistogram = addJitter('jitter histogram', histogramWords);

  const dataWords = plan.device.medium === 'memory' ? SECTOR_WORDS : 0;
  const dataGuard: Guard = audited ? 'under the sector latch' : 'unguarded on purpose';
  next = roundUp(next, PAGE_WORDS);
  const main = add(
    'main device',
    'device',
    sectorCount * dataWords,
    dataWords,
    'all',
    'all',
    dataGuard,
  );
  next = roundUp(next, PAGE_WORDS);
  const spare = add(
    'spare area',
    'device',
    spareCount * dataWords,
    dataWords,
    'all',
    'all',
    dataGuard,
  );
  const operationLogWords =
    plan.recordedCount === 0
      ? 0
      : OperationLogWord.entries + plan.recordedCount * LoggedOperation.wordCount;
  const operationLogs = addPerThread(
    'recorded operations',
    'instrument',
    operationLogWords,
    'coordinator, after the end',
  );
  const recordCounts = tracedJobOf(plan)?.trace.recordCounts ?? [];
  const longest = Math.max(2, ...recordCounts);
  const ringEntryCount = powerOfTwoAtLeast(Math.min(longest, RING_ENTRY_COUNT_MAX));
  const traceFeed = add(
    'trace feed',
    'instrument',
    recordCounts.length === 0 ? 0 : TraceFeed.wordCount,
    0,
    'the reader of the trace',
    'threads that replay it',
    'atomic',
  );
  const traceWords = recordCounts.map(() =>
    add(
      'trace ring',
      'instrument',
      TraceRing.entries + ringEntryCount * RingEntry.wordCount,
      RingEntry.wordCount,
      'the reader of the trace',
      'its thread',
      'atomic',
    ),
  );

  return {
    wordCount: next,
    regions,
    control,
    jobs,
    threads,
    inFlight,
    moving,
    failures,
    pace,
    channels,
    faultControl,
    faultSwitches,
    badMain,
    badSpare,
    staleSlots,
    healthWords,
    queue,
    allocationLock,
    allocationHolder,
    targetLock,
    targetHolder,
    allocator,
    strips,
    stripWords: stripWordsOf(bitmapWords, threadCount),
    bitmap,
    bitmapWords,
    table,
    tableCapacity,
    tableFilter,
    tableHeads,
    tableHeadCount,
    tableSlots,
    healthCount,
    healthSlots,
    healthSlotCount,
    metadata,
    mainLatches,
    spareLatches,
    mainLatchMask: powerOfTwoAtLeast(latches(sectorCount)) - 1,
    spareLatchMask: powerOfTwoAtLeast(latches(spareCount)) - 1,
    hasLatches: audited,
    hasMetadata: format !== 'none',
    savedMetadata,
    metadataSyncs,
    log,
    logSectors,
    owners,
    claims,
    claimCapacity,
    conflicts,
    findings,
    handOffs,
    handOffRowFloats,
    audit,
    auditShift,
    pool,
    poolWords,
    staging,
    stagingWords,
    jitter,
    jitterHistogram,
    histograms,
    histogramNames,
    bucketCount,
    main,
    spare,
    operationLogs,
    operationLogWords,
    traceFeed,
    trace: traceWords,
    ringEntryCount,
  };
}

/** First word of thread t's part of a per-thread region whose parts hold `words` words each. */
export function partOf(region: number, thread: number, words: number): number {
  return region + thread * roundUp(words, STRIDE);
}

/** First float of one thread's row of hand-offs of one lock. */
export function handOffFloatOf(
  layout: Layout,
  thread: number,
  which: 'allocationLock' | 'targetLock',
): number {
  const { handOffs, handOffRowFloats } = layout;
  const word = partOf(handOffs, thread, 2 * 2 * handOffRowFloats);
  return word / 2 + (which === 'allocationLock' ? 0 : handOffRowFloats);
}

/** First word of one thread's histogram. */
export function histogramWordOf(layout: Layout, thread: number, name: HistogramName): number {
  const position = layout.histogramNames.indexOf(name);
  if (position < 0) return -1;
  const ordinal = thread * layout.histogramNames.length + position;
  return layout.histograms + ordinal * histogramStride(layout.bucketCount);
}

/** Bytes of the regions that serve one purpose. */
export function bytesOf(layout: Layout, purpose: Purpose): number {
  return layout.regions
    .filter((region) => region.purpose === purpose)
    .reduce((sum, region) => sum + region.wordCount * WORD_BYTES, 0);
}

/** Largest request of the plan, in sectors. */
export function largestSectorCountOf(plan: Plan): number {
  const sizes = plan.jobs.flatMap(({ trace, blockSizes }) =>
    trace === null ? blockSizes.map((size) => size.sectorCount) : [trace.sectorCountMax],
  );
  return Math.max(1, ...sizes);
}

/**
 * log2 of the sectors that are written together or not at all: the largest power of two that
 * divides the place and the length of every write. They share one expectation in the audit, so
 * that a write of 4 KiB to a device of 4 KiB blocks keeps one account, and not eight.
 */
function auditShiftOf(plan: Plan): number {
  const { sectorCount } = plan.device;
  let divisors = 2 ** AUDIT_SHIFT_MAX;
  for (const { trace, blockSizes, addresses, threadCount } of plan.jobs) {
    if (trace !== null) divisors |= trace.writeAlignment;
    else for (const size of blockSizes) divisors |= size.sectorCount;
    // Each thread's slice begins at a multiple of the first one's length, if all are as long.
    if (trace === null && addresses.slices === 'disjoint') {
      divisors |= sectorCount % threadCount === 0 ? sectorCount / threadCount : 1;
    }
  }
  return 31 - Math.clz32(divisors & -divisors);
}

/** Histograms reach to twice the watchdog's patience: what takes longer ends the run. */
function highestLatencyNsOf(plan: Plan): number {
  // An arrival may wait for as long as the load goes on.
  const longestNs = plan.jobs.some(plansArrivals)
    ? plan.load.warmupNs + (durationOf(plan) ?? 0)
    : 0;
  return powerOfTwoAtLeast(2 * Math.max(plan.watchdogNs, longestNs));
}

function histogramNamesOf(plan: Plan): readonly HistogramName[] {
  const names: HistogramName[] = [...HISTOGRAM_NAMES];
  const mayAllocate = mixOf(plan).remap > 0 || sendsMessages(plan);
  if (plan.allocator.kind === 'cached' && mayAllocate) names.push('allocation.miss');
  const planned = plan.jobs.some(plansArrivals);
  for (const operation of operationsOf(plan)) {
    names.push(`${operation}.service`);
    if (planned) names.push(`${operation}.queueing`, `${operation}.response`);
  }
  if (plan.jobs.some((job) => isPaced(plan, job))) names.push('lateness');
  return names;
}

/**
 * Room for every claim a thread can make: one a LBA of its range, since each is remapped once. A
 * guarded allocator never grants more than there are spares. With releases there is no such bound,
 * only two entries an operation where operations are counted; else the logs share 2^21 entries
 * (48 MiB), and what finds no room is counted as unlogged. A message claims one spare or gives back
 * what earlier ones claimed.
 */
function claimCapacityOf(plan: Plan): number {
  // Those before the load are in the log of the first thread.
  const { remapCount, spareShare } = plan.precondition;
  const before = Math.max(remapCount, Math.ceil(spareShare * allocatableEndOf(plan)));
  const ofJobs = before + Math.max(...plan.jobs.map((job) => claimCapacityOfJob(plan, job)));
  // A worker may claim a spare, find it bad, and keep it out of use.
  return plan.autoRemap === null ? ofJobs : Math.max(ofJobs, 3 * plan.device.spare.sectorCount);
}

function claimCapacityOfJob(plan: Plan, job: JobPlan): number {
  const { mix, messages, operationCount } = job;
  if (messages !== null) return Math.min(2 ** 21, 2 * messageCountOf(messages));
  if (mix.remap === 0) return 0;
  if (mix.unremap > 0) {
    const share = Math.max(4096, Math.floor(2 ** 21 / plan.load.threadCount));
    const isCounted = operationCount !== null && plan.load.warmupNs === 0;
    return isCounted ? Math.min(share, 2 * Math.ceil(operationCount / job.threadCount)) : share;
  }
  const remapping = plan.jobs.filter((one) => one.mix.remap > 0);
  const threadCount = remapping.reduce((sum, one) => sum + one.threadCount, 0);
  const range = Math.ceil(plan.device.sectorCount / threadCount);
  // What its workers claim is no bound for what a thread of load may be granted.
  if (plan.autoRemap !== null) return range;
  return plan.allocator.protocol === 'guarded' && plan.lock.kind !== 'none'
    ? Math.min(range, plan.device.spare.sectorCount)
    : range;
}

/** A strip is a cache-line pair of the bitmap where there is enough of it to share out. */
function stripWordsOf(bitmapWords: number, threadCount: number): number {
  return Math.max(1, Math.min(STRIDE, Math.floor(bitmapWords / (4 * threadCount))));
}

function lockWordsOf(kind: LockKind, threadCount: number): number {
  if (kind === 'mcs' || kind === 'queued') return LockWord.nodes + threadCount * STRIDE;
  return kind === 'ticket' ? LockWord.nodes : STRIDE;
}

function histogramStride(bucketCount: number): number {
  return roundUp(2 * (HistogramFloat.counts + bucketCount), STRIDE);
}

function roundUp(words: number, multiple: number): number {
  return Math.ceil(words / multiple) * multiple;
}

function powerOfTwoAtLeast(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, count)));
}
