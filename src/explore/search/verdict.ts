/**
 * What an exploration may say. Only `fail` and `pass-exhaustive` are answers; the others say how
 * far the search came.
 */
export type ExplorationVerdict =
  | { readonly kind: 'fail' }
  | { readonly kind: 'pass-exhaustive' }
  | { readonly kind: 'pass-bounded'; readonly preemptions: number }
  | { readonly kind: 'pass-sampled'; readonly executions: number }
  | { readonly kind: 'unknown-budget' };

/** `pass-bounded(2)` */
export function verdictName(verdict: ExplorationVerdict): string {
  if (verdict.kind === 'pass-bounded') return `pass-bounded(${verdict.preemptions})`;
  if (verdict.kind === 'pass-sampled') return `pass-sampled(${verdict.executions})`;
  return verdict.kind;
}

/** What the verdict covers, and what it leaves open, in sentences. */
export function verdictText(verdict: ExplorationVerdict): string {
  switch (verdict.kind) {
    case 'fail':
      return 'An interleaving breaks a promise; it is shown and can be replayed.';
    case 'pass-exhaustive':
      return (
        'Every interleaving of this program was covered, up to the order of independent steps. ' +
        'Larger programs were not. Where a data race is reported, more may happen than ' +
        'interleavings show.'
      );
    case 'pass-bounded':
      return (
        `Every interleaving with at most ${verdict.preemptions} ` +
        `pre-emption${verdict.preemptions === 1 ? '' : 's'} was run. ` +
        'Those with more were not.'
      );
    case 'pass-sampled':
      return `${verdict.executions} interleavings were drawn and nothing was found: a test, no proof.`;
    case 'unknown-budget':
      return 'The budget ended before the search did. Nothing was found, and nothing is claimed.';
  }
}
