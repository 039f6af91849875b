/**
 * Text on its way to people: names come from files that anyone may have written, and terminals
 * differ in what they can show.
 */

/** Control and format characters, lone surrogates: what could move the cursor or hide text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Ranges that terminals draw two columns wide, near enough for aligning. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

const ASCII: Readonly<Record<string, string>> = {
  µ: 'u',
  μ: 'u',
  '…': '...',
  '–': '-',
  '—': '-',
  '−': '-',
  '·': '-',
  '×': 'x',
  '→': '->',
  '≥': '>=',
  '≤': '<=',
  '≈': '~',
  '±': '+-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

/** The text with everything that is not a visible character spelled out: ESC as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/** The text in ASCII alone: known signs by a likeness, all others by a question mark. */
export function asciiOf(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => ASCII[character] ?? '?');
}

/** Columns that the text takes on a terminal. It must be printable. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** The text cut to a number of columns, an ellipsis in place of what is missing. */
export function clip(text: string, columns: number, ellipsis = '…'): string {
  // A name of 10 kB need not be measured to its end.
  if (text.length <= 4 * columns && columnsOf(text) <= columns) return text;
  let clipped = '';
  let used = columnsOf(ellipsis);
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    clipped += character;
  }
  return clipped + ellipsis;
}

/**
 * The text in lines of at most so many columns, broken at spaces; a longer word is cut in pieces.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const candidate = line === '' ? word : `${line} ${word}`;
    if (columnsOf(candidate) <= columns) {
      line = candidate;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (columnsOf(line) + columnsOf(character) > columns) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  lines.push(line);
  return lines;
}

/** `1 thread`, `2 threads`. */
export function plural(count: number, noun: string, formatted = String(count)): string {
  return `${formatted} ${noun}${count === 1 ? '' : 's'}`;
}

/** Every digit, in groups of three: `16,384`. For counts in which a single one matters. */
export function exactCount(count: number): string {
  if (Number.isNaN(count)) return '–';
  return count.toLocaleString('en-US');
}
