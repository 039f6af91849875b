import { assert, ScenarioError } from '../../errors.ts';
import type { TracePlan } from '../../scenario/plan.ts';
import { BlockTable } from './block-table.ts';
import { compactFold, Fold, type FoldMap, moduloFold, scaleFold, UNFOLDED } from './fold.ts';
import { TraceProblems } from './problems.ts';
import { type Sharing, SharingSurvey } from './sharing.ts';
import { Tally } from './tally.ts';
import { TRIM, type Trace, type TraceRecord, WRITE } from './trace.ts';
import { TraceReader } from './trace-reader.ts';

export interface TraceTarget {
  /** Size of the device that the trace will be replayed on; at most 2^32 sectors. */
  readonly deviceSectorCount: number;
  readonly threadCount: number;
}

/** Share of all records on one thread above which by-hash earns a warning. */
const LOPSIDED_SHARE = 0.9;

/**
 * Reads a recorded load twice, from begin to end, and keeps none of its records: first for its
 * counts and the addresses it touches, then, with these folded onto the device, for which thread
 * will replay what. Both need memory that the device bounds, and not the trace.
 *
 * @throws ScenarioError with up to 20 problems and their places, when the file cannot be read or is
 *   not a trace, when a line is not understood, or when the trace does not fit the device.
 */
export function surveyTrace(plan: TracePlan, target: TraceTarget): Trace {
  const { deviceSectorCount, threadCount } = target;
  assert(deviceSectorCount <= 2 ** 32, `a device of ${deviceSectorCount} sectors`);
  const { reader, tally, blocks, sha256, warnings } = countRecords(plan, deviceSectorCount);
  const fold = foldFor(plan, tally, blocks, deviceSectorCount);
  const { sharing, writeAlignment } = shareOut(plan, fold, {
    threadCount,
    sectorCount: Math.min(deviceSectorCount, tally.deviceSectorCountMin),
  });
  return {
    format: reader.format,
    sha256,
    fileBytes: reader.byteCount,
    deviceName: reader.deviceName,
    recordCount: tally.recordCount,
    operations: tally.operations,
    sectorCounts: tally.sectorCounts,
    firstArrivalNs: tally.firstArrivalNs,
    spanNs: tally.lastArrivalNs - tally.firstArrivalNs,
    sectorCountMax: tally.sectorCountMax,
    transferSectorCountMax: tally.transferSectorCountMax,
    deviceSectorCountMin: tally.deviceSectorCountMin,
    writeAlignment,
    arrivals: tally.arrivals,
    fold,
    sharing,
    warnings: [
      ...warnings,
      ...warningsOfDevices(reader.otherDeviceCount, reader.deviceName),
      ...warningsOfSharing(sharing, tally.recordCount, plan),
    ],
  };
}

/** The first pass. */
function countRecords(plan: TracePlan, deviceSectorCount: number) {
  const reader = new TraceReader(plan);
  try {
    const tally = new Tally();
    const blocks = plan.fold === 'compact' ? new BlockTable() : null;
    const limits = new SizeLimits(plan, reader, deviceSectorCount);
    for (let record = reader.next(); record !== null; record = reader.next()) {
      tally.add(record);
      if (record.kind !== TRIM && record.sectorCount > 0) {
        blocks?.touch(record.lba, record.sectorCount, false);
      }
      limits.look(record);
    }
    limits.finish(tally);
    return { reader, tally, blocks, ...reader.finish() };
  } finally {
    reader.close();
  }
}

/** Which single requests no fold can place; the first is told, and how many there are. */
class SizeLimits {
  readonly #plan: TracePlan;
  readonly #reader: TraceReader;
  readonly #deviceSectorCount: number;
  #first: { readonly place: number; readonly what: string } | null = null;
  #count = 0;

  constructor(plan: TracePlan, reader: TraceReader, deviceSectorCount: number) {
    this.#plan = plan;
    this.#reader = reader;
    this.#deviceSectorCount = deviceSectorCount;
  }

