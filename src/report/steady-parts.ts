import { formatNs, formatPercent, formatRate } from '../units.ts';
import type { Measured } from './measured.ts';
import type { Result, ResultThreshold } from './result-schema.ts';

/**
 * That the load comes to stand still is asked for by `until: steady`, and is judged as a threshold
 * is: if it does not, the figures are not those that the scenario is about.
 */
export function steadyThreshold({ steady, durationNs, warmupNs }: Measured): ResultThreshold[] {
  if (!steady.applies) return [];
  const { metric, slopeMax, deviationMax, windowNs, reached, reachedNs } = steady;
  const expression =
    `steady ${metric}: slope <= ${formatPercent(slopeMax)}, ` +
    `deviation <= ${formatPercent(deviationMax)} over ${formatNs(windowNs)}`;
  const pass = reached === 1;
  const observedText =
    reachedNs === null
      ? `not in ${formatNs(durationNs)}`
      : `after ${formatNs(reachedNs - warmupNs)}`;
  const reason = pass ? null : missedText(steady);
  return [{ expression, metric: 'steady.reached', observed: reached, observedText, pass, reason }];
}

/** Why the window that was judged last is not steady. */
function missedText({
  points,
  slope,
  deviation,
  slopeMax,
  deviationMax,
}: Result['steady']): string {
  if (points.length === 0) return 'the load ended before there was a whole window';
  if (slope === null || deviation === null) return 'nothing was completed in the last window';
  const missed = [
    ...(Math.abs(slope) > slopeMax ? [`slope ${signed(slope)}`] : []),
    ...(deviation > deviationMax ? [`deviation ${formatPercent(deviation)}`] : []),
  ];
  return `in the last window: ${missed.join(' and ')}`;
}

/** What is said of the window that was judged, in a few words each. */
export function steadyParts({ steady, warmupNs }: Measured | Result): string[] {
  if (!steady.applies) return [];
  const { metric, startNs, endNs, slope, deviation, slopeMax, deviationMax, service } = steady;
  const response =
    steady.response.p99 === service.p99 ? '' : ` response p99 ${formatNs(steady.response.p99)}`;
  if (startNs === null || endNs === null) return [`${metric}: no whole window`];
  const mean = steady.mean ?? 0;
  return [
    `${metric} ${steady.reached === 1 ? 'steady' : 'not steady'}, mean ${metric === 'throughput' ? formatRate(mean) : formatNs(mean)}`,
    `slope ${slope === null ? '–' : signed(slope)} of ${formatPercent(slopeMax)}`,
    `deviation ${deviation === null ? '–' : formatPercent(deviation)} of ${formatPercent(deviationMax)}`,
    `window ${formatNs(startNs - warmupNs)} to ${formatNs(endNs - warmupNs)}`,
    `in it ${formatRate(steady.operationsPerSecond ?? 0)} service p50 ${formatNs(service.p50)} p99 ${formatNs(service.p99)}${response}`,
    'all other figures are of the whole run',
  ];
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${formatPercent(Math.abs(share))}`;
}
