import type { Claim, RemapEntry, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { isLogComplete, settleClaims, whyIncomplete } from './claims.ts';
import { broken, claimText, counted, evidenceOf, held, notApplicable, quoted } from './finding.ts';

/**
 * Goal: the remap table sends every remapped LBA to its own spare, and knows exactly the remaps
 * that the threads were told had succeeded.
 *
 * Method: the table as the run left it. Its LBAs are on the device and pairwise different, and so
 * are its spares; its pairs are those of the live claims, the drain's left out, since they serve no
 * LBA. As published, a spare whose LBA found no room in the table stays claimed: as many claims may
 * be missing from the table as remaps failed. A guarded allocator takes such a spare back.
 *
 * Not covered: lookups while the run went on (see data). The count of failed remaps leaves out the
 * warm-up: where remaps failed at all, claims of the warm-up that are missing are excused too. In
 * a broken run a thread may have died between its claim and the table; there nothing is judged.
 */
export const remapTable: Check = {
  name: 'remap table',
  examine: examineTable,
};

function examineTable(plan: Plan, run: RunRecord): Finding {
  if (run.ending.kind === 'broken') return notApplicable(`Not judged: ${whyIncomplete(run)}.`);
  const table = run.remapTable;
  const sameLba = repeated(table, 'lba');
  const sameSpare = repeated(table, 'spare');
  const beyond = table.filter(({ lba }) => lba >= plan.device.sectorCount);
  const repeats = [
    ...quoted(sameLba, repeatEvidence),
    ...quoted(sameSpare, repeatEvidence),
    ...quoted(beyond, (entry) => beyondEvidence(entry, plan.device.sectorCount)),
  ];
  const repeatCount = sameLba.length + sameSpare.length + beyond.length;
  const examined = `${counted(table.length, 'remap')} in the table examined`;
  if (!isLogComplete(run)) {
    const rest = `not compared with the claims: ${whyIncomplete(run)}`;
    return repeatCount === 0
      ? held(`${examined}: LBAs and spares pairwise different; ${rest}.`)
      : broken(repeatCount, `${examined}: ${repeatCount} wrong in itself; ${rest}.`, repeats);
  }

  const claims = settleClaims(run.claims).live.filter((claim) => claim.kind === 'claim');
  const unclaimed = withoutPartner(table, claims);
  const { missing, excusedCount } = excuse(plan, run, withoutPartner(claims, table));
  const count = repeatCount + unclaimed.length + missing.length;
  const excused =
    excusedCount === 0
      ? ''
      : ` (${counted(excusedCount, 'claim')} of remaps that failed left out: ` +
        `as published, their spares are not given back)`;
  const against = `${examined} against ${counted(claims.length, 'live claim')}${excused}`;
  if (count === 0) {
    return held(`${against}: the same pairs, LBAs and spares pairwise different.`);
  }
  return broken(count, `${against}: ${counted(count, 'contradiction')}.`, [
    ...repeats,
    ...quoted(unclaimed, unclaimedEvidence),
    ...quoted(missing, missingEvidence),
  ]);
}

/** Two entries that share what only one may have. */
interface Repeat {
  readonly field: keyof RemapEntry;
  readonly one: RemapEntry;
  readonly other: RemapEntry;
}

/** Every entry whose LBA (or spare) an earlier entry has already. */
function repeated(table: readonly RemapEntry[], field: keyof RemapEntry): Repeat[] {
  const seen = new Map<number, RemapEntry>();
  const repeats: Repeat[] = [];
  for (const other of table) {
    const one = seen.get(other[field]);
    if (one !== undefined) repeats.push({ field, one, other });
    seen.set(other[field], other);
  }
  return repeats;
}

function repeatEvidence({ field, one, other }: Repeat): Evidence {
  const text =
    field === 'lba'
      ? `LBA ${one.lba} is in the table twice, with spares ${one.spare} and ${other.spare}`
      : `spare ${one.spare} is in the table twice, for LBAs ${one.lba} and ${other.lba}`;
  return { text, spare: other.spare, lbas: [one.lba, other.lba] };
}

function beyondEvidence({ lba, spare }: RemapEntry, sectorCount: number): Evidence {
  const text = `the table remaps LBA ${lba}, and the device has ${sectorCount} sectors`;
  return { text, spare, lbas: [lba] };
}

function unclaimedEvidence({ lba, spare }: RemapEntry): Evidence {
  const text = `the table sends LBA ${lba} to spare ${spare}, which nobody claimed for it`;
  return { text, spare, lbas: [lba] };
}

function missingEvidence(claim: Claim): Evidence {
  const { spare } = claim;
  const text = `spare ${spare} was claimed for ${claimText(claim)}, and is not in the table for it`;
  return evidenceOf(text, spare, [claim]);
}

interface Pair {
  /** null for the drain, which is compared with nothing. */
  readonly lba: number | null;
  readonly spare: number;
}

/** Those pairs that the other list does not have. */
function withoutPartner<T extends Pair>(pairs: readonly T[], others: readonly Pair[]): T[] {
  // Almost every LBA has one spare only: an array for each would cost more than all the rest.
  const firstSpares = new Map<number | null, number>();
  const furtherSpares = new Map<number | null, Set<number>>();
  for (const { lba, spare } of others) {
    const further = furtherSpares.get(lba);
    if (!firstSpares.has(lba)) firstSpares.set(lba, spare);
    else if (further === undefined) furtherSpares.set(lba, new Set([spare]));
    else further.add(spare);
  }
  return pairs.filter(
    ({ lba, spare }) =>
      firstSpares.get(lba) !== spare && !(furtherSpares.get(lba)?.has(spare) ?? false),
  );
}

/** Leaves out what failed remaps explain: they keep their spares, as published. */
function excuse(
  plan: Plan,
  run: RunRecord,
  claims: readonly Claim[],
): { missing: readonly Claim[]; excusedCount: number } {
  const failedCount = run.operations.remap.errorCount;
  if (plan.allocator.protocol === 'guarded' || failedCount === 0) {
    return { missing: claims, excusedCount: 0 };
  }
  const measured = claims.filter((claim) => claim.issueNs >= plan.load.warmupNs);
  // Which of them failed is not known; that there are not more of them than failures is.
  const missing = measured.slice(failedCount);
  return { missing, excusedCount: claims.length - missing.length };
}