  look({ kind, lba, sectorCount }: Readonly<TraceRecord>): void {
    const most = this.#deviceSectorCount;
    const isUnfolded = this.#plan.fold === 'none';
    // compact moves what was touched together; whether that fits is known at the end.
    const fits = isUnfolded ? lba + sectorCount <= most : kind === TRIM || sectorCount <= most;
    if (fits || this.#count++ > 0) return;
    const what = isUnfolded
      ? `the request ends at sector ${lba + sectorCount} of a device of ${most}`
      : `a request of ${sectorCount} sectors to a device of ${most}`;
    const hint = 'device.sectors sets the size of the device';
    this.#first = { place: this.#reader.report(what, hint), what };
  }

  finish({ deviceSectorCountMin }: Tally): void {
    if (this.#first === null) return;
    const { place, what } = this.#first;
    const others = this.#count === 1 ? '' : `, the first of ${this.#count} such requests`;
    const whole = this.#reader.problems.isFull ? 'what was read of the trace' : 'the trace';
    const needed = `${whole} needs ${deviceSectorCountMin} sectors in all`;
    this.#reader.problems.reword(place, `${what}${others}; ${needed}`);
  }
}

/** @throws ScenarioError when even the touched blocks do not fit */
function foldFor(
  plan: TracePlan,
  tally: Tally,
  blocks: BlockTable | null,
  deviceSectorCount: number,
): FoldMap {
  if (plan.fold === 'none' || tally.deviceSectorCountMin <= deviceSectorCount) return UNFOLDED;
  if (plan.fold === 'modulo') return moduloFold(deviceSectorCount);
  if (plan.fold === 'scale') return scaleFold(tally.deviceSectorCountMin, deviceSectorCount);
  assert(blocks !== null, 'blocks are counted for compact');
  const fold = compactFold(blocks.blocks(), blocks.shift, tally.operations.trim > 0);
  const blockSectors = 2 ** blocks.shift;
  const needed = fold.blockCount * blockSectors;
  if (needed <= deviceSectorCount) return fold;
  const problems = new TraceProblems(plan.file);
  problems.addForFile(
    `the trace touches ${fold.blockCount} blocks of ${blockSectors} sectors and needs ${needed} sectors, without the gaps between them; the device has ${deviceSectorCount}`,
    'set device.sectors, or let addresses fall onto one another with "fold: modulo" or "fold: scale"',
  );
  throw new ScenarioError(problems.list);
}

/** The second pass. */
function shareOut(
  plan: TracePlan,
  map: FoldMap,
  { threadCount, sectorCount }: { readonly threadCount: number; readonly sectorCount: number },
): { readonly sharing: Sharing; readonly writeAlignment: number } {
  const reader = new TraceReader(plan);
  try {
    const fold = new Fold(map);
    const survey = new SharingSurvey(threadCount, plan.assign, sectorCount);
    /** Has a bit wherever a write's address or length has one. */
    let bits = 2 ** 31;
    for (let record = reader.next(); record !== null; record = reader.next()) {
      fold.place(record);
      survey.add(fold.lba, fold.sectorCount);
      if (record.kind === WRITE) bits |= fold.lba | fold.sectorCount;
    }
    return { sharing: survey.finish(), writeAlignment: (bits & -bits) >>> 0 };
  } finally {
    reader.close();
  }
}

function warningsOfDevices(otherCount: number, name: string): string[] {
  if (otherCount === 0) return [];
  const lines = otherCount === 1 ? '1 line' : `${otherCount} lines`;
  return [`${lines} of the trace are of other devices than ${name}, and were left out.`];
}

function warningsOfSharing(
  { recordCounts }: Sharing,
  recordCount: number,
  { assign }: TracePlan,
): string[] {
  const largest = Math.max(...recordCounts);
  const idleCount = recordCounts.filter((count) => count === 0).length;
  const warnings: string[] = [];
  if (idleCount > 0) {
    warnings.push(
      `${idleCount} of ${recordCounts.length} threads have no record of the trace to replay.`,
    );
  }
  if (assign === 'by-hash' && recordCounts.length > 1 && largest > LOPSIDED_SHARE * recordCount) {
    warnings.push(
      `Thread ${recordCounts.indexOf(largest)} replays ${largest} of the trace's ${recordCount} records: requests that overlap stay on one thread, and here nearly all of them are linked. "threads: round-robin" spreads them, without keeping their order.`,
    );
  }
  return warnings;
}
