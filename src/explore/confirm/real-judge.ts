import { ON_MAIN, type RemapTable } from '../../device/remap-table.ts';
import { type Layout, SECTOR_WORDS } from '../../memory/layout.ts';
import type { Fault, FaultKind } from '../engine/fault.ts';
import { isAllocationHistoryLegal } from '../oracle/allocation-history.ts';
import { MetadataOracle } from '../oracle/metadata.ts';
import { faultAtQuiescence } from '../oracle/quiescence.ts';
import { firstIllegalSector } from '../oracle/sector-history.ts';
import { type Program, planOf } from '../program/program.ts';
import { contentIn } from '../program/sector-contents.ts';
import type { RealCall } from './real-calls.ts';

/** Kinds that can be told from what the threads were answered and from the memory afterwards. */
export const SEEN_ON_REAL_THREADS: readonly FaultKind[] = [
  'double grant',
  'reserved granted',
  'lost sector',
  'false exhaustion',
  'cache',
  'bitmap',
  'remap table',
  'data lost',
  'metadata lost',
  'wrong mapping saved',
];

/** What a round on real threads left behind. */
export interface Round {
  readonly program: Program;
  readonly words: Int32Array;
  readonly layout: Layout;
  readonly table: RemapTable;
  readonly calls: readonly RealCall[];
  /** What a sector held before anything was written; without it, 0. */
  readonly contentAtFirst?: (lba: number) => number;
}

/** Whether the round shows a fault of that kind: the explorer's oracles, on wider intervals. */
export function showsFault(round: Round, kind: FaultKind): boolean {
  const { program, calls } = round;
  const allocations = calls.filter((call) => call.kind === 'allocate');
  switch (kind) {
    case 'double grant':
      return allocations.some(({ value }) => value !== 0);
    case 'reserved granted':
      return allocations.some(({ key }) => key >= 0 && key < program.reservedCount);
    case 'false exhaustion':
      return isRefusedWrongly(round);
    case 'data lost':
      return isDataLost(round);
    case 'metadata lost':
    case 'wrong mapping saved':
      return metadataFaultIn(round)?.kind === kind;
    case 'remap table':
      return lastRemaps(calls).some(([lba, spare]) => round.table.spareFor(lba) !== spare);
    default:
      return faultLeftBehind(round)?.kind === kind;
  }
}

/** What is wrong with ring and bitmap after the round, going by what the threads were answered. */
export function faultLeftBehind({ program, words, layout, calls }: Round): Fault | null {
  const kept = new Map<number, number>();
  const released = new Set<number>();
  for (const { kind, key } of calls) {
    if (kind === 'allocate' && key >= 0) kept.set(key, (kept.get(key) ?? 0) + 1);
    if (kind !== 'release') continue;
    kept.set(key, (kept.get(key) ?? 0) - 1);
    if (program.protocol === 'as-published') released.add(key);
  }
  const keys = [...kept].filter(([, count]) => count > 0).map(([spare]) => spare);
  const state = { program, words, layout, kept: new Set(keys), released };
  return faultAtQuiescence(state);
}

function isRefusedWrongly({ program, calls }: Round): boolean {
  const isGuarded = program.protocol === 'guarded';
  const history = calls
    .filter(({ kind }) => kind === 'allocate' || (isGuarded && kind === 'release'))
    .map(({ kind, key, begin, end }) => ({
      kind: kind as 'allocate' | 'release',
      spare: key,
      begin,
      end,
    }));
  if (!history.some(({ spare }) => spare < 0)) return false;
  const { reservedCount, spareCount } = program;
  const count = spareCount - reservedCount;
  return !isAllocationHistoryLegal(history, reservedCount, count, ({ begin }) => begin);
}

function isDataLost(round: Round): boolean {
  const { words, layout, table, calls, contentAtFirst = () => 0 } = round;
  const history = calls.flatMap(({ kind, key, value, begin, end }) =>
    kind === 'read' || kind === 'write' ? [{ kind, lba: key, value, begin, end }] : [],
  );
  const last = Math.max(0, ...calls.map(({ end }) => end)) + 1;
  const atEnd = [...new Set(history.map(({ lba }) => lba))].map((lba) => {
    const spare = table.spareFor(lba);
    const first =
      spare === ON_MAIN ? layout.main + lba * SECTOR_WORDS : layout.spare + spare * SECTOR_WORDS;
    return { kind: 'read' as const, lba, value: contentIn(words, first), begin: last, end: last };
  });
  return firstIllegalSector([...history, ...atEnd], contentAtFirst) !== null;
}

function metadataFaultIn({ program, words, layout, calls }: Round): Fault | null {
  const attached = calls.filter(({ kind }) => kind === 'attach');
  const sparesOf = (lba: number) => {
    const spares = attached.filter(({ key }) => key === lba).map(({ value }) => value);
    return spares.length === 0 ? null : new Set(spares);
  };
  return new MetadataOracle(planOf(program), layout).faultIn(words, sparesOf);
}

/** By LBA, where the last remap or undoing of one left it; both are made under the target lock. */
function lastRemaps(calls: readonly RealCall[]): [number, number][] {
  const at = new Map<number, number>();
  for (const { kind, key, value } of [...calls].sort((one, other) => one.end - other.end)) {
    if (kind === 'attach') at.set(key, value);
    if (kind === 'detach') at.set(key, ON_MAIN);
    if (kind === 'forget') for (const lba of at.keys()) at.set(lba, ON_MAIN);
  }
  return [...at];
}
