import { SECTOR_BYTES } from '../../scenario/plan.ts';
import {
  ACTIONS,
  type Action,
  type DeviceAction,
  KIND_OF_RECORD,
  type RecordAction,
} from './actions.ts';
import { Fields, holds, numberIn } from './fields.ts';
import { formatOf, whyNoHeader } from './header.ts';
import { LINE_BYTES_MAX, type Line } from './lines.ts';
import { quote, type Stretch, type TraceProblems } from './problems.ts';
import { TraceRecords } from './records.ts';
import type { TraceFormat } from './trace.ts';

/** What a device must be for each action, and what it is then. */
const BEFORE = { add: 'unknown', open: 'added', close: 'open' } as const;
const AFTER = { add: 'added', open: 'open', close: 'added' } as const;
const STATES = { unknown: 'not known yet', added: 'known but not open', open: 'open' } as const;

/** fio reads a name into 256 bytes and holds a length in 32 bits. */
const NAME_BYTES_MAX = 256;
const LENGTH_MAX = 2 ** 32 - 1;
const TIME_US_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1e3);
const WAIT_MS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1e6);

const FIELD_COUNT_MAX = 5;

/**
 * fio's text format for recorded I/O, versions 2 and 3, as fio itself writes and reads it:
 *
 *     fio version 2 iolog                  fio version 3 iolog
 *     name add|open|close                  time name add|open|close
 *     name action offset length            time name action offset length
 *
 * Offsets and lengths are in bytes, times in microseconds since the recording began (fio's manual
 * names no unit; its writer uses microseconds). Actions are read, write, trim, sync and datasync. A
 * sync carries a dummy offset and length, which may be any two numbers.
 *
 * Version 2 tells time by `name wait number 0`. fio's manual calls that a pause in microseconds;
 * what fio does is wait until so many *milliseconds* have passed since its start, and so do we:
 * three times `wait 1000` take one second in all. In version 3 a wait means nothing, to fio and to
 * us.
 *
 * fio prints a message for a line it cannot read, goes on, and exits with 0. Here every such line
 * is a problem, because a load with holes in it is another load. A device must be added and opened
 * before it is used, and there is one device.
 */
export class IologParser {
  readonly records = new TraceRecords();
  /** null until the header has been read, and for good if it is not one. */
  format: TraceFormat | null = null;
  deviceName = '';
  sectorCountMax = 0;
  transferSectorCountMax = 0;
  /** Sectors of the smallest device that all requests seen so far fit on. */
  deviceSectorCountMin = 0;
  /** Waits of version 3, which mean nothing. */
  ignoredWaitCount = 0;
  /** Waits of version 2 until a time that had come already: perhaps meant as pauses. */
  repeatedWaitCount = 0;

  readonly #deviceSectorCount: number;
  readonly #recordCountMax: number;
  readonly #problems: TraceProblems;
  readonly #fields = new Fields(FIELD_COUNT_MAX);
  /** Index of the device's name among the fields: version 3 has the time before it. */
  #nameIndex = 0;
  #nameBytes: Buffer | null = null;
  #device: keyof typeof STATES = 'unknown';
  #hasOtherDevice = false;
  /** Of the last line in version 3, of the last wait in version 2. */
  #timeNs = 0;
  #hasWaited = false;
  #beyond: { readonly place: number; readonly what: string; count: number } | null = null;

  constructor(of: {
    readonly deviceSectorCount: number;
    readonly recordCountMax: number;
    readonly problems: TraceProblems;
  }) {
    this.#deviceSectorCount = of.deviceSectorCount;
    this.#recordCountMax = of.recordCountMax;
    this.#problems = of.problems;
  }

  /** The first line; the others make sense only if this sets the format. */
  readHeader(line: Line, wanted: 'auto' | TraceFormat): void {
    const format = formatOf(line);
    if (format === null) {
      const { message, hint } = whyNoHeader(line);
      this.#problems.addAt(line, line, message, hint);
      return;
    }
    if (wanted !== 'auto' && wanted !== format) {
      const message = `the trace is ${format}, but the scenario says it is ${wanted}`;
      this.#problems.addAt(line, line, message, `"format: ${format}" or "format: auto" would do`);
      return;
    }
    this.format = format;
    this.#nameIndex = format === 'fio-iolog-v3' ? 1 : 0;
  }

