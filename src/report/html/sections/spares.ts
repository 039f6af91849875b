import { formatPercent } from '../../../units.ts';
import { sparesCellsIn } from '../../details.ts';
import {
  type Details,
  DRAIN_OWNER,
  type Event,
  LATER_OWNER,
  OWNERS_TOLD,
  SPARE_STATES,
} from '../../details-schema.ts';
import type { Result } from '../../result-schema.ts';
import { exactCount, plural } from '../../text.ts';
import { html, jsonScript, type Markup, NOTHING, type Piece, px } from '../markup.ts';
import { DRAIN_SHADE, ownerShade, type Shade, STATE_SHADES } from '../palette.ts';
import { pngUri } from '../png.ts';
import {
  figure,
  momentText,
  nothingToShow,
  type Page,
  type Section,
  WITHOUT_DETAILS,
} from '../section.ts';
import { number, table, tableBehind, text } from '../table.ts';

/** Collisions that are ringed on the map: more rings would hide it. */
const RINGS_MAX = 40;
/** Rows of the list of owners, each a run of spares. */
const LISTED_MAX = 80;
/** Those of them that are seen at once; the others unfold. */
const SHOWN_MAX = 12;
/** Owners in the legend of the map; the pointer tells the others. */
const NAMED_MAX = 40;
const MAP_WIDTH = 690;
const LEFT = 62;
const CELL_MAX = 11;

/** Where every spare was when the run had ended, and whose. */
export const spareSection: Section = {
  id: 'spares',
  title: 'Spares',
  contentOf: (page) => {
    const { details, figures } = page;
    const counts = table(
      [text('State'), number('Spares')],
      [
        ['used', figures.at('count', 'spares', 'used')],
        ['cached', figures.at('count', 'spares', 'cached')],
        ['free', figures.at('count', 'spares', 'free')],
        ['allocatable: the three together', figures.at('count', 'spares', 'allocatable')],
        ['reserved for metadata', figures.at('count', 'spares', 'reserved')],
        ['all', figures.at('count', 'spares', 'total')],
      ],
    );
    if (details === null) return html`${nothingToShow(WITHOUT_DETAILS)}${counts}`;
    return html`${stateFigure(page, details, counts)}${collisionList(page, details)}${ownerFigure(page, details)}`;
  },
};

/** How cells lie: row by row from the top left. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
}

function gridOf(cellCount: number): Grid {
  // About three times as wide as high, in a round number of columns.
  const columns = Math.min(512, Math.max(16, 2 ** Math.round(Math.log2(Math.sqrt(3 * cellCount)))));
  const cell = Math.min(CELL_MAX, MAP_WIDTH / columns);
  return { columns, rows: Math.ceil(cellCount / columns), cell };
}

function stateFigure(page: Page, details: Details, counts: Markup): Markup {
  const { spareMap } = details;
  const { states } = sparesCellsIn(details);
  const grid = gridOf(spareMap.cellCount);
  const palette = SPARE_STATES.map((state) => STATE_SHADES[state]);
  const isThere = SPARE_STATES.map((_, index) => states.includes(index));
  const { spares } = page.result;
  const numbers: { readonly [state: string]: number } = {
    used: spares.used,
    cached: spares.cached,
    free: spares.free,
    reserved: spares.reserved,
    collision: spareMap.collidedCount,
    'beyond the limit': spares.total - spares.allocatable - spares.reserved,
  };
  const legend = SPARE_STATES.flatMap((state, index) =>
    isThere[index]
      ? [
          swatch(
            STATE_SHADES[state],
            html`${state} <span class="quiet">${exactCount(numbers[state] ?? 0)}</span>`,
          ),
        ]
      : [],
  );
  return figure(
    stateFinding(page.result, details),
    html`<ul class="legend">${legend}</ul>`,
    mapOf({
      details,
      grid,
      cells: states,
      palette,
      names: SPARE_STATES,
      description: 'One cell a spare: what state it was in when the run had ended.',
      rings: ringsOf(details, grid),
    }),
    html`<p class="note">${cellNote(details)} ${
      spareMap.collidedCount > 0
        ? 'A spare in a collision is counted as used (or reserved) as well.'
        : ''
    }</p>`,
    tableBehind('The counts', counts),
  );
}

function stateFinding({ spares, collisions }: Result, { spareMap }: Details): string {
  const share = spares.allocatable === 0 ? 0 : spares.used / spares.allocatable;
  const used = `${exactCount(spares.used)} of ${exactCount(spares.allocatable)} allocatable spares were used (${formatPercent(share)})`;
  const { collided, collidedCount } = spareMap;
  if (collidedCount === 0) {
    return collisions === 0
      ? `${used}; none had two owners.`
      : `${used}; there were collisions, on spares that the log does not name.`;
  }
  const [first, last] = [collided[0], collided.at(-1)];
  const where =
    collidedCount === 1
      ? `spare ${first?.spare} had two owners`
      : collidedCount > collided.length
        ? `${exactCount(collidedCount)} had two owners, the first of them spare ${first?.spare}`
        : `${exactCount(collidedCount)} had two owners, between spare ${first?.spare} and spare ${last?.spare}`;
  return `${used}; ${where}.`;
}

function cellNote({ spareMap }: Details): string {
  const { sparesPerCell, spareCount } = spareMap;
  const order = 'Spares lie row by row from the top left.';
  if (sparesPerCell === 1) return `One cell a spare. ${order}`;
  return `A cell stands for ${sparesPerCell} of ${exactCount(spareCount)} spares and shows the worst of them: collision, then reserved, used, cached, free. ${order}`;
}

interface MapInput {
  readonly details: Details;
  readonly grid: Grid;
  readonly cells: Uint8Array;
  readonly palette: readonly Shade[];
  readonly names: readonly string[];
  readonly description: string;
  readonly rings: Markup;
  /** The palette is the same on a dark page, and 0 is nothing: one picture does. */
  readonly isPlain?: boolean;
}

