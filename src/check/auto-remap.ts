import type { RunRecord } from '../record/run-record.ts';
import { type Plan, sendsMessages, tracedJobOf } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: what the target tells of failing sectors is what happened: every write error is counted, a
 * sector that failed is moved once, and one that is said to have been moved was.
 *
 * Method: three comparisons. (1) As published, where the target counts write errors itself: its
 * count with the medium's, which each thread kept for its own requests; an increment that another
 * one overwrote is missing (P9). (2) Workers that were told of success for a sector that had been
 * moved already, and had not failed since (P3). (3) As published, slots that were promoted and that
 * no lookup sees (P2 b): success was reported, and the sector is where it was.
 *
 * Not covered: whether a sector should have been moved at all; where it went (see reserved and
 * collisions) and whether its data went along (see data). Requests above 64 KiB, which the
 * published target does not track: where the load has such, (1) is not judged. Broken runs.
 */
export const autoRemap: Check = {
  name: 'auto-remap',
  examine: examineAutoRemap,
};

const TRACKED_SECTORS_MOST = 128;

function examineAutoRemap(plan: Plan, run: RunRecord): Finding {
  if (run.autoRemap === null) return notApplicable('Failing sectors stay where they are.');
  if (run.ending.kind === 'broken') return notApplicable('The run broke, and its workers with it.');
  const { movedCount, repeatedCount } = run.autoRemap;
  const uncounted = uncountedErrors(plan, run);
  const invisibleCount = run.target?.protocol === 'as-published' ? run.target.invisible : 0;
  const count = uncounted + repeatedCount + invisibleCount;
  const errorCount = run.faults.mediumErrorCounts.write;
  const examined =
    `${counted(movedCount + repeatedCount, 'automatic remap')} and ` +
    `${counted(errorCount, 'write error')} examined`;
  if (count === 0) return held(`${examined}: each counted once, and each where it is said to be.`);
  const evidence: Evidence[] = [
    ...(uncounted > 0 ? [uncountedEvidence(run, errorCount)] : []),
    ...(repeatedCount > 0 ? [repeatedEvidence(repeatedCount)] : []),
    ...(invisibleCount > 0 ? [invisibleEvidence(invisibleCount)] : []),
  ];
  return broken(count, `${examined}: ${counted(count, 'contradiction')}.`, evidence);
}

/** Write errors that the published target has lost count of. */
function uncountedErrors(plan: Plan, run: RunRecord): number {
  if (run.target === null || run.target.protocol !== 'as-published') return 0;
  const isTracked = plan.jobs.every(({ blockSizes }) =>
    blockSizes.every(({ sectorCount }) => sectorCount <= TRACKED_SECTORS_MOST),
  );
  if (!isTracked || tracedJobOf(plan) !== null || sendsMessages(plan)) return 0;
  return Math.max(0, run.faults.mediumErrorCounts.write - run.target.writeErrors);
}

function uncountedEvidence(run: RunRecord, errorCount: number): Evidence {
  const text =
    `the target counted ${run.target?.writeErrors ?? 0} write errors of ${errorCount}: ` +
    'completions add to the counter without a lock';
  return { text };
}

function repeatedEvidence(repeatedCount: number): Evidence {
  const times = repeatedCount === 1 ? 'once' : `${repeatedCount} times`;
  const text =
    `a worker moved a sector that had been moved already, ${times}: it had looked whether the ` +
    'sector was due before another worker had moved it';
  return { text };
}

function invisibleEvidence(invisibleCount: number): Evidence {
  const text =
    `${counted(invisibleCount, 'sector')} said to be remapped, and no lookup finds the slot: it ` +
    'was not the next one';
  return { text };
}
