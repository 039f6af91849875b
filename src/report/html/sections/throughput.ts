import { formatNs, formatRate } from '../../../units.ts';
import type { Details } from '../../details-schema.ts';
import { preconditionParts } from '../../precondition-parts.ts';
import { exactCount } from '../../text.ts';
import { countAxis, timeAxis } from '../axis.ts';
import { lineChart } from '../chart.ts';
import { html, type Markup } from '../markup.ts';
import { figure, nothingToShow, type Page, type Section, WITHOUT_DETAILS } from '../section.ts';
import { ratesOf, tabledSlices, timeZones } from '../slices.ts';
import { number, table, tableBehind, threadTable } from '../table.ts';

/** How much was done, when, and how far behind what was planned. */
export const throughputSection: Section = {
  id: 'throughput',
  title: 'Throughput and backlog',
  contentOf: (page) => {
    const { result, details, figures } = page;
    const total = html`<p>${figures.at('rate', 'throughput', 'operationsPerSecond')} operations,
${figures.at('byteRate', 'throughput', 'bytesPerSecond')} in the measured phase.</p>${arrivalLine(page)}${beforeLine(page)}`;
    const threads = tableBehind(
      'By thread',
      threadTable(
        [
          number('Thread'),
          number('Operations, warm-up included'),
          number('A second'),
          number('First issue'),
          number('Last completion'),
        ],
        result.threads.map(({ thread }, index) => [
          String(thread),
          figures.at('count', 'threads', index, 'operations'),
          figures.at('rate', 'throughput', 'perThread', index, 'operationsPerSecond'),
          figures.at('ns', 'threads', index, 'firstIssueNs'),
          figures.at('ns', 'threads', index, 'lastCompletionNs'),
        ]),
      ),
    );
    if (details === null) return html`${total}${nothingToShow(WITHOUT_DETAILS)}${threads}`;
    if (details.slices.endNs.length === 0) {
      return html`${total}${nothingToShow('The run ended before there was anything to draw.')}${threads}`;
    }
    return html`${total}${rateFigure(page, details)}${backlogFigure(page, details)}${threads}`;
  },
};

/** What was to be issued, and how late the generator itself was. */
function arrivalLine({ result, figures }: Page): Markup {
  const { arrivals, pacer } = result;
  if (!arrivals.applies) return html``;
  const rate =
    arrivals.requestedPerSecond === null
      ? html``
      : html`${figures.at('rate', 'arrivals', 'achievedPerSecond')} issued of
${figures.at('rate', 'arrivals', 'requestedPerSecond')} that were called for; `;
  const late =
    pacer.lateness.count === 0
      ? html`No thread ever waited for an arrival.`
      : html`Threads that waited saw their moment ${figures.at('ns', 'pacer', 'lateness', 'p99')} late
at p99, ${figures.at('ns', 'pacer', 'lateness', 'max')} at most.`;
  return html`<p>${rate}${figures.at('count', 'arrivals', 'planned')} arrivals,
${figures.at('count', 'arrivals', 'dropped')} dropped. ${late}</p>`;
}

function beforeLine({ result }: Page): Markup | string {
  const parts = preconditionParts(result);
  return parts.length === 0 ? '' : html`<p>Before the load: ${parts.join(', ')}.</p>`;
}

function rateFigure(page: Page, details: Details): Markup {
  const { slices } = details;
  const done = ratesOf(slices.operations, details);
  const planned = slices.planned === null ? null : ratesOf(slices.planned, details);
  const most = Math.max(...done, ...(planned ?? []));
  const chart = lineChart({
    description: 'Operations a second over time.',
    x: timeAxis('time since the start', 0, slices.endNs.at(-1) as number),
    y: countAxis('rate', 'operations', most),
    // Steps: the rate of a slice holds from its start to its end.
    places: [0, ...slices.endNs],
    lines: [
      { name: 'completed', look: 'first', values: stepped(done) },
      ...(planned === null ? [] : [{ name: 'planned', look: 'second', values: stepped(planned) }]),
    ],
    zones: timeZones(details, page.result),
    isStepped: true,
  });
  return figure(rateFinding(done, details), chart, sliceTable(details));
}

