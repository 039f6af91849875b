import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Problem, ScenarioError } from '../../src/errors.ts';
import { Fold } from '../../src/load/trace/fold.ts';
import { Dealer } from '../../src/load/trace/sharing.ts';
import { surveyTrace, type TraceTarget } from '../../src/load/trace/survey.ts';
import type { Trace } from '../../src/load/trace/trace.ts';
import { TraceReader } from '../../src/load/trace/trace-reader.ts';
import type { Memory } from '../../src/memory/attach.ts';
import { FEED_STATE, FeedReport, RingWriter } from '../../src/memory/trace-ring.ts';
import {
  OPERATIONS,
  type Operation,
  type TraceColumns,
  type TracePlan,
} from '../../src/scenario/plan.ts';

/** A folder for the traces of a test file; gone when that is done. */
export function traceFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sparestorm-trace-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

export function tracePlanOf(file: string, of: Partial<TracePlan> = {}): TracePlan {
  return {
    file,
    format: 'auto',
    columns: null,
    device: null,
    fold: 'compact',
    speed: 1,
    assign: 'by-hash',
    recordCounts: [],
    operations: [],
    sectorCountMax: 0,
    writeAlignment: 1,
    ...of,
  };
}

export const COLUMNS: TraceColumns = {
  time: 'time',
  timeUnit: 'us',
  operation: 'op',
  offset: 'offset',
  offsetUnit: 'bytes',
  length: 'length',
  lengthUnit: 'bytes',
  device: null,
  read: null,
  write: null,
};

/** What a thread would be handed: arrival in ns, operation, first sector, sectors. */
export type Dealt = readonly [arrivalNs: number, operation: string, lba: number, sectors: number];

export interface ReadTrace extends Trace {
  readonly perThread: readonly (readonly Dealt[])[];
}

/** A trace and its records, as the threads would come to see them. */
function readTrace(plan: TracePlan, target: TraceTarget): ReadTrace {
  const trace = surveyTrace(plan, target);
  const perThread: Dealt[][] = Array.from({ length: target.threadCount }, () => []);
  const reader = new TraceReader(plan);
  const fold = new Fold(trace.fold);
  const dealer = new Dealer(trace.sharing);
  for (let record = reader.next(); record !== null; record = reader.next()) {
    fold.place(record);
    const { lba, sectorCount } = fold;
    const thread = dealer.threadFor(lba, sectorCount);
    const operation = OPERATIONS[record.kind] as string;
    perThread[thread]?.push([record.arrivalNs, operation, lba, sectorCount]);
  }
  reader.close();
  return { ...trace, perThread };
}

/** Reads a text as a trace, on a device of 4096 sectors and one thread unless told otherwise. */
export function readText(
  folder: string,
  text: string | Buffer,
  plan: Partial<TracePlan> = {},
  target: Partial<TraceTarget> = {},
): ReadTrace {
  const file = join(folder, 'trace.iolog');
  writeFileSync(file, text);
  return readTrace(tracePlanOf(file, plan), {
    deviceSectorCount: 4096,
    threadCount: 1,
    ...target,
  });
}

/** All records in their order, as `arrival operation lba+sectors`; of one thread. */
export function recordsOf({ perThread }: ReadTrace): string[] {
  return perThread.flatMap((dealt) =>
    dealt.map(([ns, operation, lba, sectors]) => `${ns} ${operation} ${lba}+${sectors}`),
  );
}

export function problemsOf(act: () => unknown): readonly Problem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

export type Row = readonly [arrivalNs: number, operation: Operation, lba: number, sectors: number];

/** Hands records out as the reader of a trace does, a list to each thread, and ends. */
export function feedRows(memory: Memory, perThread: readonly (readonly Row[])[]): void {
  for (const [place, rows] of perThread.entries()) {
    const ring = new RingWriter(memory, place);
    for (const [arrivalNs, operation, lba, sectors] of rows) {
      ring.put(arrivalNs, OPERATIONS.indexOf(operation), lba, sectors);
    }
    ring.publish();
  }
  new FeedReport(memory).tell(FEED_STATE.ended);
}
