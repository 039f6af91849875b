import type { Environment } from '../record/run-record.ts';
import type { Plan } from '../scenario/plan.ts';
import { allocationIn, type Budget, budgetOf } from './budget.ts';
import { comparisonIn, type JudgedPath, judgeSamples } from './judge.ts';
import type { Series } from './samples.ts';
import { differenceText, SUBJECT, sentencesOn } from './words.ts';

/** Raised when a key of the document changes its meaning or goes away. */
export const OVERHEAD_SCHEMA_VERSION = 1;

/** What an experiment on the control path came to: the document that `--json` prints. */
export interface OverheadResult {
  readonly schemaVersion: number;
  readonly kind: 'overhead';
  readonly tool: string;
  readonly name: string;
  /** The scenario with every default filled in; null when samples were judged without one. */
  readonly scenario: unknown;
  readonly source: { readonly file: string | null; readonly sets: readonly string[] };
  /** File of the samples when they were not taken here. */
  readonly samplesFile: string | null;
  readonly seed: number;
  readonly startedAt: string;
  /** Of the machine; null when the samples were not taken here. */
  readonly environment: Environment | null;
  readonly marginNs: number;
  readonly delayNs: number;
  readonly rounds: {
    readonly wanted: number | null;
    readonly done: Readonly<Record<string, number>>;
  };
  readonly ending: { readonly kind: 'finished' | 'interrupted'; readonly reason: string };
  readonly paths: readonly OverheadPath[];
  /** Of another experiment, by the same rules; empty when there is none. */
  readonly beside: readonly OverheadPath[];
  readonly budget: Budget | null;
  readonly expect: Plan['overhead']['expect'];
  readonly verdict: {
    readonly outcome: 'pass' | 'expectation-failed' | 'interrupted';
    readonly exitCode: number;
    readonly sentence: string;
  };
  readonly repro: string;
}

export interface OverheadPath extends JudgedPath {
  /** What each command was answered, the first time. */
  readonly answers: Readonly<Record<string, string>>;
  readonly refusedRemaps: number;
  /** What the samples do and do not support. */
  readonly says: readonly string[];
}

/** What is judged, and what was noted while the samples were taken. */
export interface Taken {
  readonly samples: readonly Series[];
  readonly answers?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly refusedRemaps?: Readonly<Record<string, number>>;
}

/** Paths with their sentences, and where the time of a remap goes. */
export function judged(
  { samples, answers = {}, refusedRemaps = {} }: Taken,
  { marginNs, seed }: { readonly marginNs: number; readonly seed: number },
): { paths: OverheadPath[]; budget: Budget | null } {
  const bare = judgeSamples(samples, { marginNs, seed });
  const budget = budgetOf(samples, bare);
  const paths = bare.map((path) => {
    const noted = {
      answers: answers[path.path] ?? {},
      refusedRemaps: refusedRemaps[path.path] ?? 0,
    };
    const context = { marginNs, allocation: allocationIn(budget), ...noted };
    return { ...path, ...noted, says: sentencesOn(path, context) };
  });
  return { paths, budget };
}

type Expectation = Plan['overhead']['expect'];

/** Whether every path says of remap what was expected, and the sentence that closes the report. */
export function expectationOn(
  paths: readonly JudgedPath[],
  expect: Expectation,
): { readonly holds: boolean; readonly sentence: string } {
  const found = paths.map((path) => {
    const comparison = comparisonIn(path, SUBJECT);
    if (comparison === null) return { text: `${path.path}: nothing`, holds: expect === 'any' };
    const { isDifferent, isEquivalent } = comparison;
    const holds = {
      any: true,
      different: isDifferent,
      equivalent: isEquivalent,
      unresolved: !isDifferent && !isEquivalent,
    }[expect];
    const text = `${path.path}: ${differenceText(comparison)}, ${verdictName(comparison)}`;
    return { text, holds };
  });
  const holds = found.length > 0 && found.every((one) => one.holds);
  const wanted = expect === 'any' ? '' : `; expected: ${expect}`;
  const list = found.map(({ text }) => text).join('; ');
  return { holds, sentence: `${SUBJECT} - ping, ${list || 'no samples'}${wanted}` };
}

/** One or two words: `different, within the margin`. */
export function verdictName(comparison: {
  readonly isDifferent: boolean;
  readonly isEquivalent: boolean;
  readonly isBeyondMargin: boolean;
}): string {
  const { isDifferent, isEquivalent, isBeyondMargin } = comparison;
  if (isBeyondMargin) return 'different, beyond the margin';
  if (isDifferent && isEquivalent) return 'different, within the margin';
  if (isDifferent) return 'different';
  return isEquivalent ? 'equivalent' : 'not resolvable';
}
