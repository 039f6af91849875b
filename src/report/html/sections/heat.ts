import { lowestOfRow } from '../../../record/latency-row.ts';
import type { Operation } from '../../../scenario/plan.ts';
import { formatNs } from '../../../units.ts';
import { type Heat, heatIn } from '../../details.ts';
import type { Details } from '../../details-schema.ts';
import { exactCount, plural } from '../../text.ts';
import { type Axis, latencyAxis, timeAxis } from '../axis.ts';
import { axes, type Frame, frameOf, LABEL_DISTANCE, MARGIN, svg, WIDTH, zoneOf } from '../chart.ts';
import { latenciesOf, type SliceLatencies } from '../heat.ts';
import { html, jsonScript, type Markup, NOTHING, px } from '../markup.ts';
import { HEAT_STEPS, heatShade } from '../palette.ts';
import { pngUri } from '../png.ts';
import {
  figure,
  nothingToShow,
  type Page,
  presentOperations,
  type Section,
  timesText,
  WITHOUT_DETAILS,
} from '../section.ts';
import { timeZones } from '../slices.ts';
import { number, numberTable, table, tableBehind, text } from '../table.ts';

const HEIGHT = 250;
/** Intervals in the table behind; result.json has all. */
const INTERVALS_LISTED = 60;
/** Fewer say nothing of how things change. */
const SLICES_MIN = 3;
/** Above the map, for what happened. */
const LANE = 18;

/** Where in time the latencies were, an operation a map. */
export const heatSection: Section = {
  id: 'heat',
  title: 'Latency over time',
  contentOf: (page) => {
    const { result, details } = page;
    const behind = tableBehind('The interval series, of service times', intervalTable(page));
    if (details === null) return html`${nothingToShow(WITHOUT_DETAILS)}${behind}`;
    const maps = presentOperations(result).flatMap((name) => {
      const heat = heatIn(details, name);
      return heat === null ? [] : [mapOf(name, heat, page, details)];
    });
    if (maps.length === 0)
      return nothingToShow('No operation was completed in the measured phase.');
    return html`${maps}
<p class="note">${LATENCY_NOTES[details.slices.latency]}Time runs from the opening of the start gate. A cell is one slice of time and a step of 12 to
25 % in latency; the darker (on a dark page: the brighter), the more operations, in steps of one logarithmic
scale from one to the fullest cell. The line is the p50 of each slice, the dashed line its p99 where it has a
hundred operations, both to 12 %.${warmupNote(result.warmupNs)}</p>
${eventList(page, details)}
${behind}`;
  },
};

const LATENCY_NOTES = {
  service: '',
  response:
    'These are response times, from when an operation was due: what waited while the device stood still shows here. ',
};

function warmupNote(warmupNs: number): string {
  return warmupNs === 0 ? '' : ' In the warm-up nothing is recorded.';
}

function mapOf(name: Operation, heat: Heat, page: Page, details: Details): Markup {
  const { endNs, latency } = details.slices;
  const latencies = endNs.map((_, slice) => latenciesOf(heat, slice));
  const x = timeAxis('time since the start', 0, endNs.at(-1) as number);
  const y = latencyAxis(
    `${latency} time`,
    lowestOfRow(heat.lowestRow - (heat.lowestRow % ROWS_JOINED)),
    lowestOfRow(heat.lowestRow + heat.rowCount + 1),
  );
  const frame = laneFrame(x, y);
  const description = `${latency === 'response' ? 'Response' : 'Service'} times of ${name} over time.`;
  const columns = endNs.map((end, slice) => {
    const { count, p50Ns, p99Ns } = latencies[slice] as SliceLatencies;
    // Ends in tenths of a millisecond; where one slice ends, the next begins.
    return [Math.round(end / 1e5), count, threeDigits(p50Ns ?? 0), threeDigits(p99Ns ?? 0)];
  });
  const drawn = svg(
    frame,
    description,
    html`${timeZones(details, page.result).map((zone) => zoneOf(zone, frame))}
${picture(heat, details, frame)}
${axes(x, y, frame)}
${trace(
  latencies.map(({ p50Ns }) => p50Ns),
  details,
  frame,
  'p50',
  `heat-${name}-p50`,
)}
${trace(
  latencies.map(({ p99Ns }) => p99Ns),
  details,
  frame,
  'p99',
  `heat-${name}-p99`,
)}
${traceLabels(latencies, details, frame)}
${eventMarks(page, details, frame)}`,
  );
  const extent = { left: MARGIN.left / WIDTH, right: (WIDTH - MARGIN.right) / WIDTH };
  return figure(
    findingOf(name, latencies, details),
    html`<div class="plot" data-chart="heat"><div class="scroll" tabindex="0">${drawn}</div><p class="read-out" aria-live="polite"></p>${jsonScript(
      'data',
      { name, columns, ...extent },
    )}</div>`,
  );
}

