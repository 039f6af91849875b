import { OPERATIONS } from '../../scenario/plan.ts';

/** Index into OPERATIONS. To a device that loses nothing, datasync is sync. */
export const KIND_OF_RECORD = {
  read: OPERATIONS.indexOf('read'),
  write: OPERATIONS.indexOf('write'),
  trim: OPERATIONS.indexOf('trim'),
  sync: OPERATIONS.indexOf('sync'),
  datasync: OPERATIONS.indexOf('sync'),
} as const;
export type RecordAction = keyof typeof KIND_OF_RECORD;
export type DeviceAction = 'add' | 'open' | 'close';

/** A word of fio's iolog that says what happened. */
export interface Action {
  readonly name: string;
  readonly bytes: Buffer;
  /** Fields that follow it: none, or offset and length. */
  readonly operandCount: 0 | 2;
  readonly record: RecordAction | null;
  readonly device: DeviceAction | null;
}

/** The commonest first. */
export const ACTIONS: readonly Action[] = [
  ...(['read', 'write', 'trim', 'sync', 'datasync'] as const).map(recordAction),
  { name: 'wait', bytes: Buffer.from('wait'), operandCount: 2, record: null, device: null },
  ...(['add', 'open', 'close'] as const).map(deviceAction),
];

function recordAction(name: RecordAction): Action {
  return { name, bytes: Buffer.from(name), operandCount: 2, record: name, device: null };
}

function deviceAction(name: DeviceAction): Action {
  return { name, bytes: Buffer.from(name), operandCount: 0, record: null, device: name };
}
