/**
 * Both sides' percentiles in a terminal: latency over the axis of nines, the base in dots, the new
 * side as a line. A cell of Braille has 2 × 4 points; in ASCII a cell is one point.
 */
import type { Style } from '../report/style.ts';
import { formatNs } from '../units.ts';
import type { ComparedCurve } from './comparison.ts';

const ROWS = 8;
const COLUMNS_MAX = 60;
/** Before it, ` 1.00ms ┤`. */
const LABEL_COLUMNS = 8;
const NINES = ['0 %', '90 %', '99 %', '99.9 %', '99.99 %', '99.999 %', '99.9999 %'];

/** The points of a cell, row by row, as the bits of U+2800. */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

type Side = 'base' | 'next';

/** Nothing where there is too little to draw. */
export function plotLines(curve: ComparedCurve, style: Style, unicode: boolean): string[] {
  const { name, nines, base, next } = curve;
  const values = [...base, ...next].filter((value) => value > 0);
  if (nines.length < 2 || values.length === 0) return [];
  const columns = Math.min(COLUMNS_MAX, style.width - LABEL_COLUMNS - 4);
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  // Sides that are one flat line lie in the middle, and a latency of 0 at the bottom.
  const shareOf = (ns: number): number =>
    high - low < 1e-9 ? 0.5 : Math.max(0, (Math.log(Math.max(1, ns)) - low) / (high - low));
  const canvas = unicode ? new BrailleCanvas(columns) : new AsciiCanvas(columns);
  const lastNine = nines.at(-1) as number;
  for (const [side, latencies] of [
    ['base', base],
    ['next', next],
  ] as const) {
    let before: number | null = null;
    for (let x = 0; x < canvas.width; x++) {
      const share = shareOf(valueAt(nines, latencies, (x / (canvas.width - 1)) * lastNine));
      const y = Math.round((1 - share) * (canvas.height - 1));
      canvas.set(side, x, y, before);
      before = y;
    }
  }
  const labelOf = (row: number): string => {
    const ns = Math.exp(high - ((high - low) * (row + 0.5)) / ROWS);
    return row % 3 === 1 ? formatNs(Math.round(ns)) : '';
  };
  const rows = canvas.rows().map((cells, row) => {
    const label = style.text(labelOf(row)).padStart(LABEL_COLUMNS);
    return `  ${label} ${unicode ? '┤' : '|'}${cells}`;
  });
  const key = unicode ? 'base ┈┈, new ──' : 'base ., new #, both @';
  const title = style.clip(`${name} by percentile: ${key}`, style.width - 2);
  return [`  ${title}`, ...rows, axisOf(lastNine, columns)];
}

function axisOf(lastNine: number, columns: number): string {
  let line = ' '.repeat(LABEL_COLUMNS + 4);
  const start = line.length;
  for (let nine = 0; nine <= lastNine && nine < NINES.length; nine++) {
    const label = NINES[nine] as string;
    const at = start + Math.round((nine / lastNine) * (columns - 1));
    const from = Math.min(at, start + columns - label.length);
    if (from > line.length || nine === 0) line = line.padEnd(from) + label;
  }
  return line;
}

/** Straight between two places. */
function valueAt(nines: readonly number[], latencies: readonly number[], nine: number): number {
  const after = nines.findIndex((place) => place >= nine);
  if (after <= 0) return latencies[after < 0 ? latencies.length - 1 : 0] as number;
  const [x0, x1] = [nines[after - 1] as number, nines[after] as number];
  const [y0, y1] = [latencies[after - 1] as number, latencies[after] as number];
  return y0 + ((y1 - y0) * (nine - x0)) / (x1 - x0);
}

class BrailleCanvas {
  readonly width: number;
  readonly height = ROWS * 4;
  readonly #cells: number[][];

  constructor(columns: number) {
    this.width = columns * 2;
    this.#cells = Array.from({ length: ROWS }, () => new Array<number>(columns).fill(0));
  }

  /** The new side is joined to where it was before; of the base every third point is there. */
  set(side: Side, x: number, y: number, before: number | null): void {
    if (side === 'base') {
      if (x % 3 === 0) this.#point(x, y);
      return;
    }
    const from = before ?? y;
    const step = from < y ? 1 : -1;
    for (let at = from; at !== y; at += step) this.#point(x, at);
    this.#point(x, y);
  }

  #point(x: number, y: number): void {
    const cells = this.#cells[y >> 2] as number[];
    const at = x >> 1;
    cells[at] = (cells[at] as number) | (BRAILLE[y & 3]?.[x & 1] ?? 0);
  }

  rows(): string[] {
    return this.#cells.map((cells) =>
      cells
        .map((bits) => (bits === 0 ? ' ' : String.fromCodePoint(0x2800 + bits)))
        .join('')
        .trimEnd(),
    );
  }
}

class AsciiCanvas {
  readonly width: number;
  readonly height = ROWS;
  readonly #cells: string[][];

  constructor(columns: number) {
    this.width = columns;
    this.#cells = Array.from({ length: ROWS }, () => new Array<string>(columns).fill(' '));
  }

  set(side: Side, x: number, y: number): void {
    const cells = this.#cells[y] as string[];
    if (side === 'base') cells[x] = '.';
    else cells[x] = cells[x] === '.' ? '@' : '#';
  }

  rows(): string[] {
    return this.#cells.map((cells) => cells.join('').trimEnd());
  }
}
