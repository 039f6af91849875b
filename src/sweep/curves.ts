/**
 * What the cells of a sweep say together: a curve for each choice of the other values, over
 * threads, over a rate, or over whatever numbers the matrix varies.
 */
import { streamFor } from '../random.ts';
import { kneeOf } from '../statistics/knee.ts';
import { type FittedScalability, fitWithIntervals } from '../statistics/scalability.ts';
import { parseRate, parseSize } from '../units.ts';
import type { MergedCell, MergedClass, MergedSweep } from './merge.ts';
import type { CellValue } from './sweep-plan.ts';

export interface CurvePoint {
  readonly x: number;
  readonly text: string;
  readonly cell: MergedCell;
  readonly of: MergedClass;
}

export interface Curve {
  /** The values that are the same all along it. */
  readonly values: readonly CellValue[];
  readonly hostClass: string;
  /** Ascending in x. */
  readonly points: readonly CurvePoint[];
  /** Over threads, where there are enough of them. */
  readonly scalability: FittedScalability | null;
  /** Over a rate: the last rate before response times turn upwards; null where they do not. */
  readonly knee: CurvePoint | null;
  /** Over a rate: the highest that was kept; null where none was, and over anything else. */
  readonly kept: CurvePoint | null;
}

export interface Curves {
  /** The key on the x axis. */
  readonly key: string;
  readonly kind: 'threads' | 'rate' | 'other';
  readonly curves: readonly Curve[];
}

const THREADS = 'load.threads';
const RATE = 'load.rate';
const POINTS_MIN = 3;
/** Of what was asked for; a little is lost at the two ends of a run. */
const KEPT_SHARE = 0.98;

/** null where the matrix varies no number often enough to be a curve. */
export function curvesOf(merged: MergedSweep): Curves | null {
  const numeric = merged.axes.filter(({ texts }) => {
    const numbers = texts.flatMap((text) => numberIn(text) ?? []);
    return numbers.length === texts.length && texts.length >= POINTS_MIN;
  });
  const longest = [...numeric].sort((a, b) => b.texts.length - a.texts.length)[0];
  const axis =
    numeric.find(({ key }) => key === RATE) ??
    numeric.find(({ key }) => key === THREADS) ??
    longest;
  if (axis === undefined) return null;
  const kind = axis.key === THREADS ? 'threads' : axis.key === RATE ? 'rate' : 'other';
  const groups = new Map<
    string,
    { values: CellValue[]; hostClass: string; points: CurvePoint[] }
  >();
  for (const cell of merged.cells) {
    const own = cell.values.find(({ key }) => key === axis.key);
    const x = own === undefined ? null : numberIn(own.text);
    if (own === undefined || x === null) continue;
    const values = cell.values.filter(({ key }) => key !== axis.key);
    for (const of of cell.classes) {
      const name = JSON.stringify([values, of.hostClass]);
      const group = groups.get(name) ?? { values, hostClass: of.hostClass, points: [] };
      group.points.push({ x, text: own.text, cell, of });
      groups.set(name, group);
    }
  }
  const curves = [...groups.values()].map(({ values, hostClass, points }, index): Curve => {
    const sorted = [...points].sort((a, b) => a.x - b.x);
    const random = streamFor(index, null, 'scalability');
    return {
      values,
      hostClass,
      points: sorted,
      scalability:
        kind === 'threads'
          ? fitWithIntervals(
              sorted.flatMap(({ x, of }) =>
                of.runs.map(({ operationsPerSecond }) => ({
                  threads: x,
                  throughput: operationsPerSecond,
                })),
              ),
              random,
            )
          : null,
      knee: kind === 'rate' ? kneeIn(sorted) : null,
      kept: kind === 'rate' ? (sorted.filter(isKept).at(-1) ?? null) : null,
    };
  });
  return { key: axis.key, kind, curves };
}

/** Throughput of a point, all its runs together. */
export function rateOf({ of }: CurvePoint): number {
  return of.figures.throughput.operationsPerSecond;
}

/** What a caller waits at the 99th percentile, from the planned arrival on; null without any. */
export function tailOf({ of }: CurvePoint): number | null {
  return of.operation === null ? null : of.figures.operations[of.operation].response.p99;
}

function kneeIn(points: readonly CurvePoint[]): CurvePoint | null {
  const tails = points.map((point) => tailOf(point) ?? 0);
  const index = kneeOf(
    points.map(({ x }) => x),
    tails,
  );
  return index === null ? null : (points[index] ?? null);
}

function isKept({ of }: CurvePoint): boolean {
  const { requestedPerSecond, achievedPerSecond, dropped } = of.figures.arrivals;
  if (requestedPerSecond === null || achievedPerSecond === null) return false;
  return dropped === 0 && achievedPerSecond >= KEPT_SHARE * requestedPerSecond;
}

function numberIn(text: string): number | null {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  for (const parse of [parseRate, parseSize]) {
    const reading = parse(text);
    if (reading.ok) return reading.value;
  }
  return null;
}
