import type { RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';

/** What a check says. A finding is a value, never an exception. */
export interface Verdict {
  readonly name: string;
  readonly verdict: 'held' | 'broken' | 'not-applicable';
  /** How many violations; 0 unless broken. */
  readonly count: number;
  /** One sentence: what was examined and what was seen, or why it does not apply. */
  readonly summary: string;
  /** The first violations, each one sentence with its data beside it. */
  readonly evidence: readonly Evidence[];
  /** The check whose finding explains this one. Set by judge(), never by a check. */
  readonly consequenceOf: 'collisions' | 'metadata' | null;
}

export interface Evidence {
  readonly text: string;
  readonly spare?: number;
  readonly lbas?: readonly number[];
  readonly threads?: readonly number[];
  readonly timesNs?: readonly number[];
}

/** A check's own answer, before judge() has looked at all of them together. */
export type Finding = Omit<Verdict, 'name' | 'consequenceOf'>;

export interface Check {
  /** As it appears in reports, thresholds and `result.json`. */
  readonly name: string;
  readonly examine: (plan: Plan, run: RunRecord) => Finding;
}

/** Violations quoted in a verdict; the count is always complete. */
export const EVIDENCE_LIMIT = 8;
