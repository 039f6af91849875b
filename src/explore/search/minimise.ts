import type { FaultCause, FaultKind } from '../engine/fault.ts';
import type { Subject } from '../engine/subject.ts';
import { searching } from './explore.ts';
import { replay } from './replay.ts';

/** The smallest failure found: which program, which schedule. */
export interface Minimal {
  readonly subject: Subject;
  readonly schedule: string;
}

/** What the smaller failure must have in common with the one that was found. */
export interface FaultToKeep {
  readonly kind: FaultKind;
  readonly cause?: FaultCause | undefined;
}

/** Executions spent on one smaller program before it is taken to be sound. */
const EXECUTIONS = 20_000;
const PREEMPTIONS_MOST = 3;
/** A smaller program may not need more than these, nor more than the larger one. */
const FEW = 2;

/**
 * Fewest operations, then fewest pre-emptions. Operations are left out one at a time for as long as
 * the same kind of fault can still be found; schedules are searched anew for each, those with fewer
 * pre-emptions first, so that the first that fails has the fewest.
 *
 * @returns null if no schedule within the bounds fails in that way
 */
export function minimise(
  subject: Subject,
  { kind, cause }: FaultToKeep,
  executions = EXECUTIONS,
): Minimal | null {
  const search = minimising(subject, { kind, cause }, executions);
  for (let step = search.next(false); ; step = search.next(false)) {
    if (step.done) return step.value;
  }
}

/** The same in pieces, like `searching`; sent true, it ends with the smallest found so far. */
export function* minimising(
  subject: Subject,
  toKeep: FaultToKeep,
  executions = EXECUTIONS,
): Generator<number, Minimal | null, boolean> {
  const fewest = (one: Subject, most: number) =>
    fewestPreemptions(one, toKeep, { most, executions });
  let best = yield* fewest(subject, PREEMPTIONS_MOST);
  const most = best === null ? PREEMPTIONS_MOST : Math.max(FEW, preemptionsOf(best));
  for (let shrank = true; shrank; ) {
    shrank = false;
    for (const smaller of (best?.subject ?? subject).smaller?.() ?? []) {
      if (yield 0) return best;
      const found = yield* fewest(smaller, most);
      if (found === null) continue;
      best = found;
      shrank = true;
      break;
    }
  }
  return best;
}

function preemptionsOf({ subject, schedule }: Minimal): number {
  return replay(subject, schedule).preemptions;
}

function* fewestPreemptions(
  subject: Subject,
  { kind, cause }: FaultToKeep,
  { most, executions }: { readonly most: number; readonly executions: number },
): Generator<number, Minimal | null, boolean> {
  const { schedule } = yield* searching(subject, {
    strategy: { kind: 'bounded', preemptions: most },
    races: kind === 'data race' ? 'fail' : 'off',
    only: [kind],
    ...(cause === undefined ? {} : { cause }),
    executions,
  });
  return schedule === null ? null : { subject, schedule };
}
