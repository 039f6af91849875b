import { OPERATIONS, type Operation } from '../../scenario/plan.ts';

/** What a recorded device access can be. A `datasync` of the recording counts as sync. */
export type TraceOperation = Extract<Operation, 'read' | 'write' | 'sync' | 'trim'>;

export type TraceFormat = 'fio-iolog-v2' | 'fio-iolog-v3';

/** The records of one thread in recorded order; the arrays are of equal length. */
export interface ThreadTrace {
  /** Since the recording began, not since its first record; never decreasing. */
  readonly arrivalsNs: Float64Array;
  /** First sector; 0 for sync. */
  readonly lbas: Uint32Array;
  /** 0 for sync, at least 1 otherwise. */
  readonly sectorCounts: Uint32Array;
  /** Index into OPERATIONS. */
  readonly kinds: Uint8Array;
}

/** A recorded load, checked against the device and shared out to the threads that replay it. */
export interface Trace {
  readonly format: TraceFormat;
  /** SHA-256 of the whole file, in hex: which recording this was. */
  readonly sha256: string;
  /** As the recording calls it. Text only: nothing ever opens a file by this name. */
  readonly deviceName: string;
  readonly recordCount: number;
  readonly operations: Readonly<Record<TraceOperation, number>>;
  /** Arrival of the first record, since the recording began. */
  readonly firstArrivalNs: number;
  /** From the first record's arrival to the last one's. */
  readonly spanNs: number;
  /** Largest request, trims included. */
  readonly sectorCountMax: number;
  /** Largest read or write: what a thread's buffer must hold. */
  readonly transferSectorCountMax: number;
  /** Sectors of the smallest device that the recording fits on. */
  readonly deviceSectorCountMin: number;
  readonly perThread: readonly ThreadTrace[];
  /** Whole sentences: what was passed over, or may not be what the user expects. */
  readonly warnings: readonly string[];
}

/** A trace without its records: plain data for reports and for the plan. */
export type TraceDescription = Omit<Trace, 'perThread'> & {
  /** Records of each thread. */
  readonly recordCounts: readonly number[];
  /** Sectors moved, by operation. */
  readonly sectorCounts: Readonly<Record<TraceOperation, number>>;
};

/** Counts of a trace for the report. */
export function describeTrace(trace: Trace): TraceDescription {
  const { perThread, ...rest } = trace;
  return {
    ...rest,
    recordCounts: perThread.map((thread) => thread.kinds.length),
    sectorCounts: {
      read: sectorsMoved(perThread, 'read'),
      write: sectorsMoved(perThread, 'write'),
      sync: sectorsMoved(perThread, 'sync'),
      trim: sectorsMoved(perThread, 'trim'),
    },
  };
}

function sectorsMoved(perThread: readonly ThreadTrace[], operation: TraceOperation): number {
  const kind = OPERATIONS.indexOf(operation);
  let sum = 0;
  for (const { kinds, sectorCounts } of perThread) {
    for (let index = 0; index < kinds.length; index++) {
      if (kinds[index] === kind) sum += sectorCounts[index] as number;
    }
  }
  return sum;
}
