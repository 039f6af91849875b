import { type Axis, countAxis, latencyAxis, placesAxis } from '../report/html/axis.ts';
import { type Line, lineChart } from '../report/html/chart.ts';
import { documentOf } from '../report/html/document.ts';
import { html, type Markup } from '../report/html/markup.ts';
import { figure, nothingToShow } from '../report/html/section.ts';
import { number, table, text } from '../report/html/table.ts';
import { clip, plural, printable } from '../report/text.ts';
import { throughputAt } from '../statistics/scalability.ts';
import { cellColumns, cellRows } from './cell-table.ts';
import { type Curve, type Curves, curvesOf, rateOf, tailOf } from './curves.ts';
import { findingOf, nameOf } from './finding.ts';
import { LAW_HEADS, lawRows } from './law-rows.ts';
import type { MergedSweep } from './merge.ts';

const NAME_COLUMNS_MAX = 120;
const CURVES_SHOWN = 40;

/** The page of a sweep: what was found, a small chart a curve on common axes, every cell. */
export function sweepPage(merged: MergedSweep): string {
  const name = clip(printable(merged.name), NAME_COLUMNS_MAX);
  const runs = `${plural(merged.runCount, 'run')} of ${plural(merged.cells.length, 'cell')}`;
  return documentOf({
    title: `${merged.exitCode === 0 ? '✓' : '✗'} ${name}`,
    heading: name,
    lead: html`${runs}, exit code ${merged.exitCode}`,
    sections: [
      { id: 'finding', title: 'What was found', content: findingPart(merged) },
      { id: 'curves', title: 'Curves', content: curvesPart(merged) },
      { id: 'cells', title: 'Cells', content: cellsPart(merged) },
      { id: 'machines', title: 'Machines', content: machinesPart(merged) },
    ],
    tool: merged.tool,
  });
}

function findingPart(merged: MergedSweep): Markup {
  return html`<p class="description">${findingOf(merged)}</p>
${merged.notes.length > 0 && html`<ul class="warnings">${merged.notes.map((note) => html`<li>! ${printable(note)}</li>`)}</ul>`}`;
}

/** Small multiples: a chart a curve, and all of one figure on the same axes. */
function curvesPart(merged: MergedSweep): Markup {
  const curves = curvesOf(merged);
  if (curves === null) {
    return nothingToShow(
      'The matrix varies no number often enough to be a curve: three values at least.',
    );
  }
  const points = curves.curves.flatMap((curve) => curve.points);
  const x = placesAxis(
    curves.key,
    [...new Map(points.map((point) => [point.x, point.text]))].map(([value, label]) => ({
      value,
      label,
    })),
  );
  const rate = countAxis('rate', 'operations', Math.max(...points.map(rateOf)));
  const tails = points.flatMap((point) => tailOf(point) ?? []);
  const shown = curves.curves.slice(0, CURVES_SHOWN);
  const rest = curves.curves.length - shown.length;
  const isSmall = shown.length > 1;
  return html`${lawTable(curves)}
<h3>Operations a second over ${curves.key}</h3>
<div class="multiples">${shown.map((curve) => rateChart(curve, titleOf(curve, merged), { x, y: rate, isSmall }))}</div>
${
  tails.length > 0 &&
  html`<h3>99th percentile of the response over ${curves.key}</h3>
<div class="multiples">${shown.map((curve) =>
    tailChart(curve, titleOf(curve, merged), {
      x,
      y: latencyAxis('p99', Math.min(...tails), Math.max(...tails)),
      isSmall,
    }),
  )}</div>`
}
${rest > 0 && html`<p class="note">${rest} more are in the table of cells.</p>`}`;
}

function titleOf(curve: Curve, merged: MergedSweep): string {
  const name = printable(nameOf(curve.values));
  return merged.hostClasses.length > 1 ? `${name} on ${curve.hostClass}` : name;
}

