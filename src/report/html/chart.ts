/**
 * Line charts. A chart is one value: its lines share their places on the x axis, so that the same
 * data draws the SVG that is always there and, with JavaScript, the one that can be zoomed.
 */
import type { Axis } from './axis.ts';
import { html, jsonScript, type Markup, NOTHING, px } from './markup.ts';
import { LINES } from './palette.ts';

export interface Line {
  readonly name: string;
  /** Key into LINES: colour and dash. */
  readonly look: string;
  /** A y for every x, null where there is none. */
  readonly values: readonly (number | null)[];
  /** Drawn thin and grey-dashed behind the others. */
  readonly isBaseline?: boolean;
  /** Dots, joined over places where there is none. */
  readonly isDots?: boolean;
  /** From this index on the line rests on too little, and is drawn faintly. */
  readonly faintFrom?: number;
}

/** An area between two edges, behind the lines. */
export interface Band {
  readonly look: string;
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** A part of the x axis that is told apart from the rest. */
export interface Zone {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

export interface Chart {
  /** What it shows, for readers that see no picture. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly places: readonly number[];
  readonly lines: readonly Line[];
  readonly bands?: readonly Band[];
  readonly zones?: readonly Zone[];
  /** Lines that step from place to place rather than slope: figures of a stretch of time. */
  readonly isStepped?: boolean;
  /** One of several side by side, which all have the same axes whatever is in them. */
  readonly isSmall?: boolean;
}

export const WIDTH = 760;
const HEIGHT = 300;
const SMALL = { width: 440, height: 230, right: 28 } as const;
const DOT_RADIUS = 2.6;
export const MARGIN = { left: 66, right: 104, top: 12, bottom: 46 } as const;
export const LABEL_DISTANCE = 14;

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Where the x axis ends. */
  readonly right: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export function frameOf(x: Axis, y: Axis, height = HEIGHT): Frame {
  return frameIn(x, y, { width: WIDTH, height, right: MARGIN.right });
}

function frameIn(
  x: Axis,
  y: Axis,
  size: { readonly width: number; readonly height: number; readonly right: number },
): Frame {
  const { width, height } = size;
  const [left, top] = [MARGIN.left, MARGIN.top];
  const right = width - size.right;
  const across = right - left;
  const down = height - top - MARGIN.bottom;
  return {
    width,
    height,
    right,
    x: (value) => left + across * x.share(value),
    y: (value) => top + down * (1 - y.share(value)),
  };
}

/** The SVG, and its data for the script that makes it one to zoom into. */
export function lineChart(chart: Chart): Markup {
  const { x, y, places, lines, bands = [], zones = [] } = chart;
  const isSmall = chart.isSmall === true;
  const frame = isSmall ? frameIn(x, y, SMALL) : frameOf(x, y);
  const data = {
    x: {
      ...{ kind: x.kind, title: x.title, from: x.from, to: x.to },
      ...(x.isPlaces === true ? { ticks: x.ticks, isLog: x.isLog === true } : {}),
    },
    y: { kind: y.kind, title: y.title, from: y.from, to: y.to },
    isStepped: chart.isStepped === true,
    ...(isSmall ? { isSmall } : {}),
    zones: zones.map(({ from, to, name }) => ({ from: rounded(from), to: rounded(to), name })),
    places: places.map(rounded),
    lines: lines.map(({ name, look, values, isBaseline, isDots, faintFrom }) => ({
      name,
      ...(isDots === true ? { isDots } : {}),
      look,
      dash: isBaseline ? '5 4' : (LINES[look]?.dash ?? ''),
      isBaseline: isBaseline === true,
      faintFrom: faintFrom ?? null,
      values: values.map(short),
    })),
    bands: bands.map(({ look, low, high }) => ({
      look,
      low: low.map(short),
      high: high.map(short),
    })),
  };
  return html`<div class="plot${isSmall && ' small'}" data-chart="lines">${legend(lines, bands)}
<div class="scroll" tabindex="0">${svg(
    frame,
    chart.description,
    html`${zones.map((zone) => zoneOf(zone, frame))}${axes(x, y, frame)}
${bands.map((band) => bandOf(band, places, frame))}
${lines.map((line) => lineOf(line, chart, frame))}
${!isSmall && endLabels(lines, chart, frame)}`,
  )}</div>${jsonScript('data', data)}</div>`;
}

export function svg(frame: Frame, description: string, content: Markup): Markup {
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${description}">
${content}
</svg>`;
}

/** Grid, tick labels, and titles with their units. */
export function axes(x: Axis, y: Axis, frame: Frame): Markup {
  const bottom = frame.height - MARGIN.bottom;
  const { right } = frame;
  const columns = x.ticks.map(({ value, label }) => {
    const at = px(frame.x(value));
    return html`<line class="grid" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${bottom}"/>
<text x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  const rows = y.ticks.map(({ value, label }) => {
    const at = frame.y(value);
    return html`<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${px(at)}" y2="${px(at)}"/>
<text x="${MARGIN.left - 8}" y="${px(at + 4)}" text-anchor="end">${label}</text>`;
  });
  const middle = px((MARGIN.top + bottom) / 2);
  return html`${columns}${rows}
<line class="axis" x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
<text class="title" x="${px((MARGIN.left + right) / 2)}" y="${frame.height - 8}" text-anchor="middle">${x.title}</text>
<text class="title" transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${y.title}</text>`;
}

/** A part of the x axis in grey, with its name. */
export function zoneOf({ from, to, name }: Zone, frame: Frame): Markup {
  const [left, right] = [frame.x(from), frame.x(to)];
  const height = frame.height - MARGIN.bottom - MARGIN.top;
  // A name that has no room is in the text below the chart anyway.
  const hasRoom = right - left > 6.5 * name.length;
  const label = hasRoom
    ? html`<text x="${px((left + right) / 2)}" y="${MARGIN.top + 14}" text-anchor="middle">${name}</text>`
    : NOTHING;
  return html`<rect class="zone" x="${px(left)}" y="${MARGIN.top}" width="${px(Math.max(0, right - left))}" height="${height}"/>${label}`;
}

function legend(lines: readonly Line[], bands: readonly Band[]): Markup {
  if (lines.length + bands.length < 2) return NOTHING;
  const items = lines.map(
    ({ name, look, isBaseline }) =>
      html`<li><svg viewBox="0 0 28 10" aria-hidden="true"><line class="${classOf(look, isBaseline)}" x1="1" x2="27" y1="5" y2="5"/></svg>${name}</li>`,
  );
  // One entry for all bands: their colours are those of the lines in them.
  const [band] = bands;
  const areas =
    band !== undefined &&
    html`<li><svg viewBox="0 0 28 10" aria-hidden="true"><rect class="band s-${band.look}" width="28" height="10"/></svg>all runs</li>`;
  return html`<ul class="legend">${items}${areas}</ul>`;
}

function classOf(look: string, isBaseline = false): string {
  return isBaseline ? `line baseline s-${look}` : `line s-${look}`;
}

function lineOf(line: Line, chart: Chart, frame: Frame): Markup {
  const name = classOf(line.look, line.isBaseline);
  if (line.isDots === true) return dotsOf(line, chart, frame);
  const faintFrom = line.faintFrom ?? Number.POSITIVE_INFINITY;
  const solid = pathOf(chart, line.values, frame, 0, faintFrom + 1);
  if (line.faintFrom === undefined) return html`<path class="${name}" d="${solid}"/>`;
  const faint = pathOf(chart, line.values, frame, faintFrom, Number.POSITIVE_INFINITY);
  return html`<path class="${name}" d="${solid}"/><path class="${name} faint" d="${faint}"/>`;
}

function dotsOf({ look, values }: Line, { places }: Chart, frame: Frame): Markup {
  const there = values.flatMap((value, index) =>
    value === null ? [] : [{ x: px(frame.x(places[index] as number)), y: px(frame.y(value)) }],
  );
  const path = there.map(({ x, y }) => `${x} ${y}`).join('L');
  const dots = there.map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="${DOT_RADIUS}"/>`);
  return html`<path class="line s-${look}" d="M${path}"/><g class="dots s-${look}">${dots}</g>`;
}

/** From one index to before another; a gap where there is no value. */
function pathOf(
  chart: Chart,
  values: readonly (number | null)[],
  frame: Frame,
  from: number,
  to: number,
): string {
  let path = '';
  let isOpen = false;
  for (let index = from; index < Math.min(to, values.length); index++) {
    const value = values[index] ?? null;
    if (value === null) {
      isOpen = false;
      continue;
    }
    const [x, y] = [frame.x(chart.places[index] as number), px(frame.y(value))];
    if (!isOpen) path += `M${px(x)} ${y}`;
    else path += chart.isStepped ? `V${y}H${px(x)}` : `L${px(x)} ${y}`;
    isOpen = true;
  }
  return path;
}

function bandOf({ low, high, look }: Band, places: readonly number[], frame: Frame): Markup {
  const there = places.flatMap((place, index) => {
    const [least, most] = [low[index] ?? null, high[index] ?? null];
    return least === null || most === null ? [] : [{ x: frame.x(place), least, most }];
  });
  if (there.length < 2) return NOTHING;
  const point = (x: number, y: number): string => `${px(x)} ${px(frame.y(y))}`;
  const upper = there.map(({ x, most }) => point(x, most));
  const lower = there.toReversed().map(({ x, least }) => point(x, least));
  return html`<path class="band s-${look}" d="M${[...upper, ...lower].join('L')}Z"/>`;
}

/** Names at the lines' ends, pushed apart where they would lie on each other. */
function endLabels(lines: readonly Line[], chart: Chart, frame: Frame): Markup {
  if (lines.length < 2) return NOTHING;
  const ends = lines.flatMap(({ name, look, values, isBaseline }) => {
    // The names of dashed ones stand in the legend: twice as many labels would hide the lines.
    if (isBaseline) return [];
    const index = values.findLastIndex((value) => value !== null);
    if (index < 0) return [];
    const x = frame.x(chart.places[index] as number);
    return [{ name, look, x, y: frame.y(values[index] as number) }];
  });
  // Those that end together stand in one column; a line that ends early has its name where it ends.
  ends.sort((one, other) => one.y - other.y);
  const placed: { x: number; y: number }[] = [];
  const lowest = frame.height - MARGIN.bottom;
  const labels = ends.map((end) => {
    let y = Math.max(end.y, MARGIN.top + 6);
    for (const other of placed) {
      if (Math.abs(other.x - end.x) < 90 && y - other.y < LABEL_DISTANCE)
        y = other.y + LABEL_DISTANCE;
    }
    placed.push({ x: end.x, y });
    return { ...end, y };
  });
  const overhang = Math.max(0, ...labels.map(({ y }) => y - lowest));
  return html`${labels.map(
    ({ name, look, x, y }) =>
      html`<text class="end s-${look}" x="${px(x + 6)}" y="${px(y - overhang + 4)}">${name}</text>`,
  )}`;
}

function short(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

/** Six digits: finer than any screen. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
