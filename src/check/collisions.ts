import type { Claim, OwnerConflict, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { isLogComplete, mayRelease, whyIncomplete } from './claims.ts';
import { broken, claimText, counted, evidenceOf, held, quoted } from './finding.ts';

/**
 * Goal: no spare is in two live claims.
 *
 * Method: two witnesses, neither of them the allocator. (1) The claims, as the threads wrote them
 * down: a claim collides when more claims of its spare had completed before it than releases of
 * that spare had been issued by then. A release gives a spare back somewhere between its issue and
 * its completion, so a claim that completed after the issue gets the benefit of the doubt.
 * (2) The owner table, one word a spare that every claim exchanges for its own name: a claim that
 * finds a name there collides, whatever the clocks say. The larger count is reported. Claims of
 * the drain after the run count like any other. The bitmap, the ring and the remap table are not
 * asked: a lost update there would hide the very fault we look for.
 *
 * Not covered: a spare that is marked and in no claim (see conservation); a metadata sector handed
 * out once (see reserved). Where claims or releases are missing from the log and spares can have
 * been given back, a claim that seems to collide may follow a release nobody wrote down: there the
 * owner table judges alone.
 */
export const collisions: Check = {
  name: 'collisions',
  examine: examineCollisions,
};

interface Collision {
  readonly earlier: Claim;
  readonly later: Claim;
}

function examineCollisions(plan: Plan, run: RunRecord): Finding {
  const complete = isLogComplete(run);
  const claimsJudge = complete || !mayRelease(plan, run);
  const byClaims = claimsJudge ? collisionsIn(run.claims) : [];
  const count = Math.max(byClaims.length, run.ownerConflictCount);
  const examined = counted(run.claims.filter((claim) => claim.kind !== 'release').length, 'claim');
  const caveat = complete ? '' : ` (${whyIncomplete(run)})`;

  if (count === 0) {
    const witnesses = claimsJudge
      ? 'no spare is in two live ones, and the owner table agrees'
      : 'the owner table, the only witness here, saw no spare claimed twice';
    return held(`${examined} examined${caveat}: ${witnesses}.`);
  }
  const agreement = agreementText(byClaims.length, run.ownerConflictCount, complete);
  return broken(
    count,
    `${examined} examined${caveat}: ${count} found the spare in another live claim${agreement}.`,
    evidenceFor(byClaims, run),
  );
}

function agreementText(byClaimsCount: number, byOwnersCount: number, complete: boolean): string {
  if (!complete) return '';
  if (byClaimsCount === byOwnersCount) return ', by the claims and by the owner table';
  return `; the claims show ${byClaimsCount}, the owner table ${byOwnersCount}: the larger counts`;
}

/** Every claim that found its spare in another live claim, spare by spare. */
function collisionsIn(claims: readonly Claim[]): Collision[] {
  const claimed = new Set<number>();
  const histories = new Map<number, Claim[]>();
  for (const { kind, spare } of claims) {
    if (kind === 'release') continue;
    if (claimed.has(spare)) histories.set(spare, []);
    claimed.add(spare);
  }
  if (histories.size === 0) return [];
  for (const claim of claims) histories.get(claim.spare)?.push(claim);
  const found = [...histories.values()].flatMap(collisionsOfOneSpare);
  return found.sort((a, b) => a.later.order - b.later.order);
}

function collisionsOfOneSpare(history: readonly Claim[]): Collision[] {
  const found: Collision[] = [];
  const holders: Claim[] = [];
  let liveCount = 0;
  for (const event of history.toSorted(byEarliestRelease)) {
    if (event.kind === 'release') {
      liveCount--;
      const index = holders.findIndex((claim) => claim.lba === event.lba);
      if (index >= 0) holders.splice(index, 1);
      continue;
    }
    const earlier = holders.at(-1);
    if (liveCount > 0 && earlier !== undefined) found.push({ earlier, later: event });
    holders.push(event);
    liveCount++;
  }
  return found;
}

/** A claim stands at its completion, a release at its issue; of one moment the release is first. */
function byEarliestRelease(a: Claim, b: Claim): number {
  const difference = momentOf(a) - momentOf(b);
  if (difference !== 0) return difference;
  if (a.kind === 'release' || b.kind === 'release') return a.kind === 'release' ? -1 : 1;
  return a.order - b.order;
}

function momentOf(event: Claim): number {
  return event.kind === 'release' ? event.issueNs : event.completionNs;
}

function evidenceFor(byClaims: readonly Collision[], run: RunRecord): Evidence[] {
  const told = new Set(byClaims.map((collision) => collision.later.spare));
  const onlyByOwners = run.ownerConflicts.filter((conflict) => !told.has(conflict.spare));
  return [
    ...quoted(byClaims, ({ earlier, later }) => serving(later.spare, earlier, later)),
    ...quoted(onlyByOwners, (conflict) => conflictEvidence(conflict, run.claims)),
  ];
}

function serving(spare: number, earlier: Claim, later: Claim): Evidence {
  const text = `spare ${spare} serves ${claimText(earlier)} and ${claimText(later)}`;
  return evidenceOf(text, spare, [earlier, later]);
}

function conflictEvidence(conflict: OwnerConflict, claims: readonly Claim[]): Evidence {
  const [first, second] = [conflict.firstClaim, conflict.secondClaim].map((index) =>
    index === null ? undefined : claims[index],
  );
  const { spare } = conflict;
  if (first !== undefined && second !== undefined) return serving(spare, first, second);
  const known = first ?? second;
  if (known === undefined) {
    return { text: `spare ${spare} is in two live claims, neither of them in the log`, spare };
  }
  const text = `spare ${spare} serves ${claimText(known)} and a claim that is not in the log`;
  return evidenceOf(text, spare, [known]);
}
