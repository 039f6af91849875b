import { BadSectors } from '../device/bad-sectors.ts';
import { HEALTHS, HealthWords } from '../device/health-words.ts';
import { reservedSectorsOf } from '../device/metadata-area.ts';
import { Outcome } from '../device/outcome.ts';
import { RemapQueue } from '../device/remap-queue.ts';
import { Health, RemapReason } from '../device/sector-health.ts';
import { SAMPLE_PERIOD } from '../load/metered-lock.ts';
import type { Memory } from '../memory/attach.ts';
import { Gate } from '../memory/gate.ts';
import { JobGate } from '../memory/job-gate.ts';
import {
  Allocator,
  allocatableEndOf,
  bytesOf,
  ClaimEntry,
  CONFLICT_LOG_COUNT,
  ConflictEntry,
  FailureWord,
  FINDING_LOG_COUNT,
  FindingEntry,
  type HistogramName,
  handOffFloatOf,
  hasControlPath,
  LockCounter,
  OperationCounter,
  PaceFloat,
  partOf,
  Table,
  TableSlot,
  TargetSlot,
  TargetTable,
  ThreadFloat,
} from '../memory/layout.ts';
import {
  differenceOf,
  emptyHistogram,
  type Histogram,
  mergeHistograms,
} from '../record/histogram.ts';
import { ownerOf } from '../record/owner-table.ts';
import {
  type AllocationRecord,
  type AutoRemapRecord,
  type Claim,
  type DataFinding,
  type DataRecord,
  ERROR_KINDS,
  type ErrorKind,
  type FaultRecord,
  type JobRecord,
  type LockRecord,
  type MemoryRecord,
  type OperationRecord,
  type OwnerConflict,
  type PaceRecord,
  type RemapEntry,
  type SpareSnapshot,
  type TargetRecord,
  type ThreadRecord,
} from '../record/run-record.ts';
import { SharedHistogram } from '../record/shared-histogram.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import {
  agentCountOf,
  DATA_FAULTS,
  type DataFault,
  hasMediumFaults,
  isPaced,
  type JobPlan,
  jobOf,
  OPERATIONS,
  type Operation,
  type Plan,
  plansArrivals,
  targetLockKindOf,
} from '../scenario/plan.ts';
import { messageTargetOn } from '../target/messages.ts';
import type { SweepResult } from './data-sweep.ts';
import type { Drain } from './drain.ts';

type OrderedLater = Omit<Claim, 'order'> & { order: number };

/** Reads a run's records out of shared memory; nobody writes to it any more. */
export class Collector {
  readonly #plan: Plan;
  readonly #memory: Memory;
  /** Threads of load, then remap workers. */
  readonly #agents: readonly ThreadCounters[];

