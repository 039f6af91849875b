/**
 * The verdict of a run: one exit code, one word, one sentence.
 *
 *     broken run               4         nothing it measured can be relied on, so it wins over all
 *     integrity violation      3         wins over an interruption and over thresholds
 *     interrupted              130, 143  SIGINT, SIGTERM; what was measured until then is kept
 *     expectation not met      1         `expect` names a fault, and it was not found
 *     threshold failed         1
 *     all held                 0
 *
 * Under `expect: collision` a collision is what the scenario asks for: the checks that report it,
 * and those that it explains, are not violations. A broken check that no collision explains still
 * is one. That no collision was found says nothing against the integrity of the data: hence 1.
 * Under `expect: leak` the same holds of spares that get lost: those that conservation finds used
 * by nobody, and those that false exhaustion finds free and out of reach; and under `expect:
 * metadata-loss` of what a restart loses, which the check of metadata reports. Under `expect:
 * violation` it holds of everything that a check can report.
 */
import { EXIT, type Exit } from '../errors.ts';
import type { Expectation } from '../scenario/plan.ts';
import { formatCount, formatNs } from '../units.ts';
import { type Measured, totalOperations } from './measured.ts';
import type { Outcome, Result, ResultCheck, ResultThreshold } from './result-schema.ts';
import { exactCount, plural } from './text.ts';

/** Whether a check reports collisions: one spare claimed twice, or a metadata sector claimed. */
export function isCollision(check: { readonly name: string }): boolean {
  return check.name === 'collisions' || check.name === 'reserved';
}

/** Whether a broken check is what the scenario was written to show, or follows from it. */
export function isExpected(
  check: Pick<ResultCheck, 'name' | 'consequenceOf'>,
  expect: Expectation,
): boolean {
  if (expect === 'violation') return true;
  if (expect === 'leak') return isLeak(check);
  if (expect === 'metadata-loss') return isMetadata(check) || check.consequenceOf === 'metadata';
  return expect === 'collision' && (isCollision(check) || check.consequenceOf === 'collisions');
}

function isLeak(check: { readonly name: string }): boolean {
  return check.name === 'conservation' || check.name === 'false exhaustion';
}

function isMetadata(check: { readonly name: string }): boolean {
  return check.name === 'metadata';
}

/** What a scenario asks for, as a noun. */
const EXPECTED: { readonly [E in Exclude<Expectation, 'pass'>]: string } = {
  collision: 'a collision',
  leak: 'a leak',
  violation: 'a violation',
  'metadata-loss': 'metadata to be lost',
};

export function expectedText(expectation: Expectation): string {
  return expectation === 'pass' ? 'nothing' : EXPECTED[expectation];
}

/** Collisions of both kinds that the checks found. */
export function collisionCountOf(
  checks: readonly { readonly name: string; readonly count: number }[],
): number {
  return checks.filter(isCollision).reduce((sum, check) => sum + check.count, 0);
}

export function verdictOf(
  measured: Measured,
  thresholds: readonly ResultThreshold[],
): Result['verdict'] {
  const violations = violationsIn(measured);
  const outcome = outcomeOf(measured, violations, thresholds);
  return {
    exitCode: exitCodeOf(outcome, measured.ending.reason),
    outcome,
    sentence: sentenceOf(measured, outcome, violations, thresholds),
  };
}

/** Broken checks that count as violations of integrity: see the head of this file. */
function violationsIn(measured: Measured): ResultCheck[] {
  return measured.checks.filter(
    (check) => check.verdict === 'broken' && !isExpected(check, measured.expect),
  );
}

function outcomeOf(
  measured: Measured,
  violations: readonly ResultCheck[],
  thresholds: readonly ResultThreshold[],
): Outcome {
  const applies: { readonly [O in Outcome]: boolean } = {
    broken: measured.ending.kind === 'broken',
    integrity: violations.length > 0,
    interrupted: measured.ending.kind === 'interrupted',
    'expectation-failed': isMissed(measured),
    'threshold-failed': thresholds.some((threshold) => !threshold.pass),
    pass: true,
  };
  return OUTCOME_ORDER.find((outcome) => applies[outcome]) ?? 'pass';
}

/** The first of these that applies is the outcome of a run. */
export const OUTCOME_ORDER: readonly Outcome[] = [
  'broken',
  'integrity',
  'interrupted',
  'expectation-failed',
  'threshold-failed',
  'pass',
];

/** Whether the scenario was written to show something that was not there. */
function isMissed({ expect, collisions, checks }: Measured): boolean {
  if (expect === 'leak') return leakCountOf(checks) === 0;
  if (expect === 'violation') return !checks.some(isBroken);
  if (expect === 'metadata-loss') {
    return !checks.some((check) => isMetadata(check) && check.verdict === 'broken');
  }
  return expect === 'collision' && collisions === 0;
}

function isBroken({ verdict }: { readonly verdict: ResultCheck['verdict'] }): boolean {
  return verdict === 'broken';
}

function leakCountOf(checks: readonly ResultCheck[]): number {
  return checks.filter(isLeak).reduce((sum, check) => sum + check.count, 0);
}

