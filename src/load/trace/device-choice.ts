import { holds } from './fields.ts';
import type { LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import { quote, type Stretch } from './problems.ts';

/** fio reads a name into 256 bytes. */
const NAME_BYTES_MAX = 256;

const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/**
 * Which device of a trace is replayed: the one that was asked for, or the only one there is. Two
 * are never taken together, because both have a sector 0.
 *
 * A name is text: nothing is ever opened by it. One with a path in it is refused all the same,
 * unless it was asked for by exactly that name, since who writes such names means files of his.
 */
export class DeviceChoice {
  readonly #wanted: Buffer | null;
  readonly #problems: LineProblems;
  readonly #option: string;
  #chosen: Buffer | null;
  #hasOther = false;
  /** Lines of devices that were not asked for. */
  otherCount = 0;

  /** @param option how the choice is written, for hints: `trace.device` or `--device` */
  constructor(wanted: string | null, option: string, problems: LineProblems) {
    this.#wanted = wanted === null ? null : Buffer.from(wanted);
    this.#chosen = this.#wanted;
    this.#option = option;
    this.#problems = problems;
  }

  get name(): string {
    return this.#chosen?.toString('utf8') ?? '';
  }

  /** Whether a line of the device named there is to be read; if not, it is counted or reported. */
  accepts(line: Line, at: Stretch): boolean {
    if (this.#chosen !== null && holds(line.bytes, at, this.#chosen)) return true;
    if (this.#wanted !== null) {
      this.otherCount++;
      return false;
    }
    if (this.#chosen === null) return this.#choose(line, at);
    // Told once: a trace of two devices names the second one in every other line.
    if (!this.#hasOther) {
      this.#hasOther = true;
      const second = quote(line.bytes, at);
      this.#problems.report(
        line,
        at,
        `a second device, ${second}; the trace began with ${quoted(this.#chosen)}`,
        `choose one: ${this.#option} = ${quoted(this.#chosen)}`,
      );
    }
    return false;
  }

  #choose(line: Line, at: Stretch): boolean {
    if (at.end - at.start > NAME_BYTES_MAX) {
      this.#problems.report(line, at, `the device's name is longer than ${NAME_BYTES_MAX} bytes`);
      return false;
    }
    const name = Buffer.from(line.bytes.subarray(at.start, at.end));
    if (name.includes(SLASH) || name.includes(BACKSLASH)) {
      if (this.#hasOther) return false;
      this.#hasOther = true;
      this.#problems.report(
        line,
        at,
        `the device's name ${quote(line.bytes, at)} has a path in it`,
        `if that device is meant, say so: ${this.#option} = ${quoted(name)}; nothing is opened by it`,
      );
      return false;
    }
    this.#chosen = name;
    return true;
  }
}

function quoted(name: Buffer): string {
  return quote(name, { start: 0, end: name.length });
}
