import { dirname } from 'node:path';
import type { Position } from '../errors.ts';

/** A text the user gave us, and how to name a place in it. */
export interface Source {
  /** As shown in problems: the path as typed, or `--set load.threads=0`. */
  readonly file: string;
  /** Folder that relative paths in this text start from. */
  readonly folder: string;
  /** Without a byte order mark, so that columns are those an editor shows. */
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** A stretch of a source, as offsets: end is the first character after it. */
export interface Origin {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

const BYTE_ORDER_MARK = '\uFEFF';

export function sourceOf(file: string, text: string): Source {
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const lineStarts = [0];
  for (let at = body.indexOf('\n'); at !== -1; at = body.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  return { file, folder: dirname(file), text: body, lineStarts };
}

/** A value given on the command line; relative paths in it start from the working directory. */
export function commandLineSource(option: string, text: string): Source {
  return { ...sourceOf(`${option} ${text}`, text), folder: '.' };
}

/** Line and column of an offset, both from 1; columns count UTF-16 units, as editors do. */
export function positionOf(source: Source, offset: number): Position {
  const line = lineIndexOf(source, offset);
  return { line: line + 1, column: offset - (source.lineStarts[line] ?? 0) + 1 };
}

/** The line that an offset is on, without its line break. */
export function lineAt(source: Source, offset: number): string {
  const line = lineIndexOf(source, offset);
  const end = source.lineStarts[line + 1] ?? source.text.length + 1;
  return source.text.slice(source.lineStarts[line], end - 1).replace(/\r$/, '');
}

function lineIndexOf(source: Source, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
