import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import type { Memory } from '../memory/attach.ts';
import {
  allocatableEndOf,
  Channel,
  FailureWord,
  type Layout,
  LogWord,
  largestSectorCountOf,
  logEntryCountOf,
  Metadata,
  partOf,
} from '../memory/layout.ts';
import {
  hasMediumFaults,
  hasServiceModel,
  mixOf,
  type Plan,
  sendsMessages,
} from '../scenario/plan.ts';
import { BitmapAllocator } from './bitmap-allocator.ts';
import { Channels } from './channels.ts';
import { Device, type RemappingDevice } from './device.ts';
import { FaultyMedium } from './faulty-medium.ts';
import { GuardedCachedAllocator } from './guarded-cached-allocator.ts';
import { GuardedControl } from './guarded-control.ts';
import { HashRemapTable } from './hash-remap-table.ts';
import { HealthTable } from './health-table.ts';
import { GuardedLinearAllocator, PublishedLinearAllocator } from './linear-allocator.ts';
import { LinearRemapTable } from './linear-remap-table.ts';
import { LoggedControl } from './logged-control.ts';
import { LoggedDevice } from './logged-device.ts';
import { LoggedMedium } from './logged-medium.ts';
import { type Medium, MemoryMedium, NoMedium, surfacesOn } from './medium.ts';
import { formatMetadata, metadataAreaOf, reservedSectorsOf } from './metadata-area.ts';
import { HeldMetadata, type MetadataStore, NothingToSave } from './metadata-store.ts';
import { type MetadataWriter, NoMetadata } from './metadata-writer.ts';
import { PerWorkerAllocator } from './per-worker-allocator.ts';
import { PublishedCachedAllocator } from './published-cached-allocator.ts';
import { PublishedCompletion, type WriteCompletion } from './published-completion.ts';
import { PublishedControl } from './published-control.ts';
import { PublishedMetadata } from './published-metadata.ts';
import { PublishedSlotTable } from './published-slot-table.ts';
import { RedundantMetadata } from './redundant-metadata.ts';
import { RemapQueue } from './remap-queue.ts';
import type { RemapTable } from './remap-table.ts';
import { ReservationBitmap } from './reservation-bitmap.ts';
import { type ServiceModel, StallsOnly } from './service-model.ts';
import type { SpareAllocator } from './spare-allocator.ts';
import { StallCalendar } from './stall-calendar.ts';
import { ERROR_THRESHOLD, type SpareWitness, type TargetControl } from './target-control.ts';
import { TargetCounters } from './target-counters.ts';
import { WriteLog } from './write-log.ts';

/** Once, before the gate, by the coordinator: all else in the device's memory is born zero. */
export function initialiseDevice(plan: Plan, { words, layout }: Memory): void {
  const bitmap = new ReservationBitmap(words, layout.bitmap);
  bitmap.reserve(reservedSectorsOf(plan), layout.bitmapWords);
  if (plan.metadata.format !== 'none') formatMetadata(plan, words, layout);
}

/** The plan's allocator over a run's memory; `lock` guards its state where it has one. */
export function allocatorOn(
  plan: Plan,
  words: Int32Array,
  layout: Layout,
  lock: Lock,
): SpareAllocator {
  const { kind, protocol, cache } = plan.allocator;
  const state = layout.allocator;
  const bitmap = new ReservationBitmap(words, layout.bitmap);
  const end = allocatableEndOf(plan);
  const published = protocol === 'as-published';
  switch (kind) {
    case 'cached': {
      const shape = { ...cache, end };
      return published
        ? new PublishedCachedAllocator(words, state, bitmap, lock, shape)
        : new GuardedCachedAllocator(words, state, bitmap, lock, shape);
    }
    case 'linear':
      return published
        ? new PublishedLinearAllocator(words, state, bitmap, end)
        : new GuardedLinearAllocator(words, state, bitmap, lock, end);
    case 'bitmap':
      return new BitmapAllocator(words, state, bitmap, end);
    case 'per-worker': {
      const strips = { word: layout.strips, stripWords: layout.stripWords };
      return new PerWorkerAllocator(words, state, strips, bitmap, end);
    }
  }
}

