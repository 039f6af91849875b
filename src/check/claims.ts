import type { Claim, RunRecord } from '../record/run-record.ts';
import { mixOf, type Plan } from '../scenario/plan.ts';

/** What was claimed and never released, by what the threads wrote down and nothing else. */
export interface SettledClaims {
  /** Claims and drained claims that no release ended, in order of completion. */
  readonly live: readonly Claim[];
  /** Releases of a spare that its LBA did not hold. */
  readonly strayReleases: readonly Claim[];
}

/** Several checks ask the same of one run, and a long one has millions of claims. */
const settledBefore = new WeakMap<readonly Claim[], SettledClaims>();

/** Pairs every release with a claim of the same spare for the same LBA. */
export function settleClaims(claims: readonly Claim[]): SettledClaims {
  const known = settledBefore.get(claims);
  if (known !== undefined) return known;
  const settled = settle(claims);
  settledBefore.set(claims, settled);
  return settled;
}

function settle(claims: readonly Claim[]): SettledClaims {
  if (!claims.some((claim) => claim.kind === 'release')) {
    return { live: claims, strayReleases: [] };
  }
  const openClaims = new Map<number, number[]>();
  const hasEnded = new Uint8Array(claims.length);
  const early: Claim[] = [];
  const endOne = (release: Claim): boolean => {
    const open = openClaims.get(release.spare) ?? [];
    const place = open.findIndex((index) => (claims[index] as Claim).lba === release.lba);
    if (place < 0) return false;
    hasEnded[open[place] as number] = 1;
    open.splice(place, 1);
    return true;
  };
  for (const [index, claim] of claims.entries()) {
    if (claim.kind === 'release') {
      if (!endOne(claim)) early.push(claim);
      continue;
    }
    const open = openClaims.get(claim.spare);
    if (open === undefined) openClaims.set(claim.spare, [index]);
    else open.push(index);
  }
  // Two threads' completions may share a clock step, and a release then stand before its claim.
  const strayReleases = early.filter((release) => !endOne(release));
  const live = claims.filter((claim, index) => claim.kind !== 'release' && hasEnded[index] === 0);
  return { live, strayReleases };
}

/** One byte a spare of the area: 1 = in a live claim. Claims outside the area are left out. */
export function liveSpares(run: RunRecord): Uint8Array {
  const live = new Uint8Array(run.spares.reserved.length);
  for (const claim of settleClaims(run.claims).live) {
    if (claim.spare >= 0 && claim.spare < live.length) live[claim.spare] = 1;
  }
  return live;
}

/** Spares in the filled slots of the ring, in the order in which they would be taken. */
export function cachedSpares(ring: RunRecord['spares']['ring']): number[] {
  if (ring === null || ring.slotCount === 0) return [];
  // A race may have left any number in count and head: no slot is read twice.
  const filledCount = Math.min(Math.max(ring.count, 0), ring.slotCount);
  const first = ((ring.head % ring.slotCount) + ring.slotCount) % ring.slotCount;
  const spares: number[] = [];
  for (let step = 0; step < filledCount; step++) {
    spares.push(ring.slots[(first + step) % ring.slotCount] as number);
  }
  return spares;
}

/**
 * Whether every claim and every release was written down. In a broken run a thread may have died
 * after it took a spare, or gave one back, and before it could say so.
 */
export function isLogComplete(run: RunRecord): boolean {
  return run.unloggedClaimCount === 0 && run.ending.kind !== 'broken';
}

/** Why the log is not complete, as the end of a sentence. */
export function whyIncomplete(run: RunRecord): string {
  if (run.ending.kind === 'broken') {
    return 'the run broke, and a thread may have died between a spare and its claim';
  }
  const claims = run.unloggedClaimCount === 1 ? 'claim' : 'claims';
  return `${run.unloggedClaimCount} ${claims} found no room in the log`;
}

/** Whether a spare can have been given back in this run, logged or not. */
export function mayRelease(plan: Plan, run: RunRecord): boolean {
  return (
    mixOf(plan).unremap > 0 ||
    run.operations.remap.errorCount > 0 ||
    run.claims.some((claim) => claim.kind === 'release')
  );
}
