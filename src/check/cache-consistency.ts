import type { RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { cachedSpares, isLogComplete, liveSpares, whyIncomplete } from './claims.ts';
import { broken, counted, held, notApplicable } from './finding.ts';

/**
 * Goal: the allocation cache is a ring of spares that are free, each of them once.
 *
 * Method: the ring as the run left it. 0 ≤ count ≤ slots; head and tail lie in the ring and are
 * count apart; the entries are pairwise different, inside the allocatable area, not reserved, and
 * in no live claim, as the threads wrote their claims down.
 *
 * Not covered: the ring while the run went on (a wrong count that mended itself is seen by its
 * effects: collisions, conservation); entries of a broken run, whose ring may have been left in
 * the middle of a change.
 */
export const cacheConsistency: Check = {
  name: 'cache consistency',
  examine: examineCache,
};

type Ring = NonNullable<RunRecord['spares']['ring']>;

function examineCache(_plan: Plan, run: RunRecord): Finding {
  const { ring } = run.spares;
  if (ring === null) return notApplicable('This allocator has no cache.');
  if (run.ending.kind === 'broken') {
    return notApplicable('The run broke, and the ring may have been left in mid-change.');
  }
  const evidence = [...positionEvidence(ring), ...entryEvidence(ring, run)];
  const caveat = isLogComplete(run) ? '' : `, live claims left out: ${whyIncomplete(run)}`;
  const examined = `${counted(cachedSpares(ring).length, 'spare')} in ${ring.slotCount} slots`;
  if (evidence.length === 0) return held(`${examined} examined${caveat}: free, each once.`);
  return broken(
    evidence.length,
    `${examined} examined${caveat}: ${counted(evidence.length, 'contradiction')}.`,
    evidence,
  );
}

function positionEvidence({ slotCount, head, tail, count }: Ring): Evidence[] {
  const texts: string[] = [];
  const countFits = count >= 0 && count <= slotCount;
  if (!countFits) texts.push(`the count is ${count}, and the ring has ${slotCount} slots`);
  for (const [name, slot] of Object.entries({ head, tail })) {
    if (slot < 0 || slot >= slotCount) {
      texts.push(`the ${name} is ${slot}, and the ring has ${slotCount} slots`);
    }
  }
  if (countFits && texts.length === 0 && (head + count) % slotCount !== tail) {
    texts.push(`head ${head} and count ${count} do not lead to tail ${tail} in ${slotCount} slots`);
  }
  return texts.map((text) => ({ text }));
}

function entryEvidence(ring: Ring, run: RunRecord): Evidence[] {
  const { reserved, allocatableEnd } = run.spares;
  const live = isLogComplete(run) ? liveSpares(run) : new Uint8Array(reserved.length);
  const seen = new Set<number>();
  const evidence: Evidence[] = [];
  for (const spare of cachedSpares(ring)) {
    const faults: string[] = [];
    if (seen.has(spare)) faults.push('is in the ring twice');
    else if (spare < 0 || spare >= allocatableEnd) faults.push('lies outside the allocatable area');
    else if (reserved[spare] === 1) faults.push('is in the ring and is a metadata sector');
    else if (live[spare] === 1) faults.push('is in the ring and in a live claim');
    seen.add(spare);
    for (const fault of faults) evidence.push({ text: `spare ${spare} ${fault}`, spare });
  }
  return evidence;
}
