import { join } from 'node:path';
import { EXIT } from '../errors.ts';
import { styleOf, type TextOptions } from '../report/style.ts';
import { plural, printable, wrap } from '../report/text.ts';
import { type CellColumn, cellColumns, cellRows } from '../sweep/cell-table.ts';
import { curvesOf } from '../sweep/curves.ts';
import { findingOf } from '../sweep/finding.ts';
import { LAW_HEADS, lawRows } from '../sweep/law-rows.ts';
import type { MergedClass, MergedSweep } from '../sweep/merge.ts';
import type { CellValue } from '../sweep/sweep-plan.ts';
import { tableText } from './table-text.ts';

/** `load.threads=4, lock.kind=ticket`; keys may be shortened to what tells them apart. */
export function runName({ values }: { readonly values: readonly CellValue[] }): string {
  if (values.length === 0) return 'the scenario itself';
  return values.map(({ key, text }) => `${key}=${printable(text)}`).join(', ');
}

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
  lines.push(...lawLines(merged));
  lines.push(...wrap(printable(findingOf(merged)), width), '');
  for (const note of merged.notes) lines.push(...wrap(note, width));
  lines.push(...failureLines(merged, width));
  lines.push(...verdictLines(merged, options), join(path, 'report.html'));
  return `${lines.join('\n')}\n`;
}

/**
 * A row a cell; where machines of several classes took part, a row for each of them. What is the
 * same in every row is said once, above.
 */
function cellTable(merged: MergedSweep): string {
  const rows = cellRows(merged);
  const said: string[] = [];
  const shown: CellColumn[] = [];
  for (const column of cellColumns(merged)) {
    const texts = new Set(rows.map(({ cell, one }) => column.textOf(cell, one)));
    const [only = ''] = texts;
    const words = texts.size === 1 ? (column.once?.(only) ?? '') : '';
    if (words === '') shown.push(column);
    else said.push(words);
  }
  const table = tableText(
    shown.map(({ head }) => head),
    rows.map(({ cell, one }) => shown.map(({ textOf }) => textOf(cell, one))),
    shown.flatMap(({ isNumber }, index) => (isNumber ? [index] : [])),
  );
  return said.length === 0 ? table : `Every row: ${said.join(', ')}.\n\n${table}`;
}

/** What the law says of each curve over threads. */
function lawLines(merged: MergedSweep): string[] {
  const curves = curvesOf(merged);
  const rows = curves === null ? [] : lawRows(curves);
  if (rows.length === 0) return [];
  return ['Universal Scalability Law, with 95 % intervals:', tableText(LAW_HEADS, rows), ''];
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
  const reasons = bad.flatMap((cell) =>
    cell.classes.flatMap((one) =>
      reasonsIn(one).map((reason) => `  ${runName(cell)}: ${printable(reason)}`),
    ),
  );
  const shown = reasons.slice(0, FAILURES_SHOWN);
  if (reasons.length > shown.length) shown.push(`  and ${reasons.length - shown.length} more`);
  const mark = style.mark(merged.exitCode === 0 ? 'pass' : 'fail');
  const lines = shown.flatMap((line) => wrap(line, options.width));
  return [`${mark} ${held}${missing}; exit code ${merged.exitCode}.`, ...lines];
}

/** Why a cell did not hold: its thresholds, or the sentence of its verdict. */
function reasonsIn({ exitCode, outcome, sentence, thresholds }: MergedClass): string[] {
  if (exitCode === EXIT.held) return [];
  if (outcome !== 'threshold-failed') return [sentence];
  return thresholds
    .filter(({ pass }) => !pass)
    .map(({ expression, observedText }) => `${expression} was ${observedText}`);
}
