import { formatNs, formatPercent } from '../../../units.ts';
import { histogramIn } from '../../details.ts';
import type { Details } from '../../details-schema.ts';
import type { ResultLock } from '../../result-schema.ts';
import { exactCount } from '../../text.ts';
import { latencyAxis, ninesAxis } from '../axis.ts';
import { lineChart } from '../chart.ts';
import { curveOf, faintFrom, placesFor } from '../curve.ts';
import { latencyTable } from '../latency-table.ts';
import { html, type Markup, px } from '../markup.ts';
import { HEAT_STEPS, heatShade } from '../palette.ts';
import { pngUri } from '../png.ts';
import { figure, nothingToShow, type Page, type Section, WITHOUT_DETAILS } from '../section.ts';
import { number, table, tableBehind, text, threadTable } from '../table.ts';

type LockName = 'lock' | 'targetLock';

/** The matrix is printed in full up to so many threads, and quoted by its largest cells beyond. */
const MATRIX_TABLE_MAX = 16;
const HAND_OFFS_QUOTED = 32;

/** Waiting, holding, and from whom to whom the lock goes. */
export const lockSection: Section = {
  id: 'lock',
  title: 'Locks',
  contentOf: (page) => html`
<h3>Allocation lock</h3>
<p>Around the state of the allocator.</p>
${lockOf('lock', page)}
<h3>Target lock</h3>
<p>Around the remap table, or around the whole allocation where the scenario says so.</p>
${lockOf('targetLock', page)}`,
};

function lockOf(name: LockName, page: Page): Markup {
  const { result, details, figures } = page;
  const lock = result[name];
  if (lock.acquisitions === 0) {
    return nothingToShow(
      `The ${lock.kind === 'none' ? 'scenario has no such lock; it' : `${lock.kind} lock`} was never taken.`,
    );
  }
  const sentence = html`<p>${lock.kind}: ${figures.at('count', name, 'acquisitions')} acquisitions,
${figures.at('share', name, 'contendedRatio')} of them had to wait, ${figures.at('count', name, 'parks')} times
a waiter went to sleep. Fairness ${figures.at('ratio', name, 'fairness')} (1: every thread got it as often).
${figures.at('count', name, 'overlaps')} entries found another thread inside.</p>`;
  const times = latencyTable(result, figures, [
    { name: 'wait', path: [name, 'wait'] },
    { name: 'hold', path: [name, 'hold'] },
  ]);
  const behind = tableBehind('Wait and hold in numbers', times);
  if (details === null) return html`${sentence}${nothingToShow(WITHOUT_DETAILS)}${behind}`;
  return html`${sentence}${timeFigure(name, page, details, behind)}${handOffFigure(name, page, details)}`;
}

function timeFigure(name: LockName, { result }: Page, details: Details, behind: Markup): Markup {
  const lock = result[name];
  const found = (['wait', 'hold'] as const).flatMap((what) => {
    const histogram = histogramIn(details, `${name}.${what}`);
    return histogram === null ? [] : [{ what, histogram }];
  });
  if (found.length === 0) return html`${nothingToShow('No acquisition was timed.')}${behind}`;
  const places = placesFor(found.map(({ histogram }) => histogram.count));
  const lines = found.map(({ what, histogram }) => ({
    name: what,
    look: what === 'wait' ? 'second' : 'first',
    values: curveOf(histogram, places),
    faintFrom: faintFrom(histogram.count, places),
  }));
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  return figure(
    timeFinding(lock),
    lineChart({
      description: 'Time to get the lock and time in it, by percentile.',
      x: ninesAxis('percentile', (places.at(-1) as number) + 0.05),
      y: latencyAxis('time', Math.min(...values), Math.max(...values)),
      places,
      lines,
    }),
    html`<p class="note">One acquisition in ${exactCount(lock.samplePeriod)} was timed. The wait of an uncontended lock is what taking it costs.</p>`,
    behind,
  );
}

function timeFinding({ wait, hold, contendedRatio }: ResultLock): string {
  const share = formatPercent(contendedRatio ?? 0);
  if (wait.count === 0) return `${share} of the acquisitions had to wait.`;
  return `${share} of the acquisitions had to wait; p99 of the wait ${formatNs(wait.p99)}, of the hold ${formatNs(hold.p99)}.`;
}

