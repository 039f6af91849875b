import type { FaultKind } from '../../scenario/plan.ts';

export { FAULT_KINDS, type FaultCause, type FaultKind } from '../../scenario/plan.ts';

/** Nothing is wrong: the answer to nearly every execution. */
export const NO_FAULTS: readonly Fault[] = [];

/** One violation, in one sentence. */
export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}
