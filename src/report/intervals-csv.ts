import { OPERATIONS } from '../scenario/plan.ts';
import { type Cell, csvText } from './csv.ts';
import type { Result } from './result-schema.ts';

/** Columns of an operation; latencies are service times in nanoseconds. */
const FIGURES = ['count', 'p50', 'p99', 'max'] as const;

/**
 * `intervals.csv`: the interval series of `result.json`, a line an interval and every operation in
 * it, so that the columns are the same for all runs. An interval without latencies has empty cells
 * for them, not zeros, which would be fast.
 */
export function intervalsCsv({ intervals }: Result): string {
  const head = [
    'startNs',
    'endNs',
    'phase',
    ...OPERATIONS.flatMap((name) =>
      FIGURES.map((figure) => `${name}.${figure}${figure === 'count' ? '' : 'Ns'}`),
    ),
    'granted',
    'refused',
    'collisions',
  ];
  const rows = intervals.map(
    ({ startNs, endNs, phase, operations, granted, refused, collisions }) => [
      startNs,
      endNs,
      phase,
      ...OPERATIONS.flatMap((name): Cell[] => {
        const figures = operations[name];
        return FIGURES.map((figure) =>
          figure === 'count' || figures.count > 0 ? figures[figure] : null,
        );
      }),
      granted,
      refused,
      collisions,
    ],
  );
  return csvText(head, rows);
}
