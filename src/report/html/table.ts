import { plural } from '../text.ts';
import { Figure } from './figures.ts';
import { html, type Markup, type Piece } from './markup.ts';

export interface Column {
  readonly head: Piece;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** A text column, a number column. */
export const text = (head: Piece): Column => ({ head });
export const number = (head: Piece): Column => ({ head, isNumber: true });

/** A table that scrolls by itself where the page is narrow. The first cell heads its row. */
export function table(columns: readonly Column[], rows: readonly (readonly Piece[])[]): Markup {
  const isNumber = (index: number): boolean => columns[index]?.isNumber === true;
  const head = columns.map(
    (column) => html`<th scope="col"${column.isNumber === true && NUMBER}>${column.head}</th>`,
  );
  const body = rows.map(([first = '', ...rest]) => {
    const others = rest.map((cell, index) => cellOf(cell, isNumber(index + 1)));
    return html`<tr><th scope="row"${isNumber(0) && NUMBER}>${first}</th>${others}</tr>\n`;
  });
  return html`<div class="scroll" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}

const NUMBER = html` class="number"`;

/** The style sheet knows that a figure is a number. */
function cellOf(cell: Piece, isNumber: boolean): Markup {
  if (!(cell instanceof Figure)) return html`<td${isNumber && NUMBER}>${cell}</td>`;
  return html`<td data-value="${cell.value}" data-at="${cell.pointer}">${cell.shown}</td>`;
}

/** A long table of numbers alone, in as little markup as there can be. */
export function numberTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  const body = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}`)}\n`);
  return html`<div class="scroll" tabindex="0"><table class="numbers">
<thead><tr>${heads.map((head) => html`<th scope="col">${head}`)}</thead>
<tbody>
${body}</tbody>
</table></div>`;
}

/** Threads that a table lists; result.json has all. */
const THREADS_LISTED = 64;

/** A table with a row a thread; of very many threads the first. */
export function threadTable(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
): Markup {
  const listed = table(columns, rows.slice(0, THREADS_LISTED));
  const rest = rows.length - THREADS_LISTED;
  return rest <= 0
    ? listed
    : html`${listed}<p class="note">${plural(rest, 'thread')} more in result.json.</p>`;
}

/** A table that stands behind a chart. */
export function tableBehind(summary: string, content: Markup): Markup {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

/** Terms and what they are. */
export function definitions(pairs: readonly (readonly [Piece, Piece])[]): Markup {
  const rows = pairs.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`);
  return html`<dl>${rows}</dl>`;
}
