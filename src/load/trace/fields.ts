import type { Line } from './lines.ts';
import type { Stretch } from './problems.ts';

/** Fields of a line, cut at blanks or at commas. */
export class Fields {
  readonly #capacity: number;
  readonly #stretches: { start: number; end: number }[];
  /** Fields found; capacity + 1 stands for "more than fit". */
  count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#stretches = Array.from({ length: capacity + 1 }, () => ({ start: 0, end: 0 }));
  }

  /** The object is the same for every line, so it holds until the next split. */
  at(index: number): Stretch {
    return this.#stretches[index] as Stretch;
  }

  /** At blanks, as C's scanf() does: a carriage return at the end is one. */
  split({ bytes, start, end }: Line): void {
    let count = 0;
    let at = start;
    while (count <= this.#capacity) {
      while (at < end && isBlank(bytes[at] as number)) at++;
      if (at === end) break;
      const stretch = this.#stretches[count++] as { start: number; end: number };
      stretch.start = at;
      while (at < end && !isBlank(bytes[at] as number)) at++;
      stretch.end = at;
    }
    this.count = count;
  }

  /**
   * At commas. Blanks around a field, and a pair of quotes around that, are no part of it; a comma
   * between quotes is not provided for, since no column of a trace holds one.
   */
  splitAtCommas({ bytes, start, end }: Line): void {
    let count = 0;
    let at = start;
    while (count <= this.#capacity) {
      let comma = at;
      while (comma < end && bytes[comma] !== COMMA) comma++;
      const stretch = this.#stretches[count++] as { start: number; end: number };
      let [first, last] = [at, comma];
      while (first < last && isBlank(bytes[first] as number)) first++;
      while (last > first && isBlank(bytes[last - 1] as number)) last--;
      if (last - first >= 2 && bytes[first] === QUOTE && bytes[last - 1] === QUOTE) {
        first++;
        last--;
      }
      stretch.start = first;
      stretch.end = last;
      if (comma === end) break;
      at = comma + 1;
    }
    this.count = count;
  }
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const POINT = 0x2e;

export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The decimal number that fills the stretch; NaN if it is anything else. Inexact above 2^53. */
export function numberIn(bytes: Buffer, { start, end }: Stretch): number {
  if (start === end) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** A point in time, exact to the nanosecond: a count of them since 1601 does not fit a float. */
export interface Instant {
  seconds: number;
  /** Below 1e9. */
  ns: number;
}

/** Later than any recording: some 30,000 years. */
const SECONDS_MAX = 1e12;

/**
 * Reads a decimal number, with or without a fraction, as a time in units of 10^exponent ns; what is
 * below a nanosecond is cut off. False if the stretch holds anything else, or a time beyond all
 * recordings.
 */
export function instantIn(
  bytes: Buffer,
  { start, end }: Stretch,
  exponent: number,
  into: Instant,
): boolean {
  let seconds = 0;
  let ns = 0;
  let digitCount = 0;
  /** Digits still to come, or to be filled up with zeros; known after the point. */
  let left = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === POINT && left < 0) {
      left = exponent;
      continue;
    }
    const digit = byte - 0x30;
    if (digit < 0 || digit > 9) return false;
    digitCount++;
    if (left === 0) continue;
    if (left > 0) left--;
    seconds = seconds * 10 + Math.floor(ns / 1e8);
    ns = (ns % 1e8) * 10 + digit;
  }
  for (let zeros = left < 0 ? exponent : left; zeros > 0; zeros--) {
    seconds = seconds * 10 + Math.floor(ns / 1e8);
    ns = (ns % 1e8) * 10;
  }
  into.seconds = seconds;
  into.ns = ns;
  return digitCount > 0 && seconds <= SECONDS_MAX;
}

/** Whether the stretch holds exactly these bytes. */
export function holds(bytes: Buffer, { start, end }: Stretch, wanted: Buffer): boolean {
  return end - start === wanted.length && bytes.compare(wanted, 0, wanted.length, start, end) === 0;
}
