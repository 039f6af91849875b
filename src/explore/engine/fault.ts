/** What can be wrong with an execution. */
export const FAULT_KINDS = [
  'double grant',
  'reserved granted',
  'lost sector',
  'false exhaustion',
  'cache',
  'bitmap',
  'remap table',
  'mutual exclusion',
  'order',
  'lost update',
  'not linearizable',
  'data lost',
  'data race',
  'deadlock',
  'lost wake-up',
  'livelock',
  'exception',
  'forbidden outcome',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Nothing is wrong: the answer to nearly every execution. */
export const NO_FAULTS: readonly Fault[] = [];

/** One violation, in one sentence. */
export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}
