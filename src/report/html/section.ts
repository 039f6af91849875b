import type { Operation } from '../../scenario/plan.ts';
import { OPERATIONS } from '../../scenario/plan.ts';
import type { Result } from '../result-schema.ts';
import type { StoredRun } from '../stored-run.ts';
import { exactCount } from '../text.ts';
import { Figures } from './figures.ts';
import { html, type Markup, type Piece } from './markup.ts';

/** What a section is made from. */
export interface Page extends StoredRun {
  readonly figures: Figures;
}

export interface Section {
  /** Its anchor, and its name in tests. */
  readonly id: string;
  readonly title: string;
  readonly contentOf: (page: Page) => Markup;
}

export function pageOf(run: StoredRun): Page {
  return { ...run, figures: new Figures(run.result) };
}

/** A chart or map under the sentence that says what there is to see in it. */
export function figure(finding: Piece, ...content: readonly Piece[]): Markup {
  return html`<figure><figcaption>${finding}</figcaption>
${content}
</figure>`;
}

/** In place of a chart: why there is none. */
export function nothingToShow(sentence: string): Markup {
  return html`<p class="nothing">${sentence}</p>`;
}

export const WITHOUT_DETAILS =
  'details.json is missing or damaged, or was written by another version: what would be drawn here is not known.';

/** Operations of which some were completed. */
export function presentOperations({ operations }: Result): Operation[] {
  return OPERATIONS.filter((name) => operations[name].count > 0);
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** A moment of the run, as finely as checks quote it: two that race are microseconds apart. */
export function momentText(ns: number): string {
  return ns < 1e6 ? `${(ns / 1e3).toFixed(3)}µs` : `${(ns / 1e6).toFixed(3)}ms`;
}

/** How many times as much: `3.4 times`, `12 times`, `1,700 times`. */
export function timesText(ratio: number): string {
  if (ratio < 10) return `${ratio.toFixed(1)} times`;
  return `${exactCount(ratio < 100 ? Math.round(ratio) : Number(ratio.toPrecision(2)))} times`;
}
