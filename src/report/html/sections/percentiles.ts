import type { Operation } from '../../../scenario/plan.ts';
import { formatNs } from '../../../units.ts';
import { histogramIn } from '../../details.ts';
import type { Details } from '../../details-schema.ts';
import type { Result } from '../../result-schema.ts';
import type { OtherRun } from '../../stored-run.ts';
import { plural } from '../../text.ts';
import { latencyAxis, ninesAxis } from '../axis.ts';
import { type Band, type Line, lineChart } from '../chart.ts';
import { curveOf, faintFrom, medianCurve, placesFor } from '../curve.ts';
import { latencyTable, type NamedPath } from '../latency-table.ts';
import { html, type Markup } from '../markup.ts';
import {
  figure,
  nothingToShow,
  type Page,
  presentOperations,
  type Section,
  timesText,
  WITHOUT_DETAILS,
} from '../section.ts';
import { tableBehind } from '../table.ts';

interface Curve {
  readonly name: string;
  readonly look: string;
  /** In details.json. */
  readonly histogram: string;
}

/** Latency at every percentile, each operation a line. */
export const percentileSection: Section = {
  id: 'percentiles',
  title: 'Percentiles',
  contentOf: (page) => {
    const { result, details, figures } = page;
    const names = presentOperations(result);
    const rows: NamedPath[] = [
      ...names.flatMap((name): NamedPath[] => [
        { name: `${name}, service`, path: ['operations', name, 'service'] },
        ...(details?.histograms[`${name}.response`] === undefined
          ? []
          : [
              { name: `${name}, queueing`, path: ['operations', name, 'queueing'] },
              { name: `${name}, response`, path: ['operations', name, 'response'] },
            ]),
      ]),
      { name: 'allocation', path: ['allocation', 'service'] },
    ];
    if (names.every((name) => result.operations[name].service.count === 0)) {
      return nothingToShow('No operation was completed in the measured phase.');
    }
    const behind = tableBehind('The figures', latencyTable(result, figures, rows));
    if (details === null) return html`${nothingToShow(WITHOUT_DETAILS)}${behind}`;
    return figure(
      findingOf(result, details),
      chartOf(page, details),
      notesOf(page, details),
      behind,
    );
  },
};

function chartOf({ result, repeats, baseline }: Page, details: Details): Markup {
  const curves = curvesOf(result, details);
  const bases = runsOf(baseline);
  const countOf = (of: Details, { histogram }: Curve): number =>
    of.histograms[histogram]?.count ?? 0;
  const places = placesFor([
    ...curves.map((curve) => countOf(details, curve)),
    ...bases.flatMap((base) => curves.map((curve) => countOf(base.details, curve))),
  ]);
  const valuesOf = (of: Details, { histogram }: Curve): (number | null)[] => {
    const found = histogramIn(of, histogram);
    return found === null ? places.map(() => null) : curveOf(found, places);
  };
  const lines: Line[] = curves.map((curve) => ({
    name: curve.name,
    look: curve.look,
    values: valuesOf(details, curve),
    faintFrom: faintFrom(countOf(details, curve), places),
  }));
  const dashed: Line[] =
    bases.length === 0
      ? []
      : curves
          .filter((curve) => bases.every((base) => countOf(base.details, curve) > 0))
          .map((curve) => ({
            name: `${curve.name}, baseline`,
            look: curve.look,
            values: medianCurve(bases.map((base) => valuesOf(base.details, curve))),
            isBaseline: true,
          }));
  const bands: Band[] =
    repeats.length === 0
      ? []
      : curves.map((curve) => {
          const all = [details, ...repeats.map((repeat) => repeat.details)];
          return bandOf(
            curve,
            all.map((of) => valuesOf(of, curve)),
            places.length,
          );
        });
  const values = [...lines, ...dashed]
    .flatMap((line) => line.values)
    .concat(bands.flatMap(({ low, high }) => [...low, ...high]))
    .filter((value) => value !== null);
  return lineChart({
    description: 'Latency by percentile, on an axis that gives each further nine the same room.',
    x: ninesAxis('percentile', (places.at(-1) as number) + 0.05),
    y: latencyAxis('latency', Math.min(...values), Math.max(...values)),
    places,
    lines: [...lines, ...dashed],
    bands,
  });
}

/** Of a baseline: itself, or all that it stands for. */
function runsOf(baseline: Page['baseline']): readonly OtherRun[] {
  return baseline ? (baseline.runs ?? [baseline]) : [];
}

function curvesOf(result: Result, details: Details): Curve[] {
  const curves = presentOperations(result).flatMap((name): Curve[] => {
    const isPlanned = details.histograms[`${name}.response`] !== undefined;
    const service = {
      name: isPlanned ? `${name} service` : name,
      look: name,
      histogram: `${name}.service`,
    };
    const response = {
      name: `${name} response`,
      look: RESPONSE_LOOKS[name],
      histogram: `${name}.response`,
    };
    return isPlanned ? [service, response] : [service];
  });
  curves.push({ name: 'allocation', look: 'allocation', histogram: 'allocation' });
  return curves.filter(({ histogram }) => details.histograms[histogram] !== undefined);
}

