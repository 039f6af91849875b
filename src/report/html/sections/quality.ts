import { formatNs, formatPercent } from '../../../units.ts';
import { histogramIn } from '../../details.ts';
import type { Details } from '../../details-schema.ts';
import { mainOperation } from '../../measured.ts';
import type { Result } from '../../result-schema.ts';
import { plural } from '../../text.ts';
import { recordingParts, traceParts } from '../../trace-parts.ts';
import { latencyAxis, ninesAxis } from '../axis.ts';
import { lineChart } from '../chart.ts';
import { curveOf, faintFrom, placesFor } from '../curve.ts';
import { latencyTable } from '../latency-table.ts';
import { html, type Markup } from '../markup.ts';
import { figure, type Page, type Section } from '../section.ts';
import { number, table, tableBehind, text } from '../table.ts';

/** What the instrument could and could not see. */
export const qualitySection: Section = {
  id: 'quality',
  title: 'Measurement quality',
  contentOf: (page) => {
    const { result, figures, repeats } = page;
    return html`
<p class="finding">${findingOf(result)}</p>
${
  result.warnings.length === 0
    ? ''
    : html`<ul class="warnings">${result.warnings.map(({ text: sentence }) => html`<li><b class="warn">!</b> ${sentence}</li>`)}</ul>`
}
${table(
  [text('What was measured before the run'), number('Figure'), text('What it means')],
  [
    [
      'one reading of the clock',
      figures.at('ns', 'environment', 'clock', 'costNs'),
      'part of every latency',
    ],
    [
      'step of the clock',
      figures.at('ns', 'environment', 'clock', 'stepNs'),
      'below five of them a latency is mostly rounding',
    ],
    [
      'empty operation',
      figures.at('ns', 'environment', 'emptyOperationNs'),
      'the loop with no device and no lock: the floor of every latency here',
    ],
    [
      'a waiter’s look at a word',
      figures.at('ns', 'environment', 'lookNs'),
      'waiters spin for a time by it',
    ],
    [
      'longest stall of an idle loop',
      figures.at('ns', 'environment', 'jitter', 'maxNs'),
      'the tails contain such stalls',
    ],
    [
      'time an idle loop lost',
      figures.at('share', 'environment', 'jitter', 'lostShare'),
      'what other programs took',
    ],
    [
      'cores',
      figures.at('count', 'environment', 'cores'),
      result.environment.oversubscribed
        ? 'fewer than threads: latencies include the time that threads were not running'
        : 'at least one a thread',
    ],
    [
      'time outside operations',
      figures.at('share', 'throughput', 'instrumentShare'),
      result.throughput.instrumentShare === null
        ? 'not known: threads wait on purpose'
        : 'drawing operations, checking data, writing down',
    ],
    [
      'memory of the instrument',
      figures.at('bytes', 'memory', 'instrumentBytes'),
      'what the simulated system would not have',
    ],
  ],
)}
${pausesOf(page)}
${result.trace === null ? '' : html`<p>Replayed: ${traceParts(result).join(', ')}.</p>`}
${result.recording === null ? '' : html`<p>Recorded: ${recordingParts(result).join(', ')}.</p>`}
${
  repeats.length === 0
    ? ''
    : html`<p>Throughput varied by ${formatPercent(variationOf([result, ...repeats.map((repeat) => repeat.result)]))} over this run and the ${plural(repeats.length, 'repeat')} before it (coefficient of variation).</p>`
}`;
  },
};

const WATCHED: { readonly [M in Result['jitter']['method']]: string } = {
  'idle-loop':
    'A thread of its own, on a core that no thread of load needed, did nothing but read the clock.',
  sampled:
    'No core was idle, so this is how late the coordinator woke from its sleeps; below a ' +
    'millisecond or two it is its timer, and where threads outnumber cores it waited for them.',
  off: 'Nobody watched for pauses of the machine: the scenario says jitter: off.',
};

/** What the machine did to a thread that had nothing to wait for, beside what the load saw. */
function pausesOf(page: Page): Markup {
  const { result, details, figures } = page;
  const { method, pause } = result.jitter;
  if (pause.count === 0) return html`<p>${WATCHED[method]}</p>`;
  const rows = [{ name: 'pause', path: ['jitter', 'pause'] }];
  const period = figures.at('ns', 'jitter', 'periodNs');
  const lost =
    result.jitter.lostShare === null
      ? ''
      : html`, of which pauses took ${figures.at('share', 'jitter', 'lostShare')}`;
  const watched = html`<p>${WATCHED[method]} Of every ${period} the longest pause is kept: a percentile of pauses is a share of the time, one of latencies a share of the operations. Watched for ${figures.at('ns', 'jitter', 'observedNs')}${lost}.</p>`;
  const behind = tableBehind('The figures', latencyTable(result, figures, rows));
  const chart = details === null ? null : pauseChart(result, details);
  if (chart === null) return html`${watched}${behind}`;
  return html`${watched}${figure(
    `A thread with nothing to wait for was held up for ${formatNs(pause.max)} at most while the load ran.`,
    chart,
    'What is no longer than the pauses may be the machine’s doing and not the lock’s.',
    behind,
  )}`;
}

function pauseChart(result: Result, details: Details): Markup | null {
  const pauses = histogramIn(details, 'jitter');
  const main = mainOperation(result);
  if (pauses === null || main === null) return null;
  const service = histogramIn(details, `${main}.service`);
  if (service === null) return null;
  const places = placesFor([pauses.count, service.count]);
  const lines = [
    {
      name: `${main} service`,
      look: main,
      values: curveOf(service, places),
      faintFrom: faintFrom(service.count, places),
    },
    {
      name: 'pauses of the machine',
      look: main === 'remap' ? 'allocation' : 'remap',
      values: curveOf(pauses, places),
      faintFrom: faintFrom(pauses.count, places),
    },
  ];
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  return lineChart({
    description: `Pauses of the machine beside the latency of ${main}, by percentile.`,
    x: ninesAxis('percentile', (places.at(-1) as number) + 0.05),
    y: latencyAxis('time', Math.min(...values), Math.max(...values)),
    places,
    lines,
    bands: [],
  });
}

function findingOf({ warnings, environment, threadCount }: Result): string {
  const cores = `${plural(threadCount, 'thread')} on ${plural(environment.cores, 'core')}`;
  if (warnings.length === 0) {
    return `No warning: ${cores}, clock steps of ${formatNs(environment.clock.stepNs)}.`;
  }
  return `${plural(warnings.length, 'reason')} to read the figures with care; ${cores}.`;
}

function variationOf(results: readonly Result[]): number {
  const rates = results.map(({ throughput }) => throughput.operationsPerSecond);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  if (mean === 0) return 0;
  const squares = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0);
  return Math.sqrt(squares / (rates.length - 1)) / mean;
}
