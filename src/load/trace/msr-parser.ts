import { SECTOR_BYTES } from '../../scenario/plan.ts';
import type { DeviceChoice } from './device-choice.ts';
import { Fields, numberIn } from './fields.ts';
import type { LineParser } from './line-parser.ts';
import type { LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import { quote } from './problems.ts';
import { RecordedTime } from './recorded-time.ts';
import { READ, type TraceRecord, WRITE } from './trace.ts';

const COLUMN_COUNT = 7;
const TIME = 0;
const HOST = 1;
const DISK = 2;
const TYPE = 3;
const OFFSET = 4;
const SIZE = 5;

const COLUMNS = 'Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime';

/** A Windows file time counts 100 ns since 1601. */
const TICK_EXPONENT = 2;

/**
 * The block traces that Microsoft Research Cambridge published (Narayanan, Donnelly, Rowstron:
 * Write off-loading, FAST 2008):
 *
 *     Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime
 *
 * Times are Windows file times; the recording begins with its first record. Type is Read or Write,
 * offset and size are in bytes. A device goes by host and disk, as `usr.0`. The response time is
 * that of the recorded machine, and no input.
 */
export class MsrParser implements LineParser {
  readonly record: TraceRecord = { arrivalNs: 0, kind: 0, lba: 0, sectorCount: 0 };
  readonly #choice: DeviceChoice;
  readonly #problems: LineProblems;
  readonly #time: RecordedTime;
  readonly #fields = new Fields(COLUMN_COUNT);
  /** `host.disk` of the line, put together; in place, since it stands in every line. */
  readonly #name = { bytes: Buffer.alloc(8192), start: 0, end: 0 };

  constructor(choice: DeviceChoice, problems: LineProblems) {
    this.#choice = choice;
    this.#problems = problems;
    this.#time = new RecordedTime(problems, TICK_EXPONENT, 'first');
  }

  get deviceName(): string {
    return this.#choice.name;
  }

  get otherDeviceCount(): number {
    return this.#choice.otherCount;
  }

  readLine(line: Line): boolean {
    const fields = this.#fields;
    fields.splitAtCommas(line);
    if (fields.count !== COLUMN_COUNT) {
      const { count } = fields;
      let found = count === 1 ? '1 column' : `${count} columns`;
      if (count > COLUMN_COUNT) found = `more than ${COLUMN_COUNT} columns`;
      if (line.start === line.end) found = 'an empty line';
      this.#problems.report(line, line, `${found}; expected "${COLUMNS}"`);
      return false;
    }
    const { bytes } = line;
    const diskAt = fields.at(DISK);
    if (!(numberIn(bytes, diskAt) >= 0)) {
      this.#problems.notANumber(line, diskAt, 'disk', 'a whole number');
      return false;
    }
    const typeAt = fields.at(TYPE);
    const type = bytes.toString('latin1', typeAt.start, typeAt.end);
    if (type !== 'Read' && type !== 'Write') {
      const message = `unknown type ${quote(bytes, typeAt)}`;
      this.#problems.report(line, typeAt, message, 'known are Read and Write');
      return false;
    }
    if (!this.#accepts(line) || !this.#time.read(line, fields.at(TIME))) return false;
    const range = this.#problems.range(line, fields.at(OFFSET), fields.at(SIZE), {
      action: type === 'Read' ? 'read' : 'write',
      unitBytes: 1,
      lengthUnitBytes: 1,
    });
    if (range === null) return false;
    this.record.arrivalNs = this.#time.ns;
    this.record.kind = type === 'Read' ? READ : WRITE;
    this.record.lba = range.offset / SECTOR_BYTES;
    this.record.sectorCount = range.length / SECTOR_BYTES;
    return true;
  }

  warnings(): string[] {
    return this.#time.warnings();
  }

  #accepts(line: Line): boolean {
    const { bytes } = line;
    const hostAt = this.#fields.at(HOST);
    const diskAt = this.#fields.at(DISK);
    const name = this.#name;
    let end = bytes.copy(name.bytes, 0, hostAt.start, hostAt.end);
    name.bytes[end++] = 0x2e;
    end += bytes.copy(name.bytes, end, diskAt.start, diskAt.end);
    name.end = end;
    const named = { ...name, number: line.number, isTerminated: line.isTerminated };
    return this.#choice.accepts(named, named);
  }
}

/** Whether a first line is one of such a trace, or names its columns. */
export function looksLikeMsr({ bytes, start, end }: Line): boolean {
  const text = bytes.toString('latin1', start, Math.min(end, start + 200));
  return /^\d{15,20},[^,]*,\d+,(Read|Write),\d+,\d+,\d+\s*$/.test(text);
}
