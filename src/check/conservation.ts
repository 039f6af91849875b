import type { Claim, RunRecord } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import {
  cachedSpares,
  isLogComplete,
  type SettledClaims,
  settleClaims,
  whyIncomplete,
} from './claims.ts';
import { broken, claimText, counted, evidenceOf, held, notApplicable, quoted } from './finding.ts';

/**
 * Goal: no spare is lost and none is counted twice: used + cached + free + reserved make up the
 * allocatable area, and the reservation bitmap says the same.
 *
 * Method: each spare below the end of the allocatable area gets its state from the claims (used),
 * the ring (cached) and the placement (reserved); it must not have two of them. Its bit must then
 * be set if it is used or reserved, be as the protocol has it if it is cached (set when guarded,
 * clear as published), and be clear otherwise. So a spare that is marked and belongs to nobody is
 * lost, and one that is claimed and not marked will be handed out again. A release of a spare that
 * was not claimed counts as well.
 *
 * Not covered: bits beyond the allocatable area; spares that are free and that the allocator will
 * never find (see false exhaustion); runs in which a claim may not have been written down, since
 * its spare would look lost.
 */
export const conservation: Check = {
  name: 'conservation',
  examine: examineConservation,
};

function examineConservation(plan: Plan, run: RunRecord): Finding {
  if (!isLogComplete(run)) return notApplicable(`Not judged: ${whyIncomplete(run)}.`);
  const settled = settleClaims(run.claims);
  const stateOf = statesOf(settled, run);
  const { allocatableEnd, cachedAreMarked } = run.spares;
  const totals = { used: 0, cached: 0, free: 0, reserved: 0, lost: 0 };
  const wrongSpares: number[] = [];
  let unmarkedCount = 0;
  let unreturnedCount = 0;
  for (let spare = 0; spare < allocatableEnd; spare++) {
    const state = stateOf(spare);
    totals[roleOf(state)]++;
    if (faultOf(state, cachedAreMarked) === null) continue;
    wrongSpares.push(spare);
    if (state.holder !== undefined && !state.isMarked) unmarkedCount++;
    if (isUnreturned(state)) unreturnedCount++;
  }

  const { strayReleases } = settled;
  const count = wrongSpares.length + strayReleases.length;
  const sum =
    `${totals.used} used + ${totals.cached} cached + ${totals.free} free + ` +
    `${totals.reserved} reserved${totals.lost === 0 ? '' : ` + ${totals.lost} lost`}`;
  if (count === 0) {
    return held(`${sum} = ${counted(allocatableEnd, 'spare')}, and the bitmap says the same.`);
  }
  const known = publishedFault(plan, unmarkedCount, unreturnedCount);
  return broken(
    count,
    `${counted(allocatableEnd, 'spare')} (${sum}) and their bits examined: ` +
      `${counted(count, 'contradiction')}${known}.`,
    [
      ...quoted(strayReleases, strayEvidence),
      ...quoted(wrongSpares, (spare) => spareEvidence(spare, stateOf(spare), cachedAreMarked)),
    ],
  );
}

function strayEvidence(release: Claim): Evidence {
  const { spare } = release;
  const text = `spare ${spare} was given back for ${claimText(release)}, which did not hold it`;
  return evidenceOf(text, spare, [release]);
}

function spareEvidence(spare: number, state: SpareState, cachedAreMarked: boolean): Evidence {
  const { holder } = state;
  const text = `spare ${spare} ${faultOf(state, cachedAreMarked)}`;
  if (holder === undefined) return { text, spare };
  return evidenceOf(`${text}; its holder: ${claimText(holder)}`, spare, [holder]);
}

/** Which fault of the published code the contradictions come from, as the end of a sentence. */
function publishedFault(plan: Plan, unmarkedCount: number, unreturnedCount: number): string {
  if (plan.allocator.protocol !== 'as-published') return '';
  if (plan.allocator.kind === 'linear' && unmarkedCount > 0) {
    return '; the linear allocator as published never marks what it hands out';
  }
  return unreturnedCount > 0 ? '; as published, nothing gives a spare back' : '';
}

interface SpareState {
  readonly isReserved: boolean;
  readonly isCached: boolean;
  readonly isMarked: boolean;
  /** The last live claim on it. */
  readonly holder: Claim | undefined;
  /** Whether anybody ever gave it back. */
  readonly wasReleased: boolean;
}

/** Given back by its thread, and still marked: the allocator did not take it. */
function isUnreturned({
  isMarked,
  isReserved,
  isCached,
  holder,
  wasReleased,
}: SpareState): boolean {
  return wasReleased && isMarked && !isReserved && !isCached && holder === undefined;
}

function statesOf(
  { live }: SettledClaims,
  { spares, claims }: RunRecord,
): (spare: number) => SpareState {
  const end = spares.allocatableEnd;
  /** Position in `live` of the last claim of each spare, + 1. */
  const holders = new Int32Array(end);
  for (const [index, { spare }] of live.entries()) holders[spare] = index + 1;
  const cached = new Uint8Array(end);
  for (const spare of cachedSpares(spares.ring)) cached[spare] = 1;
  const released = new Uint8Array(end);
  for (const { kind, spare } of claims) if (kind === 'release') released[spare] = 1;
  return (spare) => ({
    isReserved: spares.reserved[spare] === 1,
    isCached: cached[spare] === 1,
    isMarked: spares.marked[spare] === 1,
    holder: live[(holders[spare] as number) - 1],
    wasReleased: released[spare] === 1,
  });
}

type Role = 'used' | 'cached' | 'free' | 'reserved' | 'lost';

function roleOf({ isReserved, isCached, isMarked, holder }: SpareState): Role {
  if (isReserved) return 'reserved';
  if (holder !== undefined) return 'used';
  if (isCached) return 'cached';
  return isMarked ? 'lost' : 'free';
}

/** What is wrong with a spare's state, as the rest of a sentence about it, or null. */
function faultOf(state: SpareState, cachedAreMarked: boolean): string | null {
  const { isReserved, isCached, isMarked, holder } = state;
  if (isReserved && holder !== undefined) return 'is reserved and claimed';
  if (isReserved && isCached) return 'is reserved and in the ring';
  if (holder !== undefined && isCached) return 'is claimed and in the ring';
  if (isReserved) return isMarked ? null : 'is reserved, and its bit is clear';
  if (holder !== undefined) return isMarked ? null : 'is claimed, and its bit is clear';
  if (isCached) {
    if (isMarked === cachedAreMarked) return null;
    return isMarked ? 'is in the ring, and its bit is set' : 'is in the ring, and its bit is clear';
  }
  if (!isMarked) return null;
  return isUnreturned(state)
    ? 'was given back, and its bit is still set'
    : 'is marked, but nobody claimed it and the ring does not hold it';
}