function handOffFigure(name: LockName, page: Page, details: Details): Markup {
  const { result, figures } = page;
  const lock = result[name];
  const rows = details.handOffs[name];
  const threadCount = rows.length;
  if (threadCount < 2) {
    return nothingToShow('With one thread there is nobody to hand the lock to.');
  }
  const total = rows.flatMap((row) => row.slice(1)).reduce((sum, count) => sum + count, 0);
  const kept = rows.reduce((sum, row, thread) => sum + (row[1 + thread] ?? 0), 0);
  const threads = threadTable(
    [
      number('Thread'),
      number('Acquisitions'),
      number('Had to wait'),
      number('After itself'),
      number('After another thread'),
    ],
    lock.perThread.map(({ thread }, index) => {
      const row = rows[index] ?? [];
      const own = row[1 + index] ?? 0;
      const others = row.slice(1).reduce((sum, count) => sum + count, 0) - own;
      return [
        String(thread),
        figures.at('count', name, 'perThread', index, 'acquisitions'),
        figures.at('count', name, 'perThread', index, 'contended'),
        exactCount(own),
        exactCount(others),
      ];
    }),
  );
  if (total === 0) return html`${nothingToShow('The lock was never handed on.')}${threads}`;
  const share = formatPercent(1 - kept / total);
  return figure(
    `${share} of the acquisitions came after another thread’s; the rest after the same thread’s own.`,
    matrix(rows, lock.perThread.length),
    tableBehind('By thread', threads),
    tableBehind('From whom to whom', handOffTable(rows)),
  );
}

const CELL_MAX = 34;
const SIDE_MAX = 420;
/** Room for the line over the columns, however few they are. */
const TITLE_WIDTH = 150;

/** Rows: who got it; columns: who had it before. Workers that remap come after threads of load. */
function matrix(rows: readonly (readonly number[])[], threadCount: number): Markup {
  const count = rows.length;
  const cell = Math.min(CELL_MAX, SIDE_MAX / count);
  const [left, top] = [110, 44];
  const side = cell * count;
  const most = Math.max(1, ...rows.flatMap((row) => row.slice(1)));
  const cells = Uint8Array.from(
    rows.flatMap((row) => row.slice(1)),
    (value) => (value === 0 ? 0 : 1 + Math.round((value / most) * (HEAT_STEPS - 1))),
  );
  const shades = Array.from({ length: HEAT_STEPS }, (_, step) => heatShade(step));
  // Where threads are many, not each can be named.
  const step = Math.ceil(count / 16);
  const marks = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
  const width = left + Math.max(side + 40, TITLE_WIDTH);
  return html`<div class="plot"><div class="scroll" tabindex="0"><svg class="matrix" viewBox="0 0 ${px(width)} ${px(top + side + 12)}" width="${px(width)}" role="img" aria-label="How often each thread got the lock after each other thread.">
${(['light', 'dark'] as const).map(
  (theme) =>
    html`<image class="cells ${theme}" x="${left}" y="${top}" width="${px(side)}" height="${px(side)}" preserveAspectRatio="none" href="${pngUri(cells, count, count, [null, ...shades.map((shade) => shade[theme])])}"/>`,
)}
<rect class="frame" x="${left}" y="${top}" width="${px(side)}" height="${px(side)}"/>
${marks.map((thread) => {
  const at = px((thread + 0.5) * cell);
  return html`<text x="${px(left + Number(at))}" y="${top - 8}" text-anchor="middle">${thread}</text>
<text x="${left - 8}" y="${px(top + Number(at) + 4)}" text-anchor="end">${thread}</text>`;
})}
<text class="title" x="${left}" y="14">was held by thread</text>
<text class="title" x="${left - 30}" y="${px(top + side / 2 + 4)}" text-anchor="end">then by</text>
<text class="title" x="${left - 30}" y="${px(top + side / 2 + 20)}" text-anchor="end">thread</text>
</svg></div></div>
<p class="note">The darker (on a dark page: the brighter) a cell, the more often; the fullest is ${exactCount(most)} times.${
    count > threadCount
      ? ` From ${threadCount} on they are workers that remap failing sectors.`
      : ''
  }</p>`;
}

function handOffTable(rows: readonly (readonly number[])[]): Markup {
  if (rows.length <= MATRIX_TABLE_MAX) {
    return table(
      [text('Got it, after'), ...rows.map((_, thread) => number(`thread ${thread}`))],
      rows.map((row, thread) => [`thread ${thread}`, ...row.slice(1).map(exactCount)]),
    );
  }
  const all = rows.flatMap((row, to) => row.slice(1).map((count, from) => ({ from, to, count })));
  const most = all.toSorted((one, other) => other.count - one.count).slice(0, HAND_OFFS_QUOTED);
  return html`${table(
    [number('From thread'), number('To thread'), number('Times')],
    most.map(({ from, to, count }) => [String(from), String(to), exactCount(count)]),
  )}<p class="note">The ${HAND_OFFS_QUOTED} most frequent of ${exactCount(all.length)}; all of them are in details.json.</p>`;
}
