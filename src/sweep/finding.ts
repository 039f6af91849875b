import { formatByteRate, formatCount, formatNs, formatPercent, formatRate } from '../units.ts';
import { type Curve, type CurvePoint, type Curves, curvesOf, rateOf, tailOf } from './curves.ts';
import type { MergedSweep } from './merge.ts';
import type { CellValue } from './sweep-plan.ts';

/** What is left of a curve's best, when it has collapsed. */
const COLLAPSE_SHARE = 0.5;
/** Within so much of one another two rates are one. */
const ALIKE_SHARE = 0.05;
/** Hit rates that differ by less are not worth a word. */
const HIT_RATE_STEP = 0.01;
/** A law that explains less of the runs predicts nothing. */
const FIT_MIN = 0.8;
const CURVES_TOLD = 12;

/**
 * What a sweep has found, in words: one paragraph, and nothing that the table does not bear out.
 */
export function findingOf(merged: MergedSweep): string {
  const curves = curvesOf(merged);
  const parts = curves === null ? cellsTold(merged) : curvesTold(curves);
  const collided = merged.cells.filter(({ collisions }) => collisions > 0).length;
  const integrity =
    collided === 0
      ? 'no cell found a collision'
      : `${collided} of ${merged.cells.length} cells found collisions`;
  return `${[...parts, integrity].join('; ')}.`;
}

/** `ticket`, or `mcs, slots 64` where several values tell curves apart. */
export function nameOf(values: readonly CellValue[]): string {
  if (values.length === 0) return 'the scenario';
  // A number says nothing by itself.
  return values
    .map(({ key, text }) => (/^[-\d]/.test(text) ? `${shortKey(key)} ${text}` : text))
    .join(', ');
}

/** The last part of a key says enough where there are no others. */
export function shortKey(key: string): string {
  return key.split('.').at(-1) ?? key;
}

function curvesTold(curves: Curves): string[] {
  const told = curves.curves.slice(0, CURVES_TOLD).map((curve) => {
    if (curves.kind === 'threads') return overThreads(curve);
    return curves.kind === 'rate' ? overRate(curve) : overOther(curve, shortKey(curves.key));
  });
  const rest = curves.curves.length - told.length;
  return rest > 0 ? [...told, `${rest} more curves are in the report`] : told;
}

/** `ticket collapses beyond 2 threads (1 a core), 3 % is left at 8`. */
function overThreads({ values, points, scalability }: Curve): string {
  const name = nameOf(values);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return `${name} has no cell`;
  const best = highest(points);
  const gain = rateOf(best) / rateOf(first);
  const left = `${percent(rateOf(last) / rateOf(best))} is left at ${last.x}`;
  const grows = gain > 1 + ALIKE_SHARE ? `scales ${gain.toFixed(1)}× to ${threadsText(best)}` : '';
  const parts: string[] = [];
  const collapse = lastBeforeCollapse(points, best);
  if (collapse !== null) {
    if (grows !== '') parts.push(grows);
    parts.push(`collapses beyond ${threadsText(collapse)}, ${left}`);
  } else if (grows === '') {
    const isFlat = rateOf(last) > (1 - ALIKE_SHARE) * rateOf(best);
    parts.push(isFlat ? 'does the same with any number of threads' : `does not scale, ${left}`);
  } else {
    const falls = best !== last && rateOf(last) < (1 - ALIKE_SHARE) * rateOf(best);
    parts.push(falls ? `${grows}, ${left}` : grows);
  }
  return `${name} ${parts.join(' and ')}${peakText(scalability, last.x)}`;
}

/** The last point from which on all others are below the share; null where the last is not. */
function lastBeforeCollapse(points: readonly CurvePoint[], best: CurvePoint): CurvePoint | null {
  const stands = points.findLastIndex((point) => rateOf(point) >= COLLAPSE_SHARE * rateOf(best));
  return stands === points.length - 1 ? null : (points[stands] ?? null);
}

/** `4 threads (2 a core)`: what matters for a lock is whether its holder keeps a core. */
function threadsText({ x, of }: CurvePoint): string {
  const count = x === 1 ? '1 thread' : `${x} threads`;
  return x >= of.cores && x % of.cores === 0 ? `${count} (${x / of.cores} a core)` : count;
}