/** The plan's remap table over a run's memory. */
export function remapTableOn(plan: Plan, words: Int32Array, layout: Layout): RemapTable {
  if (plan.target.protocol === 'as-published') return new PublishedSlotTable(words, layout);
  return plan.remap.lookup === 'hash'
    ? new HashRemapTable(words, layout)
    : new LinearRemapTable(words, layout);
}

/** Whether any sector can be moved while load runs. */
function mayRemap(plan: Plan): boolean {
  return mixOf(plan).remap > 0 || sendsMessages(plan) || plan.autoRemap !== null;
}

/** What the control path of a thread works on; `metadata` where it is not to be kept in memory. */
export interface ControlParts {
  readonly device: RemappingDevice;
  readonly targetLock: Lock;
  readonly allocator: SpareAllocator;
  readonly witness: SpareWitness;
  readonly metadata?: MetadataStore;
}

/** The plan's control path as one thread uses it; the plan must have one (hasControlPath()). */
export function targetControlOn(plan: Plan, memory: Memory, parts: ControlParts): TargetControl {
  const { words, layout } = memory;
  const isPublished = plan.target.protocol === 'as-published';
  const common = {
    allocator: parts.allocator,
    witness: parts.witness,
    metadata: parts.metadata ?? storeOn(plan, memory),
    threshold: plan.autoRemap?.errorThreshold ?? ERROR_THRESHOLD,
  };
  if (isPublished) {
    const table = new PublishedSlotTable(words, layout);
    const control = new PublishedControl({ ...common, table, targetLock: parts.targetLock });
    return plan.metadata.format === 'none'
      ? control
      : new LoggedControl(control, logOn(plan, memory));
  }
  return new GuardedControl({
    ...common,
    device: parts.device,
    table: remapTableOn(plan, words, layout),
    health: new HealthTable(words, layout),
    counters: new TargetCounters(words, layout.table),
    sectorCount: plan.device.sectorCount,
    capacity: allocatableEndOf(plan),
  });
}

function mediumOn(plan: Plan, { words, layout, blocks }: Memory, thread: number): Medium {
  if (plan.device.medium === 'none') return new NoMedium();
  if (!hasMediumFaults(plan)) return new MemoryMedium(words, layout, blocks.copy);
  return new FaultyMedium(words, layout, blocks.copy, {
    sectorCount: plan.device.sectorCount,
    spareCount: plan.device.spare.sectorCount,
    own: partOf(layout.failures, thread, FailureWord.wordCount),
    cuts: plan.events.some(({ action }) => action.kind === 'crash'),
    hidesStale: plan.faults.corruption.some(({ kind }) => kind === 'stale-read'),
  });
}

/** Corrected, the thread that issued a write looks after it itself. */
function completionOn(
  plan: Plan,
  words: Int32Array,
  layout: Layout,
  targetLock: Lock,
): WriteCompletion | null {
  const { autoRemap, target } = plan;
  if (autoRemap === null || target.protocol === 'guarded') return null;
  const table = new PublishedSlotTable(words, layout);
  const queue = new RemapQueue(words, layout.queue, autoRemap.queueCount);
  return new PublishedCompletion(table, targetLock, queue, autoRemap.errorThreshold);
}

/** What keeps requests in flight for longer than their copies take; null: nothing does. */
export function serviceModelOn(
  plan: Plan,
  { words, floats, layout }: Pick<Memory, 'words' | 'floats' | 'layout'>,
): ServiceModel | null {
  if (!hasServiceModel(plan)) return null;
  const { serviceTime, channelCount, stalls } = plan.device;
  const calendar = new StallCalendar(stalls);
  if (serviceTime.kind === 'none') return new StallsOnly(calendar);
  const lock = lockOn('test-and-test-and-set', words, layout.channels + Channel.lock);
  return new Channels(floats, layout, { lock, stalls: calendar, count: channelCount });
}

