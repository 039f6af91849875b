import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { assert, ScenarioError } from '../../errors.ts';
import { OPERATIONS, type TracePlan } from '../../scenario/plan.ts';
import { assignRecords } from './assign.ts';
import { IologParser } from './iolog.ts';
import { linesOf } from './lines.ts';
import { TraceProblems } from './problems.ts';
import type { TraceRecords } from './records.ts';
import type { ThreadTrace, Trace, TraceOperation } from './trace.ts';

export interface TraceTarget {
  /** Size of the device that the trace will be replayed on; at most 2^32 sectors. */
  readonly deviceSectorCount: number;
  readonly threadCount: number;
  /** Records to accept; for tests. */
  readonly recordCountMax?: number;
}

/** Share of all records on one thread above which by-hash earns a warning. */
const LOPSIDED_SHARE = 0.9;

/**
 * Reads a recorded load, checks it against the device and shares its records out to threads. Works
 * through the file in chunks, so memory grows with the records only: by 17 bytes each, and for a
 * while by two to three times as much.
 *
 * @throws ScenarioError with up to 20 problems and their places, when the file cannot be read or is
 *   not a trace, when a line is not understood, or when a request lies beyond the device.
 */
export function readTrace(plan: TracePlan, target: TraceTarget): Trace {
  assert(target.deviceSectorCount <= 2 ** 32, `a device of ${target.deviceSectorCount} sectors`);
  const problems = new TraceProblems(plan.file);
  const parser = new IologParser({
    deviceSectorCount: target.deviceSectorCount,
    recordCountMax: target.recordCountMax ?? 2 ** 31,
    problems,
  });
  const sha256 = parseFile(plan, parser, problems);
  parser.finish();
  if (problems.list.length > 0) throw new ScenarioError(problems.list);

  const { records, format } = parser;
  assert(format !== null, 'a trace without a problem has a format');
  const perThread = assignRecords(records, target.threadCount, plan.assign);
  const firstArrivalNs = records.arrivalsNs[0] as number;
  return {
    format,
    sha256,
    deviceName: parser.deviceName,
    recordCount: records.count,
    operations: countOperations(records),
    firstArrivalNs,
    spanNs: (records.arrivalsNs[records.count - 1] as number) - firstArrivalNs,
    sectorCountMax: parser.sectorCountMax,
    transferSectorCountMax: parser.transferSectorCountMax,
    deviceSectorCountMin: parser.deviceSectorCountMin,
    perThread,
    warnings: [...warningsOf(parser), ...warningsOfSharing(perThread, records.count, plan)],
  };
}

/** Feeds the file to the parser, line by line, and answers its SHA-256. */
function parseFile(plan: TracePlan, parser: IologParser, problems: TraceProblems): string {
  const sha256 = createHash('sha256');
  const file = openTrace(plan.file);
  try {
    const read = (into: Buffer, offset: number): number => {
      const count = readSync(file, into, offset, into.length - offset, null);
      sha256.update(into.subarray(offset, offset + count));
      return count;
    };
    for (const line of linesOf(read)) {
      if (line.number === 1) parser.readHeader(line, plan.format);
      else parser.readLine(line);
      if (parser.format === null || problems.isFull) break;
    }
    if (parser.format === null && problems.list.length === 0)
      problems.addForFile('the file is empty');
  } catch (error) {
    throw unreadable(plan.file, error);
  } finally {
    closeSync(file);
  }
  return sha256.digest('hex');
}

/** Opens nothing but a regular file: to open a pipe would wait for its other end, for ever. */
function openTrace(path: string): number {
  let kind: string;
  try {
    const status = statSync(path);
    if (status.isFile()) return openSync(path, 'r');
    kind = status.isDirectory() ? 'a directory' : 'neither a file nor a directory';
  } catch (error) {
    throw unreadable(path, error);
  }
  const problems = new TraceProblems(path);
  problems.addForFile(`the trace is ${kind}; a regular file is needed`);
  throw new ScenarioError(problems.list);
}

/** What the operating system or memory has against the file, as the user's problem. */
function unreadable(path: string, error: unknown): unknown {
  const problems = new TraceProblems(path);
  const isSystem = error instanceof Error && 'syscall' in error && 'code' in error;
  const code = isSystem ? error.code : null;
  if (code === 'ENOENT') problems.addForFile('there is no such trace');
  else if (code === 'EACCES') problems.addForFile('the trace may not be read: permission denied');
  else if (isSystem) problems.addForFile(`the trace cannot be read: ${code}`);
  else if (isOutOfMemory(error)) problems.addForFile('the trace does not fit into memory');
  else return error;
  return new ScenarioError(problems.list);
}

/** What a typed array throws that cannot be had; Node's own range errors bear a code. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && !('code' in error);
}

function countOperations({ count, kinds }: TraceRecords): Record<TraceOperation, number> {
  const counts = new Float64Array(OPERATIONS.length);
  for (let index = 0; index < count; index++) {
    const kind = kinds[index] as number;
    counts[kind] = (counts[kind] as number) + 1;
  }
  const countOf = (operation: TraceOperation): number =>
    counts[OPERATIONS.indexOf(operation)] as number;
  return {
    read: countOf('read'),
    write: countOf('write'),
    sync: countOf('sync'),
    trim: countOf('trim'),
  };
}

function warningsOf(parser: IologParser): string[] {
  const warnings: string[] = [];
  if (parser.ignoredWaitCount > 0) {
    warnings.push(
      `${parser.ignoredWaitCount} wait ${parser.ignoredWaitCount === 1 ? 'line was' : 'lines were'} passed over: in a version 3 iolog every line has its own time, and a wait means nothing.`,
    );
  }
  if (parser.repeatedWaitCount > 0) {
    warnings.push(
      `${parser.repeatedWaitCount} of the trace's waits name the time of the wait before them and so do not wait: as in fio, a wait lasts until so many milliseconds after the start and is not a pause.`,
    );
  }
  return warnings;
}

function warningsOfSharing(
  perThread: readonly ThreadTrace[],
  recordCount: number,
  plan: TracePlan,
): string[] {
  const counts = perThread.map((thread) => thread.kinds.length);
  const largest = Math.max(...counts);
  const idleCount = counts.filter((count) => count === 0).length;
  const warnings: string[] = [];
  if (idleCount > 0) {
    warnings.push(
      `${idleCount} of ${counts.length} threads have no record of the trace to replay.`,
    );
  }
  if (plan.assign === 'by-hash' && counts.length > 1 && largest > LOPSIDED_SHARE * recordCount) {
    warnings.push(
      `Thread ${counts.indexOf(largest)} replays ${largest} of the trace's ${recordCount} records: requests that overlap stay on one thread, and here nearly all of them are linked. "threads: round-robin" spreads them, without keeping their order.`,
    );
  }
  return warnings;
}