/** A value before the first place, from which the first step goes. */
function stepped(values: readonly number[]): number[] {
  return [values[0] ?? 0, ...values];
}

function rateFinding(done: readonly number[], { slices }: Details): string {
  // The last slice is cut short by the end of the run, and threads end one by one.
  const measured = done.filter((_, slice) => slices.isMeasured[slice]);
  const whole = measured.length > 3 ? measured.slice(0, -1) : measured;
  if (whole.length === 0) return 'The run ended in its warm-up.';
  const [least, most] = [Math.min(...whole), Math.max(...whole)];
  const sorted = whole.toSorted((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] as number;
  const slice = done.indexOf(least);
  const spread = median === 0 ? 0 : (most - least) / median;
  if (whole.length < 3)
    return `${formatRate(median)} operations; the run was too short to see them change.`;
  const range = `between ${formatRate(least)} and ${formatRate(most)} operations`;
  if (spread < 0.25) return `Steady: ${range} in every slice of time.`;
  return `${formatRate(median)} operations in the median slice of time, ${range}; the least at ${formatNs(slices.startNs[slice] as number)}.`;
}

function sliceTable(details: Details): Markup {
  const { slices } = details;
  return tableBehind(
    'The figures',
    table(
      [number('From'), number('To'), number('Completed by then'), number('Operations a second')],
      tabledSlices(details).map(({ slice, before }) => {
        const [startNs, endNs] = [
          before === null ? 0 : (slices.endNs[before] as number),
          slices.endNs[slice] as number,
        ];
        const done = slices.operations[slice] as number;
        const doneBefore = before === null ? 0 : (slices.operations[before] as number);
        return [
          formatNs(startNs),
          formatNs(endNs),
          exactCount(done),
          formatRate(((done - doneBefore) * 1e9) / (endNs - startNs)),
        ];
      }),
    ),
  );
}

function backlogFigure(page: Page, details: Details): Markup {
  const { slices } = details;
  if (slices.planned === null && page.result.jobs.length > 1) {
    return nothingToShow(
      'Several jobs share the device, and not all of what they do was planned, so there is no common backlog. Response times of each job are in its figures.',
    );
  }
  if (slices.planned === null) {
    return nothingToShow(
      'The load is closed: each operation follows the last one, no arrival is planned, and nothing can be late. So there is no plan to draw the throughput against, and no backlog.',
    );
  }
  const backlog = slices.endNs.map((_, slice) => backlogAt(slices, slice));
  const most = Math.max(...backlog);
  const peak = backlog.indexOf(most);
  const left = backlog.at(-1) as number;
  const finding =
    most <= page.result.threadCount
      ? `The load kept up: never more than ${exactCount(most)} operations were due and not completed.`
      : `The load fell behind its plan: ${exactCount(most)} operations were due and not completed at ${formatNs(slices.endNs[peak] as number)}, ${exactCount(left)} at the end.`;
  return figure(
    finding,
    lineChart({
      description: 'Operations that were due and not completed, over time.',
      x: timeAxis('time since the start', 0, slices.endNs.at(-1) as number),
      y: countAxis('count', 'due, not completed', most),
      places: [0, ...slices.endNs],
      lines: [{ name: 'backlog', look: 'first', values: [0, ...backlog] }],
      zones: timeZones(details, page.result),
    }),
    tableBehind(
      'The figures',
      table(
        [number('At'), number('Planned by then'), number('Completed by then'), number('Backlog')],
        tabledSlices(details).map(({ slice }) => [
          formatNs(slices.endNs[slice] as number),
          exactCount(slices.planned?.[slice] ?? 0),
          exactCount(slices.operations[slice] as number),
          exactCount(backlogAt(slices, slice)),
        ]),
      ),
    ),
  );
}

/** What was read live may be an operation ahead of its own plan. */
function backlogAt({ planned, operations }: Details['slices'], slice: number): number {
  return Math.max(0, (planned?.[slice] as number) - (operations[slice] as number));
}