/** What the messages of a target save to, where it is not said otherwise. */
function storeOn(plan: Plan, memory: Memory): MetadataStore {
  const { words, layout } = memory;
  const { format } = plan.metadata;
  if (format === 'published')
    return publishedMetadataOn(plan, memory, loggedMediumOn(plan, memory, 0));
  if (format === 'redundant') return new NothingToSave(words, layout);
  // As published, what was written is never valid when it is read (S10).
  return new HeldMetadata(words, layout, plan.target.protocol !== 'as-published');
}

/** The plan's device as one thread uses it; only a medium with faults must know which thread. */
export function deviceOn(
  plan: Plan,
  memory: Memory,
  targetLock: Lock,
  thread = 0,
): RemappingDevice {
  if (plan.metadata.format === 'none') {
    const medium = mediumOn(plan, memory, thread);
    return bareDeviceOn(plan, memory, { medium, metadata: new NoMetadata(), targetLock });
  }
  const medium = loggedMediumOn(plan, memory, thread);
  const metadata =
    plan.metadata.format === 'published'
      ? publishedMetadataOn(plan, memory, medium)
      : new RedundantMetadata(memory.words, memory.layout, medium, {
          area: metadataAreaOf(plan),
          plan: plan.metadata,
          allocatableEnd: allocatableEndOf(plan),
        });
  const device = bareDeviceOn(plan, memory, { medium, metadata, targetLock });
  return new LoggedDevice(device, metadata, logOn(plan, memory));
}

function logOn(plan: Plan, { words, layout, blocks }: Memory): WriteLog {
  const lock = lockOn('test-and-set', words, layout.log + LogWord.lock);
  return new WriteLog(
    words,
    layout,
    { copy: blocks.copy, lock },
    {
      entryCount: logEntryCountOf(plan),
      sectorCount: plan.metadata.crash.logSectorCount,
    },
  );
}

function loggedMediumOn(plan: Plan, memory: Memory, thread: number): LoggedMedium {
  const { words, layout, blocks } = memory;
  const surfaces = surfacesOn(words, layout, blocks.copy);
  return new LoggedMedium(mediumOn(plan, memory, thread), logOn(plan, memory), surfaces);
}

function publishedMetadataOn(
  plan: Plan,
  { words, layout }: Memory,
  medium: LoggedMedium,
): PublishedMetadata {
  const { checksum, remapsPerSync } = plan.metadata;
  const mutex = lockOn('test-and-test-and-set', words, layout.savedMetadata + Metadata.lock);
  return new PublishedMetadata(
    words,
    layout,
    { medium, mutex },
    {
      isCorrected: checksum === 'corrected',
      remapsPerSync: remapsPerSync ?? 0,
      hasPlainSlots: plan.target.protocol === 'as-published',
    },
  );
}

function bareDeviceOn(
  plan: Plan,
  { words, layout }: Memory,
  parts: {
    readonly medium: Medium;
    readonly metadata: MetadataWriter;
    readonly targetLock: Lock;
  },
): Device {
  return new Device(
    words,
    {
      ...parts,
      table: remapTableOn(plan, words, layout),
      completion: completionOn(plan, words, layout, parts.targetLock),
      sectorCountMax: largestSectorCountOf(plan),
    },
    {
      threadCount: plan.load.threadCount,
      spareCount: plan.device.spare.sectorCount,
      firstSectorDecides: plan.remap.match === 'first-sector',
      // With no remap to come, there is nothing that I/O would have to be drained for.
      drainsInFlight: plan.remap.inFlight === 'drain' && mayRemap(plan),
      inFlight: layout.inFlight,
      moving: layout.moving,
    },
  );
}