  /** Any other line: adds a record, or changes the device's state, or reports one problem. */
  readLine(line: Line): void {
    if (line.end - line.start > LINE_BYTES_MAX) {
      this.#report(line, line, `the line is longer than ${LINE_BYTES_MAX} bytes`);
      return;
    }
    this.#fields.split(line);
    const action = this.#readAction(line);
    if (action === null || !this.#readTime(line) || !this.#readName(line)) return;
    if (action.record !== null) this.#readRecord(line, action.record);
    else if (action.device !== null) this.#follow(line, action.device);
    else this.#readWait(line);
  }

  /** After the last line: what can be said only now. */
  finish(): void {
    if (this.#beyond !== null) {
      const { place, what, count } = this.#beyond;
      const others = count === 1 ? '' : `, the first of ${count} requests past its end`;
      const whole = this.#problems.isFull ? 'what was read of the trace' : 'the trace';
      const needed = `${whole} needs ${this.deviceSectorCountMin} sectors in all`;
      this.#problems.reword(place, `${what}${others}; ${needed}`);
    }
    if (this.format !== null && this.records.count === 0 && this.#problems.list.length === 0) {
      this.#problems.addForFile('the trace holds no read, write, trim or sync');
    }
  }

  #readAction(line: Line): Action | null {
    const { count } = this.#fields;
    const index = this.#nameIndex + 1;
    const at = this.#fields.at(index);
    const action =
      count > index ? ACTIONS.find(({ bytes }) => holds(line.bytes, at, bytes)) : undefined;
    if (action !== undefined && count === index + 1 + action.operandCount) return action;
    if (action === undefined && (count === index + 1 || count === index + 3)) {
      const known = ACTIONS.map(({ name }) => name).join(', ');
      this.#report(line, at, `unknown action ${quote(line.bytes, at)}`, `known are ${known}`);
    } else {
      this.#reportCount(line, action);
    }
    return null;
  }

