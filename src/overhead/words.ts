import { repetitionsToSee } from '../statistics/power.ts';
import { formatCount, formatNs, formatPercent } from '../units.ts';
import type { BudgetStep } from './budget.ts';
import type { Comparison, JudgedPath } from './judge.ts';
import { comparisonIn } from './judge.ts';
import { CONTROL } from './samples.ts';

/** What the sentences about a path need to know besides its samples. */
export interface Context {
  readonly marginNs: number;
  /** Null where nobody measured it on the machine that the samples are of. */
  readonly allocation: BudgetStep | null;
  /** What each command was answered. */
  readonly answers: Readonly<Record<string, string>>;
  readonly refusedRemaps: number;
}

/** The operation that the argument is about. */
export const SUBJECT = 'remap';

/** What the samples of a path do and do not support, in sentences. */
export function sentencesOn(path: JudgedPath, context: Context): string[] {
  const comparison = comparisonIn(path, SUBJECT);
  const count = path.operations.find(({ operation }) => operation === SUBJECT)?.count ?? 0;
  if (comparison === null) {
    return [`Nothing can be said of ${SUBJECT} against ping: there are too few samples of them.`];
  }
  return [
    ...designSentences(comparison),
    verdictSentence(comparison, context.marginNs),
    powerSentence(comparison, context.marginNs),
    ...allocationSentences(comparison, context.allocation),
    ...controlSentences(comparisonIn(path, CONTROL)),
    ...answerSentences(context, count),
  ];
}

function designSentences({ difference }: Comparison): string[] {
  if (difference.design !== 'single values') return [];
  return [
    `There is one value of each: how far values scatter is taken from all ` +
      `${difference.degreesOfFreedom + 1} calls, as though they took the same time.`,
  ];
}

function verdictSentence(comparison: Comparison, marginNs: number): string {
  const { isDifferent, isEquivalent, isBeyondMargin, interval } = comparison;
  const margin = formatNs(marginNs);
  const found = `${SUBJECT} - ping is ${differenceText(comparison)} (95 %): `;
  if (isBeyondMargin) return `${found}a difference, and more than the margin of ${margin}.`;
  if (isDifferent && isEquivalent) {
    return `${found}a difference, and less than the margin of ${margin}.`;
  }
  if (isDifferent) {
    return `${found}a difference; whether it is less than the margin of ${margin} is open.`;
  }
  if (isEquivalent) {
    return `${found}no difference is seen, and one of ${margin} or more is ruled out.`;
  }
  return (
    `${found}not resolvable. A ${SUBJECT} that takes ${formatNs(Math.abs(interval.low))} less ` +
    `than ping fits the data, and so does one that takes ${formatNs(interval.high)} more. That ` +
    `they look alike does not show that they are.`
  );
}

function powerSentence(comparison: Comparison, marginNs: number): string {
  const { detectableNs, repetitionsToSeeMargin, equivalence } = comparison;
  const margin = formatNs(marginNs);
  const shows = `The least difference that this experiment shows four times in five is ${formatNs(detectableNs)}`;
  if (detectableNs <= marginNs) return `${shows}.`;
  return (
    `${shows}; to see ${margin}, about ${about(repetitionsToSeeMargin)} runs of each command are ` +
    `needed. Of two equal commands, such an experiment would show in ` +
    `${formatPercent(equivalence.power)} of all cases that they are within ± ${margin}.`
  );
}

function allocationSentences(comparison: Comparison, allocation: BudgetStep | null): string[] {
  if (allocation === null) return [];
  const { ns, low, high } = allocation;
  const takes = `One allocation takes ${formatNs(ns)} [${formatNs(low)}, ${formatNs(high)}]`;
  if (ns <= 0) return [`${takes}: no more than the clock can tell.`];
  if (comparison.detectableNs <= ns) return [`${takes}: this path can resolve it.`];
  const needed = about(repetitionsToSee(comparison.difference, ns));
  return [
    `${takes}: this path cannot resolve it; about ${needed} runs of each command would be needed.`,
  ];
}

function controlSentences(control: Comparison | null): string[] {
  if (control?.isDifferent !== true) return [];
  return [
    `The empty call differs from itself by ${differenceText(control)}. By chance that happens in ` +
      `one experiment of twenty; if it does so again, trust no difference as small.`,
  ];
}

function answerSentences({ answers, refusedRemaps }: Context, count: number): string[] {
  const unknown = Object.keys(answers).filter((command) => answers[command]?.includes('unknown'));
  const sentences: string[] = [];
  if (unknown.length > 0) {
    const are = unknown.length === 1 ? 'is no command' : 'are no commands';
    sentences.push(`${unknown.join(', ')} ${are} of the target: what is timed is a refusal.`);
  }
  if (refusedRemaps > 0) {
    sentences.push(
      `${about(refusedRemaps)} of ${about(count)} remaps were answered with an error.`,
    );
  }
  return sentences;
}

/** `-1.96ms ± 5.08ms`. */
export function differenceText({ difference, marginOfErrorNs }: Comparison): string {
  return `${formatNs(difference.estimate)} ± ${formatNs(marginOfErrorNs)}`;
}

/** Three digits of a count, thousands apart: `3,070`, `30.7M`. */
export function about(count: number): string {
  if (count < 1000) return String(count);
  if (count >= 1e6) return formatCount(count);
  const step = 10 ** (Math.floor(Math.log10(count)) - 2);
  return (Math.round(count / step) * step).toLocaleString('en-US');
}