/** What the charts of a figure have in common; one alone has the whole width. */
interface Place {
  readonly x: Axis;
  readonly y: Axis;
  readonly isSmall: boolean;
}

/** Places at which the law is drawn, so that it is a curve. */
const LAW_STEPS = 60;

/** What was measured, and the law through it with its peak. */
function rateChart(curve: Curve, title: string, { x, y, isSmall }: Place): Markup {
  const law = curve.scalability;
  const [least, most] = [curve.points[0]?.x ?? 0, curve.points.at(-1)?.x ?? 0];
  const step = (most - least) / LAW_STEPS;
  const between =
    law === null ? [] : Array.from({ length: LAW_STEPS + 1 }, (_, index) => least + index * step);
  const own = curve.points.map((point) => point.x);
  const places = [...new Set([...between, ...own])].sort((a, b) => a - b);
  const measured = new Map(curve.points.map((point) => [point.x, rateOf(point)]));
  const lines: Line[] = [
    {
      name: 'measured',
      look: 'first',
      values: places.map((place) => measured.get(place) ?? null),
      isDots: true,
    },
  ];
  if (law !== null) {
    const values = places.map((place) => throughputAt(law, place));
    lines.push({ name: 'the law', look: 'second', values, isBaseline: true });
  }
  const peak = law?.peakThreads == null ? '' : `, peak at ${law.peakThreads.toFixed(1)}`;
  return figure(
    `${title}${peak}`,
    lineChart({
      description: `${title}: operations a second over ${x.title}`,
      ...{ x, y, places, lines },
      isSmall,
    }),
  );
}

function tailChart(curve: Curve, title: string, { x, y, isSmall }: Place): Markup {
  const { points, knee } = curve;
  const lines: Line[] = [{ name: 'p99', look: 'first', values: points.map(tailOf), isDots: true }];
  if (knee !== null) {
    const values = points.map((point) => (point === knee ? tailOf(point) : null));
    lines.push({ name: `turns upwards at ${knee.text}`, look: 'second', values, isDots: true });
  }
  return figure(
    title,
    lineChart({
      description: `${title}: p99 of the response over ${x.title}`,
      ...{ x, y, lines },
      places: points.map((point) => point.x),
      isSmall,
    }),
  );
}

function lawTable(curves: Curves): Markup | false {
  if (curves.kind === 'rate') {
    return table(
      [text('curve'), text('highest rate kept'), text('response turns upwards at')],
      curves.curves.map(({ values, kept, knee }) => [
        printable(nameOf(values)),
        kept?.text ?? 'none',
        knee?.text ?? 'nowhere',
      ]),
    );
  }
  const rows = lawRows(curves);
  if (rows.length === 0) return false;
  return html`<p>The Universal Scalability Law, fitted to every run. Contention is the share of work that threads do one after the other,
coherency what each pair of them costs. In brackets, where 95 % of resamples of the runs lie. Peak is the number of threads at which
throughput is highest. Fit is the share of the differences between runs that the law accounts for: where that is little, its terms say little.</p>
${table(
  LAW_HEADS.map((head, index) => (index === 0 ? text(head) : number(head))),
  rows,
)}`;
}

function cellsPart(merged: MergedSweep): Markup {
  const columns = cellColumns(merged);
  const rows = cellRows(merged).map(({ cell, one }) =>
    columns.map(({ textOf }) => textOf(cell, one)),
  );
  return html`<p class="note">p50, p99 and max are of responses, from the planned arrival on. With JavaScript, a click on a head sorts by its column.</p>
<div class="sortable">${table(
    columns.map(({ head, isNumber }) => (isNumber ? number(head) : text(head))),
    rows,
  )}</div>`;
}

function machinesPart(merged: MergedSweep): Markup {
  return html`<ol>${merged.hostClasses.map((hostClass) => html`<li>${printable(hostClass)}</li>`)}</ol>`;
}
