import { EXIT } from '../errors.ts';
import type { SearchPlan } from '../scenario/plan.ts';
import { searchValueText } from '../scenario/search-range.ts';
import type { Highest, Purpose } from '../search/highest.ts';
import type { StoredResultOf } from './repeat.ts';
import { reproCommand } from './repro.ts';
import type { Result } from './result-schema.ts';
import { SEARCH_SCHEMA_VERSION, type Search, type SearchProbe } from './search-schema.ts';

/** A run of a search, and why it was made. */
export interface StoredProbe extends StoredResultOf {
  readonly value: number;
  readonly purpose: Purpose;
}

/** What a probe says of its value: null when the run came to no answer. */
export function heldIn({ verdict }: Result): boolean | null {
  if (verdict.exitCode === EXIT.held) return true;
  return verdict.exitCode === EXIT.thresholdFailed ? false : null;
}

export function probeOf(
  plan: SearchPlan,
  { result, folder, value, purpose }: StoredProbe,
): SearchProbe {
  return {
    value: { value, text: searchValueText(value, plan) },
    purpose,
    held: heldIn(result),
    seed: result.seed,
    folder,
    startedAt: result.startedAt,
    exitCode: result.verdict.exitCode,
    outcome: result.verdict.outcome,
    conditions: result.thresholds.map(({ expression, observedText, pass }) => ({
      expression,
      observedText,
      pass,
    })),
    repro: result.repro,
  };
}

/** What a search came to; of at least one probe. */
export function searchOf(input: {
  readonly plan: SearchPlan;
  readonly name: string;
  readonly seed: number;
  readonly source: Search['source'];
  readonly highest: Highest;
  readonly probes: readonly StoredProbe[];
  /** Name of the signal that ended it, perhaps between two probes. */
  readonly interruption: string | null;
}): Search {
  const { plan, highest, probes } = input;
  const shownValue = (value: number) => ({ value, text: searchValueText(value, plan) });
  const valueOrNull = (value: number | null) => (value === null ? null : shownValue(value));
  const [first] = probes as [StoredProbe, ...StoredProbe[]];
  const found = {
    key: plan.key,
    conditions: [...plan.conditions],
    from: shownValue(plan.from),
    to: shownValue(plan.to),
    tolerance: plan.tolerance,
    scale: plan.scale,
    found: valueOrNull(highest.found),
    failed: valueOrNull(highest.failed),
    heldBeyond: highest.heldBeyond.map(shownValue),
    unconfirmed: highest.unconfirmed.map(shownValue),
    probes: probes.map((probe) => probeOf(plan, probe)),
  };
  return {
    schemaVersion: SEARCH_SCHEMA_VERSION,
    tool: first.result.tool,
    name: input.name,
    source: input.source,
    seed: input.seed,
    ...found,
    verdict: verdictOf(found, highest.ended, input.interruption),
    repro: reproCommand(input.source, input.seed),
  };
}

type Found = Pick<
  Search,
  'key' | 'found' | 'failed' | 'heldBeyond' | 'unconfirmed' | 'probes' | 'from' | 'to'
>;

/**
 * A violation or a broken run ends a search, and an interruption does; each has its own exit code,
 * and what was found until then is said. That nothing held exits 1, as a threshold would.
 */
function verdictOf(search: Found, ended: boolean, interruption: string | null): Search['verdict'] {
  const { key, found, probes, from } = search;
  const last = probes.at(-1) as SearchProbe;
  if (ended) {
    const soFar =
      found === null
        ? 'no value had held until then'
        : `${found.text} had held until then, and is not confirmed`;
    if (last.held !== null) {
      const exitCode = interruption === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
      return { exitCode, sentence: `the search for ${key} was interrupted; ${soFar}` };
    }
    const sentence = `the search for ${key} ended at ${last.value.text}: ${last.outcome}; ${soFar}`;
    return { exitCode: last.exitCode, sentence };
  }
  if (found === null) {
    const again = search.unconfirmed.length > 0 ? ' when it was tried again' : '';
    const sentence =
      `the conditions fail even at the lower end, ${key} ${from.text}${again}` +
      `: ${failedText(probes.findLast(({ held }) => held === false) as SearchProbe)}`;
    return { exitCode: EXIT.thresholdFailed, sentence };
  }
  return {
    exitCode: EXIT.held,
    sentence: [foundText(search, found), ...doubtsIn(search)].join('; '),
  };
}

function foundText({ key, failed, to }: Found, found: Search['from']): string {
  if (failed !== null) return `${key} holds up to ${found.text}, and fails at ${failed.text}`;
  return found.value === to.value
    ? `${key} holds even at the upper end, ${found.text}: the highest may lie above`
    : `${key} holds up to ${found.text}`;
}

/** Why the answer is less sure than it looks. */
function doubtsIn({ heldBeyond, unconfirmed }: Found): string[] {
  const textOf = (values: Search['unconfirmed']) => values.map(({ text }) => text).join(', ');
  return [
    ...(unconfirmed.length === 0
      ? []
      : [
          `${textOf(unconfirmed)} held once and failed when tried again: near there chance decides`,
        ]),
    ...(heldBeyond.length === 0
      ? []
      : [`not monotone: ${textOf(heldBeyond)} held too, above values that failed`]),
  ];
}

/** `read.p99 < 1ms: 3.2ms, errors == 0: 4`. */
export function failedText({ conditions }: Pick<SearchProbe, 'conditions'>): string {
  return conditions
    .filter(({ pass }) => !pass)
    .map(({ expression, observedText }) => `${expression}: ${observedText}`)
    .join(', ');
}
