import { HEADER_SECTORS, PUBLISHED_SECTORS } from '../../metadata/published-header.ts';
import { mixOf, type Plan, sendsMessages } from '../../scenario/plan.ts';
import { ladder, tableLadder } from './ladder.ts';
import { type Program, programWith } from './program.ts';
import type { TableProgram } from './table-subject.ts';

/** What can be explored as it is; a scenario with more is scaled down to the defaults. */
const SPARES_MOST = 31;
const SLOTS_MOST = 16;
/** More operations than this are explored without metadata in the area only. */
const RESERVED_OPERATIONS_MOST = 3;
/** Reads and writes beside a remap, of one LBA and of its neighbour in the filter. */
const WITH_DATA: readonly (readonly string[])[] = [
  ['r', 'm'],
  ['w', 'm'],
  ['w1', 'm'],
  ['r', 'w', 'm'],
];
const WITH_DATA_UNDONE: readonly (readonly string[])[] = [
  ['wr', 'mu'],
  ['w1', 'mu'],
];

/** Messages beside messages: of one LBA, of two, and a clear. */
const MESSAGES: readonly (readonly string[])[] = [
  ['s', 's'],
  ['s', 's1'],
  ['s', 'c'],
  ['ss1', 'c'],
  ['sc', 's'],
];

/** Beside remaps that are saved, what else may go on. */
const WITH_METADATA: readonly (readonly string[])[] = [
  ['m', 'm1'],
  ['w', 'm'],
  ['wy', 'm'],
  ['r', 'm'],
  ['wy', 'mu'],
  ['r', 'wy', 'm'],
];
/** Spares beyond the metadata: a few more than are ever asked for. */
const SPARES_BESIDE_METADATA = 3;

/** Areas with room for the metadata, and little else. */
const METADATA_AREA = {
  published: () => ({ spareCount: PUBLISHED_SECTORS, reservedCount: HEADER_SECTORS }),
  redundant: ({ metadata }: Plan) => ({
    spareCount: metadata.copyCount + SPARES_BESIDE_METADATA,
    reservedCount: metadata.copyCount,
  }),
} as const;

/** Which allocator, locks and table a scenario is about. */
function settingsOf({ allocator, lock, remap, target, metadata }: Plan) {
  const { format, order, flush, copyCount, crash } = metadata;
  return {
    metadata: { format, order, flush },
    copyCount,
    tornSectors: crash.tornSectors,
    allocator: allocator.kind,
    protocol: allocator.protocol,
    outerLock: allocator.outerLock,
    lock: lock.kind,
    remap,
    target: target.protocol,
  };
}

/**
 * A scenario with the given operations. A device small enough is taken as it stands, so that a
 * scenario can say at which size its fault shows. The placements of metadata make no sense on so
 * few spares: any but `none` reserves the first.
 */
export function programFor(plan: Plan, threads: readonly string[]): Program {
  const { spare } = plan.device;
  const { cache } = plan.allocator;
  const { format } = plan.metadata;
  if (format !== 'none')
    return programWith({ ...settingsOf(plan), ...METADATA_AREA[format](plan), threads });
  const isSmall = spare.sectorCount <= SPARES_MOST && cache.slotCount <= SLOTS_MOST;
  const shape = isSmall ? { ...cache, spareCount: spare.sectorCount } : {};
  const reservedCount = isSmall && spare.placement !== 'none' ? 1 : 0;
  return programWith({ ...settingsOf(plan), ...shape, reservedCount, threads });
}

/**
 * The programs that stand for a scenario: the one it names, or a ladder of small ones of two
 * threads up to `threadsMost`, smallest first.
 */
export function programsFor(plan: Plan, threadsMost: number): readonly Program[] {
  if (plan.explore.threads !== null) return [programFor(plan, plan.explore.threads)];
  // What has nothing to do with metadata is explored without any.
  const { metadata: _metadata, tornSectors: _torn, ...settings } = settingsOf(plan);
  const mix = mixOf(plan);
  const rungs = ladder(settings);
  const isReserved = plan.device.spare.placement !== 'none';
  const reserved = ladder({ ...settings, reservedCount: 1 }).filter(
    (program) => operationCountOf(program) <= RESERVED_OPERATIONS_MOST,
  );
  const hasData = usesTable(plan);
  const isUndone = mix.unremap > 0;
  const sends = sendsMessages(plan);
  const data = [...WITH_DATA, ...(isUndone ? WITH_DATA_UNDONE : [])].map((threads) =>
    programWith({ ...settings, threads }),
  );
  const sent = sends ? MESSAGES.map((threads) => programWith({ ...settings, threads })) : [];
  const saved =
    plan.metadata.format === 'redundant'
      ? WITH_METADATA.map((threads) => programFor(plan, threads))
      : [];
  return [
    ...rungs,
    ...(isReserved ? reserved : []),
    ...(hasData ? data : []),
    ...sent,
    ...saved,
  ].filter((program) => program.threads.length <= threadsMost && isMeantFor(plan, program));
}

/** Calls of the scenario's table by itself, where its mix looks sectors up and remaps them. */
export function tableProgramsFor(plan: Plan, threadsMost: number): readonly TableProgram[] {
  if (plan.explore.threads !== null || !usesTable(plan)) return [];
  return tableLadder(plan.remap.lookup).filter(({ threads }) => threads.length <= threadsMost);
}

function usesTable(plan: Plan): boolean {
  const mix = mixOf(plan);
  return mix.remap > 0 && mix.read + mix.write > 0;
}

/**
 * Only the cached allocator has a ring. As published, nothing is given back; and where one batch is
 * the whole area, a refill comes round and caches a spare twice without any other thread, which is
 * no finding about a device, whose area is larger.
 */
function isMeantFor({ allocator }: Plan, program: Program): boolean {
  const letters = program.threads.join('');
  if (allocator.kind !== 'cached' && program.slotCount > 1 && !letters.includes('m')) return false;
  if (allocator.protocol === 'guarded') return true;
  return !letters.includes('f') && program.spareCount > program.batchCount;
}

function operationCountOf({ threads }: Program): number {
  return threads.join('').length;
}