function laneFrame(x: Axis, y: Axis): Frame {
  const frame = frameOf(x, y, HEIGHT - LANE);
  return { ...frame, height: HEIGHT, y: (value) => frame.y(value) + LANE };
}

/** Rows of the record that are one row of the picture, which has room for no more. */
const ROWS_JOINED = 2;

/** One pixel a cell; slices that were cut short or taken late are as wide as the others. */
function picture(heat: Heat, details: Details, frame: Frame): Markup {
  const { startNs, endNs } = details.slices;
  const width = columnsOf(details);
  const lowest = Math.floor(heat.lowestRow / ROWS_JOINED);
  const height = Math.floor((heat.lowestRow + heat.rowCount - 1) / ROWS_JOINED) - lowest + 1;
  const joined = new Float64Array(endNs.length * height);
  for (const [index, count] of heat.counts.entries()) {
    const [slice, row] = [Math.floor(index / heat.rowCount), index % heat.rowCount];
    const at = slice * height + Math.floor((heat.lowestRow + row) / ROWS_JOINED) - lowest;
    joined[at] = (joined[at] as number) + count;
  }
  const most = joined.reduce((max, count) => Math.max(max, count), 0);
  const stepOf = (count: number): number =>
    1 + Math.round((most <= 1 ? 1 : Math.log(count) / Math.log(most)) * (HEAT_STEPS - 1));
  const lastNs = endNs.at(-1) as number;
  const cells = new Uint8Array(width * height);
  let slice = 0;
  for (let column = 0; column < width; column++) {
    // The slice that covers the column's middle.
    const middleNs = ((column + 0.5) / width) * lastNs;
    while (slice < endNs.length - 1 && (endNs[slice] as number) < middleNs) slice++;
    for (let row = 0; row < height; row++) {
      const count = joined[slice * height + row] as number;
      if (count > 0) cells[(height - 1 - row) * width + column] = stepOf(count);
    }
  }
  const shades = Array.from({ length: HEAT_STEPS }, (_, step) => heatShade(step));
  const [left, right] = [frame.x(startNs[0] as number), frame.x(lastNs)];
  const edge = (row: number): number => frame.y(Math.max(1, lowestOfRow(row * ROWS_JOINED)));
  const [top, bottom] = [edge(lowest + height), edge(lowest)];
  return html`${(['light', 'dark'] as const).map((theme) => {
    const uri = pngUri(cells, width, height, [null, ...shades.map((shade) => shade[theme])]);
    return html`<image class="cells ${theme}" x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(bottom - top)}" preserveAspectRatio="none" href="${uri}"/>`;
  })}`;
}

function threeDigits(value: number): number {
  return Number(value.toPrecision(3));
}

/** As many as slices of the usual length make up the whole. */
function columnsOf({ slices: { startNs, endNs } }: Details): number {
  const lengths = endNs.map((end, slice) => end - (startNs[slice] as number));
  const usual = lengths.toSorted((one, other) => one - other)[Math.floor(lengths.length / 2)];
  return Math.min(600, Math.max(1, Math.round((endNs.at(-1) as number) / (usual as number))));
}

function trace(
  values: readonly (number | null)[],
  { slices }: Details,
  frame: Frame,
  name: string,
  id: string,
): Markup {
  let path = '';
  let isOpen = false;
  for (const [slice, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const [from, to] = [slices.startNs[slice] as number, slices.endNs[slice] as number];
    // Whole pixels: there are many of them, and a cell is larger.
    const [left, right, y] = [frame.x(from), frame.x(to), frame.y(value)].map(Math.round);
    path += isOpen ? `V${y}H${right}` : `M${left} ${y}H${right}`;
    isOpen = true;
  }
  return html`<defs><path id="${id}" d="${path}"/></defs>
