import type { Claim, RemapEntry, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { isLogComplete, whyIncomplete } from './claims.ts';
import { broken, claimText, counted, evidenceOf, held, quoted } from './finding.ts';

/**
 * Goal: no metadata sector, and nothing outside the allocatable area, is handed out.
 *
 * Method: every claim, the drain's too, against the placement's own list of reserved sectors and
 * the end of the allocatable area. The reservation bitmap is not asked, since one bit there means
 * both "metadata" and "allocated". A claim on metadata is a collision in the wider sense: two
 * owners, one sector. The remap table is examined as well, for what is in no claim.
 *
 * Not covered: I/O that runs from a spare into metadata behind it (see data and operations), and a
 * reserved sector that waits in the ring (see cache consistency).
 */
export const reserved: Check = {
  name: 'reserved',
  examine: examineReserved,
};

function examineReserved(_plan: Plan, run: RunRecord): Finding {
  const claims = run.claims.filter((claim) => claim.kind !== 'release');
  const complete = isLogComplete(run);
  const wrongClaims = claims.filter(({ spare }) => whatIsWrongWith(spare, run) !== null);
  const wrongEntries = entriesOnlyInTable(run);
  const count = wrongClaims.length + wrongEntries.length;

  const caveat = complete ? '' : ` (${whyIncomplete(run)})`;
  const examined = `${counted(claims.length, 'claim')} and the remap table examined${caveat}`;
  if (count === 0) {
    const reservedCount = run.spares.reserved.reduce((sum, flag) => sum + flag, 0);
    return held(
      `${examined}: none is on one of ${counted(reservedCount, 'metadata sector')} ` +
        `or outside the allocatable area.`,
    );
  }
  return broken(
    count,
    `${examined}: ${count} on a metadata sector or outside the allocatable area.`,
    [
      ...quoted(wrongClaims, (claim) => claimEvidence(claim, run)),
      ...quoted(wrongEntries, ({ lba, spare }) => ({
        text: `spare ${spare}, ${whatIsWrongWith(spare, run)}, serves LBA ${lba}`,
        spare,
        lbas: [lba],
      })),
    ],
  );
}

function claimEvidence(claim: Claim, run: RunRecord): Evidence {
  const { spare } = claim;
  const way = claim.thread === null ? 'by' : 'to';
  const text = `spare ${spare}, ${whatIsWrongWith(spare, run)}, was handed out ${way} `;
  return evidenceOf(text + claimText(claim), spare, [claim]);
}

/** Entries of the remap table whose spare must not be there and is in no logged claim. */
function entriesOnlyInTable(run: RunRecord): RemapEntry[] {
  const logged = new Set(run.claims.map((claim) => claim.spare));
  return run.remapTable.filter(
    ({ spare }) => whatIsWrongWith(spare, run) !== null && !logged.has(spare),
  );
}

function whatIsWrongWith(spare: number, run: RunRecord): string | null {
  const { reserved: flags, allocatableEnd } = run.spares;
  if (flags[spare] === 1) return 'a metadata sector';
  if (spare < 0 || spare >= flags.length) return 'outside the spare area';
  if (spare >= allocatableEnd)
    return `beyond the allocatable area, which ends at ${allocatableEnd}`;
  return null;
}
