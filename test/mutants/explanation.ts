import type { Judged } from './judged.ts';

/** Why a mutant survives and is right to. Whatever is left out holds for any. */
export interface Explanation {
  /** One file, or several that have the same lines. */
  readonly file: string | readonly string[];
  readonly place?: string | readonly string[];
  readonly operator?: string | readonly string[];
  /** The whole text, or a pattern of it. */
  readonly from?: string | RegExp | readonly string[];
  readonly to?: string | RegExp | readonly string[];
  readonly nth?: number;
  readonly because: string;
}

/** Enough of a mutant to explain it. */
export type Named = Pick<Judged, 'file' | 'place' | 'operator' | 'from' | 'to' | 'nth'>;

function explains(explanation: Explanation, mutant: Named): boolean {
  const { file, place, operator, from, to, nth } = explanation;
  return (
    isIn(file, mutant.file) &&
    (place === undefined || isIn(place, mutant.place)) &&
    (operator === undefined || isIn(operator, mutant.operator)) &&
    (from === undefined || isIn(from, mutant.from)) &&
    (to === undefined || isIn(to, mutant.to)) &&
    (nth === undefined || nth === mutant.nth)
  );
}

function isIn(wanted: string | RegExp | readonly string[], text: string): boolean {
  if (typeof wanted === 'string') return wanted === text;
  return wanted instanceof RegExp ? wanted.test(text) : wanted.includes(text);
}

/** What a hunt came to, held against the explanations. */
export interface Account {
  /** Survivors that nobody has explained. */
  readonly unexplained: readonly Judged[];
  /** Mutants that are killed although they are explained. */
  readonly refuted: readonly Judged[];
  /** Explanations of nothing that there is. */
  readonly needless: readonly Explanation[];
}

/** @param all every mutant there is, hunted or not */
export function accountOf(
  judged: readonly Judged[],
  explanations: readonly Explanation[],
  all: readonly Named[],
): Account {
  const isExplained = (mutant: Judged) => explanations.some((one) => explains(one, mutant));
  return {
    unexplained: judged.filter((one) => one.outcome !== 'killed' && !isExplained(one)),
    refuted: judged.filter((one) => one.outcome === 'killed' && isExplained(one)),
    needless: explanations.filter((one) => !all.some((mutant) => explains(one, mutant))),
  };
}
