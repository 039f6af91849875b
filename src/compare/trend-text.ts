import { bareTable } from '../report/bare-table.ts';
import { styleOf, type TextOptions } from '../report/style.ts';
import { plural } from '../report/text.ts';
import { formatMetric, type Metric } from '../scenario/metrics.ts';
import type { Trend } from './trend.ts';

const BAR_COLUMNS = 20;
/** A run is told apart when it is this far from the median of those before it. */
const APART = 3;
/** Runs before it that it takes to say so. */
const BEFORE_LEAST = 4;

/** A metric run by run: value, bar, and which runs stand apart from those before them. */
export function trendText(trend: Trend, metric: Metric, options: TextOptions): string {
  const style = styleOf(options);
  const { points, withoutValue } = trend;
  const values = points.map(({ value }) => value);
  const most = Math.max(...values);
  const rows = points.map(({ startedAt, seed, outcome, value }, index) => [
    startedAt.slice(0, 19).replace('T', ' '),
    String(seed),
    outcome,
    formatMetric(metric, value),
    style.bar(most === 0 ? 0 : value / most, BAR_COLUMNS),
    standsApart(values, index) ? '!' : '',
  ]);
  const apart = values.filter((_, index) => standsApart(values, index)).length;
  const lines = [
    style.title(style.clip(`${metric.name} of ${trend.name}`, style.width)),
    style.clip(trend.host, style.width),
    '',
    ...bareTable(['started (UTC)', 'seed', 'outcome', 'value', '', ''], rows, [2, 4, 5]).map(
      (line) => style.text(line),
    ),
    '',
    `  ${plural(points.length, 'run')}${medianText(values, metric)}`,
    ...(apart > 0
      ? [
          style.text(
            `  ! ${plural(apart, 'run')}: more than ${APART} times the usual distance from the median of those before`,
          ),
        ]
      : []),
    ...(withoutValue > 0 ? [`  ${plural(withoutValue, 'run')} without a value`] : []),
    '',
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

function medianText(values: readonly number[], metric: Metric): string {
  if (values.length === 0) return '';
  const least = Math.min(...values);
  const most = Math.max(...values);
  const shown = [medianOf(values), least, most].map((value) => formatMetric(metric, value));
  return `, median ${shown[0]}, from ${shown[1]} to ${shown[2]}`;
}

/**
 * By the median of the runs before it, and the median of their distances from that (F. Hampel's
 * identifier): neither is moved by a single odd run.
 */
export function standsApart(values: readonly number[], index: number): boolean {
  const before = values.slice(0, index);
  if (before.length < BEFORE_LEAST) return false;
  const middle = medianOf(before);
  const usual = 1.4826 * medianOf(before.map((value) => Math.abs(value - middle)));
  return Math.abs((values[index] as number) - middle) > APART * usual && usual > 0;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] as number)) / 2;
}
