import { countAxis, latencyAxis } from '../report/html/axis.ts';
import { lineChart } from '../report/html/chart.ts';
import { documentOf } from '../report/html/document.ts';
import { html, type Markup, type Piece } from '../report/html/markup.ts';
import { figure, nothingToShow } from '../report/html/section.ts';
import { number, table, text } from '../report/html/table.ts';
import { clip, plural, printable } from '../report/text.ts';
import { throughputAt } from '../statistics/scalability.ts';
import { formatNs, formatRate } from '../units.ts';
import { type Curve, type Curves, curvesOf, rateOf, tailOf } from './curves.ts';
import { findingOf, nameOf } from './finding.ts';
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

/** Small multiples: every chart has the axes of all. */
function curvesPart(merged: MergedSweep): Markup {
  const curves = curvesOf(merged);
  if (curves === null) {
    return nothingToShow(
      'The matrix varies no number often enough to be a curve: three values at least.',
    );
  }
  const points = curves.curves.flatMap((curve) => curve.points);
  const most = Math.max(...points.map(rateOf));
  const tails = points.flatMap((point) => tailOf(point) ?? []);
  const axes = {
    x: countAxis('count', curves.key, Math.max(...points.map(({ x }) => x))),
    rate: countAxis('rate', 'operations a second', most),
    tail: latencyAxis('p99', Math.min(...tails), Math.max(...tails)),
  };
  const shown = curves.curves.slice(0, CURVES_SHOWN);
  const rest = curves.curves.length - shown.length;
  return html`${lawTable(curves)}
${shown.map(
  (curve) => html`<h3>${titleOf(curve, merged)}</h3>
${charts(curve, curves, axes)}`,
)}
${rest > 0 && html`<p class="note">${rest} more are in the table of cells.</p>`}`;
}

function titleOf(curve: Curve, merged: MergedSweep): string {
  const name = printable(nameOf(curve.values));
  return merged.hostClasses.length > 1 ? `${name} on ${curve.hostClass}` : name;
}

function charts(
  curve: Curve,
  curves: Curves,
  axes: Readonly<Record<'x' | 'rate' | 'tail', ReturnType<typeof countAxis>>>,
): Markup {
  const places = curve.points.map(({ x }) => x);
  const law = curve.scalability;
  const rates = [
    { name: 'measured', look: 'first', values: curve.points.map(rateOf) },
    ...(law === null
      ? []
      : [
          {
            name: 'the law',
            look: 'second',
            values: places.map((x) => throughputAt(law, x)),
            isBaseline: true,
          },
        ]),
  ];
  const tails = [{ name: 'p99', look: 'first', values: curve.points.map(tailOf) }];
  const name = printable(nameOf(curve.values));
  return html`${figure(
    `Operations a second over ${curves.key}`,
    lineChart({
      description: `${name}: operations a second over ${curves.key}`,
      x: axes.x,
      y: axes.rate,
      places,
      lines: rates,
    }),
  )}
${
  curve.points.some((point) => tailOf(point) !== null) &&
  figure(
    `99th percentile of the response over ${curves.key}`,
    lineChart({
      description: `${name}: p99 over ${curves.key}`,
      x: axes.x,
      y: axes.tail,
      places,
      lines: tails,
    }),
  )
}`;
}

function lawTable({ kind, curves }: Curves): Markup | false {
  if (kind === 'rate') {
    return table(
      [text('curve'), text('highest rate kept'), text('response turns upwards at')],
      curves.map(({ values, kept, knee }) => [
        printable(nameOf(values)),
        kept?.text ?? 'none',
        knee?.text ?? 'nowhere',
      ]),
    );
  }
  if (kind !== 'threads') return false;
  const rows = curves.map(({ values, scalability: law }): Piece[] => {
    if (law === null)
      return [printable(nameOf(values)), '', '', '', 'too few numbers of threads: four at least'];
    const { sigma, kappa, sigmaInterval, kappaInterval, peakThreads, peakInterval, lambda } = law;
    const between = ({ low, high }: { low: number; high: number }) =>
      ` [${low.toPrecision(2)} to ${high.toPrecision(2)}]`;
    const peak =
      peakThreads === null
        ? 'none'
        : peakThreads.toFixed(1) + (peakInterval === null ? ', or none' : between(peakInterval));
    return [
      printable(nameOf(values)),
      formatRate(lambda),
      sigma.toPrecision(2) + between(sigmaInterval),
      kappa.toPrecision(2) + between(kappaInterval),
      peak,
    ];
  });
  return html`<p>The Universal Scalability Law, fitted to every run. Contention is the share of work that threads do one after the other,
coherency what each pair of them costs. In brackets, where 95 % of resamples of the runs lie.</p>
${table([text('curve'), number('one thread'), number('contention σ'), number('coherency κ'), number('peak, threads')], rows)}`;
}

function cellsPart(merged: MergedSweep): Markup {
  const keys = [...new Set(merged.cells.flatMap(({ values }) => values.map(({ key }) => key)))];
  const several = merged.hostClasses.length > 1;
  const columns = [
    ...keys.map((key) => text(printable(key))),
    ...(several ? [number('machine')] : []),
    ...['runs', 'operations/s', 'p50', 'p99', 'max', 'collisions'].map((head) => number(head)),
    text('verdict'),
  ];
  const rows = merged.cells.flatMap((cell) => {
    const values = keys.map((key) => {
      const found = cell.values.find((value) => value.key === key);
      return found === undefined ? '–' : printable(found.text);
    });
    if (cell.classes.length === 0) {
      const verdict = cell.failures.length > 0 ? 'broken' : 'missing';
      return [[...values, ...(several ? [''] : []), cell.runCount, '', '', '', '', '', verdict]];
    }
    return cell.classes.map((one): Piece[] => {
      const service = one.operation === null ? null : one.figures.operations[one.operation].service;
      return [
        ...values,
        ...(several ? [merged.hostClasses.indexOf(one.hostClass) + 1] : []),
        one.runs.length,
        formatRate(one.figures.throughput.operationsPerSecond),
        ...(['p50', 'p99', 'max'] as const).map((key) =>
          service === null ? '' : formatNs(service[key]),
        ),
        cell.collisions,
        cell.failures.length > 0 ? 'broken' : one.outcome,
      ];
    });
  });
  return html`<p class="note">With JavaScript, a click on a head sorts by its column.</p>
<div class="sortable">${table(columns, rows)}</div>`;
}

function machinesPart(merged: MergedSweep): Markup {
  return html`<ol>${merged.hostClasses.map((hostClass) => html`<li>${printable(hostClass)}</li>`)}</ol>`;
}
