import { formatByteRate, formatBytes, formatNs, formatPercent, formatRate } from '../../units.ts';
import type { Result } from '../result-schema.ts';
import { exactCount } from '../text.ts';
import { html, Markup } from './markup.ts';

const FORMATS = {
  ns: formatNs,
  count: exactCount,
  share: formatPercent,
  bytes: formatBytes,
  rate: formatRate,
  byteRate: formatByteRate,
  ratio: (value: number) => value.toFixed(2),
} as const;

/**
 * A figure of a result, marked with its exact value and with where in `result.json` it stands (a
 * JSON pointer): a reader sees `1.23µs`, a program `<data value="1234" data-at="/…">`. In a table
 * the cell itself carries the marks.
 */
export class Figure extends Markup {
  readonly value: number;
  readonly pointer: string;
  readonly shown: string;

  constructor(value: number, pointer: string, shown: string) {
    super(html`<data value="${value}" data-at="${pointer}">${shown}</data>`.text);
    this.value = value;
    this.pointer = pointer;
    this.shown = shown;
  }
}

/** The figures of one result. */
export class Figures {
  readonly #result: Result;

  constructor(result: Result) {
    this.#result = result;
  }

  /** An en dash where there is no value. */
  at(as: keyof typeof FORMATS, ...path: readonly (string | number)[]): Markup {
    let value: unknown = this.#result;
    for (const key of path) value = (value as Record<string | number, unknown>)[key];
    if (typeof value !== 'number' || Number.isNaN(value)) return html`–`;
    return new Figure(value, path.map((key) => `/${key}`).join(''), FORMATS[as](value));
  }
}
