import type { LockRecord, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: no two threads are inside what one lock guards.
 *
 * Method: every entry leaves its mark in a word beside the lock, and every exit takes it away; an
 * entry that finds a mark there, or an exit that finds another's, is an overlap. The lock's own
 * words are not asked.
 *
 * Not covered: what is done without taking the lock, which is the fault of the as-published
 * allocator (see collisions); a lock that is never released (the run's watchdog); two threads so
 * much in step that each leaves before the other's mark is there. Kind none promises nothing, and
 * its overlaps are only mentioned.
 */
export const mutualExclusion: Check = {
  name: 'mutual exclusion',
  examine: examineExclusion,
};

function examineExclusion(_plan: Plan, run: RunRecord): Finding {
  const all = [run.allocationLock, run.targetLock];
  const promised = all.filter((lock) => lock.kind !== 'none');
  if (promised.length === 0) {
    const seen = counted(totalOf(all, 'overlapCount'), 'overlap');
    return notApplicable(`Lock kind none promises nothing; ${seen} seen.`);
  }
  const entries = totalOf(promised, 'acquisitionCount');
  if (entries === 0) return notApplicable('No lock was taken.');
  const overlaps = totalOf(promised, 'overlapCount');
  const names = promised.map((lock) => `${lock.name}: ${lock.kind}`).join(', ');
  const examined = `${counted(entries, 'acquisition')} (${names}) examined`;
  const unpromised = all
    .filter((lock) => lock.kind === 'none')
    .map((lock) => `; the ${lock.name} lock is of kind none, ${lock.overlapCount} overlaps seen`)
    .join('');
  if (overlaps === 0) return held(`${examined}: nobody met another thread inside${unpromised}.`);
  return broken(
    overlaps,
    `${examined}: ${counted(overlaps, 'time')} two threads met inside${unpromised}.`,
    promised.flatMap(overlapEvidence),
  );
}

function totalOf(
  locks: readonly LockRecord[],
  figure: 'overlapCount' | 'acquisitionCount',
): number {
  return locks.reduce((sum, lock) => sum + lock[figure], 0);
}

function overlapEvidence(lock: LockRecord): Evidence[] {
  if (lock.overlapCount === 0) return [];
  const entries = counted(lock.acquisitionCount, 'acquisition');
  const times = counted(lock.overlapCount, 'time');
  return [{ text: `two threads met inside the ${lock.name} lock ${times} in ${entries}` }];
}
