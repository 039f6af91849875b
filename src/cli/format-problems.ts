import picocolors from 'picocolors';
import type { Problem } from '../errors.ts';

/**
 * Problems as a terminal shows them: place and message, the line with its number, a caret under
 * what is meant, a hint; and at the end how many there are.
 *
 * The line comes from a file that may hold anything. What would move the cursor or reorder the
 * text is replaced by something visible, so that the caret stands where it should and a file
 * cannot write to the terminal.
 */
export function formatProblems(problems: readonly Problem[], color: boolean): string {
  const paint = picocolors.createColors(color);
  const blocks = problems.map((problem) => problemLines(problem, paint).join('\n'));
  const sources = [...new Set(problems.map((problem) => problem.file))];
  const settings = sources.filter((file) => file.startsWith('--set '));
  const places = [
    ...listed(sources.length - settings.length, 'file'),
    ...listed(settings.length, 'setting'),
  ];
  const total = `${counted(problems.length, 'error')} in ${places.join(' and ')}`;
  return `${[...blocks, paint.bold(total)].join('\n')}\n`;
}

type Paint = ReturnType<typeof picocolors.createColors>;

const LINE_WIDTH = 100;
/** Columns before the caret that stay when a line is cut. */
const CONTEXT_BEFORE = 40;
const CARETS_MAX = 60;
const ELLIPSIS = '…';

function problemLines(problem: Problem, paint: Paint): string[] {
  const { file, position, message, excerpt, hint } = problem;
  const place = position === null ? file : `${file}:${position.line}:${position.column}`;
  const head = `${paint.bold(visible(place))}  ${paint.red('error')}  ${visible(message)}`;
  const hintText = hint === null ? '' : visible(hint);
  if (position === null || excerpt === null) {
    return [head, ...wrapped(hintText, '     ').map((line) => paint.dim(line))];
  }
  const number = String(position.line).padStart(4);
  const frame = caretFrame(excerpt.text, position.column, excerpt.width);
  const margin = `${' '.repeat(number.length)} | `;
  const carets = `${margin}${frame.indent}${paint.red(frame.carets)}`;
  const width = margin.length + displayWidth(frame.indent + frame.carets) + 1 + hintText.length;
  const lines = [head, `${paint.dim(`${number} | `)}${frame.text}`];
  if (hintText === '') return [...lines, carets];
  if (width <= LINE_WIDTH) return [...lines, `${carets} ${hintText}`];
  return [...lines, carets, ...wrapped(hintText, '     ')];
}

interface Frame {
  readonly text: string;
  readonly indent: string;
  readonly carets: string;
}

/** The part of a line around a column that fits the terminal, and what goes under it. */
function caretFrame(line: string, column: number, width: number): Frame {
  const start = Math.min(column - 1, line.length);
  const isCutBefore = start > CONTEXT_BEFORE && line.length > LINE_WIDTH;
  const from = isCutBefore ? wholeCharacter(line, start - CONTEXT_BEFORE) : 0;
  const to = Math.min(line.length, from + LINE_WIDTH);
  const before = (isCutBefore ? ELLIPSIS : '') + visible(line.slice(from, start));
  const after = visible(line.slice(start, to)) + (to < line.length ? ELLIPSIS : '');
  const marked = visible(line.slice(start, Math.min(to, start + width)));
  const caretCount = Math.min(CARETS_MAX, Math.max(1, displayWidth(marked)));
  return {
    text: before + after,
    indent: ' '.repeat(displayWidth(before)),
    carets: '^'.repeat(caretCount),
  };
}

/** Moves a cut forward past the second half of a surrogate pair. */
function wholeCharacter(line: string, offset: number): number {
  const isSecondHalf = /[\udc00-\udfff]/.test(line.charAt(offset));
  return isSecondHalf ? offset + 1 : offset;
}

/** C0 controls as their pictures, tabs as one space, other invisible marks as a replacement. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (mark) => {
    const code = mark.charCodeAt(0);
    if (mark === '\t') return ' ';
    if (code === 0x7f) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const ZERO_WIDTH = /[\p{Mn}\p{Me}]/u;

/** Columns that a terminal gives to a text. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (ZERO_WIDTH.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

function wrapped(text: string, indent: string): string[] {
  if (text === '') return [];
  const lines = [indent];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? indent;
    const isFull = last !== indent && last.length + 1 + word.length > LINE_WIDTH;
    if (isFull) lines.push(indent + word);
    else lines[lines.length - 1] = last === indent ? indent + word : `${last} ${word}`;
  }
  return lines;
}

function listed(count: number, noun: string): string[] {
  return count === 0 ? [] : [counted(count, noun)];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
