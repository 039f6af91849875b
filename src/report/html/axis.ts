import { formatCount, formatNs, formatPercent } from '../../units.ts';

/** What an axis measures: how values lie on it, where its ticks stand, and what they say. */
export const AXIS_KINDS = ['time', 'latency', 'nines', 'rate', 'count', 'share'] as const;
export type AxisKind = (typeof AXIS_KINDS)[number];

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Axis {
  readonly kind: AxisKind;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
  /** 0 at `from`, 1 at `to`. */
  readonly share: (value: number) => number;
  /** Its ticks are the values that there are, and there are no others. */
  readonly isPlaces?: boolean;
  readonly isLog?: boolean;
}

/** Labels of the nines: a distribution's tail, in equal steps for each further nine. */
const NINES = ['0%', '90%', '99%', '99.9%', '99.99%', '99.999%', '99.9999%', '99.99999%'];

/** Where a fraction below 1 lies among the nines: 0.9 at 1, 0.99 at 2. */
export function ninesOf(fraction: number): number {
  return -Math.log10(1 - fraction);
}

/** From 0 % to the last nine that has a label; values are nines. */
export function ninesAxis(title: string, most: number): Axis {
  const to = Math.min(NINES.length - 1, Math.max(1, most));
  const ticks = NINES.slice(0, Math.floor(to) + 1).map((label, value) => ({ value, label }));
  return { ...linear(0, to), kind: 'nines', title, ticks };
}

/** Nanoseconds since the gate, or any other time, from `from` to `to`. */
export function timeAxis(title: string, from: number, to: number): Axis {
  const step = niceStep((to - from) / 7, [1, 2, 5]);
  const ticks = steps(from, to, step).map((value) => ({ value, label: shortNs(value) }));
  return { ...linear(from, Math.max(to, from + 1)), kind: 'time', title, ticks };
}

/** A logarithmic axis of nanoseconds, from and to a round value; 0 counts as 1. */
export function latencyAxis(title: string, least: number, most: number): Axis {
  const from = Math.max(1, niceBelow(Math.max(1, least)));
  const to = niceStep(Math.max(most, from * 2), [1, 2, 5]);
  const decades = Math.log10(to / from);
  const factors = decades > 3.5 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: Tick[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= from * 0.999 && value <= to * 1.001)
        ticks.push({ value, label: shortNs(value) });
    }
  }
  const [low, span] = [Math.log(from), Math.log(to / from)];
  const share = (value: number): number => (Math.log(Math.max(value, from)) - low) / span;
  return { kind: 'latency', title, from, to, ticks, share };
}

/** From 0 up, in round steps. */
export function countAxis(kind: 'rate' | 'count', title: string, most: number): Axis {
  // What is counted is whole: below ten, 2.5 and 7.5 would say 3 and 8.
  const wanted = Math.max(1, most / 5);
  const step = niceStep(wanted, wanted > 5 ? [1, 2, 2.5, 5] : [1, 2, 5]);
  const to = Math.max(1, Math.ceil(most / step)) * step;
  const unit = kind === 'rate' ? '/s' : '';
  const ticks = steps(0, to, step).map((value) => ({ value, label: shortCount(value) + unit }));
  return { ...linear(0, to), kind, title, ticks };
}

/** So far apart from first to last that equal factors lie at equal distances. */
const LOG_FACTOR = 16;
/** Ticks closer than this share of the axis would lie on one another. */
const TICK_SHARE = 0.09;

/** An axis whose ticks are the values that there are, each with its own name. */
export function placesAxis(title: string, places: readonly Tick[]): Axis {
  const values = places.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLog = least > 0 && most >= LOG_FACTOR * least;
  const from = isLog ? least : Math.min(0, least);
  const to = most > from ? most : from + 1;
  const share = isLog
    ? (value: number) => Math.log(Math.max(value, from) / from) / Math.log(to / from)
    : linear(from, to).share;
  const ticks: Tick[] = [];
  // From the last one backwards: the ends of an axis say most.
  for (const tick of [...places].sort((a, b) => b.value - a.value)) {
    const next = ticks.at(-1);
    if (next === undefined || share(next.value) - share(tick.value) >= TICK_SHARE) ticks.push(tick);
  }
  return { kind: 'count', title, from, to, ticks: ticks.reverse(), share, isPlaces: true, isLog };
}

/** Shares up to 1, from 0 or from nearer where nothing lies below. */
export function shareAxis(title: string, least: number): Axis {
  const from = [0.99, 0.9, 0.5].find((bound) => least >= bound) ?? 0;
  const ticks = steps(from, 1, (1 - from) / 5).map((value) => ({
    value,
    label: formatPercent(Math.round(value * 1e6) / 1e6),
  }));
  return { ...linear(from, 1), kind: 'share', title, ticks };
}

function linear(from: number, to: number): Pick<Axis, 'from' | 'to' | 'share'> {
  return { from, to, share: (value) => (value - from) / (to - from) };
}

function steps(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** The least round number that is not below. */
function niceStep(least: number, factors: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([...factors, 10].find((factor) => factor * power >= least * 0.999) ?? 10);
}

/** The greatest of 1, 2 and 5 times a power of ten that is not above. */
function niceBelow(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([5, 2].find((factor) => factor * power <= most) ?? 1);
}

/** `1ms` rather than `1.00ms`. */
function shortNs(ns: number): string {
  return ns === 0 ? '0' : trimmed(formatNs(ns));
}

function shortCount(count: number): string {
  return trimmed(formatCount(count));
}

function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}