  /** Version 3 only: the time becomes that of the line. */
  #readTime(line: Line): boolean {
    if (this.format !== 'fio-iolog-v3') return true;
    const us = this.#readNumber(line, 0, 'time', TIME_US_MAX);
    if (us === null) return false;
    if (us * 1e3 < this.#timeNs) {
      this.#report(
        line,
        this.#fields.at(0),
        `time goes backwards: ${us} µs after ${this.#timeNs / 1e3} µs`,
        'a log that several fio jobs wrote to is not in order; sort it by time, or record one job',
      );
      return false;
    }
    this.#timeNs = us * 1e3;
    return true;
  }

  #readName(line: Line): boolean {
    const at = this.#fields.at(this.#nameIndex);
    if (this.#nameBytes === null) {
      if (at.end - at.start > NAME_BYTES_MAX) {
        this.#report(line, at, `the device's name is longer than ${NAME_BYTES_MAX} bytes`);
        return false;
      }
      this.#nameBytes = Buffer.from(line.bytes.subarray(at.start, at.end));
      this.deviceName = this.#nameBytes.toString('utf8');
      return true;
    }
    if (holds(line.bytes, at, this.#nameBytes)) return true;
    // Told once: a trace of two devices names the second one in every other line.
    if (!this.#hasOtherDevice) {
      this.#hasOtherDevice = true;
      const first = quote(this.#nameBytes, { start: 0, end: this.#nameBytes.length });
      this.#report(
        line,
        at,
        `a second device, ${quote(line.bytes, at)}; the trace began with ${first}`,
        'flatten the trace first: give each device a range of its own on one device',
      );
    }
    return false;
  }

  #follow(line: Line, action: DeviceAction): void {
    if (this.#device !== BEFORE[action]) this.#reportState(line, `${action} of`, null);
    this.#device = AFTER[action];
  }

  #readWait(line: Line): void {
    if (this.format === 'fio-iolog-v3') {
      this.ignoredWaitCount++;
      return;
    }
    const ms = this.#readNumber(line, 2, 'wait', WAIT_MS_MAX);
    if (ms === null || this.#readNumber(line, 3, 'length', LENGTH_MAX) === null) return;
    if (ms * 1e6 < this.#timeNs) {
      this.#report(
        line,
        this.#fields.at(2),
        `wait goes backwards: ${ms} ms after ${this.#timeNs / 1e6} ms`,
        'to fio a wait lasts until so many milliseconds after the start; it is not a pause',
      );
      return;
    }
    if (this.#hasWaited && ms * 1e6 === this.#timeNs) this.repeatedWaitCount++;
    this.#hasWaited = true;
    this.#timeNs = ms * 1e6;
  }

  #readRecord(line: Line, action: RecordAction): void {
    const kind = KIND_OF_RECORD[action];
    const isSync = kind === KIND_OF_RECORD.sync;
    const index = this.#nameIndex + 2;
    const offset = this.#readNumber(line, index, 'offset', Number.MAX_SAFE_INTEGER);
    if (offset === null) return;
    const length = this.#readNumber(line, index + 1, 'length', LENGTH_MAX);
    if (length === null) return;
    if (!isSync && !this.#isWhole(line, index, 'offset', offset)) return;
    if (!isSync && !this.#isWhole(line, index + 1, 'length', length)) return;
    if (!isSync && length === 0) {
      this.#report(line, this.#fields.at(index + 1), `a ${action} of 0 bytes`);
      return;
    }
    if (this.#device !== 'open') {
      const lines = this.#device === 'unknown' ? '"add" and "open" lines' : 'an "open" line';
      this.#reportState(line, `${action} on`, `${lines} of the device must come before`);
      // Told once: from here on the trace is read as if the lines were there.
      this.#device = 'open';
      return;
    }
    if (isSync) this.#add(line, kind, 0, 0);
    else if (this.#fits(line, action, offset, length)) {
      this.#add(line, kind, offset / SECTOR_BYTES, length / SECTOR_BYTES);
    }
  }

  /** Keeps track of the size that the trace needs; what does not fit on our device is told once. */
  #fits(line: Line, action: RecordAction, offset: number, length: number): boolean {
    const endSector = (offset + length) / SECTOR_BYTES;
    this.deviceSectorCountMin = Math.max(this.deviceSectorCountMin, endSector);
    if (endSector <= this.#deviceSectorCount) return true;
    if (this.#beyond !== null) {
      this.#beyond.count++;
      return false;
    }
    const index = this.#nameIndex + 2;
    const at = { start: this.#fields.at(index).start, end: this.#fields.at(index + 1).end };
    const what = `the ${action} ends at sector ${endSector} of a device of ${this.#deviceSectorCount}`;
    const place = this.#report(line, at, what, 'device.sectors sets the size of the device');
    this.#beyond = { place, what, count: 1 };
    return false;
  }

  #add(line: Line, kind: number, lba: number, sectorCount: number): void {
    if (this.records.count === this.#recordCountMax) {
      this.#report(line, line, `the trace has more than ${this.#recordCountMax} records`);
      this.#problems.isFull = true;
      return;
    }
    this.records.add(this.#timeNs, kind, lba, sectorCount);
    this.sectorCountMax = Math.max(this.sectorCountMax, sectorCount);
    if (kind !== KIND_OF_RECORD.trim) {
      this.transferSectorCountMax = Math.max(this.transferSectorCountMax, sectorCount);
    }
  }

  #readNumber(line: Line, index: number, field: string, highest: number): number | null {
    const at = this.#fields.at(index);
    const value = numberIn(line.bytes, at);
    if (value <= highest) return value;
    const found = `${field} ${quote(line.bytes, at)}`;
    if (value > highest) this.#report(line, at, `${found} is too large; the most is ${highest}`);
    else if (/^-\d+$/.test(line.bytes.toString('latin1', at.start, at.end))) {
      this.#report(line, at, `${found} is negative`);
    } else {
      this.#report(line, at, `${found} is not a whole number`);
    }
    return null;
  }

  #isWhole(line: Line, index: number, field: string, bytes: number): boolean {
    if (bytes % SECTOR_BYTES === 0) return true;
    this.#report(
      line,
      this.#fields.at(index),
      `${field} ${bytes} is not a multiple of ${SECTOR_BYTES}`,
      'the device has whole sectors only; widen the requests of the trace first',
    );
    return false;
  }

  #reportState(line: Line, what: string, hint: string | null): void {
    const name = quote(line.bytes, this.#fields.at(this.#nameIndex));
    const at = this.#fields.at(this.#nameIndex + 1);
    this.#report(line, at, `${what} ${name}, which is ${STATES[this.#device]}`, hint);
  }

  #reportCount(line: Line, action: Action | undefined): void {
    const { count } = this.#fields;
    const before = this.format === 'fio-iolog-v3' ? 'time name' : 'name';
    const device = `"${before} ${action?.device ?? 'open'}"`;
    const record = `"${before} ${action?.name ?? 'read'} offset length"`;
    let expected = `${device} or ${record}`;
    if (action !== undefined) expected = action.device === null ? record : device;
    let found = count === 1 ? '1 field' : `${count} fields`;
    if (count === 0) found = 'an empty line';
    if (count > FIELD_COUNT_MAX) found = `more than ${FIELD_COUNT_MAX} fields`;
    const other = this.format === 'fio-iolog-v3' ? 'version 2' : 'version 3';
    const isOther = count === (this.format === 'fio-iolog-v3' ? 4 : 5);
    const hint = isOther ? `lines of ${other} have ${count} fields; is the header right?` : null;
    this.#report(line, line, `${found}; expected ${expected}`, hint);
  }

  /** All problems of lines pass here: a file cut short explains whatever is wrong with its end. */
  #report(line: Line, at: Stretch, message: string, hint: string | null = null): number {
    const cut = 'the file ends in the middle of this line; is the copy complete?';
    return this.#problems.addAt(line, at, message, line.isTerminated ? hint : cut);
  }
}