<use class="halo" href="#${id}"/><use class="trace ${name}" href="#${id}"/>`;
}

/** Names at the ends of the two lines, pushed apart where they would lie on each other. */
function traceLabels(
  latencies: readonly SliceLatencies[],
  { slices }: Details,
  frame: Frame,
): Markup {
  const endOf = (values: readonly (number | null)[]): { x: number; y: number } | null => {
    const last = values.findLastIndex((value) => value !== null);
    if (last < 0) return null;
    return { x: frame.x(slices.endNs[last] as number), y: frame.y(values[last] as number) };
  };
  const p50 = endOf(latencies.map(({ p50Ns }) => p50Ns));
  const p99 = endOf(latencies.map(({ p99Ns }) => p99Ns));
  const isBeside = p50 !== null && p99 !== null && Math.abs(p50.x - p99.x) < 2 * LABEL_DISTANCE;
  const push = isBeside ? Math.max(0, LABEL_DISTANCE - (p50.y - p99.y)) / 2 : 0;
  const label = (name: string, end: { x: number; y: number } | null, down: number): Markup =>
    end === null
      ? NOTHING
      : html`<text class="end" x="${px(end.x + 6)}" y="${px(end.y + down + 4)}">${name}</text>`;
  return html`${label('p50', p50, push)}${label('p99', p99, -push)}`;
}

/** Events of the device that are marked; result.json has the first thousand. */
const EVENTS_MAX = 60;

interface Moment {
  readonly atNs: number;
  readonly kind: 'collision' | 'refusal' | 'fault' | 'device';
  readonly text: string;
}

/** What happened and has a moment: events of the device, collisions, answers of "none", faults. */
function momentsOf({ result }: Page, { slices, timelines }: Details): Moment[] {
  const moments: Moment[] = [];
  const growth = (totals: readonly number[], slice: number): number =>
    (totals[slice] as number) - (totals[slice - 1] ?? 0);
  for (const [slice, endNs] of slices.endNs.entries()) {
    const startNs = slices.startNs[slice] as number;
    const atNs = (startNs + endNs) / 2;
    const when = `from ${formatNs(startNs)} to ${formatNs(endNs)}`;
    const collided = growth(slices.ownerConflicts, slice);
    if (collided > 0) {
      const text = `${plural(collided, 'claim', exactCount(collided))} of a spare that had an owner, ${when}`;
      moments.push({ atNs, kind: 'collision', text });
    }
    const refused = growth(slices.refused, slice);
    if (refused > 0) {
      const text = `${plural(refused, 'answer', exactCount(refused))} of “none”, ${when}`;
      moments.push({ atNs, kind: 'refusal', text });
    }
  }
  const broken = new Map(result.checks.map((check) => [check.name, check]));
  for (const { check, evidence, events } of timelines) {
    const seen = events.find(({ kind, timeNs }) => kind === 'seen' && timeNs !== null);
    const text = broken.get(check)?.evidence[evidence]?.text;
    if (seen !== undefined && text !== undefined) {
      moments.push({ atNs: seen.timeNs as number, kind: 'fault', text: `${check}: ${text}` });
    }
  }
  for (const { takenNs, text } of result.events.slice(0, EVENTS_MAX)) {
    moments.push({ atNs: takenNs, kind: 'device', text });
  }
  return moments.sort((one, other) => one.atNs - other.atNs);
}

const MARKS = {
  collision: 'M0 -6L6 5H-6Z',
  refusal: 'M-4 -4H4V4H-4Z',
  fault: 'M0 -6L6 0L0 6L-6 0Z',
  device: 'M-1.5 -6H1.5V-1.5H6V1.5H1.5V6H-1.5V1.5H-6V-1.5H-1.5Z',
};

function eventMarks(page: Page, details: Details, frame: Frame): Markup {
  const y = MARGIN.top + LANE / 2 - 2;
  return html`${momentsOf(page, details).map(
    ({ atNs, kind, text }) =>
      html`<path class="event ${kind}" transform="translate(${px(frame.x(atNs))} ${y})" d="${MARKS[kind]}"><title>${text}</title></path>`,
  )}`;
}

function eventList(page: Page, details: Details): Markup {
  const moments = momentsOf(page, details);
  if (moments.length === 0)
    return html`<p class="note">No collision, no answer of “none” and no fault was seen while the load ran.</p>`;
  const kinds = [
    { kind: 'collision', name: 'collision' },
    { kind: 'refusal', name: 'answer of “none”' },
    { kind: 'fault', name: 'fault in the data' },
    { kind: 'device', name: 'event of the device' },
  ] as const;
  const legend = kinds
    .filter(({ kind }) => moments.some((moment) => moment.kind === kind))
    .map(
      ({ kind, name }) =>
        html`<li><svg viewBox="-8 -8 16 16" aria-hidden="true"><path class="event ${kind}" d="${MARKS[kind]}"/></svg>${name}</li>`,
    );
  return html`<ul class="legend">${legend}</ul>${tableBehind(
    `What happened when (${exactCount(moments.length)})`,
    table(
      [number('At'), text('What')],
      moments.map(({ atNs, text: what }) => [formatNs(atNs), what]),
    ),
  )}`;
}

function findingOf(
  name: Operation,
  latencies: readonly SliceLatencies[],
  { slices }: Details,
): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  // Of an operation that is rare, a slice has too few for a p99.
  const isTail = latencies.filter(({ p99Ns }) => p99Ns !== null).length >= SLICES_MIN;
  const known = latencies
    .flatMap(({ p50Ns, p99Ns }, slice) => {
      const ns = isTail ? p99Ns : p50Ns;
      return ns === null ? [] : [{ ns, slice }];
    })
    .sort((one, other) => one.ns - other.ns);
  const worst = known.at(-1);
  const middle = known[Math.floor(known.length / 2)];
  if (worst === undefined || middle === undefined || known.length < SLICES_MIN) {
    return `${title}: too few operations to see them change over time.`;
  }
  const ratio = worst.ns / middle.ns;
  const usual = `${title}: ${isTail ? 'p99' : 'p50'} about ${formatNs(middle.ns)} in the median slice of time`;
  if (ratio < 1.5) return `${usual}, and never above about ${formatNs(worst.ns)}.`;
  const when = formatNs(slices.startNs[worst.slice] as number);
  return `${usual}; in the worst, at ${when}, ${timesText(ratio)} as much (${formatNs(worst.ns)}).`;
}

/** The exact percentiles, interval by interval. */
function intervalTable({ result }: Page): Markup {
  const names = presentOperations(result);
  const listed = numberTable(
    ['from', 'to', 'phase', ...names.flatMap((name) => [`${name} count`, 'p50', 'p99', 'max'])],
    result.intervals.slice(0, INTERVALS_LISTED).map(({ startNs, endNs, phase, operations }) => [
      formatNs(startNs),
      formatNs(endNs),
      phase,
      ...names.flatMap((name) => {
        const { count, p50, p99, max } = operations[name];
        return [exactCount(count), ...[p50, p99, max].map(formatNs)];
      }),
    ]),
  );
  const rest = result.intervals.length - INTERVALS_LISTED;
  if (rest <= 0) return listed;
  return html`${listed}<p class="note">${plural(rest, 'interval', exactCount(rest))} more in result.json.</p>`;
}