/** Where the law has a peak that the runs bear out, between what was measured. */
function peakText(law: Curve['scalability'], most: number): string {
  if (law?.peakThreads == null || law.peakInterval === null) return '';
  const { low, high } = law.peakInterval;
  if (law.peakThreads <= 1 || high > most || law.fit < FIT_MIN) return '';
  return `, its peak is predicted at ${law.peakThreads.toFixed(1)} threads (${low.toFixed(1)}–${high.toFixed(1)})`;
}

function overRate({ values, points, knee, kept }: Curve): string {
  const name = nameOf(values);
  const last = points.at(-1);
  const turns =
    knee === null
      ? 'its response times do not turn upwards'
      : `its response times turn upwards at ${knee.text} (p99 ${formatNs(tailOf(knee) ?? 0)})`;
  if (kept === null) return `${name} keeps none of the rates${whyNot(points[0])}, and ${turns}`;
  const all = kept === last ? ', the highest asked for' : '';
  return `${name} keeps ${kept.text}${all}, and ${turns}`;
}

function whyNot(point: CurvePoint | undefined): string {
  if (point === undefined) return '';
  const { dropped, planned, achievedPerSecond } = point.of.figures.arrivals;
  if (dropped > 0) {
    return ` (at ${point.text}, ${formatCount(dropped)} of ${formatCount(planned)} arrivals were dropped)`;
  }
  return achievedPerSecond === null
    ? ''
    : ` (${point.text} came to ${formatRate(achievedPerSecond)})`;
}

/** Differences within those between runs of one cell are none. */
function overOther({ values, points }: Curve, key: string): string {
  const prefix = values.length === 0 ? '' : `with ${nameOf(values)}, `;
  const best = highest(points);
  const worst = points.reduce((a, b) => (rateOf(b) < rateOf(a) ? b : a), best);
  const isTold = lowestRun(best) > highestRun(worst);
  const rate = isTold
    ? `${key} ${best.text} is fastest (${formatRate(rateOf(best))}) and ${worst.text} slowest ` +
      `(${formatRate(rateOf(worst))})`
    : `${key} makes no difference to the rate that is larger than those between runs`;
  const most = points.reduce((a, b) => (bytesOf(b) > bytesOf(a) ? b : a), points[0] as CurvePoint);
  const bytes =
    isTold && most !== best && bytesOf(most) > bytesOf(best)
      ? `, while most bytes are moved with ${most.text} (${formatByteRate(bytesOf(most))})`
      : '';
  return `${prefix}${rate}${bytes}${hitRateText(points)}`;
}

function hitRateText(points: readonly CurvePoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  const [from, to] = [first?.of.figures.cache.hitRate, last?.of.figures.cache.hitRate];
  if (from == null || to == null || Math.abs(to - from) < HIT_RATE_STEP) return '';
  return `, its hit rate goes from ${formatPercent(from)} at ${first?.text} to ${formatPercent(to)} at ${last?.text}`;
}

/** Without a curve: the fastest cell and the slowest. */
function cellsTold(merged: MergedSweep): string[] {
  const rated = merged.cells.flatMap(({ values, classes }) =>
    classes.map(({ figures }) => ({ values, rate: figures.throughput.operationsPerSecond })),
  );
  const sorted = [...rated].sort((a, b) => b.rate - a.rate);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  if (best === undefined || worst === undefined) return ['nothing was measured'];
  if (best === worst) return [`${nameOf(best.values)} does ${formatRate(best.rate)}`];
  return [
    `${nameOf(best.values)} is fastest with ${formatRate(best.rate)}, ` +
      `${nameOf(worst.values)} slowest with ${formatRate(worst.rate)}`,
  ];
}

function highest(points: readonly CurvePoint[]): CurvePoint {
  return points.reduce((a, b) => (rateOf(b) > rateOf(a) ? b : a), points[0] as CurvePoint);
}

function lowestRun({ of }: CurvePoint): number {
  return Math.min(...of.runs.map(({ operationsPerSecond }) => operationsPerSecond));
}

function highestRun({ of }: CurvePoint): number {
  return Math.max(...of.runs.map(({ operationsPerSecond }) => operationsPerSecond));
}

function bytesOf({ of }: CurvePoint): number {
  return of.figures.throughput.bytesPerSecond;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