/** What a run of each outcome ends with; an interruption by SIGTERM is told apart. */
export const OUTCOME_EXITS: { readonly [O in Outcome]: Exit } = {
  broken: 'broken',
  integrity: 'integrity',
  interrupted: 'interrupted',
  'expectation-failed': 'thresholdFailed',
  'threshold-failed': 'thresholdFailed',
  pass: 'held',
};

function exitCodeOf(outcome: Outcome, signal: string): number {
  if (outcome === 'interrupted' && signal === 'SIGTERM') return EXIT.terminated;
  return EXIT[OUTCOME_EXITS[outcome]];
}

function sentenceOf(
  measured: Measured,
  outcome: Outcome,
  violations: readonly ResultCheck[],
  thresholds: readonly ResultThreshold[],
): string {
  const { ending } = measured;
  const parts: string[] = [];
  if (ending.kind === 'broken') parts.push(`The run broke: ${withoutStop(ending.reason)}`);
  if (ending.kind === 'interrupted') parts.push(`Interrupted by ${ending.reason}`);
  if (ending.kind === 'crashed') parts.push(capitalised(withoutStop(ending.reason)));
  if (violations.length > 0) {
    parts.push(`Integrity violated: ${violationText(violations)}`);
  }
  if (outcome === 'expectation-failed') {
    const expected = expectedText(measured.expect);
    const seen = measured.expect === 'metadata-loss' ? 'nothing was' : 'none was found';
    parts.push(`The scenario expects ${expected} and ${seen}; integrity is clean`);
  }
  parts.push(figuresOf(measured, thresholds));
  return parts.join('. ');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `collisions (12); in consequence data (3)`. */
function violationText(violations: readonly ResultCheck[]): string {
  const named = (checks: readonly ResultCheck[]): string =>
    checks.map((check) => `${check.name} (${exactCount(check.count)})`).join(', ');
  const own = violations.filter((check) => check.consequenceOf === null);
  const consequences = violations.filter((check) => check.consequenceOf !== null);
  if (own.length === 0 || consequences.length === 0) return named(violations);
  return `${named(own)}; in consequence ${named(consequences)}`;
}

/** What was done and what came of it: `3.98M operations in 20.0s by 4 threads, 0 collisions, …`. */
function figuresOf(measured: Measured, thresholds: readonly ResultThreshold[]): string {
  const operationCount = totalOperations(measured);
  const collisions = plural(measured.collisions, 'collision', exactCount(measured.collisions));
  const expected = measured.expect === 'collision' && measured.collisions > 0;
  const parts = [
    `${plural(operationCount, 'operation', formatCount(operationCount))} in ` +
      `${formatNs(measured.durationNs)} by ${plural(measured.threadCount, 'thread')}`,
    expected ? `${collisions} as expected` : collisions,
    ...steadyWords(measured),
    ...crashParts(measured),
  ];
  const leaks = leakCountOf(measured.checks);
  if (measured.expect === 'leak' && leaks > 0) {
    parts.push(`${plural(leaks, 'spare', exactCount(leaks))} lost as expected`);
  }
  const broken = measured.checks.filter(isBroken);
  if (measured.expect === 'violation' && broken.length > 0) {
    parts.push(`${violationText(broken)} broken as expected`);
  }
  const failed = thresholds.filter((threshold) => !threshold.pass).length;
  if (measured.ending.kind === 'broken') {
    // What held until the run broke says nothing of what it would have come to.
    if (thresholds.length > 0) parts.push('thresholds not judged');
  } else if (failed > 0) {
    parts.push(`${failed} of ${plural(thresholds.length, 'threshold')} failed`);
  } else if (thresholds.length > 0) {
    parts.push(`${plural(thresholds.length, 'threshold')} held`);
  }
  return parts.join(', ');
}

function steadyWords({ steady, durationNs, warmupNs }: Measured): string[] {
  if (!steady.applies) return [];
  const { metric, reachedNs } = steady;
  return reachedNs === null
    ? [`${metric} did not become steady in ${formatNs(durationNs)}`]
    : [`${metric} steady after ${formatNs(reachedNs - warmupNs)}`];
}

function crashParts({ metadata, expect }: Measured): string[] {
  if (!metadata.applies) return [];
  const { crashPoints, failedPoints } = metadata;
  const points = plural(crashPoints, 'crash point', exactCount(crashPoints));
  if (failedPoints === 0) return [`${points} survived`];
  const lost = `something lost at ${exactCount(failedPoints)} of ${points}`;
  return [expect === 'metadata-loss' ? `${lost} as expected` : lost];
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.\s*$/, '');
}

/** A broken run tells least, a violation most urgently; an interruption hides neither. */
const SEVERITY: readonly number[] = [
  EXIT.held,
  EXIT.thresholdFailed,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.broken,
  EXIT.integrity,
];

/** The exit code of several runs together. */
export function worstOf(codes: readonly number[]): number {
  return codes.reduce(
    (worst, code) => (SEVERITY.indexOf(code) > SEVERITY.indexOf(worst) ? code : worst),
    EXIT.held as number,
  );
}
