import { join } from 'node:path';
import type { Result } from '../report/result-schema.ts';
import { styleOf, type TextOptions } from '../report/style.ts';
import { clip, plural, printable, wrap } from '../report/text.ts';
import { findingOf } from '../sweep/finding.ts';
import type { MergedCell, MergedClass, MergedSweep } from '../sweep/merge.ts';
import type { CellValue } from '../sweep/sweep-plan.ts';
import { formatNs, formatRate } from '../units.ts';
import { tableText } from './table-text.ts';

/** `load.threads=4, lock.kind=ticket`; keys may be shortened to what tells them apart. */
export function runName({ values }: { readonly values: readonly CellValue[] }): string {
  if (values.length === 0) return 'the scenario itself';
  return values.map(({ key, text }) => `${key}=${printable(text)}`).join(', ');
}

const VALUE_COLUMNS_MAX = 24;
const FAILURES_SHOWN = 5;

/** What a sweep came to: a row a cell, what is to be said of it, where its files are. */
export function sweptText(merged: MergedSweep, path: string, options: TextOptions): string {
  const { width } = options;
  const lines: string[] = [];
  lines.push(
    '',
    `${printable(merged.name)}: ${plural(merged.runCount, 'run')} of ${plural(merged.cells.length, 'cell')}`,
    '',
  );
  lines.push(cellTable(merged), '');
  lines.push(...wrap(printable(findingOf(merged)), width), '');
  for (const note of merged.notes) lines.push(...wrap(note, width));
  lines.push(...failureLines(merged, width));
  lines.push(...verdictLines(merged, options), join(path, 'report.html'));
  return `${lines.join('\n')}\n`;
}

/** Where machines of several classes took part, a row for each of them. */
function cellTable(merged: MergedSweep): string {
  const keys = merged.axes.map(({ key }) => key);
  const extra = new Set(merged.cells.flatMap(({ values }) => values.map(({ key }) => key)));
  const columns = [...new Set([...keys, ...extra])];
  const several = merged.hostClasses.length > 1;
  const head = [
    ...columns.map(shortKey),
    ...(several ? ['host'] : []),
    'runs',
    'op',
    'rate',
    'p50',
    'p99',
    'max',
    'collisions',
    'verdict',
  ];
  const rows = merged.cells.flatMap((cell) => {
    const values = columns.map((key) => textOfValue(cell, key));
    if (cell.classes.length === 0) {
      const verdict = cell.failures.length > 0 ? 'broken' : 'missing';
      const host = several ? [''] : [];
      return [[...values, ...host, String(cell.runCount), '', '', '', '', '', '', verdict]];
    }
    return cell.classes.map((one) => {
      const host = several ? [String(merged.hostClasses.indexOf(one.hostClass) + 1)] : [];
      return [...values, ...host, ...figuresOf(cell, one)];
    });
  });
  const first = columns.length + (several ? 1 : 0);
  return tableText(head, rows, [first, first + 2, first + 3, first + 4, first + 5, first + 6]);
}

function textOfValue(cell: MergedCell, key: string): string {
  const found = cell.values.find((value) => value.key === key);
  return found === undefined ? '–' : clip(printable(found.text), VALUE_COLUMNS_MAX);
}

function figuresOf(cell: MergedCell, one: MergedClass): string[] {
  const { operation, figures } = one;
  const service = operation === null ? null : figures.operations[operation].service;
  const ns = (key: 'p50' | 'p99' | 'max') => (service === null ? '' : formatNs(service[key]));
  const verdict: Result['verdict']['outcome'] = one.outcome;
  return [
    String(one.runs.length),
    operation ?? '',
    formatRate(figures.throughput.operationsPerSecond),
    ns('p50'),
    ns('p99'),
    ns('max'),
    String(cell.collisions),
    cell.failures.length > 0 ? 'broken' : verdict,
  ];
}

/** The last part of a key says enough in a table. */
function shortKey(key: string): string {
  return key.split('.').at(-1) ?? key;
}

function failureLines(merged: MergedSweep, width: number): string[] {
  const failures = merged.cells.flatMap((cell) =>
    cell.failures.map(
      ({ id, failure }) => `Broken: ${id} (${runName(cell)}): ${printable(failure)}`,
    ),
  );
  const shown = failures.slice(0, FAILURES_SHOWN);
  if (failures.length > shown.length) shown.push(`and ${failures.length - shown.length} more.`);
  if (failures.length > 0) shown.push('sweep --retry makes again what broke.');
  return shown.flatMap((line) => wrap(line, width));
}

function verdictLines(merged: MergedSweep, options: TextOptions): string[] {
  const style = styleOf(options);
  const bad = merged.cells.filter(({ exitCode }) => exitCode !== 0);
  const missing = merged.missingCount > 0 ? `, ${plural(merged.missingCount, 'run')} missing` : '';
  const held =
    bad.length === 0
      ? `All ${plural(merged.cells.length, 'cell')} held`
      : `${bad.length} of ${plural(merged.cells.length, 'cell')} did not hold`;
  const thresholds = bad.flatMap((cell) =>
    cell.classes.flatMap((one) =>
      one.thresholds
        .filter(({ pass }) => !pass)
        .map(
          ({ expression, observedText }) => `  ${runName(cell)}: ${expression} was ${observedText}`,
        ),
    ),
  );
  const shown = thresholds.slice(0, FAILURES_SHOWN);
  if (thresholds.length > shown.length)
    shown.push(`  and ${thresholds.length - shown.length} more`);
  const mark = style.mark(merged.exitCode === 0 ? 'pass' : 'fail');
  return [`${mark} ${held}${missing}; exit code ${merged.exitCode}.`, ...shown];
}
