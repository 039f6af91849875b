import { formatNs } from '../../../units.ts';
import type { Details, Event } from '../../details-schema.ts';
import type { Result, ResultCheck } from '../../result-schema.ts';
import { exactCount, plural } from '../../text.ts';
import { isCollision } from '../../verdict.ts';
import { html, type Markup, NOTHING, type Piece } from '../markup.ts';
import { listOf, momentText, type Section } from '../section.ts';
import { number, table, text } from '../table.ts';

/** What every check said, and of each violation that it quotes what led to it. */
export const integritySection: Section = {
  id: 'integrity',
  title: 'Integrity',
  contentOf: ({ result, details, figures }) => html`
<p class="finding">${findingOf(result)}</p>
${table(
  [
    text('Check'),
    text('Verdict'),
    number('Violations'),
    text(`What it saw (integrity: ${result.integrity})`),
  ],
  result.checks.map((check, index) => [
    check.name,
    verdictOf(check, result),
    figures.at('count', 'checks', index, 'count'),
    check.summary,
  ]),
)}
${result.checks.filter(({ verdict }) => verdict === 'broken').map((check) => violationsOf(check, details))}`,
};

function findingOf({ checks, integrity }: Result): string {
  const broken = checks.filter(({ verdict }) => verdict === 'broken');
  const held = checks.filter(({ verdict }) => verdict === 'held').length;
  const scope = integrity === 'strict' ? '' : ` (integrity: ${integrity})`;
  if (broken.length === 0) return `Clean: ${plural(held, 'check')} held, none was broken${scope}.`;
  const causes = broken.filter(({ consequenceOf }) => consequenceOf === null);
  const effects = broken.filter(({ consequenceOf }) => consequenceOf !== null);
  const named = (list: readonly ResultCheck[]): string =>
    listOf(list.map(({ name, count }) => `${name} (${exactCount(count)})`));
  const consequence = effects.length === 0 ? '' : `; as a consequence, ${named(effects)}`;
  return `Broken: ${named(causes.length === 0 ? broken : causes)}${causes.length === 0 ? '' : consequence}${scope}.`;
}

function verdictOf(check: ResultCheck, { expect }: Result): Markup {
  if (check.verdict === 'held') return html`<span class="good">✓ held</span>`;
  if (check.verdict === 'not-applicable') return html`<span class="quiet">n.a.</span>`;
  if (check.consequenceOf !== null)
    return html`<span class="warn">! broken by the collisions</span>`;
  if (expect === 'collision' && isCollision(check))
    return html`<span class="warn">! broken, as expected</span>`;
  return html`<span class="bad">✗ broken</span>`;
}

function violationsOf({ name, evidence, count }: ResultCheck, details: Details | null): Markup {
  if (evidence.length === 0) return NOTHING;
  const timelines = evidence.map(
    (_, index) =>
      details?.timelines.find((line) => line.check === name && line.evidence === index)?.events ??
      [],
  );
  const notes = [
    ...(count > evidence.length ? [`The first ${evidence.length} of ${exactCount(count)}.`] : []),
    ...(timelines.some((events) => events.length > 0)
      ? ['Open one to see what happened to its spare and LBAs.']
      : []),
  ];
  const items = evidence.map(({ text: sentence }, index) => {
    const events = timelines[index] ?? [];
    if (events.length === 0) return html`<li>${sentence}</li>`;
    // The first is open, so that paper has one too.
    return html`<li><details${index === 0 && OPEN}><summary>${sentence}</summary>${timelineOf(events)}</details></li>`;
  });
  return html`<h3>${name}</h3><p class="note">${notes.join(' ')}</p>
<ol class="violations">${items}</ol>`;
}

const OPEN = html` open`;

function timelineOf(events: readonly Event[]): Markup {
  const holders = new Map<number, number>();
  return table(
    [number('At'), number('After the last'), text('Thread'), text('Event')],
    events.map((event, index): Piece[] => {
      const last = events[index - 1]?.timeNs ?? null;
      const passed = event.timeNs !== null && last !== null ? formatNs(event.timeNs - last) : '';
      const { kind, thread, spare } = event;
      const what = eventText(event);
      const owners = spare === null ? 0 : (holders.get(spare) ?? 0);
      if (spare !== null && kind !== 'seen') {
        holders.set(spare, Math.max(0, owners + (kind === 'release' ? -1 : 1)));
      }
      const collides = (kind === 'claim' || kind === 'drain') && owners > 0;
      return [
        event.timeNs === null ? '–' : momentText(event.timeNs),
        passed,
        thread === null ? '–' : String(thread),
        collides ? html`${what} <b class="bad">← it has an owner already</b>` : what,
      ];
    }),
  );
}

function eventText({ kind, lba, spare }: Event): string {
  switch (kind) {
    case 'claim':
      return `claims spare ${spare} for LBA ${lba}`;
    case 'release':
      return `gives spare ${spare} of LBA ${lba} back`;
    case 'drain':
      return `the drain after the run is given spare ${spare}`;
    case 'retired':
      return `claims spare ${spare}, finds it bad, and keeps it out of use`;
    case 'seen':
      return lba === null ? 'sees the fault' : `sees the fault at LBA ${lba}`;
  }
}