function mapOf({
  details,
  grid,
  cells,
  palette,
  names,
  description,
  rings,
  isPlain = false,
}: MapInput): Markup {
  const { columns, rows, cell } = grid;
  const { sparesPerCell, spareCount } = details.spareMap;
  const padded = new Uint8Array(columns * rows).fill(palette.length);
  padded.set(cells);
  const [width, height] = [columns * cell, rows * cell];
  const step = Math.max(1, Math.ceil(rows / 8));
  const marks = Array.from({ length: Math.ceil(rows / step) }, (_, index) => index * step);
  const data = {
    columns,
    rows,
    sparesPerCell,
    spareCount,
    left: LEFT / (LEFT + width + 12),
    right: (LEFT + width) / (LEFT + width + 12),
    top: 6 / (height + 12),
    bottom: (height + 6) / (height + 12),
    shades: palette.map(({ light, dark }, index) => ({ light, dark, name: names[index] })),
  };
  const picture = (theme: 'light' | 'dark', className: string): Markup => {
    const colours = palette.map((shade, index) => (isPlain && index === 0 ? null : shade[theme]));
    const uri = pngUri(padded, columns, rows, [...colours, null]);
    return html`<image class="cells${className}" x="${LEFT}" y="6" width="${px(width)}" height="${px(height)}" preserveAspectRatio="none" href="${uri}"/>`;
  };
  const pictures = isPlain
    ? html`<rect class="ground" x="${LEFT}" y="6" width="${px(width)}" height="${px(height)}"/>${picture('light', '')}`
    : [picture('light', ' light'), picture('dark', ' dark')];
  return html`<div class="plot" data-chart="map"><div class="scroll" tabindex="0"><svg class="map" viewBox="0 0 ${px(LEFT + width + 12)} ${px(height + 12)}" width="${px(LEFT + width + 12)}" role="img" aria-label="${description}">
${pictures}
<rect class="frame" x="${LEFT}" y="6" width="${px(width)}" height="${px(height)}"/>
${marks.map(
  (row) =>
    html`<text x="${LEFT - 8}" y="${px(6 + (row + 0.5) * cell + 4)}" text-anchor="end">${exactCount(row * columns * sparesPerCell)}</text>`,
)}
${rings}
</svg></div><p class="read-out" aria-live="polite"></p>${jsonScript('data', data)}</div>`;
}

