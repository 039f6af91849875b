import { SECTOR_BYTES, type TraceColumns } from '../../scenario/plan.ts';
import type { DeviceChoice } from './device-choice.ts';
import { Fields } from './fields.ts';
import type { LineParser } from './line-parser.ts';
import type { LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import { quote, type Stretch } from './problems.ts';
import { RecordedTime } from './recorded-time.ts';
import { READ, SYNC, TRIM, type TraceRecord, WRITE } from './trace.ts';

const COLUMN_COUNT_MAX = 64;

const EXPONENTS = { s: 9, ms: 6, us: 3, ns: 0, '100ns': 2 } as const;

/** Words for an operation, in small letters. */
const WORDS: Readonly<Record<string, number>> = {
  r: READ,
  read: READ,
  rs: READ,
  w: WRITE,
  write: WRITE,
  ws: WRITE,
  f: SYNC,
  flush: SYNC,
  sync: SYNC,
  fsync: SYNC,
  datasync: SYNC,
  d: TRIM,
  t: TRIM,
  trim: TRIM,
  discard: TRIM,
  unmap: TRIM,
};

const NAMES: Readonly<Record<number, string>> = {
  [READ]: 'read',
  [WRITE]: 'write',
  [SYNC]: 'sync',
  [TRIM]: 'trim',
};

type Column = 'time' | 'operation' | 'offset' | 'length' | 'device';

/**
 * Comma-separated values whose columns the user names: by the words of a first line, or by number,
 * counted from 1. Where any column goes by its name, the first line is a header.
 *
 * An operation is a word such as `R`, `write` or `flush`, or what `columns.read` and
 * `columns.write` say (some traces write 0 and 1). A flush needs neither offset nor length.
 */
export class CsvParser implements LineParser {
  readonly record: TraceRecord = { arrivalNs: 0, kind: 0, lba: 0, sectorCount: 0 };
  readonly #columns: TraceColumns;
  readonly #choice: DeviceChoice;
  readonly #problems: LineProblems;
  readonly #time: RecordedTime;
  readonly #fields = new Fields(COLUMN_COUNT_MAX);
  /** Indices into the fields; null until the header has been read, if there is one. */
  #places: Readonly<Record<Column, number>> | null;
  #columnCount = 0;
  #isUnreadable = false;
  /** Words of this trace seen so far: to decode each once. */
  readonly #kinds = new Map<string, number>();
  readonly #offsetUnitBytes: number;
  readonly #lengthUnitBytes: number;

  constructor(columns: TraceColumns, choice: DeviceChoice, problems: LineProblems) {
    this.#columns = columns;
    this.#choice = choice;
    this.#problems = problems;
    this.#time = new RecordedTime(problems, EXPONENTS[columns.timeUnit], 'first');
    this.#offsetUnitBytes = columns.offsetUnit === 'sectors' ? SECTOR_BYTES : 1;
    this.#lengthUnitBytes = columns.lengthUnit === 'sectors' ? SECTOR_BYTES : 1;
    for (const [word, kind] of Object.entries(WORDS)) this.#kinds.set(word, kind);
    if (columns.read !== null) this.#kinds.set(columns.read.toLowerCase(), READ);
    if (columns.write !== null) this.#kinds.set(columns.write.toLowerCase(), WRITE);
    this.#places = hasHeader(columns) ? null : this.#placesBy((column) => Number(column) - 1);
  }

  get deviceName(): string {
    return this.#choice.name;
  }

  get otherDeviceCount(): number {
    return this.#choice.otherCount;
  }

  readLine(line: Line): boolean {
    if (this.#isUnreadable) return false;
    this.#fields.splitAtCommas(line);
    if (this.#places === null) {
      this.#readHeader(line);
      return false;
    }
    return this.#hasColumns(line) && this.#readRecord(line, this.#places);
  }

  warnings(): string[] {
    return this.#time.warnings();
  }

  #placesBy(placeOf: (column: string) => number): Readonly<Record<Column, number>> {
    const { time, operation, offset, length, device } = this.#columns;
    return {
      time: placeOf(time),
      operation: placeOf(operation),
      offset: placeOf(offset),
      length: placeOf(length),
      device: device === null ? -1 : placeOf(device),
    };
  }

  #readHeader(line: Line): void {
    const names = Array.from(
      { length: Math.min(this.#fields.count, COLUMN_COUNT_MAX) },
      (_, at) => {
        const { start, end } = this.#fields.at(at);
        return line.bytes.toString('utf8', start, end);
      },
    );
    const missing: string[] = [];
    const places = this.#placesBy((column) => {
      if (/^\d+$/.test(column)) return Number(column) - 1;
      const place = names.indexOf(column);
      if (place < 0) missing.push(column);
      return place;
    });
    for (const column of missing) {
      const quoted = Buffer.from(column);
      const name = quote(quoted, { start: 0, end: quoted.length });
      const message = `the first line names no column ${name}`;
      this.#problems.report(line, line, message, 'columns go by name, or by number from 1');
    }
    this.#isUnreadable = missing.length > 0;
    this.#columnCount = this.#fields.count;
    this.#places = places;
  }

  /** Every line has as many columns as the first: one with fewer has been cut. */
  #hasColumns(line: Line): boolean {
    const { count } = this.#fields;
    if (this.#columnCount === 0) {
      const places = Object.values(this.#places as object);
      this.#columnCount = Math.max(count, 1 + Math.max(...places));
    }
    if (count === this.#columnCount) return true;
    let found = count === 1 ? '1 column' : `${count} columns`;
    if (count > COLUMN_COUNT_MAX) found = `more than ${COLUMN_COUNT_MAX} columns`;
    if (line.start === line.end) found = 'an empty line';
    this.#problems.report(line, line, `${found}; expected ${this.#columnCount}`);
    return false;
  }

  #readRecord(line: Line, places: Readonly<Record<Column, number>>): boolean {
    const fields = this.#fields;
    if (places.device >= 0 && !this.#choice.accepts(line, fields.at(places.device))) return false;
    const kind = this.#readKind(line, fields.at(places.operation));
    if (kind < 0 || !this.#time.read(line, fields.at(places.time))) return false;
    let offset = 0;
    let length = 0;
    if (kind !== SYNC) {
      const offsetAt = fields.at(places.offset);
      const range = this.#problems.range(line, offsetAt, fields.at(places.length), {
        action: NAMES[kind] as string,
        unitBytes: this.#offsetUnitBytes,
        lengthUnitBytes: this.#lengthUnitBytes,
      });
      if (range === null) return false;
      ({ offset, length } = range);
    }
    this.record.arrivalNs = this.#time.ns;
    this.record.kind = kind;
    this.record.lba = offset / SECTOR_BYTES;
    this.record.sectorCount = length / SECTOR_BYTES;
    return true;
  }

  #readKind(line: Line, at: Stretch): number {
    const word = line.bytes.toString('latin1', at.start, at.end);
    const kind = this.#kinds.get(word) ?? this.#kinds.get(word.toLowerCase());
    if (kind !== undefined) return kind;
    const hint = `known are ${Object.keys(WORDS).join(', ')}; columns.read and columns.write name others`;
    this.#problems.report(line, at, `unknown operation ${quote(line.bytes, at)}`, hint);
    return -1;
  }
}

function hasHeader({ time, operation, offset, length, device }: TraceColumns): boolean {
  return [time, operation, offset, length, device].some(
    (column) => column !== null && !/^\d+$/.test(column),
  );
}
