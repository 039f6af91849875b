import type { Histogram } from '../record/histogram.ts';
import { latencyAxis, ninesAxis } from '../report/html/axis.ts';
import { type Band, type Line, lineChart } from '../report/html/chart.ts';
import { curveOf, faintFrom, medianCurve, placesFor } from '../report/html/curve.ts';
import { documentOf } from '../report/html/document.ts';
import { html, type Markup } from '../report/html/markup.ts';
import { figure, nothingToShow } from '../report/html/section.ts';
import { number, table, text } from '../report/html/table.ts';
import { formatNs } from '../units.ts';
import type { Side } from './compare.ts';
import type { ComparedMeasure, Comparison } from './comparison.ts';
import { cellsOf, methodText, shapeText, sideText } from './text.ts';

/** The comparison as one offline page: verdicts, and both sides' percentiles over each other. */
export function comparePage(comparison: Comparison, base: Side, next: Side, tool: string): string {
  const { sentence, exitCode, measures } = comparison;
  const sign = exitCode === 0 ? '✓' : '✗';
  return documentOf({
    title: `${sign} ${sentence}`,
    heading: 'Comparison',
    lead: `${sign} ${sentence}`,
    sections: [
      { id: 'verdicts', title: 'Verdicts', content: verdicts(comparison) },
      { id: 'percentiles', title: 'Percentiles', content: overlays(comparison, base, next) },
      { id: 'runs', title: 'Every run', content: runTable(measures, base, next) },
    ],
    tool,
  });
}

function verdicts(comparison: Comparison): Markup {
  const { base, next, differences, notes, measures, shapes } = comparison;
  const unlike = differences.map((one) => html`<li>! not alike: ${one}</li>`);
  const shaped = shapes.filter(({ isChanged }) => isChanged);
  const items = [...unlike, ...shaped.map((shape) => html`<li>! ${shapeText(shape)}</li>`)];
  return html`<p>Base: ${sideText(base)}. New: ${sideText(next)}.</p>
${table(
  [
    text('Metric'),
    number('Base'),
    number('New'),
    number('Change'),
    number('95 % interval'),
    text('Verdict'),
  ],
  measures.map(cellsOf),
)}
${items.length > 0 && html`<ul>${items}</ul>`}
<p class="note">${[methodText(comparison), ...notes].join(' ')}</p>`;
}

function overlays(comparison: Comparison, base: Side, next: Side): Markup {
  const names = comparison.shapes.map(({ name }) => name);
  if (names.length === 0) {
    return nothingToShow('No distribution is known of every run, so there is nothing to draw.');
  }
  return html`${names.map((name) => overlay(name, comparison, base, next))}`;
}

/** Medians over the runs as lines, lowest to highest as bands; the base dashed. */
function overlay(name: string, { measures, shapes }: Comparison, base: Side, next: Side): Markup {
  const histogramsOf = ({ runs }: Side): Histogram[] =>
    runs.map(({ histograms }) => histograms.get(name) as Histogram);
  const [before, after] = [histogramsOf(base), histogramsOf(next)];
  const counts = [...before, ...after].map(({ count }) => count);
  const places = placesFor(counts);
  const [was, is] = [before, after].map((all) => all.map((one) => curveOf(one, places)));
  const lines: Line[] = [
    {
      name: 'new',
      look: 'first',
      values: medianCurve(is),
      faintFrom: faintFrom(Math.min(...counts), places),
    },
    { name: 'base', look: 'second', values: medianCurve(was), isBaseline: true },
  ];
  const bands: Band[] = [
    { look: 'first', low: across(is, least), high: across(is, most) },
    { look: 'second', low: across(was, least), high: across(was, most) },
  ].filter((_, side) => (side === 0 ? after : before).length > 1);
  const values = [
    ...lines.flatMap((line) => line.values),
    ...bands.flatMap((band) => [...band.low, ...band.high]),
  ].filter((value) => value !== null);
  return figure(
    findingOf(name, measures, shapes),
    lineChart({
      description: `Latency of ${name} by percentile, base and new over each other.`,
      x: ninesAxis('percentile', (places.at(-1) as number) + 0.05),
      y: latencyAxis('latency', Math.min(...values), Math.max(...values)),
      places,
      lines,
      bands,
    }),
  );
}

type Values = readonly (number | null)[];

function across(
  curves: readonly Values[] = [],
  of: (values: number[]) => number,
): (number | null)[] {
  return Array.from({ length: curves[0]?.length ?? 0 }, (_, place) => {
    const values = curves.map((curve) => curve[place] ?? null).filter((value) => value !== null);
    // Where the shorter runs have ended, a median would be of other runs than before.
    return values.length < curves.length ? null : of(values);
  });
}

const least = (values: number[]): number => Math.min(...values);
const most = (values: number[]): number => Math.max(...values);

function findingOf(
  name: string,
  measures: readonly ComparedMeasure[],
  shapes: Comparison['shapes'],
): string {
  const own = measures.filter((measure) => measure.name.startsWith(`${name}.p`));
  const [worst] = own.filter(({ verdict }) => verdict === 'regression');
  const shown = worst ?? own.find((measure) => measure.name.endsWith('.p99')) ?? own[0];
  const shape = shapes.find((one) => one.name === name && one.isChanged);
  const shaped = shape === undefined ? '' : `; ${shapeText(shape)}`;
  if (shown === undefined) return `${name}: too few latencies for its percentiles${shaped}.`;
  const [label, from, to, change, , verdict] = cellsOf(shown);
  return `${label}: ${from} → ${to}, ${change}, ${verdict}${shaped}.`;
}

function runTable(measures: readonly ComparedMeasure[], base: Side, next: Side): Markup {
  const row = (side: string, run: string, index: number, of: 'baseRuns' | 'nextRuns') => [
    side,
    run,
    ...measures.map((measure) => valueText(measure, measure[of][index] as number)),
  ];
  return table(
    [text('Side'), text('Run'), ...measures.map(({ name }) => number(name))],
    [
      ...base.runs.map(({ name }, index) => row('base', name, index, 'baseRuns')),
      ...next.runs.map(({ name }, index) => row('new', name, index, 'nextRuns')),
    ],
  );
}

function valueText({ unit }: ComparedMeasure, value: number): string {
  if (unit === 'ns') return formatNs(value);
  if (unit === 'ratio') return `${(value * 100).toFixed(2)} %`;
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
