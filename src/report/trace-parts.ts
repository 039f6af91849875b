import { formatNs } from '../units.ts';
import type { Result } from './result-schema.ts';
import { clip, exactCount, plural, printable } from './text.ts';

/** A device may be called anything; the profile of its trace has all of it. */
const DEVICE_COLUMNS_MAX = 60;

/** What was replayed, and how its reader kept up. */
export function traceParts({ trace }: Pick<Result, 'trace'>): string[] {
  if (trace === null) return [];
  const { format, device, records, spanNs, speed, threads, fold, recordedSectors } = trace;
  const time = spanNs === 0 ? 'without times' : `recorded in ${formatNs(spanNs)}`;
  const folded =
    fold === 'none' ? [] : [`${FOLDED[fold]} from ${exactCount(recordedSectors)} sectors`];
  return [
    `${format}${device === '' ? '' : ` of ${clip(printable(device), DEVICE_COLUMNS_MAX)}`}`,
    `${plural(records, 'record', exactCount(records))} ${time}`,
    speed === null ? 'as fast as possible' : `speed ${speed}`,
    threads,
    ...folded,
    trace.starved === 0
      ? 'never waited for its reader'
      : `waited ${plural(trace.starved, 'time', exactCount(trace.starved))} for its reader, ${formatNs(trace.starvedNs)} in all`,
  ];
}

const FOLDED = { compact: 'compacted', modulo: 'folded (modulo)', scale: 'scaled' } as const;

/** What was written down of the load. */
export function recordingParts({ recording }: Pick<Result, 'recording'>): string[] {
  if (recording === null) return [];
  const { file, operations, leftOut, unlogged, problem } = recording;
  if (problem !== null) return [`${file} could not be written: ${problem}`];
  const parts = [file, plural(operations, 'operation', exactCount(operations))];
  if (leftOut > 0) parts.push(`${exactCount(leftOut)} that are no I/O left out`);
  if (unlogged > 0) parts.push(`${exactCount(unlogged)} found no room`);
  return parts;
}