/** Looks for response times; the operations that replays know leave these free. */
const RESPONSE_LOOKS: { readonly [O in Operation]: string } = {
  read: 'remap',
  write: 'unremap',
  sync: 'allocation',
  trim: 'allocation',
  remap: 'trim',
  unremap: 'sync',
  message: 'allocation',
};

function bandOf(
  { look }: Curve,
  all: readonly (readonly (number | null)[])[],
  length: number,
): Band {
  const at = (index: number): number[] =>
    all.map((values) => values[index] ?? null).filter((value) => value !== null);
  const edge = (of: (...values: number[]) => number): (number | null)[] =>
    Array.from({ length }, (_, index) => (at(index).length < 2 ? null : of(...at(index))));
  return { look, low: edge(Math.min), high: edge(Math.max) };
}

function notesOf({ result, repeats, baseline }: Page, details: Details): Markup {
  const responses = Object.keys(details.histograms).some((name) => name.endsWith('.response'));
  const notes = [
    'A line is faint where fewer than ten latencies lie beyond.',
    responses
      ? 'Service time is completion − issue; response time, completion − planned arrival.'
      : 'Nothing was planned in this load, so the response time of an operation is its service time.',
    repeats.length === 0
      ? 'One run: there is no band over repeats.'
      : `The bands reach from the lowest to the highest of this run and the ${plural(repeats.length, 'repeat')} before it (seeds ${[...repeats.map((repeat) => repeat.result.seed), result.seed].join(', ')}).`,
    baseline
      ? `Baseline: ${baseline.name}${severalText(runsOf(baseline).length)}.${differencesOf(result, baseline.result)}`
      : 'No baseline was named.',
  ];
  return html`<p class="note">${notes.join(' ')}</p>`;
}

function severalText(count: number): string {
  return count < 2 ? '' : `, the median of its ${plural(count, 'run')} at each percentile`;
}

/** Why a comparison with the baseline may not mean much. */
function differencesOf(one: Result, other: Result): string {
  const differing = [
    one.environment.cpu === other.environment.cpu ? '' : 'the machine',
    one.environment.node === other.environment.node ? '' : 'the version of Node',
    one.threadCount === other.threadCount ? '' : 'the number of threads',
  ].filter((what) => what !== '');
  return differing.length === 0 ? '' : ` It differs in ${differing.join(' and ')}.`;
}

/** Where arrivals are planned, what waiting for one's turn added; else the highest tail. */
function findingOf(result: Result, details: Details): string {
  const planned = presentOperations(result)
    .filter((name) => details.histograms[`${name}.response`] !== undefined)
    .map((name) => ({ name, ...result.operations[name] }))
    .filter(({ service }) => service.count >= 1000)
    .sort((one, other) => other.response.p99 - one.response.p99);
  const [slowest] = planned;
  if (slowest === undefined) return tailFinding(result);
  const { name, response, service } = slowest;
  const ratio = response.p99 / Math.max(1, service.p99);
  const times = `p99 of the response ${formatNs(response.p99)}, of the service ${formatNs(service.p99)}`;
  if (ratio < 1.5)
    return `${capital(name)}: ${times}; operations were issued about when they were due.`;
  return `${capital(name)}: ${times}. Most of the tail is the wait of operations that were due and not yet issued.`;
}

/** The highest tail that enough latencies bear, and whose it is. */
function tailFinding(result: Result): string {
  const names = presentOperations(result).filter(
    (name) => result.operations[name].service.count > 0,
  );
  const bears = (name: Operation, beyond: number): boolean =>
    result.operations[name].service.count * beyond >= 10;
  for (const [key, beyond] of [
    ['p99.9', 0.001],
    ['p99', 0.01],
    ['p50', 0.5],
  ] as const) {
    const able = names.filter((name) => bears(name, beyond));
    if (able.length < names.length && key !== 'p50') continue;
    const ranked = able
      .map((name) => ({ name, ns: result.operations[name].service[key] }))
      .sort((one, other) => other.ns - one.ns);
    const [slowest, ...others] = ranked;
    if (slowest === undefined) break;
    const fastest = others.at(-1);
    const tail = key === 'p50' ? 'median' : key;
    if (fastest === undefined) return `${capital(slowest.name)}: ${key} ${formatNs(slowest.ns)}.`;
    const ratio = slowest.ns / Math.max(1, fastest.ns);
    if (ratio < 1.15)
      return `The ${tail} is about the same for ${listAll(ranked)}: ${formatNs(slowest.ns)}.`;
    return `${capital(slowest.name)} has the highest ${tail}: ${formatNs(slowest.ns)}, ${timesText(ratio)} that of ${fastest.name} (${formatNs(fastest.ns)}).`;
  }
  return 'Too few operations were completed to speak of percentiles.';
}

function listAll(ranked: readonly { readonly name: string }[]): string {
  return ranked.map(({ name }) => name).join(' and ');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
