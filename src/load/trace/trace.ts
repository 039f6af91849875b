import { OPERATIONS, type Operation, type TraceFormat } from '../../scenario/plan.ts';
import type { ArrivalCounts } from './arrival-counts.ts';
import type { FoldMap } from './fold.ts';
import type { Sharing } from './sharing.ts';

/** What a recorded device access can be. A `datasync` of the recording counts as sync. */
export type TraceOperation = Extract<Operation, 'read' | 'write' | 'sync' | 'trim'>;

export const TRACE_OPERATIONS = ['read', 'write', 'sync', 'trim'] as const;

/** Indices into OPERATIONS. */
export const READ = OPERATIONS.indexOf('read');
export const WRITE = OPERATIONS.indexOf('write');
export const SYNC = OPERATIONS.indexOf('sync');
export const TRIM = OPERATIONS.indexOf('trim');

/** One recorded access. A reader has one such object and fills it anew for each record. */
export interface TraceRecord {
  /** Since the recording began, not since its first record; never decreasing. */
  arrivalNs: number;
  /** Index into OPERATIONS. */
  kind: number;
  /** First sector as recorded, below 2^44; 0 for sync. */
  lba: number;
  /** 0 for sync, at least 1 otherwise. */
  sectorCount: number;
}

/** A recorded load without its records: what one must know before it can be replayed. */
export interface Trace {
  readonly format: TraceFormat;
  /** SHA-256 of the whole file, in hex: which recording this was. */
  readonly sha256: string;
  readonly fileBytes: number;
  /** As the recording calls it. Text only: nothing ever opens a file by this name. */
  readonly deviceName: string;
  readonly recordCount: number;
  readonly operations: Readonly<Record<TraceOperation, number>>;
  /** Sectors moved, by operation. */
  readonly sectorCounts: Readonly<Record<TraceOperation, number>>;
  /** Arrival of the first record, since the recording began. */
  readonly firstArrivalNs: number;
  /** From the first record's arrival to the last one's. */
  readonly spanNs: number;
  /** Largest request, trims included. */
  readonly sectorCountMax: number;
  /** Largest read or write: what a thread's buffer must hold. */
  readonly transferSectorCountMax: number;
  /** Sectors of the smallest device that the recording fits on as it is. */
  readonly deviceSectorCountMin: number;
  /** Sectors; a power of two that divides LBA and length of every write, once folded. */
  readonly writeAlignment: number;
  readonly arrivals: ArrivalCounts;
  readonly fold: FoldMap;
  readonly sharing: Sharing;
  /** Whole sentences: what was passed over, or may not be what the user expects. */
  readonly warnings: readonly string[];
}
