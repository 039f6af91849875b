import type { Claim, RunRecord } from '../record/run-record.ts';
import { exhaustsSpares, type Plan } from '../scenario/plan.ts';
import type { Check, Evidence, Finding } from './check.ts';
import { cachedSpares, isLogComplete, liveSpares, whyIncomplete } from './claims.ts';
import { broken, counted, evidenceOf, held, notApplicable, quoted, timeText } from './finding.ts';

/**
 * Goal: "none" is said only when no spare is free.
 *
 * Method: two answers are examined. (1) The first "none" of the run. A spare was free all through
 * that call if each claim on it was issued after the call or released before it; it counts if
 * somebody, the drain included, was given it afterwards, or if it is still free at the end. Spares
 * taken or given back while the call went on are not held against it: they made or lost room in an
 * order nobody knows. (2) The last answer of the drain, which is "none": what is free after it is
 * out of reach for good. A spare that waits in the ring is free, for whoever is told "none".
 *
 * Not covered: later "none" answers, whose times are not kept; a spare that is marked and belongs
 * to nobody (see conservation); runs in which a claim may not have been written down, since its
 * spare would look free; a drain that had to be cut off, as that of the linear allocator as
 * published, which never says "none".
 */
export const falseExhaustion: Check = {
  name: 'false exhaustion',
  examine: examineExhaustion,
};

type Refusal = NonNullable<RunRecord['allocation']['firstRefusal']>;

function examineExhaustion(plan: Plan, run: RunRecord): Finding {
  const { firstRefusal, refusedCount } = run.allocation;
  const drained = endedWithNone(plan, run);
  if (firstRefusal === null && !drained) return notApplicable('Nobody was told "none".');
  if (!isLogComplete(run)) return notApplicable(`Not judged: ${whyIncomplete(run)}.`);

  const leftovers = leftoversOf(run);
  const missed = firstRefusal === null ? [] : freeDuring(firstRefusal, run, leftovers);
  const unreachable = drained ? withoutThose(leftovers, missed) : [];
  const count = missed.length + unreachable.length;

  const answers = [
    ...(refusedCount > 0 ? [`the first of ${counted(refusedCount, '"none" answer')}`] : []),
    ...(drained ? ['the last answer of the drain'] : []),
  ].join(' and ');
  const left = drained ? `; ${counted(leftovers.length, 'spare')} out of reach after the run` : '';
  if (count === 0) return held(`Examined ${answers}: no spare was free${left}.`);
  return broken(count, `Examined ${answers}: ${counted(count, 'spare')} had been free${left}.`, [
    ...quoted(missed, (one) => missedEvidence(one, firstRefusal as Refusal)),
    ...quoted(unreachable, (spare) => ({
      text: `spare ${spare} is free after the run, although the drain was told "none"`,
      spare,
    })),
  ]);
}

function withoutThose(spares: readonly number[], missed: readonly Missed[]): number[] {
  const told = new Set(missed.map(({ spare }) => spare));
  return spares.filter((spare) => !told.has(spare));
}

/**
 * Whether a drain ended with "none". One that was given as many spares as there are was cut off. A
 * run that ended before anybody was refused, and from which nothing was drained, gives no sign that
 * there was a drain.
 */
function endedWithNone(plan: Plan, run: RunRecord): boolean {
  const { refusedCount, drainedCount } = run.allocation;
  const mayHaveRun = exhaustsSpares(plan) && run.ending.kind !== 'broken';
  if (!mayHaveRun || drainedCount >= run.spares.allocatableEnd) return false;
  return refusedCount > 0 || drainedCount > 0;
}

/** Spares free after the run: in no live claim, and the bit is clear or the ring holds them. */
function leftoversOf(run: RunRecord): number[] {
  const { allocatableEnd, reserved, marked, ring } = run.spares;
  const live = liveSpares(run);
  const cached = new Set(cachedSpares(ring));
  const spares: number[] = [];
  for (let spare = 0; spare < allocatableEnd; spare++) {
    if (reserved[spare] === 1 || live[spare] === 1) continue;
    if (marked[spare] === 0 || cached.has(spare)) spares.push(spare);
  }
  return spares;
}

/** A spare that was free all through a refused call, and who was given it afterwards. */
interface Missed {
  readonly spare: number;
  readonly takenBy: Claim | null;
}

function freeDuring(refusal: Refusal, run: RunRecord, leftovers: readonly number[]): Missed[] {
  const { allocatableEnd, reserved } = run.spares;
  const mayBeTaken = new Int32Array(allocatableEnd);
  const takenLater = new Map<number, Claim>();
  for (const claim of run.claims) {
    const { spare } = claim;
    if (spare < 0 || spare >= allocatableEnd || reserved[spare] === 1) continue;
    if (claim.kind === 'release') {
      if (claim.completionNs < refusal.issueNs) mayBeTaken[spare] = at(mayBeTaken, spare) - 1;
    } else if (claim.thread !== null && claim.issueNs <= refusal.completionNs) {
      mayBeTaken[spare] = at(mayBeTaken, spare) + 1;
    } else if (!takenLater.has(spare)) {
      takenLater.set(spare, claim);
    }
  }
  const later = [...takenLater].map(([spare, takenBy]) => ({ spare, takenBy }));
  const never = leftovers.filter((spare) => !takenLater.has(spare));
  return [...later, ...never.map((spare) => ({ spare, takenBy: null }))].filter(
    ({ spare }) => at(mayBeTaken, spare) <= 0,
  );
}

function at(counts: Int32Array, spare: number): number {
  return counts[spare] as number;
}

function missedEvidence({ spare, takenBy }: Missed, refusal: Refusal): Evidence {
  const { thread, issueNs, completionNs } = refusal;
  const call = `from ${timeText(issueNs)} to ${timeText(completionNs)}`;
  const text = `spare ${spare} was free while thread ${thread} was told "none" (${call})`;
  if (takenBy !== null) return evidenceOf(`${text}; ${takenText(takenBy)}`, spare, [takenBy]);
  const timesNs = [issueNs, completionNs];
  return { text: `${text}; it still is after the run`, spare, threads: [thread], timesNs };
}

function takenText(claim: Claim): string {
  if (claim.thread === null) return 'the drain after the run was given it';
  return `thread ${claim.thread} was given it at ${timeText(claim.completionNs)}`;
}
