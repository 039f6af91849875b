import Table from 'cli-table3';
import type { MeasuredRatio, Values } from './bench.ts';
import { spreadOf } from './statistics.ts';

const PLAIN = { style: { head: [], border: [], compact: true } };

/** Every figure: median, and the least and most of the rounds. */
export function figuresTable(values: Values): string {
  const table = new Table({
    head: ['what', 'program', 'median', 'least … most', 'unit'],
    ...PLAIN,
  });
  for (const [row, subjects] of values) {
    let title = row.title;
    for (const [name, measured] of subjects) {
      const { median, min, max } = spreadOf(measured.map((value) => value / row.scale));
      table.push([title, name, digits(median), `${digits(min)} … ${digits(max)}`, row.unit]);
      title = '';
    }
  }
  return table.toString();
}

/** Every ratio beside its bar. */
export function ratiosTable(ratios: readonly MeasuredRatio[]): string {
  const table = new Table({ head: ['ratio', 'value', 'least … most', 'bar', ''], ...PLAIN });
  for (const { ratio, value, min, max, isReached } of ratios) {
    const verdict = ratio.bar === 0 ? '' : isReached ? 'reached' : 'SHORT';
    const bar = ratio.bar === 0 ? '' : String(ratio.bar);
    table.push([ratio.title, digits(value), `${digits(min)} … ${digits(max)}`, bar, verdict]);
  }
  return table.toString();
}

/** Three significant digits. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