function ringsOf({ spareMap }: Details, { columns, cell }: Grid): Markup {
  if (spareMap.collidedCount > RINGS_MAX) return NOTHING;
  return html`${spareMap.collided.map(({ spare }) => {
    const at = Math.floor(spare / spareMap.sparesPerCell);
    const [x, y] = [
      LEFT + ((at % columns) + 0.5) * cell,
      6 + (Math.floor(at / columns) + 0.5) * cell,
    ];
    return html`<circle class="ring" cx="${px(x)}" cy="${px(y)}" r="${px(Math.max(7, cell))}"><title>collision on spare ${spare}</title></circle>`;
  })}`;
}

/** Spares side by side that the same two threads collided on: as a rule one refill, done twice. */
interface Collided {
  readonly from: number;
  to: number;
  readonly first: Event | null;
  readonly second: Event | null;
  lastFirst: Event | null;
  lastSecond: Event | null;
  laterCount: number;
}

/** Every collision, where it was and whose the spare was. */
function collisionList({ result }: Page, { spareMap }: Details): Markup {
  const { collided, collidedCount } = spareMap;
  if (collidedCount === 0) return NOTHING;
  const runs = runsOf(collided);
  const listed = runs.slice(0, LISTED_MAX);
  const told = listed.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const rest = collidedCount - told;
  const more =
    rest === 0
      ? ''
      : ` The list has the first ${exactCount(told)} of the spares; claims.csv, of a run with --claims, has all.`;
  const { columns } = gridOf(spareMap.cellCount);
  const placeOf = (spare: number): string => {
    const cell = Math.floor(spare / spareMap.sparesPerCell);
    return `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
  };
  return html`<h3>Who the owners were</h3>
<p>${plural(collidedCount, 'spare', exactCount(collidedCount))} with two owners, ${plural(result.collisions, 'collision', exactCount(result.collisions))} in all. A
row is a run of spares side by side that the same two collided on.${more}</p>
${ownerTable(listed.slice(0, SHOWN_MAX), placeOf)}${
  listed.length > SHOWN_MAX &&
  tableBehind(
    `${listed.length - SHOWN_MAX} more rows`,
    ownerTable(listed.slice(SHOWN_MAX), placeOf),
  )
}`;
}

function ownerTable(runs: readonly Collided[], placeOf: (spare: number) => string): Markup {
  return table(
    [
      text('Spares'),
      number('How many'),
      text('On the map'),
      text('First owner'),
      text('Second owner'),
      text('Claimed again'),
    ],
    runs.map(({ from, to, first, lastFirst, second, lastSecond, laterCount }): Piece[] => [
      from === to ? String(from) : `${from} to ${to}`,
      exactCount(to - from + 1),
      placeOf(from),
      ownerText(first, lastFirst),
      ownerText(second, lastSecond),
      laterCount === 0 ? '' : plural(laterCount, 'time', exactCount(laterCount)),
    ]),
  );
}

function runsOf(collided: Details['spareMap']['collided']): Collided[] {
  const runs: Collided[] = [];
  for (const { spare, events } of collided) {
    const { first, second, laterCount } = ownersOf(events);
    const run = runs.at(-1);
    const joins =
      run !== undefined &&
      run.to === spare - 1 &&
      isSameOwner(run.first, first) &&
      isSameOwner(run.second, second);
    if (joins) {
      run.to = spare;
      run.lastFirst = first;
      run.lastSecond = second;
      run.laterCount += laterCount;
    } else {
      const last = { lastFirst: first, lastSecond: second };
      runs.push({ from: spare, to: spare, first, second, ...last, laterCount });
    }
  }
  return runs;
}

function isSameOwner(one: Event | null, other: Event | null): boolean {
  return one?.kind === other?.kind && one?.thread === other?.thread;
}

/** The two that held it at once, and how many claimed it after them. */
function ownersOf(events: readonly Event[]): {
  readonly first: Event | null;
  readonly second: Event | null;
  readonly laterCount: number;
} {
  const holders: Event[] = [];
  for (const [index, event] of events.entries()) {
    if (event.kind === 'release') {
      const own = holders.findIndex(({ lba }) => lba === event.lba);
      if (own >= 0) holders.splice(own, 1);
      continue;
    }
    const holder = holders.at(-1);
    if (holder !== undefined) {
      const later = events.slice(index + 1).filter(({ kind }) => kind !== 'release');
      return { first: holder, second: event, laterCount: later.length };
    }
    holders.push(event);
  }
  // Only one in the log: the other is the metadata, or found no room in it.
  return { first: null, second: holders[0] ?? null, laterCount: 0 };
}

function ownerText(from: Event | null, to: Event | null): string {
  if (from === null || to === null) return 'metadata, or not in the log';
  if (from.kind === 'drain') return 'the drain after the run';
  const times = [momentText(from.timeNs ?? 0), momentText(to.timeNs ?? 0)];
  const when = times[0] === times[1] ? `at ${times[0]}` : `from ${times[0]} to ${times[1]}`;
  const lbas = from.lba === to.lba ? `LBA ${from.lba}` : `LBA ${from.lba} to ${to.lba}`;
  return `thread ${from.thread}: ${lbas}, ${when}`;
}

function ownerFigure({ result }: Page, details: Details): Markup {
  const { owners } = sparesCellsIn(details);
  if (owners.every((owner) => owner === 0)) {
    return nothingToShow('When the run had ended no spare belonged to anybody.');
  }
  const cellsOf = new Map<number, number>();
  for (const owner of owners) cellsOf.set(owner, (cellsOf.get(owner) ?? 0) + 1);
  const toldCount = Math.min(result.threadCount, OWNERS_TOLD);
  const known = [
    { owner: 0, name: 'nobody', shade: STATE_SHADES.free },
    ...Array.from({ length: toldCount }, (_, thread) => ({
      owner: thread + 1,
      name: `thread ${thread}`,
      shade: ownerShade(thread),
    })),
    { owner: LATER_OWNER, name: `a thread from ${OWNERS_TOLD} on`, shade: DRAIN_SHADE },
    { owner: DRAIN_OWNER, name: 'the drain after the run', shade: DRAIN_SHADE },
  ];
  const palette = known.map(({ shade }) => shade);
  const names = known.map(({ name }) => name);
  const indexOf = new Map(known.map(({ owner }, index) => [owner, index]));
  const places = owners.map((owner) => indexOf.get(owner) ?? 0);
  const grid = gridOf(details.spareMap.cellCount);
  const present = known.filter(({ owner }) => cellsOf.has(owner));
  const legend = present.slice(0, NAMED_MAX).map(({ name, shade }) => swatch(shade, name));
  if (present.length > NAMED_MAX)
    legend.push(html`<li>and ${present.length - NAMED_MAX} more</li>`);
  const unit = details.spareMap.sparesPerCell === 1 ? 'spares' : 'cells';
  const owned = Array.from({ length: toldCount }, (_, thread) => cellsOf.get(thread + 1) ?? 0);
  return figure(
    ownerFinding(owned, unit),
    html`<ul class="legend">${legend}</ul>`,
    mapOf({
      details,
      grid,
      cells: places,
      palette,
      names,
      description: 'One cell a spare: which thread it belonged to when the run had ended.',
      rings: NOTHING,
      isPlain: true,
    }),
    html`<p class="note">${
      details.spareMap.sparesPerCell === 1
        ? 'Of several owners the last.'
        : 'The owner of most of the spares of a cell.'
    }</p>`,
    tableBehind(
      'By owner',
      table(
        [text('Owner'), number(unit)],
        present
          .slice(0, NAMED_MAX)
          .map(({ owner, name }) => [name, exactCount(cellsOf.get(owner) ?? 0)]),
      ),
    ),
  );
}

function ownerFinding(owned: readonly number[], unit: string): string {
  const holders = owned.filter((count) => count > 0);
  if (holders.length === 0) return 'No thread owned a spare when the run had ended.';
  const [least, most] = [Math.min(...owned), Math.max(...owned)];
  if (owned.length === 1) return `Thread 0 owned ${exactCount(most)} ${unit}.`;
  if (least === most) return `Each of ${owned.length} threads owned ${exactCount(most)} ${unit}.`;
  return `The ${owned.length} threads owned from ${exactCount(least)} to ${exactCount(most)} ${unit} each.`;
}

function swatch({ light, dark }: Shade, name: Piece): Markup {
  return html`<li><svg viewBox="0 0 12 12" class="swatch" aria-hidden="true"><rect class="light" width="12" height="12" fill="${light}"/><rect class="dark" width="12" height="12" fill="${dark}"/></svg>${name}</li>`;
}