  constructor(plan: Plan, memory: Memory) {
    this.#plan = plan;
    this.#memory = memory;
    this.#agents = Array.from(
      { length: agentCountOf(plan) },
      (_, thread) => new ThreadCounters(memory, thread),
    );
  }

  /** Sum of one counter over all threads. */
  total(field: number): number {
    return this.#agents.reduce((sum, counters) => sum + counters.get(field), 0);
  }

  threads(): ThreadRecord[] {
    return this.#agents.slice(0, this.#plan.load.threadCount).map((counters, thread) => {
      const issued = counters.get(ThreadFloat.operations) > 0;
      return {
        thread,
        operationCount: counters.get(ThreadFloat.operations),
        firstIssueNs: issued ? counters.get(ThreadFloat.firstIssueNs) : null,
        lastCompletionNs: issued ? counters.get(ThreadFloat.lastCompletionNs) : null,
        claimCount: counters.get(ThreadFloat.granted),
        refusedCount: counters.get(ThreadFloat.refused),
        operationDigest: counters.get(ThreadFloat.digest),
      };
    });
  }

  /** In the order of the plan. */
  jobs(): JobRecord[] {
    const { jobs } = this.#plan;
    const { words, floats, layout } = this.#memory;
    const gateNs = new Gate(words, floats, layout).startNs();
    const gates = new JobGate(words, floats, layout);
    // Of a run that broke, a job may never have ended, and the next one never have begun.
    const endNs = jobs.map((_, index) => {
      const endNs = gates.endNs(index);
      return endNs === 0 ? null : endNs - gateNs;
    });
    return jobs.map((job, index) => ({
      name: job.name,
      firstThread: job.firstThread,
      threadCount: job.threadCount,
      startNs: job.startsAfter === null ? 0 : (endNs[job.startsAfter] ?? null),
      endNs: endNs[index] ?? null,
      operations: this.operations(this.#agentsOf(job)),
    }));
  }

  /** Threads of a job, by their numbers. */
  #agentsOf({ firstThread, threadCount }: JobPlan): number[] {
    return Array.from({ length: threadCount }, (_, thread) => firstThread + thread);
  }

  /** Of all threads, or of some. */
  operations(threads: readonly number[] = this.#agents.map((_, thread) => thread)): {
    readonly [O in Operation]: OperationRecord;
  } {
    const total = (field: number) =>
      threads.reduce((sum, thread) => sum + (this.#agents[thread]?.get(field) ?? 0), 0);
    const entries = OPERATIONS.map((name, index) => {
      const base = ThreadFloat.perOperation + index * OperationCounter.count;
      const service = this.histogram(`${name}.service`, threads);
      const response = this.#responseOf(name, threads) ?? service;
      const refusedCount = total(base + OperationCounter.refused);
      const errorCount = total(base + OperationCounter.errors);
      const record: OperationRecord = {
        count: service.count + refusedCount + errorCount,
        refusedCount,
        errorCount,
        skippedCount: total(base + OperationCounter.skipped),
        bytes: total(base + OperationCounter.bytes),
        service,
        queueing: this.histogram(`${name}.queueing`, threads),
        response,
      };
      return [name, record];
    });
    return Object.fromEntries(entries) as { [O in Operation]: OperationRecord };
  }

  /** Null where nothing is planned; an operation that is not answers as soon as it is served. */
  #responseOf(name: Operation, threads: readonly number[]): Histogram | null {
    if (!this.#keeps(`${name}.response`)) return null;
    const parts = threads.flatMap((thread) => {
      const isOfLoad = thread < this.#plan.load.threadCount;
      const isPlanned = isOfLoad && plansArrivals(jobOf(this.#plan, thread));
      const kind = isPlanned ? 'response' : 'service';
      return SharedHistogram.of(this.#memory, thread, `${name}.${kind}`)?.snapshot() ?? [];
    });
    return mergeHistograms(parts, this.#memory.layout.bucketCount);
  }

  pace(): PaceRecord | null {
    if (!this.#plan.jobs.some((job) => isPaced(this.#plan, job))) return null;
    const { floats, layout } = this.#memory;
    const threads = Array.from({ length: this.#plan.load.threadCount }, (_, thread) => {
      const first = partOf(layout.pace, thread, 2 * PaceFloat.count) / 2;
      const of = (field: number) => floats[first + field] as number;
      return {
        thread,
        plannedCount: of(PaceFloat.planned),
        skippedCount: of(PaceFloat.skipped),
        droppedCount: of(PaceFloat.dropped),
        measuredCount: of(PaceFloat.measured),
        unfinishedCount: of(PaceFloat.unfinished),
        earlyCount: of(PaceFloat.early),
        lastIssueNs: of(PaceFloat.lastIssueNs),
        heldNs: of(PaceFloat.heldNs),
      };
    });
    return { threads, lateness: this.histogram('lateness') };
  }

  allocation(drain: Drain): AllocationRecord {
    const grantedCount = this.total(ThreadFloat.granted);
    const refusedCount = this.total(ThreadFloat.refused);
    const service = this.histogram('allocation');
    const miss = this.histogram('allocation.miss');
    const refusals = this.#agents
      .map((counters, thread) => ({
        thread,
        issueNs: counters.get(ThreadFloat.firstRefusalIssueNs),
        completionNs: counters.get(ThreadFloat.firstRefusalCompletionNs),
      }))
      .filter(({ completionNs }) => completionNs > 0)
      .sort((one, other) => one.completionNs - other.completionNs);
    return {
      requestedCount: grantedCount + refusedCount,
      grantedCount,
      refusedCount,
      drainedCount: drain.claims.length,
      firstRefusal: refusals[0] ?? null,
      service,
      hit: differenceOf(service, miss),
      miss,
    };
  }

  cache(): { hitCount: number; missCount: number; refillCount: number } | null {
    if (this.#plan.allocator.kind !== 'cached') return null;
    return {
      hitCount: this.#allocatorWord(Allocator.hits) >>> 0,
      missCount: this.#allocatorWord(Allocator.misses) >>> 0,
      refillCount: this.#allocatorWord(Allocator.refills) >>> 0,
    };
  }

  lock(which: 'allocationLock' | 'targetLock'): LockRecord {
    const base = ThreadFloat[which];
    const { floats, layout } = this.#memory;
    return {
      kind: which === 'allocationLock' ? this.#plan.lock.kind : targetLockKindOf(this.#plan),
      name: which === 'allocationLock' ? 'allocation' : 'target',
      acquisitionCount: this.total(base + LockCounter.acquisitions),
      contendedCount: this.total(base + LockCounter.contended),
      parkCount: this.total(base + LockCounter.parks),
      overlapCount: this.total(base + LockCounter.overlaps),
      samplePeriod: SAMPLE_PERIOD,
      wait: this.histogram(`${which}.wait`),
      hold: this.histogram(`${which}.hold`),
      // A share of the lock is something between threads of load; workers serve them.
      perThread: this.#agents.slice(0, this.#plan.load.threadCount).map((counters) => ({
        acquisitionCount: counters.get(base + LockCounter.acquisitions),
        contendedCount: counters.get(base + LockCounter.contended),
      })),
      handOffs: this.#agents.map((_, thread) => {
        const row = handOffFloatOf(layout, thread, which);
        return [...floats.slice(row, row + layout.handOffRowFloats)];
      }),
    };
  }

  /** Claims of all threads and of the drain in order of completion, and the owner conflicts. */
  claims(drain: Drain): {
    claims: Claim[];
    conflicts: OwnerConflict[];
    conflictCount: number;
    unloggedCount: number;
  } {
    const logs = this.#agents.map((_, thread) => this.#claimsOf(thread));
    const claims = [...logs.flat(), ...drain.claims.map((claim) => ({ ...claim, order: 0 }))];
    // The sort is stable: ties keep the order of threads, and within a thread its own.
    claims.sort((one, other) => one.completionNs - other.completionNs);
    for (const [order, claim] of claims.entries()) claim.order = order;
    const claimOf = (mark: number): number | null => {
      const { thread, logPosition } = ownerOf(mark);
      return logPosition === null ? null : (logs[thread]?.[logPosition]?.order ?? null);
    };
    const conflicts = this.#agents.flatMap((_, thread) => this.#conflictsOf(thread, claimOf));
    const drained = new Map(
      claims.filter(({ kind }) => kind === 'drain').map(({ spare, order }) => [spare, order]),
    );
    for (const { spare, ownerMark } of drain.conflicts.slice(0, CONFLICT_LOG_COUNT)) {
      const secondClaim = drained.get(spare) ?? null;
      conflicts.push({ spare, firstClaim: claimOf(ownerMark), secondClaim });
    }
    return {
      claims,
      conflicts,
      conflictCount: this.total(ThreadFloat.ownerConflicts) + drain.conflicts.length,
      unloggedCount: this.total(ThreadFloat.unloggedClaims),
    };
  }

  spares(): SpareSnapshot {
    const { words, layout } = this.#memory;
    const { sectorCount } = this.#plan.device.spare;
    const marked = new Uint8Array(sectorCount);
    for (let spare = 0; spare < sectorCount; spare++) {
      const word = words[layout.bitmap + (spare >>> 5)] as number;
      marked[spare] = (word >>> (spare & 31)) & 1;
    }
    const { kind, protocol, cache } = this.#plan.allocator;
    const slots = layout.allocator + Allocator.slots;
    return {
      allocatableEnd: allocatableEndOf(this.#plan),
      reserved: reservedSectorsOf(this.#plan),
      marked,
      ring:
        kind === 'cached'
          ? {
              slotCount: cache.slotCount,
              head: this.#allocatorWord(Allocator.head),
              tail: this.#allocatorWord(Allocator.tail),
              count: this.#allocatorWord(Allocator.count),
              slots: [...words.slice(slots, slots + cache.slotCount)],
            }
          : null,
      cachedAreMarked: protocol === 'guarded',
    };
  }

  remapTable(): RemapEntry[] {
    const { words, layout } = this.#memory;
    const used = words[layout.table + Table.used] as number;
    if (this.#plan.target.protocol === 'as-published') return this.#visibleSlots(used);
    const entries: RemapEntry[] = [];
    for (let slot = 0; slot < used; slot++) {
      const at = layout.tableSlots + slot * TableSlot.wordCount;
      const lba = (words[at + TableSlot.lba] as number) - 1;
      if (lba >= 0) entries.push({ lba, spare: words[at + TableSlot.spare] as number });
    }
    return entries;
  }

  /** What lookups take for remaps, whatever put it there. */
  #visibleSlots(used: number): RemapEntry[] {
    const { words, layout } = this.#memory;
    return Array.from({ length: used }, (_, slot) => {
      const at = layout.tableSlots + slot * TargetSlot.wordCount;
      const lba = words[at + TargetSlot.lba] as number;
      return { lba, spare: words[at + TargetSlot.spare] as number };
    }).filter(({ lba }) => lba >= 0);
  }

  /** null for a plan without a control path. */
  target(isWhole: boolean): TargetRecord | null {
    if (!hasControlPath(this.#plan)) return null;
    const { words, layout } = this.#memory;
    const { protocol } = this.#plan.target;
    const header = (field: number) => words[layout.table + field] as number;
    const isPublished = protocol === 'as-published';
    const tracked = layout.healthSlotCount === 0 ? 0 : (words[layout.healthCount] as number);
    const reserved = reservedSectorsOf(this.#plan);
    const table = this.remapTable();
    const perSpare = new Map<number, number>();
    let sharedPairs = 0;
    for (const { spare } of table) {
      const others = perSpare.get(spare) ?? 0;
      sharedPairs += others;
      perSpare.set(spare, others + 1);
    }
    return {
      protocol,
      status: isWhole ? messageTargetOn(this.#plan, this.#memory, 0).status() : '',
      repliesDelivered: this.total(ThreadFloat.repliesDelivered),
      logLines: this.total(ThreadFloat.logLines),
      manualRemaps: header(TargetTable.manualRemaps),
      autoRemaps: header(TargetTable.autoRemaps),
      writeErrors: header(TargetTable.writeErrors),
      tracked: isPublished ? header(TargetTable.healthEntries) : tracked,
      sharedPairs,
      onMetadata: table.filter(({ spare }) => reserved[spare] === 1).length,
      invisible: isPublished ? this.#invisibleSlotCount() : 0,
    };
  }

  /**
   * Past what lookups see: restored beyond the count, promoted out of turn, or left behind by a
   * remap that found no spare. A slot that was never used holds LBA 0 and is not one of them.
   */
  #invisibleSlotCount(): number {
    const { words, layout } = this.#memory;
    const used = words[layout.table + TargetTable.used] as number;
    const tracked = words[layout.table + TargetTable.healthEntries] as number;
    let count = 0;
    for (let slot = used; slot < layout.tableCapacity; slot++) {
      const at = layout.tableSlots + slot * TargetSlot.wordCount;
      if ((words[at + TargetSlot.lba] as number) <= 0) continue;
      if (slot >= tracked || words[at + TargetSlot.reason] !== RemapReason.none) count++;
    }
    return count;
  }

  /** null when integrity is off. */
  data(sweep: SweepResult | null): DataRecord | null {
    if (this.#plan.integrity === 'off') return null;
    const faultCounts = Object.fromEntries(
      DATA_FAULTS.map((fault, index) => [
        fault,
        this.total(ThreadFloat.faults + index) + (sweep?.counts.get(fault) ?? 0),
      ]),
    ) as { [F in DataFault]: number };
    const spareOf = new Map(this.remapTable().map(({ lba, spare }) => [lba, spare]));
    const seen = this.#agents.flatMap((_, thread) => this.#findingsOf(thread, spareOf));
    return {
      readSectorCount: this.total(ThreadFloat.readSectors),
      sweptSectorCount: sweep?.sectorCount ?? 0,
      unreadableSectorCount: sweep?.unreadableCount ?? 0,
      faultCounts,
      findings: [...seen, ...(sweep?.findings ?? [])],
    };
  }

  errors(): { readonly [E in ErrorKind]: number } {
    const entries = ERROR_KINDS.map((kind) => [
      kind,
      this.#failures(FailureWord.byOutcome + Outcome[kind]),
    ]);
    return Object.fromEntries(entries) as { [E in ErrorKind]: number };
  }

  faults(): FaultRecord {
    const applies = hasMediumFaults(this.#plan);
    const planted = DATA_FAULTS.map((fault, index) => [
      fault,
      this.#failures(FailureWord.planted + index),
    ]);
    const { layout } = this.#memory;
    const { sectorCount, spare } = this.#plan.device;
    return {
      applies,
      mediumErrorCounts: {
        read: this.#failures(FailureWord.mediumErrors),
        write: this.#failures(FailureWord.mediumErrors + 1),
      },
      retryCount: this.#failures(FailureWord.retries),
      recoveredCount: this.#failures(FailureWord.recovered),
      badSectorCounts: {
        main: applies ? this.#badCount(layout.badMain, sectorCount) : 0,
        spare: applies ? this.#badCount(layout.badSpare, spare.sectorCount) : 0,
      },
      plantedCounts: Object.fromEntries(planted) as { [F in DataFault]: number },
    };
  }

  autoRemap(): AutoRemapRecord | null {
    const { autoRemap } = this.#plan;
    if (autoRemap === null) return null;
    const { words, layout } = this.#memory;
    const queue = new RemapQueue(words, layout.queue, autoRemap.queueCount);
    return {
      workerCount: autoRemap.workerCount,
      movedCount: this.#failures(FailureWord.moved),
      unreadableCount: this.#failures(FailureWord.unreadable),
      noSpareCount: this.#failures(FailureWord.noSpare),
      overflowCount: queue.overflowCount(),
      retiredCount: this.#failures(FailureWord.retired),
      repeatedCount: this.#failures(FailureWord.repeated),
      queueDepthMax: queue.deepest(),
      queueCount: autoRemap.queueCount,
      health: this.#health(),
    };
  }

  #health(): AutoRemapRecord['health'] {
    const { autoRemap, device, target } = this.#plan;
    const counts = { unknown: 0, suspect: 0, bad: 0, remapped: 0 };
    if (autoRemap === null) return counts;
    if (target.protocol === 'as-published') return this.#publishedHealth();
    const { words, layout } = this.#memory;
    const table = new HealthWords(words, layout.healthWords, autoRemap.errorThreshold);
    for (let lba = 0; lba < device.sectorCount; lba++) {
      counts[HEALTHS[table.healthOf(lba)] as keyof typeof counts]++;
    }
    const { suspect, bad, remapped } = counts;
    return { suspect, bad, remapped };
  }

  /** Of the slots that hold a remap or track a sector; both are one array. */
  #publishedHealth(): AutoRemapRecord['health'] {
    const { words, layout } = this.#memory;
    const header = (field: number) => words[layout.table + field] as number;
    const counts = { suspect: 0, bad: 0, remapped: 0 };
    const end = Math.max(header(TargetTable.used), header(TargetTable.healthEntries));
    for (let slot = 0; slot < end; slot++) {
      const at = layout.tableSlots + slot * TargetSlot.wordCount;
      const health = words[at + TargetSlot.health];
      if (health === Health.suspect) counts.suspect++;
      if (health === Health.bad) counts.bad++;
      if (health === Health.remapped) counts.remapped++;
    }
    return counts;
  }

  #badCount(region: number, sectorCount: number): number {
    const state = new BadSectors(this.#memory.words, region);
    let count = 0;
    for (let sector = 0; sector < sectorCount; sector++) if (state.isBad(sector)) count++;
    return count;
  }

  /** Sum of one of the FailureWords over all threads. */
  #failures(field: number): number {
    const { words, layout } = this.#memory;
    return this.#agents.reduce((sum, _, thread) => {
      const at = partOf(layout.failures, thread, FailureWord.wordCount) + field;
      return sum + (words[at] as number);
    }, 0);
  }

  memory(): MemoryRecord {
    const { layout } = this.#memory;
    return {
      allocatorBytes: bytesOf(layout, 'allocator'),
      deviceBytes: bytesOf(layout, 'device'),
      tableBytes: bytesOf(layout, 'table'),
      instrumentBytes: bytesOf(layout, 'instrument'),
    };
  }

  histogram(
    name: HistogramName,
    threads: readonly number[] = this.#agents.map((_, thread) => thread),
  ): Histogram {
    const parts = threads.flatMap((thread) => {
      const part = SharedHistogram.of(this.#memory, thread, name);
      return part === null ? [] : [part.snapshot()];
    });
    const { bucketCount } = this.#memory.layout;
    return parts.length === 0 ? emptyHistogram(bucketCount) : mergeHistograms(parts, bucketCount);
  }

  #keeps(name: HistogramName): boolean {
    return this.#memory.layout.histogramNames.includes(name);
  }

  #allocatorWord(field: number): number {
    return this.#memory.words[this.#memory.layout.allocator + field] as number;
  }

  /** In the thread's own order; `order` is the caller's to fill in. */
  #claimsOf(thread: number): OrderedLater[] {
    const { words, floats, layout } = this.#memory;
    const base = partOf(layout.claims, thread, layout.claimCapacity * ClaimEntry.wordCount);
    const count = (this.#agents[thread] as ThreadCounters).get(ThreadFloat.claims);
    return Array.from({ length: count }, (_, position) => {
      const at = base + position * ClaimEntry.wordCount;
      const lba = (words[at + ClaimEntry.lba] as number) - 1;
      const spare = words[at + ClaimEntry.spare] as number;
      return {
        kind: lba < 0 ? 'retired' : spare < 0 ? 'release' : 'claim',
        order: 0,
        thread,
        lba: lba < 0 ? null : lba,
        spare: spare < 0 ? -1 - spare : spare,
        issueNs: floats[(at + ClaimEntry.issueNs) / 2] as number,
        completionNs: floats[(at + ClaimEntry.completionNs) / 2] as number,
      };
    });
  }

  #conflictsOf(thread: number, claimOf: (mark: number) => number | null): OwnerConflict[] {
    const { words, layout } = this.#memory;
    const base = partOf(layout.conflicts, thread, CONFLICT_LOG_COUNT * ConflictEntry.wordCount);
    const counters = this.#agents[thread] as ThreadCounters;
    const count = Math.min(counters.get(ThreadFloat.ownerConflicts), CONFLICT_LOG_COUNT);
    return Array.from({ length: count }, (_, index) => {
      const at = base + index * ConflictEntry.wordCount;
      return {
        spare: words[at + ConflictEntry.spare] as number,
        firstClaim: claimOf(words[at + ConflictEntry.first] as number),
        secondClaim: claimOf(words[at + ConflictEntry.second] as number),
      };
    });
  }

  #findingsOf(thread: number, spareOf: ReadonlyMap<number, number>): DataFinding[] {
    const { words, floats, layout } = this.#memory;
    const base = partOf(layout.findings, thread, FINDING_LOG_COUNT * FindingEntry.wordCount);
    const count = (this.#agents[thread] as ThreadCounters).get(ThreadFloat.findings);
    return Array.from({ length: count }, (_, index): DataFinding => {
      const at = base + index * FindingEntry.wordCount;
      const word = (field: number): number => words[at + field] as number;
      const lba = word(FindingEntry.lba);
      const foundLba = word(FindingEntry.foundLba);
      return {
        fault: DATA_FAULTS[word(FindingEntry.fault)] as DataFault,
        lba,
        spare: spareOf.get(lba) ?? null,
        thread,
        timeNs: floats[(at + FindingEntry.timeNs) / 2] as number,
        found:
          foundLba < 0
            ? null
            : {
                lba: foundLba,
                generation: word(FindingEntry.foundGeneration),
                writer: word(FindingEntry.foundWriter),
              },
        allowed: { from: word(FindingEntry.allowedFrom), to: word(FindingEntry.allowedTo) },
      };
    });
  }
}
