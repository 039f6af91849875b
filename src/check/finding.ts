import type { Claim } from '../record/run-record.ts';
import { EVIDENCE_LIMIT, type Evidence, type Finding } from './check.ts';

/** The three answers a check can give, and the phrases its sentences are made of. */

export function held(summary: string): Finding {
  return { verdict: 'held', count: 0, summary, evidence: [] };
}

export function notApplicable(summary: string): Finding {
  return { verdict: 'not-applicable', count: 0, summary, evidence: [] };
}

/** Evidence for the first violations only: there may be a million, and a sentence is dear. */
export function quoted<T>(violations: readonly T[], say: (violation: T) => Evidence): Evidence[] {
  return violations.slice(0, EVIDENCE_LIMIT).map(say);
}

/** The count is complete; of the evidence the first few are quoted. */
export function broken(count: number, summary: string, evidence: readonly Evidence[]): Finding {
  return { verdict: 'broken', count, summary, evidence: evidence.slice(0, EVIDENCE_LIMIT) };
}

/** `1 spare`, `2 spares`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A moment of the run: microseconds in its first millisecond, milliseconds after it. */
export function timeText(ns: number): string {
  return ns < 1_000_000 ? `${(ns / 1e3).toFixed(3)} µs` : `${(ns / 1e6).toFixed(3)} ms`;
}

/** Who made a claim and when, e.g. `LBA 41552 (thread 3, at 1.204 ms)`. */
export function claimText(claim: Claim): string {
  if (claim.thread === null) return 'the drain after the run';
  if (claim.lba === null) {
    const when = timeText(claim.completionNs);
    return `nobody, since it is bad (thread ${claim.thread}, at ${when})`;
  }
  return `LBA ${claim.lba} (thread ${claim.thread}, at ${timeText(claim.completionNs)})`;
}

/** Evidence about a spare, with the LBAs, threads and times of the claims that it quotes. */
export function evidenceOf(text: string, spare: number, claims: readonly Claim[]): Evidence {
  return {
    text,
    spare,
    lbas: claims.flatMap((claim) => claim.lba ?? []),
    threads: claims.flatMap((claim) => claim.thread ?? []),
    timesNs: claims.flatMap((claim) => (claim.thread === null ? [] : claim.completionNs)),
  };
}
