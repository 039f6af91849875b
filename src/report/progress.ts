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
  /** The operation that the two percentiles are of; null while there is none. */
  readonly operation: string | null;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
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

/** The lines of the live panel, none of them wider than the terminal. */
export function livePanel(snapshot: Snapshot, options: TextOptions): string[] {
  const style = styleOf(options);
  const { operation, p50Ns, p99Ns } = snapshot;
  const rows: [string, string][] = [
    [
      'throughput',
      `${formatRate(snapshot.operationsPerSecond)}   ${formatCount(snapshot.operationCount)} operations`,
    ],
    [
      'latency',
      operation === null
        ? 'none yet'
        : `${operation}   p50 ${timeOrDash(p50Ns)}   p99 ${timeOrDash(p99Ns)}`,
    ],
    ['lock', `${snapshot.lockKind}   contended ${percentOrDash(snapshot.lockContendedShare)}`],
    ['cache', `hit rate ${percentOrDash(snapshot.cacheHitRate)}`],
    ['spares', sparesText(snapshot, style)],
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
    ...rows.map(([label, text]) => ` ${label.padEnd(LABEL_COLUMNS)}${style.text(text)}`),
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

function sparesText(snapshot: Snapshot, style: Style): string {
  const { used, allocatable } = snapshot.spares;
  const text = `${exactCount(used)} of ${exactCount(allocatable)} used`;
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
