import type { FaultKind } from '../engine/fault.ts';
import type { Subject } from '../engine/subject.ts';
import { searching } from './explore.ts';

/** The smallest failure found: which program, which schedule. */
export interface Minimal {
  readonly subject: Subject;
  readonly schedule: string;
}

/** Executions spent on one smaller program before it is taken to be sound. */
const EXECUTIONS = 20_000;
const PREEMPTIONS_MOST = 3;

/**
 * Fewest operations, then fewest pre-emptions. Operations are left out one at a time for as long as
 * the same kind of fault can still be found; schedules are searched anew for each, those with fewer
 * pre-emptions first, so that the first that fails has the fewest.
 *
 * @returns null if no schedule within the bounds fails in that way
 */
export function minimise(
  subject: Subject,
  kind: FaultKind,
  executions = EXECUTIONS,
): Minimal | null {
  const search = minimising(subject, kind, executions);
  for (let step = search.next(false); ; step = search.next(false)) {
    if (step.done) return step.value;
  }
}

/** The same in pieces, like `searching`; sent true, it ends with the smallest found so far. */
export function* minimising(
  subject: Subject,
  kind: FaultKind,
  executions = EXECUTIONS,
): Generator<number, Minimal | null, boolean> {
  let best = yield* fewestPreemptions(subject, kind, executions);
  for (let shrank = true; shrank; ) {
    shrank = false;
    for (const smaller of (best?.subject ?? subject).smaller?.() ?? []) {
      if (yield 0) return best;
      const found = yield* fewestPreemptions(smaller, kind, executions);
      if (found === null) continue;
      best = found;
      shrank = true;
      break;
    }
  }
  return best;
}

function* fewestPreemptions(
  subject: Subject,
  kind: FaultKind,
  executions: number,
): Generator<number, Minimal | null, boolean> {
  const { schedule } = yield* searching(subject, {
    strategy: { kind: 'bounded', preemptions: PREEMPTIONS_MOST },
    races: kind === 'data race' ? 'fail' : 'off',
    only: [kind],
    executions,
  });
  return schedule === null ? null : { subject, schedule };
}
