/**
 * Values as CSV (RFC 4180, with plain line feeds): text with commas, quotes or line breaks is
 * quoted, null is empty. A spreadsheet takes a cell that begins with = + - @ for a formula,
 * wherever it came from; such a text gets an apostrophe in front, which spreadsheets take for "this
 * is text".
 */
import { printable } from './text.ts';

export type Cell = string | number | boolean | null;

export function csvText(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [head.map(cellText).join(',')];
  for (const row of rows) lines.push(row.map(cellText).join(','));
  return `${lines.join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const visible = printable(cell);
  const safe = /^\s*[=+\-@]/.test(visible) ? `'${visible}` : visible;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
