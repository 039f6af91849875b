import { formatBytes } from '../units.ts';

/** The memory that a run may take. */
export interface MemoryLimit {
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
  /** What the user allows with --max-memory; null = all that is free. */
  readonly allowedMemoryBytes: number | null;
}

/** Why a run that needs so much is refused, as a sentence; null when it is not. */
export function memoryRefusal(neededBytes: number, limit: MemoryLimit): string | null {
  const { totalMemoryBytes, freeMemoryBytes, allowedMemoryBytes } = limit;
  const needs = `this scenario needs ${formatBytes(neededBytes)} of memory`;
  if (allowedMemoryBytes !== null && neededBytes > allowedMemoryBytes) {
    return `${needs}; --max-memory allows ${formatBytes(allowedMemoryBytes)}`;
  }
  if (neededBytes <= freeMemoryBytes) return null;
  const free = `${formatBytes(freeMemoryBytes)} of ${formatBytes(totalMemoryBytes)}`;
  return `${needs}; ${free} are free here`;
}
