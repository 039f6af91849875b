import { formatNs, formatRate } from '../../../units.ts';
import type { Result } from '../../result-schema.ts';
import { countAxis, latencyAxis, timeAxis } from '../axis.ts';
import { lineChart } from '../chart.ts';
import { html, type Markup } from '../markup.ts';
import { figure, nothingToShow, type Section } from '../section.ts';
import { number, table, tableBehind, text } from '../table.ts';

/** Whether the load came to stand still: the window that was judged, the fit, the criteria. */
export const steadySection: Section = {
  id: 'steady',
  title: 'Steady state',
  contentOf: ({ result, figures }) => {
    const { steady } = result;
    if (!steady.applies) return nothingToShow('The load was not to end when it is steady.');
    if (steady.points.length === 0) {
      return nothingToShow('The load ended before there was a whole window to judge.');
    }
    const criteria = table(
      [text('Over the window'), number('Found'), number('At most')],
      [
        [
          'slope of a line through it, of the mean',
          figures.at('share', 'steady', 'slopeSize'),
          figures.at('share', 'steady', 'slopeMax'),
        ],
        [
          'farthest interval, of the mean',
          figures.at('share', 'steady', 'deviation'),
          figures.at('share', 'steady', 'deviationMax'),
        ],
      ],
    );
    const own = html`<p>In this window alone: ${figures.at('rate', 'steady', 'operationsPerSecond')} operations, service p99 ${figures.at('ns', 'steady', 'service', 'p99')}, response p99 ${figures.at('ns', 'steady', 'response', 'p99')}. All other figures of this report are of the whole measured phase.</p>`;
    return html`${criteria}${figure(findingOf(result), chartOf(steady), tableOf(steady))}${own}`;
  },
};

function findingOf({ steady, warmupNs }: Result): string {
  const { startNs, endNs, metric, reached } = steady;
  const from = formatNs((startNs ?? 0) - warmupNs);
  const until = formatNs((endNs ?? 0) - warmupNs);
  const what = reached === 1 ? 'stood still' : 'did not stand still';
  return `From ${from} to ${until} of the measured phase ${metric} ${what}.`;
}

/** The fitted line at the middle of a point. */
function fitAt(steady: Result['steady'], index: number): number | null {
  const { fitStart, fitGain, points } = steady;
  if (fitStart === null || fitGain === null) return null;
  const at = points.map(({ startNs, endNs }) => (startNs + endNs) / 2);
  const [first = 0, last = 0] = [at[0], at.at(-1)];
  return fitStart + (last === first ? 0 : (fitGain * ((at[index] ?? 0) - first)) / (last - first));
}

function chartOf(steady: Result['steady']): Markup {
  const { points, metric } = steady;
  const values = points.map(({ value }) => value);
  const fit = points.map((_, index) => fitAt(steady, index));
  const all = [...values, ...fit.filter((value) => value !== null)];
  const [startNs, endNs] = [steady.startNs ?? 0, steady.endNs ?? 1];
  return lineChart({
    description: `${metric} in each interval of the window, and a line through it.`,
    x: timeAxis('time since the start', startNs, endNs),
    y:
      metric === 'throughput'
        ? countAxis('rate', 'operations', Math.max(...all))
        : latencyAxis(String(metric), Math.max(1, Math.min(...all)), Math.max(2, ...all)),
    places: points.map((point) => (point.startNs + point.endNs) / 2),
    lines: [
      { name: String(metric), look: 'first', values },
      { name: 'least squares', look: 'second', values: fit },
    ],
    bands: [],
  });
}

function tableOf(steady: Result['steady']): Markup {
  const shown = steady.metric === 'throughput' ? formatRate : formatNs;
  return tableBehind(
    'The points',
    table(
      [number('From'), number('To'), number('Value'), number('Line')],
      steady.points.map(({ startNs, endNs, value }, index) => {
        const fit = fitAt(steady, index);
        return [
          formatNs(startNs),
          formatNs(endNs),
          shown(value),
          fit === null ? '–' : shown(Math.max(0, fit)),
        ];
      }),
    ),
  );
}
