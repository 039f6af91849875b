/**
 * What is shown while a run goes on: pure functions from one look at the live counters to text.
 * The live figures are approximate, since threads write while they are read; the result is not.
 */
import { formatCount, formatNs, formatPercent, formatRate } from '../units.ts';
import { type Style, styleOf, type TextOptions } from './style.ts';
import { columnsOf, exactCount, plural } from './text.ts';

/** One look at a run. Plain numbers; null where there is nothing to show yet, or ever. */
export interface Snapshot {
  readonly name: string;
  readonly seed: number;
  readonly threadCount: number;
  readonly lockKind: string;
  /** finish: the load has ended; threads leave, the drain and the sweep run. */
  readonly phase: 'warmup' | 'measure' | 'finish';
  /** Since the start gate opened. */
  readonly elapsedNs: number;
  /** Share of the load done, 0 to 1; null when its end cannot be foreseen. */
  readonly progress: number | null;
  /** Operations completed so far, warm-up included. */
  readonly operationCount: number;
  /** Since the snapshot before. */
  readonly operationsPerSecond: number;
  /** The operation that the percentiles are of; null while there is none. */
  readonly operation: string | null;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly p999Ns: number | null;
  readonly maxNs: number | null;
  /** Operations of each thread so far, warm-up included. */
  readonly threadOperations: readonly number[];
  /** Share of acquisitions of the allocation lock that had to wait. */
  readonly lockContendedShare: number | null;
  readonly cacheHitRate: number | null;
  readonly spares: { readonly used: number; readonly allocatable: number };
  /** Owner conflicts so far. */
  readonly collisionCount: number;
}

const LABEL_COLUMNS = 12;
const SPARE_BAR_COLUMNS = 24;
const BAR_COLUMNS_MAX = 48;
/** Looks that a curve shows, and the column that it begins at where the text before it is short. */
export const CURVE_COLUMNS = 16;
const CURVE_FROM = 60;

/**
 * The lines of the live panel, none of them wider than the terminal.
 *
 * @param earlier looks before this one, oldest first: what the small curves are drawn from
 */
export function livePanel(
  snapshot: Snapshot,
  options: TextOptions,
  earlier: readonly Snapshot[] = [],
): string[] {
  const style = styleOf(options);
  const all = [...earlier, snapshot].slice(-CURVE_COLUMNS);
  const rows: [label: string, text: string, curve: string][] = [
    [
      'throughput',
      `${formatRate(snapshot.operationsPerSecond)}   ${formatCount(snapshot.operationCount)} operations`,
      style.curve(all.map(({ operationsPerSecond }) => operationsPerSecond)),
    ],
    [
      'latency',
      latencyText(snapshot, style.width - LABEL_COLUMNS - 2),
      style.curve(all.map(({ p99Ns }) => p99Ns ?? 0)),
    ],
    ['threads', threadText(snapshot, style.width - LABEL_COLUMNS - 2), ''],
    ['lock', `${snapshot.lockKind}   contended ${percentOrDash(snapshot.lockContendedShare)}`, ''],
    [
      'cache',
      `hit rate ${percentOrDash(snapshot.cacheHitRate)}`,
      style.curve(all.map(({ cacheHitRate }) => cacheHitRate ?? 0)),
    ],
    ['spares', sparesText(snapshot, all, style), ''],
  ];
  const name = style.clip(snapshot.name, 32);
  const head = [
    name,
    `seed ${snapshot.seed}`,
    plural(snapshot.threadCount, 'thread'),
    snapshot.phase,
  ].join('   ');
  return [
    ` ${style.clip(head, style.width - 2)}`,
    ` ${progressText(snapshot, style)}`,
    '',
    ...rows.map(([label, text, curve]) => rowText(label, text, curve, style)),
    ` ${'collisions'.padEnd(LABEL_COLUMNS)}${collisionText(snapshot, style)}`,
    ` ${style.clip('Ctrl-C stops and keeps the results', style.width - 2)}`,
  ];
}

/** One line for a log, e.g. `[00:10] measure 50%  199k/s  read p99 40µs  lock 38%  …`. */
export function progressLine(snapshot: Snapshot, options: Pick<TextOptions, 'unicode'>): string {
  const style = styleOf({ color: false, unicode: options.unicode, width: 100 });
  const { progress, operation, p99Ns } = snapshot;
  const parts = [
    `[${clockTime(snapshot.elapsedNs)}] ${snapshot.phase}${progress === null ? '' : ` ${wholePercent(progress)}`}`,
    formatRate(snapshot.operationsPerSecond),
    ...(operation === null ? [] : [`${operation} p99 ${timeOrDash(p99Ns)}`]),
    `lock ${percentOrDash(snapshot.lockContendedShare)}`,
    `hit ${percentOrDash(snapshot.cacheHitRate)}`,
    `spares ${wholePercent(usedShare(snapshot))}`,
    `collisions ${exactCount(snapshot.collisionCount)}`,
  ];
  return style.text(parts.join('  '));
}

