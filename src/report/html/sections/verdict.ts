import { formatNs } from '../../../units.ts';
import { plural } from '../../text.ts';
import { html, NOTHING, preformatted } from '../markup.ts';
import type { Page, Section } from '../section.ts';
import { definitions } from '../table.ts';

/** What decides, and how to have it again. */
export const verdictSection: Section = {
  id: 'verdict',
  title: 'Verdict',
  contentOf: ({ result, figures, absent = [] }) => html`
<p class="verdict ${result.verdict.exitCode === 0 ? 'good' : 'bad'}">
<b>${markOf(result)} ${WORDS[result.verdict.outcome]}</b>
<span>${result.verdict.sentence}.</span>
<span class="code">exit code ${figures.at('count', 'verdict', 'exitCode')}</span>
</p>
${dumpOf(result)}
<div class="repro"><span>To repeat this run:</span>
<pre><code>${result.repro}</code></pre></div>
${descriptionOf(result)}
${absentNote(absent)}
${definitions([
  ['Measured', html`${figures.at('ns', 'durationNs')} ${afterWarmup(result)}`],
  [
    'Threads',
    html`${figures.at('count', 'threadCount')} on ${plural(result.environment.cores, 'core')}`,
  ],
  ['Seed', html`<data value="${result.seed}" data-at="/seed">${result.seed}</data>`],
  [
    'Integrity',
    `${result.integrity}${result.expect === 'pass' ? '' : `; expects a ${result.expect}`}`,
  ],
  ['Started', `${result.startedAt.slice(0, 19).replace('T', ' ')} UTC`],
  ['Machine', `${result.environment.cpu}, ${result.environment.platform}`],
  ['Program', `${result.tool}, Node ${result.environment.node}`],
])}`,
};

const WORDS = {
  pass: 'passed',
  'threshold-failed': 'threshold failed',
  'expectation-failed': 'expectation not met',
  integrity: 'integrity violated',
  broken: 'the run broke',
  interrupted: 'interrupted',
} as const;

function markOf({ verdict }: Page['result']): string {
  if (verdict.exitCode === 0) return '✓';
  return verdict.outcome === 'interrupted' ? '!' : '✗';
}

function afterWarmup({ warmupNs }: Page['result']): string {
  return warmupNs === 0 ? 'without warm-up' : `after ${formatNs(warmupNs)} warm-up`;
}

function descriptionOf({ scenario }: Page['result']) {
  const { description } = scenario;
  if (typeof description !== 'string' || description === '') return NOTHING;
  return html`<p class="description">${description}</p>`;
}

const ABSENT_SHOWN = 8;

/** Of a run of another version: what a dash on this page means. */
function absentNote(absent: readonly string[]) {
  if (absent.length === 0) return NOTHING;
  const shown = absent.slice(0, ABSENT_SHOWN).join(', ');
  const rest = absent.length > ABSENT_SHOWN ? ` and ${absent.length - ABSENT_SHOWN} more` : '';
  return html`<p class="note">Another version wrote this run and stored no ${shown}${rest}: a dash stands for what is absent.</p>`;
}

function dumpOf({ ending }: Page['result']) {
  if (ending.dump.length === 0) return NOTHING;
  return html`<p>What each lock and thread was doing then:</p>
<pre>${preformatted(ending.dump.join('\n'))}</pre>`;
}
