import { assert, ScenarioError } from '../../errors.ts';
import type { TraceFormat } from '../../scenario/plan.ts';
import { type BlkparseEvent, BlkparseParser } from './blkparse-parser.ts';
import { CsvParser } from './csv-parser.ts';
import { formatOf, type TraceSource, whyNoFormat } from './detect.ts';
import { DeviceChoice } from './device-choice.ts';
import { IologParser } from './iolog-parser.ts';
import type { LineParser } from './line-parser.ts';
import { LineProblems } from './line-problems.ts';
import { LINE_BYTES_MAX, type Line, linesOf } from './lines.ts';
import { MsrParser } from './msr-parser.ts';
import { TraceProblems } from './problems.ts';
import type { TraceRecord } from './trace.ts';
import { TraceFile } from './trace-file.ts';

/** Lines of a blkparse text within which an issue must show, if there are any. */
const EVENT_SEARCH_LINES = 10_000;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface ReaderOptions {
  /** How the choice of a device is written, for hints. */
  readonly deviceOption?: string;
}

/**
 * A trace as a stream of records, whatever its format. It goes through the file once, a piece at a
 * time, and keeps nothing of what it has read: its memory is that of one piece. Problems are
 * collected, up to twenty; then reading ends.
 */
export class TraceReader {
  readonly problems: TraceProblems;
  readonly format: TraceFormat;
  readonly #file: TraceFile;
  readonly #lines: Generator<Line>;
  readonly #lineProblems: LineProblems;
  readonly #parser: LineParser;
  #line: Line | null = null;
  /** The first line has been looked at; it may be a record already. */
  #isFirst = true;
  #recordCount = 0;

  /** @throws ScenarioError when the file cannot be read, or is no trace */
  constructor(source: TraceSource, { deviceOption = 'trace.device' }: ReaderOptions = {}) {
    this.problems = new TraceProblems(source.file);
    this.#lineProblems = new LineProblems(this.problems);
    this.#file = new TraceFile(source.file);
    try {
      this.#lines = linesOf(this.#file.read);
      this.format = this.#detect(source);
      const choice = new DeviceChoice(source.device, deviceOption, this.#lineProblems);
      this.#parser = this.#parserFor(source, choice);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** The next record, in an object that is filled anew each time; null at the end. */
  next(): Readonly<TraceRecord> | null {
    while (!this.problems.isFull) {
      const line = this.#nextLine();
      if (line === null) return null;
      if (line.end - line.start > LINE_BYTES_MAX) {
        const message = `the line is longer than ${LINE_BYTES_MAX} bytes`;
        this.#lineProblems.report(line, line, message);
      } else if (this.#parser.readLine(line)) {
        this.#recordCount++;
        return this.#parser.record;
      }
    }
    return null;
  }

  /** A problem of the record that next() gave last. */
  report(message: string, hint: string | null): number {
    const line = this.#line as Line;
    return this.problems.addAt(line, line, message, hint);
  }

  get deviceName(): string {
    return this.#parser.deviceName;
  }

  get otherDeviceCount(): number {
    return this.#parser.otherDeviceCount;
  }

  get byteCount(): number {
    return this.#file.byteCount;
  }

  /** After the last record. @throws ScenarioError with everything that was found wrong */
  finish(): { readonly sha256: string; readonly warnings: readonly string[] } {
    if (this.#recordCount === 0 && this.problems.list.length === 0) {
      const { otherDeviceCount } = this;
      if (otherDeviceCount === 0) {
        this.problems.addForFile('the trace holds no read, write, trim or sync');
      } else {
        const all =
          otherDeviceCount === 1 ? 'its one line is' : `all ${otherDeviceCount} lines are`;
        const message = `the trace holds nothing of device "${this.deviceName}": ${all} of others`;
        this.problems.addForFile(message);
      }
    }
    if (this.problems.list.length > 0) throw new ScenarioError(this.problems.list);
    return { sha256: this.#file.digest(), warnings: this.#parser.warnings() };
  }

  close(): void {
    this.#file.close();
  }

  #nextLine(): Line | null {
    if (this.#isFirst) {
      this.#isFirst = false;
      // The header of an iolog has been read for what it is.
      if (!this.format.startsWith('fio-iolog')) return this.#line;
    }
    const { done, value } = this.#lines.next();
    this.#line = done === true ? null : value;
    return this.#line;
  }

  #detect(source: TraceSource): TraceFormat {
    const { done, value } = this.#lines.next();
    if (done === true) {
      this.problems.addForFile('the file is empty');
      throw new ScenarioError(this.problems.list);
    }
    const line = withoutByteOrderMark(value);
    this.#line = line;
    const found = formatOf(line, source);
    if (found !== null && (source.format === 'auto' || source.format === found)) return found;
    if (found === null) {
      const { message, hint } = whyNoFormat(line);
      this.problems.addAt(line, line, message, hint);
    } else {
      const message = `the trace is ${found}, but the scenario says it is ${source.format}`;
      const hint = `"format: ${found}" or "format: auto" would do`;
      this.problems.addAt(line, line, message, hint);
    }
    throw new ScenarioError(this.problems.list);
  }

  #parserFor({ columns, file }: TraceSource, choice: DeviceChoice): LineParser {
    switch (this.format) {
      case 'fio-iolog-v2':
      case 'fio-iolog-v3':
        return new IologParser(this.format, choice, this.#lineProblems);
      case 'blkparse':
        return new BlkparseParser(eventOf(file), choice, this.#lineProblems);
      case 'msr':
        return new MsrParser(choice, this.#lineProblems);
      case 'csv':
        assert(columns !== null, 'a CSV was detected by its columns');
        return new CsvParser(columns, choice, this.#lineProblems);
    }
  }
}

function withoutByteOrderMark(line: Line): Line {
  const { bytes, start, end } = line;
  const isMarked = end - start >= 3 && bytes.subarray(start, start + 3).equals(BYTE_ORDER_MARK);
  return isMarked ? { ...line, start: start + 3 } : line;
}

/** Issues where there are any near the begin, else arrivals in the queue. */
function eventOf(path: string): BlkparseEvent {
  const file = new TraceFile(path);
  try {
    for (const { bytes, start, end, number } of linesOf(file.read)) {
      if (number > EVENT_SEARCH_LINES) break;
      if (/\d\s+D\s+[A-Z]/.test(bytes.toString('latin1', start, Math.min(end, start + 120)))) {
        return 'D';
      }
    }
    return 'Q';
  } finally {
    file.close();
  }
}
