import type { Result } from '../result-schema.ts';
import type { Figures } from './figures.ts';
import type { Markup, Piece } from './markup.ts';
import { number, table, text } from './table.ts';

const STATISTICS = [
  'min',
  'mean',
  'stddev',
  'p50',
  'p90',
  'p99',
  'p99.9',
  'p99.99',
  'p99.999',
  'max',
] as const;

export interface NamedPath {
  readonly name: string;
  /** Where its summary stands in result.json. */
  readonly path: readonly string[];
}

/** Distributions in numbers, those without latencies left out. */
export function latencyTable(result: Result, figures: Figures, rows: readonly NamedPath[]): Markup {
  return table(
    [text('Latency'), number('Count'), ...STATISTICS.map((name) => number(name))],
    rows
      .filter(({ path }) => countAt(result, path) > 0)
      .map(({ name, path }): Piece[] => [
        name,
        figures.at('count', ...path, 'count'),
        ...STATISTICS.map((statistic) => figures.at('ns', ...path, statistic)),
      ]),
  );
}

/** Latencies in the summary at a path of the result. */
function countAt(result: Result, path: readonly string[]): number {
  let value: unknown = result;
  for (const key of path) value = (value as Record<string, unknown>)[key];
  return (value as { readonly count: number }).count;
}
