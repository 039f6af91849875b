import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunOptions } from '../coordinator.ts';
import { UsageError } from '../errors.ts';
import { RECORDED_MOST } from '../run/recording.ts';
import type { Plan } from '../scenario/plan.ts';
import { parseCount } from '../units.ts';

/** 16 bytes each, and all of them in one buffer of 4 GiB. */
const RECORDABLE_MOST = 100_000_000;

export interface RecordingArguments {
  readonly record: string | undefined;
  readonly recordLimit: string | undefined;
}

export type Recording = Pick<RunOptions, 'record'>;

/** One file holds one run; whether it can be written is seen before there is anything to write. */
export function recordingOf(
  args: RecordingArguments,
  runCount: number,
  plans: readonly Plan[],
): Recording {
  const { record, recordLimit } = args;
  if (record === undefined) return {};
  if (runCount > 1) throw new UsageError(`--record takes one run, and these are ${runCount}`);
  if (plans.some(({ jobs }) => jobs.some(({ timing }) => timing === 'chained'))) {
    throw new UsageError('--record stands between two operations, and load.timing is chained');
  }
  if (statSync(record, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError(`--record takes a file, and ${record} is a directory`);
  }
  try {
    accessSync(dirname(record), constants.W_OK);
  } catch {
    throw new UsageError(`--record: ${dirname(record)} is no directory that can be written to`);
  }
  if (recordLimit === undefined) return { record: { file: record, most: RECORDED_MOST } };
  const most = parseCount(recordLimit);
  if (most.ok && most.value >= 1 && most.value <= RECORDABLE_MOST) {
    return { record: { file: record, most: most.value } };
  }
  throw new UsageError(`--record-limit takes a number of operations from 1 to ${RECORDABLE_MOST}`);
}
