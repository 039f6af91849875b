import { clip, printable } from '../report/text.ts';
import { formatPercent } from '../units.ts';
import type { Curve, Curves } from './curves.ts';
import { nameOf } from './finding.ts';

export const LAW_HEADS = ['curve', 'contention σ', 'coherency κ', 'peak', 'fit'] as const;

/** With these a row has room in 80 columns. */
const NAME_COLUMNS = 21;

/** The law fitted to each curve, as text and page show it; none where nothing could be fitted. */
export function lawRows({ kind, curves }: Curves): string[][] {
  if (kind !== 'threads' || curves.every(({ scalability }) => scalability === null)) return [];
  return curves.map((curve) => [
    clip(printable(nameOf(curve.values)), NAME_COLUMNS),
    ...lawCells(curve.scalability),
  ]);
}

function lawCells(law: Curve['scalability']): string[] {
  if (law === null) return ['needs four', 'numbers of threads', '', ''];
  const { sigma, sigmaInterval, kappa, kappaInterval, fit } = law;
  return [
    `${short(sigma)} [${short(sigmaInterval.low)}–${short(sigmaInterval.high)}]`,
    `${short(kappa)} [${short(kappaInterval.low)}–${short(kappaInterval.high)}]`,
    peakText(law),
    formatPercent(Math.max(0, Math.round(100 * fit) / 100)),
  ];
}

function peakText({ peakThreads, peakInterval }: NonNullable<Curve['scalability']>): string {
  if (peakThreads === null) return 'none';
  const peak = peakThreads.toFixed(1);
  if (peakInterval === null) return `${peak}, or none`;
  return `${peak} [${peakInterval.low.toFixed(1)}–${peakInterval.high.toFixed(1)}]`;
}

function short(value: number): string {
  if (value === 0) return '0';
  return value < 0.001 ? '<0.001' : String(Number(Number(value.toPrecision(2)).toFixed(3)));
}
