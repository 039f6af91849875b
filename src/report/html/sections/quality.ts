import { formatNs, formatPercent } from '../../../units.ts';
import type { Result } from '../../result-schema.ts';
import { plural } from '../../text.ts';
import { html } from '../markup.ts';
import type { Section } from '../section.ts';
import { number, table, text } from '../table.ts';

/** What the instrument could and could not see. */
export const qualitySection: Section = {
  id: 'quality',
  title: 'Measurement quality',
  contentOf: ({ result, figures, repeats }) => html`
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
${
  repeats.length === 0
    ? ''
    : html`<p>Throughput varied by ${formatPercent(variationOf([result, ...repeats.map((repeat) => repeat.result)]))} over this run and the ${plural(repeats.length, 'repeat')} before it (coefficient of variation).</p>`
}`,
};

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
