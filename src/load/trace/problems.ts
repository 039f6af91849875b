import type { Problem } from '../../errors.ts';
import type { Line } from './lines.ts';

/** Problems reported for one trace; a file of another kind would have one in every line. */
const PROBLEM_COUNT_MAX = 20;

/** Longest excerpt, in characters. A place further to the right is told by its position only. */
const EXCERPT_LENGTH_MAX = 160;

/** Longest quotation of a word from the trace inside a message. */
const QUOTE_LENGTH_MAX = 40;

/** A stretch of a line, in bytes of its buffer. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a trace, in the order of its lines. */
export class TraceProblems {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** True once a problem came that is not reported any more: there is no point in reading on. */
  isFull = false;

  get list(): readonly Problem[] {
    return this.#problems;
  }

  /** A problem of the file as a whole. */
  addForFile(message: string, hint: string | null = null): void {
    this.#problems.push({ file: this.#file, position: null, message, excerpt: null, hint });
  }

  /** A problem of a line, or of a stretch of it. Answers its place in the list. */
  addAt(line: Line, at: Stretch, message: string, hint: string | null = null): number {
    const before = line.bytes.toString('utf8', line.start, at.start).length;
    const within = line.bytes.toString('utf8', at.start, at.end).length;
    return this.#add({
      file: this.#file,
      position: { line: line.number, column: before + 1 },
      message,
      excerpt: excerptOf(line, before, within),
      hint,
    });
  }

  /** Says better what was found earlier and has been understood since. */
  reword(place: number, message: string): void {
    const problem = this.#problems[place];
    if (problem !== undefined) this.#problems[place] = { ...problem, message };
  }

  #add(problem: Problem): number {
    const place = this.#problems.length;
    if (this.isFull) return place;
    this.isFull = place === PROBLEM_COUNT_MAX;
    this.#problems.push(this.isFull ? andMore(problem) : problem);
    return place;
  }
}

function andMore(problem: Problem): Problem {
  const message = `and more: reading stopped here, after ${PROBLEM_COUNT_MAX} problems`;
  return { ...problem, message, excerpt: null, hint: null };
}

/** The line, cut if it is long; null if that would cut off what the problem is about. */
function excerptOf(line: Line, before: number, within: number): Problem['excerpt'] {
  const text = printable(line.bytes.toString('utf8', line.start, line.end));
  const isLong = text.length > EXCERPT_LENGTH_MAX;
  const visible = isLong ? `${text.slice(0, EXCERPT_LENGTH_MAX - 1)}…` : text;
  const room = visible.length - before;
  if (isLong && room <= 0) return null;
  return { text: visible, width: Math.max(1, Math.min(within, room)) };
}

/** A word of the trace as a message may quote it: printable, and not too long. */
export function quote(bytes: Buffer, at: Stretch): string {
  const text = printable(bytes.toString('utf8', at.start, at.end));
  return text.length > QUOTE_LENGTH_MAX ? `"${text.slice(0, QUOTE_LENGTH_MAX - 1)}…"` : `"${text}"`;
}

/**
 * The file is not ours: nothing in it may drive the terminal. One character stays one character.
 */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
}