function progressText(snapshot: Snapshot, style: Style): string {
  const { progress, elapsedNs } = snapshot;
  const elapsed = formatNs(elapsedNs);
  if (progress === null) return style.text(`${elapsed} elapsed`);
  // Without a start there is no rate to foresee the end by.
  const left = progress > 0 && progress < 1 ? (elapsedNs * (1 - progress)) / progress : null;
  const text = style.text(
    `${wholePercent(progress)}   ${elapsed}${left === null ? '' : `   ${formatNs(left)} left`}`,
  );
  const room = style.width - columnsOf(text) - 4;
  const bar = room < 8 ? '' : `${style.bar(progress, Math.min(BAR_COLUMNS_MAX, room))}  `;
  return bar + text;
}

/** A curve stands to the right, where there is room for it; it moves with time, not with text. */
function rowText(label: string, text: string, curve: string, style: Style): string {
  const start = style.clip(` ${label.padEnd(LABEL_COLUMNS)}${text}`, style.width);
  const room = style.width - columnsOf(start) - 3;
  if (curve === '' || columnsOf(curve) > room) return start;
  const column = Math.max(columnsOf(start) + 3, Math.min(CURVE_FROM, style.width - CURVE_COLUMNS));
  return start.padEnd(start.length + column - columnsOf(start)) + curve;
}

/** Narrow terminals go without the p99.9, then without the maximum. */
function latencyText(snapshot: Snapshot, room: number): string {
  const { operation, p50Ns, p99Ns, p999Ns, maxNs } = snapshot;
  if (operation === null) return 'none yet';
  const [p50, p99, p999, max] = [p50Ns, p99Ns, p999Ns, maxNs].map(timeOrDash);
  const parts = [operation, `p50 ${p50}`, `p99 ${p99}`, `p99.9 ${p999}`, `max ${max}`];
  for (const dropped of [[], [3], [3, 4]]) {
    const text = parts.filter((_, index) => !dropped.includes(index)).join('   ');
    if (columnsOf(text) <= room) return text;
  }
  return parts.slice(0, 3).join('  ');
}

/** Who does how much of the work; of many threads, the least and the most. */
function threadText({ threadOperations }: Snapshot, room: number): string {
  const total = threadOperations.reduce((sum, count) => sum + count, 0);
  if (total === 0) return '–';
  const shares = threadOperations.map((count) => count / total);
  const all = shares.map((share, thread) => `t${thread} ${formatPercent(share)}`).join('  ');
  if (all.length <= room) return all;
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `${shares.length} of them, each ${formatPercent(least)} to ${formatPercent(most)}`;
}

/** How long the spares last at the rate of the looks that are kept; null when none are taken. */
function exhaustionNs(all: readonly Snapshot[]): number | null {
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return null;
  const taken = last.spares.used - first.spares.used;
  const left = last.spares.allocatable - last.spares.used;
  if (taken <= 0 || left <= 0) return null;
  return ((last.elapsedNs - first.elapsedNs) * left) / taken;
}

function sparesText(snapshot: Snapshot, all: readonly Snapshot[], style: Style): string {
  const { used, allocatable } = snapshot.spares;
  const lasting = exhaustionNs(all);
  const rest = lasting === null ? '' : `, ${formatNs(lasting)} to exhaustion`;
  const text = `${exactCount(used)} of ${exactCount(allocatable)} used${rest}`;
  const room = style.width - LABEL_COLUMNS - text.length - 4;
  if (room < 8) return text;
  return `${style.bar(usedShare(snapshot), Math.min(SPARE_BAR_COLUMNS, room))}  ${text}`;
}

function collisionText({ collisionCount }: Snapshot, style: Style): string {
  const mark = style.mark(collisionCount === 0 ? 'pass' : 'fail').trimEnd();
  return `${mark} ${exactCount(collisionCount)}`;
}

function usedShare({ spares }: Snapshot): number {
  return spares.allocatable === 0 ? 0 : spares.used / spares.allocatable;
}

/** Hours appear when there are any: `00:10`, `1:02:03`. */
export function clockTime(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Rounded down: 100 % is said when it is done. */
export function wholePercent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}%`;
}

function timeOrDash(ns: number | null): string {
  return ns === null ? '–' : formatNs(ns);
}

function percentOrDash(share: number | null): string {
  return share === null ? '–' : formatPercent(share);
}
