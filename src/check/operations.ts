import type { RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import { OPERATIONS } from '../scenario/plan.ts';
import type { Check, Finding } from './check.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: no operation fails for a reason that nobody asked for.
 *
 * Method: the failures that were counted, by operation. With every-sector matching each sector of
 * an I/O goes to its own place, so none can run past the spare area; each thread remaps LBAs of its
 * own, each once, so none can be "already remapped"; and the table has room for every spare. "None"
 * from the allocator and an unremap of what is not remapped are refusals, not failures. What a
 * medium failed that the plan made bad is no surprise and left out.
 *
 * Not covered: reads and writes with first-sector matching, which run past the spare area by
 * design; failures in the warm-up, which are not counted; broken runs.
 */
export const operations: Check = {
  name: 'operations',
  examine: examineOperations,
};

function examineOperations(plan: Plan, run: RunRecord): Finding {
  if (run.ending.kind === 'broken') return notApplicable('The run broke, and I/O with it.');
  const firstSector = plan.remap.match === 'first-sector';
  const judged = firstSector ? (['remap', 'unremap'] as const) : OPERATIONS;
  const failed = judged.filter((name) => run.operations[name].errorCount > 0);
  const issued = judged.reduce((sum, name) => sum + run.operations[name].count, 0);
  const failedCount = judged.reduce((sum, name) => sum + run.operations[name].errorCount, 0);
  const { readError, writeError, dataLost } = run.errors;
  const mediumCount = run.faults.applies ? readError + writeError + dataLost : 0;
  const plannedCount = Math.min(failedCount, mediumCount);
  const errorCount = failedCount - plannedCount;
  const caveat = firstSector ? ' (reads and writes left out: first-sector matching)' : '';
  const examined = `${counted(issued, 'operation')} examined${caveat}`;
  if (errorCount === 0) {
    return plannedCount === 0
      ? held(`${examined}: none failed.`)
      : held(`${examined}: ${plannedCount} failed, all on sectors that the plan made bad.`);
  }
  return broken(
    errorCount,
    `${examined}: ${errorCount} failed, and nothing in the plan explains it.`,
    failed.map((name) => {
      const { errorCount, count } = run.operations[name];
      return { text: `${errorCount} of ${counted(count, name)} failed` };
    }),
  );
}
