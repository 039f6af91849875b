import { type Instant, instantIn } from './fields.ts';
import type { LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import type { Stretch } from './problems.ts';

/** Further back than this, and the lines are not in order at all. */
const BACK_NS_MAX = 1e9;

/** A float counts nanoseconds exactly for 104 days. */
const SPAN_SECONDS_MAX = 9_000_000;

/**
 * Time as formats tell it that were not written by one clock: blkparse joins the buffers of several
 * processors, and others note completions. A record may then be stamped somewhat earlier than the
 * one before it. It arrives together with that one; a second and more is an error.
 */
export class RecordedTime {
  readonly #problems: LineProblems;
  readonly #exponent: number;
  readonly #instant: Instant = { seconds: 0, ns: 0 };
  readonly #origin: Instant = { seconds: 0, ns: 0 };
  #hasOrigin: boolean;
  ns = 0;
  /** Records stamped earlier than the one before them, and by how much at most. */
  backCount = 0;
  backNsMax = 0;

  /**
   * @param exponent the unit of time is 10^exponent ns
   * @param origin zero: times count from the begin of the recording; first: from an epoch, and the
   *   recording begins with its first record
   */
  constructor(problems: LineProblems, exponent: number, origin: 'zero' | 'first') {
    this.#problems = problems;
    this.#exponent = exponent;
    this.#hasOrigin = origin === 'zero';
  }

  /** Sets `ns`; false when a problem was reported. */
  read(line: Line, at: Stretch): boolean {
    const instant = this.#instant;
    if (!instantIn(line.bytes, at, this.#exponent, instant)) {
      this.#problems.notANumber(line, at, 'time', 'a time');
      return false;
    }
    if (!this.#hasOrigin) {
      this.#hasOrigin = true;
      this.#origin.seconds = instant.seconds;
      this.#origin.ns = instant.ns;
    }
    const seconds = instant.seconds - this.#origin.seconds;
    if (seconds > SPAN_SECONDS_MAX) {
      const message = `the time is more than ${SPAN_SECONDS_MAX} s after the recording began`;
      this.#problems.report(line, at, message, 'is the unit of time right?');
      return false;
    }
    const ns = seconds * 1e9 + (instant.ns - this.#origin.ns);
    if (ns >= this.ns) {
      this.ns = ns;
      return true;
    }
    const backNs = this.ns - ns;
    if (backNs >= BACK_NS_MAX) {
      const message = `time goes backwards, by ${Math.round(backNs / 1e6)} ms`;
      this.#problems.report(line, at, message, 'sort the trace by time first');
      return false;
    }
    this.backCount++;
    this.backNsMax = Math.max(this.backNsMax, backNs);
    return true;
  }

  /** What there is to say of it at the end. */
  warnings(): string[] {
    if (this.backCount === 0) return [];
    const records = this.backCount === 1 ? '1 record is' : `${this.backCount} records are`;
    return [
      `${records} stamped earlier than the one before, by up to ${this.backNsMax} ns, and replayed together with it.`,
    ];
  }
}
