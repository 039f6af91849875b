import { SECTOR_BYTES } from '../../scenario/plan.ts';
import { numberIn } from './fields.ts';
import type { Line } from './lines.ts';
import { quote, type Stretch, type TraceProblems } from './problems.ts';

/** No request is longer: fio holds a length in 32 bits, and so does a block layer. */
export const LENGTH_MAX = 2 ** 32 - 1;

/** What can be wrong with a line of any format. Each answers null or false when it reported. */
export class LineProblems {
  readonly #problems: TraceProblems;

  constructor(problems: TraceProblems) {
    this.#problems = problems;
  }

  /** All problems of lines pass here: a file cut short explains whatever is wrong with its end. */
  report(line: Line, at: Stretch, message: string, hint: string | null = null): void {
    const cut = 'the file ends in the middle of this line; is the copy complete?';
    this.#problems.addAt(line, at, message, line.isTerminated ? hint : cut);
  }

  number(line: Line, at: Stretch, field: string, highest: number): number | null {
    const value = numberIn(line.bytes, at);
    if (value <= highest) return value;
    const found = `${field} ${quote(line.bytes, at)}`;
    if (value > highest) this.report(line, at, `${found} is too large; the most is ${highest}`);
    else this.notANumber(line, at, field, 'a whole number');
    return null;
  }

  /** Of a field that holds something else than `what`. */
  notANumber(line: Line, at: Stretch, field: string, what: string): void {
    const found = `${field} ${quote(line.bytes, at)}`;
    const text = line.bytes.toString('latin1', at.start, at.end);
    const is = /^-\d+(\.\d+)?$/.test(text) ? 'negative' : `not ${what}`;
    this.report(line, at, `${found} is ${is}`);
  }

  whole(line: Line, at: Stretch, field: string, bytes: number): boolean {
    if (bytes % SECTOR_BYTES === 0) return true;
    this.report(
      line,
      at,
      `${field} ${bytes} is not a multiple of ${SECTOR_BYTES}`,
      'the device has whole sectors only; widen the requests of the trace first',
    );
    return false;
  }

  /** First byte and length of an access, or null. */
  range(
    line: Line,
    offsetAt: Stretch,
    lengthAt: Stretch,
    what: { readonly action: string; readonly unitBytes: number; readonly lengthUnitBytes: number },
  ): { readonly offset: number; readonly length: number } | null {
    const { action, unitBytes, lengthUnitBytes } = what;
    const offsetMax = Math.floor(Number.MAX_SAFE_INTEGER / unitBytes);
    const offset = this.number(line, offsetAt, 'offset', offsetMax);
    if (offset === null) return null;
    const lengthMax = Math.floor(LENGTH_MAX / lengthUnitBytes);
    const length = this.number(line, lengthAt, 'length', lengthMax);
    if (length === null) return null;
    if (!this.whole(line, offsetAt, 'offset', offset * unitBytes)) return null;
    if (!this.whole(line, lengthAt, 'length', length * lengthUnitBytes)) return null;
    if (length === 0) {
      this.report(line, lengthAt, `a ${action} of 0 bytes`);
      return null;
    }
    return { offset: offset * unitBytes, length: length * lengthUnitBytes };
  }
}
