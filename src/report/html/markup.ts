import { printable } from '../text.ts';

/**
 * Markup under construction. Whatever is put into `html` is text, and is escaped, unless it is
 * markup already: a scenario's name can be anything, and there is one place to get this right.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Markup | string | number | null | false | readonly Piece[];

/** The template with every piece in its place: markup as it is, all else as text. */
export function html(template: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let text = template[0] as string;
  for (const [index, piece] of pieces.entries()) {
    text += textOf(piece) + (template[index + 1] as string);
  }
  return new Markup(text);
}

/** Nothing. */
export const NOTHING = new Markup('');

function textOf(piece: Piece): string {
  if (piece instanceof Markup) return piece.text;
  if (piece === null || piece === false) return '';
  if (Array.isArray(piece)) return piece.map(textOf).join('');
  return escaped(String(piece));
}

/** Text for an element's content and for a quoted attribute alike. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Lines kept apart, everything else in them made visible. */
export function preformatted(text: string): Markup {
  return new Markup(text.split('\n').map(escaped).join('\n'));
}

/**
 * Data for a script. JSON in which nothing can end the element or begin another.
 */
export function jsonScript(className: string, value: unknown): Markup {
  const json = JSON.stringify(value)
    .replace(/[<>&]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);
  return new Markup(`<script type="application/json" class="${className}">${json}</script>`);
}

/** A length or place in a drawing: a tenth of a pixel is fine enough. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
