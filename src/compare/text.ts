import { type Style, styleOf, type TextOptions } from '../report/style.ts';
import { columnsOf, plural, wrap } from '../report/text.ts';
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatNs,
  formatPercent,
  formatRate,
} from '../units.ts';
import type {
  ComparedMeasure,
  ComparedShape,
  ComparedSide,
  CompareVerdict,
  Comparison,
} from './comparison.ts';
import { plotLines } from './plot.ts';

const SIGNS: { readonly [V in CompareVerdict]: 'pass' | 'fail' | 'warn' | 'none' } = {
  regression: 'fail',
  tolerated: 'warn',
  better: 'pass',
  'within-noise': 'none',
  inconclusive: 'warn',
  indicative: 'none',
};

/** What the terminal shows of a comparison. */
export function compareText(comparison: Comparison, options: TextOptions): string {
  const style = styleOf(options);
  const { base, next, differences, notes, measures, shapes, curve, sentence } = comparison;
  const room = style.width - 15;
  const lines = [
    style.title(`compare   base ${style.clip(sideText(base), room)}`),
    `          new  ${style.clip(sideText(next), room)}`,
    ...differences.map((text) => `  ${style.mark('warn')} not alike: ${style.text(text)}`),
    '',
    ...tableLines(measures, style),
    ...shapeLines(shapes, style),
    ...(curve === null ? [] : ['', ...plotLines(curve, style, options.unicode)]),
    '',
    ...[methodText(comparison), ...notes].flatMap((text) =>
      wrap(style.text(text), style.width - 4).map((line) => `  ${line}`),
    ),
    '',
    `  ${style.mark(comparison.exitCode === 0 ? 'pass' : 'fail')} ${style.text(sentence)}`,
    '',
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}`;
}

export function sideText({ name, runs, source }: ComparedSide): string {
  return `${name} (${plural(runs.length, 'run')}${source === 'fio' ? ' of fio' : ''})`;
}

function tableLines(measures: readonly ComparedMeasure[], style: Style): string[] {
  const rows = measures.map((measure) => cellsOf(measure).map(style.text));
  const head = ['metric', 'base', 'new', 'change', '95 % interval', 'verdict'];
  const widths = head.map((title, column) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[column] as string))),
  );
  const isNarrow = 4 + widths.reduce((sum, width) => sum + width + 2, 0) > style.width;
  // Narrow terminals go without the interval; JSON, Markdown and wider ones have it.
  const kept = isNarrow ? [0, 1, 2, 3, 5] : [0, 1, 2, 3, 4, 5];
  const line = (cells: readonly string[], mark: string): string =>
    `  ${mark} ${kept
      .map((column) => {
        const cell = cells[column] as string;
        const padding = ' '.repeat((widths[column] as number) - columnsOf(cell));
        return column === 0 || column === 5 ? cell + padding : padding + cell;
      })
      .join('  ')}`.trimEnd();
  const none = ' '.repeat(style.markColumns);
  return [
    line(head, none),
    ...rows.map((row, index) =>
      line(row, style.mark(SIGNS[(measures[index] as ComparedMeasure).verdict])),
    ),
  ];
}

/** Metric, base, new, change, interval, verdict; what Markdown and HTML show too. */
export function cellsOf(measure: ComparedMeasure): string[] {
  const { name, base, next, change, interval } = measure;
  return [
    name,
    figureText(measure, base),
    figureText(measure, next),
    changeText(measure, change),
    interval === null
      ? '–'
      : `[${changeText(measure, interval.low)}, ${changeText(measure, interval.high)}]`,
    verdictText(measure),
  ];
}

function figureText({ name, unit }: ComparedMeasure, value: number): string {
  if (unit === 'ns') return formatNs(Math.round(value));
  if (unit === 'ratio') return formatPercent(value);
  if (unit === 'bytes') return formatBytes(Math.round(value));
  if (unit === 'count') return formatCount(value);
  return name === 'throughput.bytes' ? formatByteRate(value) : formatRate(value);
}

function changeText({ isShare }: ComparedMeasure, change: number): string {
  const points = change * 100;
  const digits = Math.abs(points) < 9.95 ? 1 : 0;
  const text = Math.abs(points).toFixed(digits);
  const sign = Number(text) === 0 ? '±' : points < 0 ? '−' : '+';
  return `${sign}${text}${isShare ? ' pt' : ' %'}`;
}

function verdictText({ verdict, noiseFloor, runsNeeded, isShare }: ComparedMeasure): string {
  const floor =
    noiseFloor === null
      ? ''
      : ` (base repeats: ${(noiseFloor * 100).toPrecision(2)}${isShare ? ' pt' : ' %'})`;
  switch (verdict) {
    case 'regression':
      return 'regression';
    case 'tolerated':
      return 'worse, within what is tolerated';
    case 'better':
      return 'better';
    case 'within-noise':
      return `within noise${floor}`;
    case 'inconclusive':
      return `inconclusive: needs about ${runsNeeded} runs`;
    case 'indicative':
      return 'indicative';
  }
}

function shapeLines(shapes: readonly ComparedShape[], style: Style): string[] {
  const changed = shapes.filter(({ isChanged }) => isChanged);
  if (changed.length === 0) return [];
  return ['', ...changed.map((shape) => `  ${style.mark('warn')} ${style.text(shapeText(shape))}`)];
}

export function shapeText({ name, distance, p, atNs, isSlower }: ComparedShape): string {
  const share = formatPercent(distance);
  const moved = isSlower ? 'fewer' : 'more';
  const chance = p === null ? '' : `, p ${p < 0.001 ? '< 0.001' : p.toFixed(3)}`;
  return `shape of ${name} changed: ${share} ${moved} latencies below ${formatNs(atNs)}${chance}`;
}

/** What the verdicts rest on, in a sentence or two. */
export function methodText({ measures, maxRegression, base, next }: Comparison): string {
  const tolerated = maxRegression > 0 ? `, and beyond ${(maxRegression * 100).toFixed(1)} %` : '';
  const runs = Math.min(base.runs.length, next.runs.length);
  if (runs < 3) return 'Geometric means over the runs; nothing was tested.';
  return `Geometric means over the runs. A regression is beyond chance (permutation of runs, 5 % for ${measures.length === 1 ? 'the one metric' : `all ${measures.length} metrics together`}, and the rank test), beyond the noise of the base's repeats${tolerated}.`;
}
