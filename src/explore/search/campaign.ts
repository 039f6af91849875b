import { nowNs } from '../../clock.ts';
import type { Fault, FaultCause, FaultKind } from '../engine/fault.ts';
import type { Subject } from '../engine/subject.ts';
import { type Exploration, explore, type Strategy } from './explore.ts';
import type { ExplorationVerdict } from './verdict.ts';

/** A row of subjects searched one after the other, within one budget. */
export interface CampaignOptions {
  readonly strategy: Strategy;
  /** Executions of each subject, at most. */
  readonly executions?: number;
  /** Time of all together; what one leaves over goes to those after it. */
  readonly forNs: number;
  readonly seed?: number;
  /** Kinds of fault to stop at; null = any, a data race last. */
  readonly only: readonly FaultKind[] | null;
  /** What the fault must come of; by default whatever it comes of. */
  readonly cause?: FaultCause | undefined;
}

export interface Campaign {
  readonly verdict: ExplorationVerdict;
  readonly explorations: readonly Exploration[];
  readonly failure: Failure | null;
}

export interface Failure {
  readonly subject: Subject;
  readonly fault: Fault;
  readonly schedule: string;
}

/**
 * Stops at the first subject that fails. A data race counts as a failure only when nothing else is
 * wrong: what comes of it says more than that it is there.
 */
export function runCampaign(subjects: readonly Subject[], options: CampaignOptions): Campaign {
  const { only, cause, forNs, ...rest } = options;
  const untilNs = nowNs() + forNs;
  const explorations: Exploration[] = [];
  const search = (subject: Subject, left: number, kinds: readonly FaultKind[] | null) =>
    explore(subject, {
      ...rest,
      forNs: Math.max(0, (untilNs - nowNs()) / left),
      races: kinds?.includes('data race') ? 'fail' : 'report',
      ...(kinds === null ? {} : { only: kinds }),
      ...(cause === undefined ? {} : { cause }),
    });
  for (const [index, subject] of subjects.entries()) {
    const found = search(subject, subjects.length - index, only);
    explorations.push(found);
    const failure = failureOf(subject, found);
    if (failure !== null) return { verdict: found.verdict, explorations, failure };
  }
  const raced = only === null ? explorations.findIndex(({ races }) => races.length > 0) : -1;
  if (raced >= 0) {
    const subject = subjects[raced] as Subject;
    const found = explore(subject, { ...rest, races: 'fail', only: ['data race'] });
    const failure = failureOf(subject, found);
    if (failure !== null) return { verdict: found.verdict, explorations, failure };
  }
  return { verdict: weakestOf(explorations), explorations, failure: null };
}

function failureOf(subject: Subject, { fault, schedule }: Exploration): Failure | null {
  return fault === null || schedule === null ? null : { subject, fault, schedule };
}

/** How far the search came on the subject on which it came least far. */
function weakestOf(explorations: readonly Exploration[]): ExplorationVerdict {
  const of = <Kind extends ExplorationVerdict['kind']>(kind: Kind) =>
    explorations.flatMap(({ verdict }) =>
      verdict.kind === kind ? [verdict as Extract<ExplorationVerdict, { kind: Kind }>] : [],
    );
  if (of('unknown-budget').length > 0) return { kind: 'unknown-budget' };
  const sampled = of('pass-sampled');
  if (sampled.length > 0) {
    const counts = sampled.map(({ executions }) => executions);
    return { kind: 'pass-sampled', executions: Math.min(...counts) };
  }
  const bounded = of('pass-bounded');
  if (bounded.length === 0) return { kind: 'pass-exhaustive' };
  return {
    kind: 'pass-bounded',
    preemptions: Math.min(...bounded.map(({ preemptions }) => preemptions)),
  };
}
