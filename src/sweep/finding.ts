import { formatNs, formatRate } from '../units.ts';
import { type Curve, type Curves, curvesOf, rateOf, tailOf } from './curves.ts';
import type { MergedSweep } from './merge.ts';
import type { CellValue } from './sweep-plan.ts';

/** Falling by so much beyond its best is a collapse. */
const COLLAPSE_SHARE = 0.5;
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

/** `ticket`, or `mcs at 64` where several values tell curves apart. */
export function nameOf(values: readonly CellValue[]): string {
  if (values.length === 0) return 'the scenario';
  return values.map(({ text }) => text).join(', ');
}

function curvesTold(curves: Curves): string[] {
  const told = curves.curves.slice(0, CURVES_TOLD).map((curve) => {
    if (curves.kind === 'threads') return overThreads(curve);
    return curves.kind === 'rate' ? overRate(curve) : overOther(curve, curves.key);
  });
  const rest = curves.curves.length - told.length;
  return rest > 0 ? [...told, `${rest} more curves are in the report`] : told;
}

function overThreads({ values, points, scalability }: Curve): string {
  const name = nameOf(values);
  const [first] = points;
  const last = points.at(-1);
  const best = points.reduce(
    (a, b) => (rateOf(b) > rateOf(a) ? b : a),
    points[0] as Curve['points'][0],
  );
  if (first === undefined || last === undefined) return `${name} has no cell`;
  const gain = rateOf(best) / rateOf(first);
  const end = rateOf(last) / rateOf(best);
  const text =
    best === first
      ? `${name} is fastest with ${threads(first.x)}`
      : `${name} scales ${gain.toFixed(1)}× from ${first.x} to ${threads(best.x)}`;
  const beyond =
    end < COLLAPSE_SHARE
      ? `and collapses to ${percent(end)} of that at ${last.x}`
      : best === last
        ? ''
        : `and keeps ${percent(end)} of that at ${last.x}`;
  return [text, beyond, lawText(scalability)].filter((part) => part !== '').join(' ');
}

function lawText(law: Curve['scalability']): string {
  if (law === null) return '';
  const range = ({ low, high }: { low: number; high: number }) => `${short(low)}–${short(high)}`;
  const peak =
    law.peakThreads === null
      ? 'no peak'
      : law.peakInterval === null
        ? `peak near ${law.peakThreads.toFixed(1)}, or none`
        : `peak at ${law.peakThreads.toFixed(1)} (${law.peakInterval.low.toFixed(1)}–${law.peakInterval.high.toFixed(1)})`;
  return (
    `(σ ${short(law.sigma)} [${range(law.sigmaInterval)}], ` +
    `κ ${short(law.kappa)} [${range(law.kappaInterval)}], ${peak})`
  );
}

function overRate({ values, points, knee, kept }: Curve): string {
  const name = nameOf(values);
  const last = points.at(-1);
  const keeps = kept === null ? 'keeps none of the rates' : `keeps ${kept.text}`;
  const all = kept !== null && kept === last ? ', the highest asked for' : '';
  const turns =
    knee === null
      ? 'its response times do not turn upwards'
      : `its response times turn upwards at ${knee.text} (p99 ${formatNs(tailOf(knee) ?? 0)})`;
  return `${name} ${keeps}${all}, and ${turns}`;
}

function overOther({ values, points }: Curve, key: string): string {
  const best = points.reduce(
    (a, b) => (rateOf(b) > rateOf(a) ? b : a),
    points[0] as Curve['points'][0],
  );
  const worst = points.reduce((a, b) => (rateOf(b) < rateOf(a) ? b : a), best);
  return (
    `${nameOf(values)} is fastest with ${key} ${best.text} (${formatRate(rateOf(best))}), ` +
    `${(rateOf(best) / Math.max(1e-9, rateOf(worst))).toFixed(1)}× of what it does with ${worst.text}`
  );
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

function threads(count: number): string {
  return count === 1 ? '1 thread' : `${count} threads`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function short(value: number): string {
  return value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : value.toFixed(3);
}
