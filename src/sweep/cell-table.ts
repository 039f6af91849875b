/**
 * Every cell of a sweep as a row, for text and page alike: a row a class of machines.
 */
import { clip, plural, printable } from '../report/text.ts';
import { formatNs, formatRate } from '../units.ts';
import { shortKey } from './finding.ts';
import type { MergedCell, MergedClass, MergedSweep } from './merge.ts';

const VALUE_COLUMNS_MAX = 24;

export interface CellColumn {
  readonly head: string;
  readonly isNumber: boolean;
  /** Without a class of machines nobody has made the cell, or nobody could. */
  readonly textOf: (cell: MergedCell, one: MergedClass | null) => string;
  /** What is said in place of a column that has the same in every row; '' keeps the column. */
  readonly once?: (only: string) => string;
}

export interface CellRow {
  readonly cell: MergedCell;
  readonly one: MergedClass | null;
}

export function cellRows(merged: MergedSweep): CellRow[] {
  return merged.cells.flatMap((cell): CellRow[] =>
    cell.classes.length === 0 ? [{ cell, one: null }] : cell.classes.map((one) => ({ cell, one })),
  );
}

export function cellColumns(merged: MergedSweep): CellColumn[] {
  const keys = [
    ...merged.axes.map(({ key }) => key),
    ...merged.cells.flatMap(({ values }) => values.map(({ key }) => key)),
  ];
  const values = [...new Set(keys)].map((key): CellColumn => {
    const isNumber = merged.cells.every((cell) => /^[-\d]/.test(textOfValue(cell, key)));
    return { head: shortKey(key), isNumber, textOf: (cell) => textOfValue(cell, key) };
  });
  const host: CellColumn = {
    head: 'host',
    isNumber: true,
    textOf: (_, one) => (one === null ? '' : String(merged.hostClasses.indexOf(one.hostClass) + 1)),
  };
  return [...values, ...(merged.hostClasses.length > 1 ? [host] : []), ...FIGURES];
}

const FIGURES: readonly CellColumn[] = [
  {
    head: 'runs',
    isNumber: true,
    textOf: (cell, one) => String(one === null ? cell.runCount : one.runs.length),
    once: (only) => plural(Number(only), 'run'),
  },
  {
    head: 'op',
    isNumber: false,
    textOf: (_, one) => one?.operation ?? '',
    once: (only) => (only === '' ? '' : `response times of ${only}`),
  },
  {
    head: 'done',
    isNumber: true,
    textOf: (_, one) =>
      one === null ? '' : formatRate(one.figures.throughput.operationsPerSecond),
  },
  latencyColumn('p50'),
  latencyColumn('p99'),
  latencyColumn('max'),
  {
    head: 'collisions',
    isNumber: true,
    textOf: (cell, one) => (one === null ? '' : String(cell.collisions)),
    once: (only) => (only === '0' ? 'no collisions' : ''),
  },
  {
    head: 'verdict',
    isNumber: false,
    textOf: (cell, one) => {
      if (cell.failures.length > 0) return 'broken';
      return one === null ? 'missing' : one.outcome;
    },
    once: (only) => (only === 'pass' ? 'pass' : ''),
  },
];

/** Of responses, from the planned arrival on; without one they are the service times. */
function latencyColumn(head: 'p50' | 'p99' | 'max'): CellColumn {
  const textOf = (_: MergedCell, one: MergedClass | null): string =>
    one === null || one.operation === null
      ? ''
      : formatNs(one.figures.operations[one.operation].response[head]);
  return { head, isNumber: true, textOf };
}

function textOfValue(cell: MergedCell, key: string): string {
  const found = cell.values.find((value) => value.key === key);
  return found === undefined ? '–' : clip(printable(found.text), VALUE_COLUMNS_MAX);
}
