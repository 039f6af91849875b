import type { Outcome } from '../report/result-schema.ts';
import { momentOf, type RunFilter } from '../report/run-filter.ts';
import { mustBeWhole } from './option-values.ts';

/** Which of the stored runs a command is about. */
export interface FilterArguments {
  readonly scenario: string | undefined;
  readonly outcome: readonly Outcome[];
  readonly since: string | undefined;
  readonly last: number | undefined;
}

export function filterOf({ scenario, outcome, since, last }: FilterArguments): RunFilter {
  if (last !== undefined) mustBeWhole('last', last, 1, 1_000_000);
  return {
    name: scenario,
    outcome,
    sinceMs: since === undefined ? undefined : momentOf(since, Date.now()),
    last,
  };
}
