import { latencySummaryOf } from '../../../record/latency-summary.ts';
import { formatNs, formatPercent } from '../../../units.ts';
import { histogramIn } from '../../details.ts';
import type { Details } from '../../details-schema.ts';
import { exactCount } from '../../text.ts';
import { latencyAxis, ninesAxis, shareAxis, timeAxis } from '../axis.ts';
import { lineChart } from '../chart.ts';
import { curveOf, faintFrom, placesFor } from '../curve.ts';
import { html, type Markup } from '../markup.ts';
import {
  figure,
  nothingToShow,
  type Page,
  type Section,
  timesText,
  WITHOUT_DETAILS,
} from '../section.ts';
import { tabledSlices, timeZones } from '../slices.ts';
import { number, table, tableBehind, text } from '../table.ts';

/** How often the allocation cache had a spare, and what it cost when it had none. */
export const cacheSection: Section = {
  id: 'cache',
  title: 'Allocation cache',
  contentOf: (page) => {
    const { result, details, figures } = page;
    if (!result.cache.applies) return nothingToShow('The allocator of this scenario has no cache.');
    if (result.cache.hitRate === null)
      return nothingToShow('Nothing was allocated, so the cache was never asked.');
    const sentence = html`<p>${figures.at('share', 'cache', 'hitRate')} hit rate:
${figures.at('count', 'cache', 'hits')} hits, ${figures.at('count', 'cache', 'misses')} misses,
${figures.at('count', 'cache', 'refills')} refills; warm-up included.</p>`;
    if (details === null) return html`${sentence}${nothingToShow(WITHOUT_DETAILS)}`;
    return html`${sentence}${rateFigure(page, details)}${splitFigure(page, details)}`;
  },
};

function rateFigure(page: Page, details: Details): Markup {
  const { slices } = details;
  const rateIn = (slice: number, before: number | null): number | null => {
    const grown = (totals: readonly number[]): number =>
      (totals[slice] as number) - (before === null ? 0 : (totals[before] as number));
    const [hits, misses] = [grown(slices.hits), grown(slices.misses)];
    return hits + misses <= 0 ? null : hits / (hits + misses);
  };
  const rates = slices.endNs.map((_, slice) => rateIn(slice, slice === 0 ? null : slice - 1));
  const known = rates.filter((rate) => rate !== null);
  if (known.length === 0) return nothingToShow('The run ended before there was anything to draw.');
  // In a slice of few allocations a single miss is a low rate.
  const lookups = slices.hits.map((hits, slice) => hits + (slices.misses[slice] as number));
  const borne = rates.map((rate, slice) =>
    (lookups[slice] as number) - (lookups[slice - 1] ?? 0) < LOOKUPS_MIN ? null : rate,
  );
  return figure(
    rateFinding(page, borne, details),
    lineChart({
      description: 'Share of the allocations that found a spare in the cache, over time.',
      x: timeAxis('time since the start', 0, slices.endNs.at(-1) as number),
      y: shareAxis('hit rate', Math.min(...known)),
      places: [0, ...slices.endNs],
      lines: [{ name: 'hit rate', look: 'first', values: [rates[0] ?? null, ...rates] }],
      zones: timeZones(details, page.result),
      isStepped: true,
    }),
    tableBehind(
      'The figures',
      table(
        [
          number('From'),
          number('To'),
          number('Hits by then'),
          number('Misses by then'),
          number('Hit rate'),
        ],
        tabledSlices(details).map(({ slice, before }) => {
          const rate = rateIn(slice, before);
          return [
            formatNs(before === null ? 0 : (slices.endNs[before] as number)),
            formatNs(slices.endNs[slice] as number),
            exactCount(slices.hits[slice] as number),
            exactCount(slices.misses[slice] as number),
            rate === null ? '–' : formatPercent(rate),
          ];
        }),
      ),
    ),
  );
}

/** Fewer in a slice of time say little of its hit rate. */
const LOOKUPS_MIN = 100;

function rateFinding(
  { result }: Page,
  rates: readonly (number | null)[],
  { slices }: Details,
): string {
  const known = rates.filter((rate) => rate !== null);
  const whole = formatPercent(result.cache.hitRate ?? 0);
  if (known.length < 2)
    return `The hit rate was ${whole}, by too few allocations to see it change.`;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const range = `between ${formatPercent(least)} and ${formatPercent(most)}`;
  if (most - least < 0.005) return `The hit rate stayed ${range}.`;
  const when = formatNs(slices.startNs[rates.indexOf(least)] as number);
  return `The hit rate was ${range} in slices of time with ${LOOKUPS_MIN} allocations or more; lowest at ${when}.`;
}

function splitFigure({ result }: Page, details: Details): Markup {
  const parts = (['hit', 'miss'] as const).flatMap((what) => {
    const histogram = histogramIn(details, `allocation.${what}`);
    return histogram === null ? [] : [{ what, histogram, summary: latencySummaryOf(histogram) }];
  });
  if (parts.length === 0) return nothingToShow('No allocation was timed in the measured phase.');
  const places = placesFor(parts.map(({ histogram }) => histogram.count));
  const lines = parts.map(({ what, histogram }) => ({
    name: what,
    look: what === 'hit' ? 'first' : 'second',
    values: curveOf(histogram, places),
    faintFrom: faintFrom(histogram.count, places),
  }));
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [hit, miss] = [
    parts.find(({ what }) => what === 'hit'),
    parts.find(({ what }) => what === 'miss'),
  ];
  const keys = ['p50', 'p90', 'p99', 'p99.9', 'max'] as const;
  const approximate =
    result.lock.kind === 'none' ? ' Without a lock the two cannot be told apart surely.' : '';
  return figure(
    splitFinding(hit?.summary, miss?.summary),
    lineChart({
      description: 'Latency of the allocator call that hit the cache and of that which missed it.',
      x: ninesAxis('percentile', (places.at(-1) as number) + 0.05),
      y: latencyAxis('allocator call', Math.min(...values), Math.max(...values)),
      places,
      lines,
    }),
    html`<p class="note">The allocator call alone, in the measured phase. A miss includes its refill; an answer of
“none” is a miss.${approximate}</p>`,
    tableBehind(
      'Hits and misses in numbers',
      table(
        [text('Allocator call'), number('Count'), ...keys.map((key) => number(key))],
        parts.map(({ what, summary }) => [
          what,
          exactCount(summary.count),
          ...keys.map((key) => formatNs(summary[key])),
        ]),
      ),
    ),
  );
}

type Summary = ReturnType<typeof latencySummaryOf>;

function splitFinding(hit: Summary | undefined, miss: Summary | undefined): string {
  if (hit === undefined) return 'Every allocation missed the cache.';
  if (miss === undefined) return 'Every allocation hit the cache.';
  const ratio = miss.p50 / Math.max(1, hit.p50);
  const medians = `${formatNs(miss.p50)} against ${formatNs(hit.p50)} at the median`;
  if (ratio < 1.15) return `A miss takes no longer than a hit: ${medians}.`;
  return `A miss takes ${timesText(ratio)} as long as a hit: ${medians}.`;
}
