import { OPERATIONS, type Operation } from '../scenario/plan.ts';
import type { Result } from './result-schema.ts';

/** A result before anybody has judged it: what thresholds, warnings and the verdict look at. */
export type Measured = Omit<Result, 'thresholds' | 'warnings' | 'verdict'>;

/** Operations completed in the measured phase, of all kinds. */
export function totalOperations(measured: Pick<Measured, 'operations'>): number {
  return OPERATIONS.reduce((sum, name) => sum + measured.operations[name].count, 0);
}

/** The operation most of which were completed, the first of equals; null when there was none. */
export function mainOperation(measured: Pick<Measured, 'operations'>): Operation | null {
  let main: Operation | null = null;
  for (const name of OPERATIONS) {
    const { count } = measured.operations[name];
    if (count > 0 && (main === null || count > measured.operations[main].count)) main = name;
  }
  return main;
}
