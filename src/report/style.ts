import { createColors } from 'picocolors';
import { asciiOf, clip, columnsOf, printable } from './text.ts';

/** What the receiving terminal can do. */
export interface TextOptions {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns; lines are kept within it. */
  readonly width: number;
}

export type Mark = 'pass' | 'fail' | 'warn' | 'none';

/** Signs and colours for one terminal. Nothing is said by colour alone. */
export interface Style {
  readonly width: number;
  /** Visible, harmless and displayable: for every text that is not our own. */
  readonly text: (raw: string) => string;
  readonly clip: (raw: string, columns: number) => string;
  /** A sign, padded to `markColumns`. */
  readonly mark: (mark: Mark) => string;
  readonly markColumns: number;
  readonly title: (text: string) => string;
  /** A share from 0 to 1 as a bar of so many columns. */
  readonly bar: (share: number, columns: number) => string;
  /** Values one after another, the largest of them full height; nothing when all are 0. */
  readonly curve: (values: readonly number[]) => string;
}

const UNICODE_MARKS: Readonly<Record<Mark, string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  none: '–',
};
const ASCII_MARKS: Readonly<Record<Mark, string>> = {
  pass: 'ok',
  fail: 'FAIL',
  warn: '!',
  none: '-',
};

const UNICODE_STEPS = [...'▁▂▃▄▅▆▇█'];
const ASCII_STEPS = [..."_.-'^"];

export function styleOf({ color, unicode, width }: TextOptions): Style {
  const colors = createColors(color);
  const paint = { pass: colors.green, fail: colors.red, warn: colors.yellow, none: colors.dim };
  const marks = unicode ? UNICODE_MARKS : ASCII_MARKS;
  const markColumns = Math.max(...Object.values(marks).map(columnsOf));
  const text = unicode ? printable : (raw: string) => asciiOf(printable(raw));
  const steps = unicode ? UNICODE_STEPS : ASCII_STEPS;
  const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
  return {
    width,
    text,
    clip: (raw, columns) => clip(text(raw), columns, unicode ? '…' : '...'),
    mark: (mark) => paint[mark](marks[mark]) + ' '.repeat(markColumns - columnsOf(marks[mark])),
    markColumns,
    title: colors.bold,
    bar: (share, columns) => {
      const filled = Math.round(Math.min(1, Math.max(0, share)) * columns);
      return full.repeat(filled) + empty.repeat(columns - filled);
    },
    curve: (values) => {
      const most = Math.max(0, ...values);
      if (most === 0) return '';
      return values
        .map((value) => steps[Math.round((value / most) * (steps.length - 1))] as string)
        .join('');
    },
  };
}
