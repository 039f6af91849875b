import { UsageError } from '../errors.ts';
import { parseTime } from '../units.ts';

// Values of options that several commands take. Each throws a UsageError with what it takes.

export function mustBeWhole(option: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new UsageError(`--${option} takes a whole number from ${from} to ${to}`);
}

/** In ns. */
export function timeOf(option: string, text: string): number {
  const time = parseTime(text);
  if (!time.ok) throw new UsageError(`--${option} takes a time such as 30s: ${time.problem}`);
  return time.value;
}
