import { parseThreshold } from '../../../scenario/thresholds.ts';
import { formatPercent } from '../../../units.ts';
import type { Result, ResultThreshold } from '../../result-schema.ts';
import { plural } from '../../text.ts';
import { html, type Markup, NOTHING, px } from '../markup.ts';
import { nothingToShow, type Section, timesText } from '../section.ts';
import { number, table, text } from '../table.ts';

const BAR_WIDTH = 150;
/** The limit stands here, so that what goes beyond has room to show. */
const LIMIT_AT = 100;

/** Every threshold, and how far from its limit the figure was. */
export const thresholdSection: Section = {
  id: 'thresholds',
  title: 'Thresholds',
  contentOf: ({ result }) => {
    const { thresholds } = result;
    if (thresholds.length === 0) return nothingToShow('The scenario sets no thresholds.');
    return html`<p class="finding">${findingOf(result)}</p>
${table(
  [text(''), text('Threshold'), number('Observed'), text('Of the limit'), text('Margin')],
  thresholds.map((threshold, index) => [
    html`<span class="${threshold.pass ? 'good' : 'bad'}">${threshold.pass ? '✓ held' : '✗ failed'}</span>`,
    html`<code>${threshold.expression}</code>`,
    threshold.observed === null
      ? threshold.observedText
      : html`<data value="${threshold.observed}" data-at="/thresholds/${index}/observed">${threshold.observedText}</data>`,
    barOf(threshold),
    marginText(threshold),
  ]),
)}`;
  },
};

function findingOf({ thresholds, ending }: Result): string {
  const failed = thresholds.filter(({ pass }) => !pass).length;
  const all = plural(thresholds.length, 'threshold');
  if (ending.kind === 'broken')
    return `The run broke, so its ${all} were not judged; these are the figures until then.`;
  const partial = ending.kind === 'finished' ? '' : ', by figures that cover a part of the run';
  if (failed > 0) return `${failed} of ${all} failed${partial}.`;
  return thresholds.length === 1 ? `The threshold held${partial}.` : `All ${all} held${partial}.`;
}

/** Observed as a share of the limit; of a lower limit, the limit as a share of what was seen. */
function usedOf({ expression, observed }: ResultThreshold): number | null {
  const { threshold } = parseThreshold(expression);
  if (threshold === null || observed === null) return null;
  const { comparison, limit } = threshold;
  if (comparison === '<' || comparison === '<=') return limit === 0 ? null : observed / limit;
  if (comparison === '>' || comparison === '>=') return observed === 0 ? null : limit / observed;
  return null;
}

function barOf(threshold: ResultThreshold): Markup {
  const used = usedOf(threshold);
  if (used === null) return NOTHING;
  const width = px(Math.min(BAR_WIDTH, used * LIMIT_AT));
  const spoken = `${formatPercent(used)} of the limit`;
  return html`<svg class="bar" viewBox="0 0 ${BAR_WIDTH} 14" role="img" aria-label="${spoken}">
<rect class="${threshold.pass ? 'fill-good' : 'fill-bad'}" y="3" width="${width}" height="8"/>
<line class="axis" x1="${LIMIT_AT}" x2="${LIMIT_AT}" y1="0" y2="14"/></svg>`;
}

function marginText(threshold: ResultThreshold): string {
  const used = usedOf(threshold);
  if (used === null) return threshold.reason ?? '';
  if (used > 2) return `${timesText(used)} the limit`;
  if (used > 1) return `${formatPercent(used - 1)} beyond it`;
  return `${formatPercent(1 - used)} to spare`;
}
