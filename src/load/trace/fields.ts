import type { Line } from './lines.ts';
import type { Stretch } from './problems.ts';

/** Fields of a line, cut at blanks as C's scanf() does: a carriage return at the end is one. */
export class Fields {
  readonly #capacity: number;
  readonly #stretches: { start: number; end: number }[];
  /** Fields found; capacity + 1 stands for "more than fit". */
  count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#stretches = Array.from({ length: capacity + 1 }, () => ({ start: 0, end: 0 }));
  }

  /** The object is the same for every line, so it holds until the next split(). */
  at(index: number): Stretch {
    return this.#stretches[index] as Stretch;
  }

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
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The decimal number that fills the stretch; NaN if it is anything else. Inexact above 2^53. */
export function numberIn(bytes: Buffer, { start, end }: Stretch): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Whether the stretch holds exactly these bytes. */
export function holds(bytes: Buffer, { start, end }: Stretch, wanted: Buffer): boolean {
  return end - start === wanted.length && bytes.compare(wanted, 0, wanted.length, start, end) === 0;
}
