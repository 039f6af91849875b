import { SECTOR_BYTES, type TraceFormat } from '../../scenario/plan.ts';
import {
  ACTIONS,
  type Action,
  type DeviceAction,
  KIND_OF_RECORD,
  type RecordAction,
} from './actions.ts';
import type { DeviceChoice } from './device-choice.ts';
import { Fields, holds } from './fields.ts';
import type { LineParser } from './line-parser.ts';
import { LENGTH_MAX, type LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import { quote } from './problems.ts';
import type { TraceRecord } from './trace.ts';

/** What a device must be for each action, and what it is then. */
const BEFORE = { add: 'unknown', open: 'added', close: 'open' } as const;
const AFTER = { add: 'added', open: 'open', close: 'added' } as const;
const STATES = { unknown: 'not known yet', added: 'known but not open', open: 'open' } as const;

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
 * before it is used.
 */
export class IologParser implements LineParser {
  readonly record: TraceRecord = { arrivalNs: 0, kind: 0, lba: 0, sectorCount: 0 };
  readonly #format: TraceFormat;
  readonly #problems: LineProblems;
  readonly #choice: DeviceChoice;
  readonly #fields = new Fields(FIELD_COUNT_MAX);
  /** Index of the device's name among the fields: version 3 has the time before it. */
  readonly #nameIndex: number;
  #device: keyof typeof STATES = 'unknown';
  /** Of the last line in version 3, of the last wait in version 2. */
  #timeNs = 0;
  #hasWaited = false;
  /** Waits of version 3, which mean nothing. */
  #ignoredWaitCount = 0;
  /** Waits of version 2 until a time that had come already: perhaps meant as pauses. */
  #repeatedWaitCount = 0;

  constructor(
    format: 'fio-iolog-v2' | 'fio-iolog-v3',
    choice: DeviceChoice,
    problems: LineProblems,
  ) {
    this.#format = format;
    this.#choice = choice;
    this.#problems = problems;
    this.#nameIndex = format === 'fio-iolog-v3' ? 1 : 0;
  }

  get deviceName(): string {
    return this.#choice.name;
  }

  get otherDeviceCount(): number {
    return this.#choice.otherCount;
  }

  /** Fills the record, or changes the device's state, or reports one problem. */
  readLine(line: Line): boolean {
    this.#fields.split(line);
    const action = this.#readAction(line);
    if (action === null || !this.#readTime(line)) return false;
    if (!this.#choice.accepts(line, this.#fields.at(this.#nameIndex))) return false;
    if (action.record !== null) return this.#readRecord(line, action.record);
    if (action.device !== null) this.#follow(line, action.device);
    else this.#readWait(line);
    return false;
  }

  warnings(): string[] {
    const warnings: string[] = [];
    if (this.#ignoredWaitCount > 0) {
      warnings.push(
        `${this.#ignoredWaitCount} wait ${this.#ignoredWaitCount === 1 ? 'line was' : 'lines were'} passed over: in a version 3 iolog every line has its own time, and a wait means nothing.`,
      );
    }
    if (this.#repeatedWaitCount > 0) {
      warnings.push(
        `${this.#repeatedWaitCount} of the trace's waits name the time of the wait before them and so do not wait: as in fio, a wait lasts until so many milliseconds after the start and is not a pause.`,
      );
    }
    return warnings;
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
      const message = `unknown action ${quote(line.bytes, at)}`;
      this.#problems.report(line, at, message, `known are ${known}`);
    } else {
      this.#reportCount(line, action);
    }
    return null;
  }

  /** Version 3 only: the time becomes that of the line. */
  #readTime(line: Line): boolean {
    if (this.#nameIndex === 0) return true;
    const at = this.#fields.at(0);
    const us = this.#problems.number(line, at, 'time', TIME_US_MAX);
    if (us === null) return false;
    if (us * 1e3 < this.#timeNs) {
      this.#problems.report(
        line,
        at,
        `time goes backwards: ${us} µs after ${this.#timeNs / 1e3} µs`,
        'a log that several fio jobs wrote to is not in order; sort it by time, or record one job',
      );
      return false;
    }
    this.#timeNs = us * 1e3;
    return true;
  }

  #follow(line: Line, action: DeviceAction): void {
    if (this.#device !== BEFORE[action]) this.#reportState(line, `${action} of`, null);
    this.#device = AFTER[action];
  }

  #readWait(line: Line): void {
    if (this.#nameIndex === 1) {
      this.#ignoredWaitCount++;
      return;
    }
    const at = this.#fields.at(2);
    const ms = this.#problems.number(line, at, 'wait', WAIT_MS_MAX);
    if (ms === null) return;
    if (this.#problems.number(line, this.#fields.at(3), 'length', LENGTH_MAX) === null) return;
    if (ms * 1e6 < this.#timeNs) {
      this.#problems.report(
        line,
        at,
        `wait goes backwards: ${ms} ms after ${this.#timeNs / 1e6} ms`,
        'to fio a wait lasts until so many milliseconds after the start; it is not a pause',
      );
      return;
    }
    if (this.#hasWaited && ms * 1e6 === this.#timeNs) this.#repeatedWaitCount++;
    this.#hasWaited = true;
    this.#timeNs = ms * 1e6;
  }

  #readRecord(line: Line, action: RecordAction): boolean {
    const kind = KIND_OF_RECORD[action];
    const isSync = kind === KIND_OF_RECORD.sync;
    const offsetAt = this.#fields.at(this.#nameIndex + 2);
    const lengthAt = this.#fields.at(this.#nameIndex + 3);
    let offset = 0;
    let length = 0;
    if (isSync) {
      const highest = Number.MAX_SAFE_INTEGER;
      if (this.#problems.number(line, offsetAt, 'offset', highest) === null) return false;
      if (this.#problems.number(line, lengthAt, 'length', LENGTH_MAX) === null) return false;
    } else {
      const units = { action, unitBytes: 1, lengthUnitBytes: 1 };
      const range = this.#problems.range(line, offsetAt, lengthAt, units);
      if (range === null) return false;
      ({ offset, length } = range);
    }
    if (this.#device !== 'open') {
      const lines = this.#device === 'unknown' ? '"add" and "open" lines' : 'an "open" line';
      this.#reportState(line, `${action} on`, `${lines} of the device must come before`);
      // Told once: from here on the trace is read as if the lines were there.
      this.#device = 'open';
      return false;
    }
    this.record.arrivalNs = this.#timeNs;
    this.record.kind = kind;
    this.record.lba = offset / SECTOR_BYTES;
    this.record.sectorCount = length / SECTOR_BYTES;
    return true;
  }

  #reportState(line: Line, what: string, hint: string | null): void {
    const name = quote(line.bytes, this.#fields.at(this.#nameIndex));
    const at = this.#fields.at(this.#nameIndex + 1);
    this.#problems.report(line, at, `${what} ${name}, which is ${STATES[this.#device]}`, hint);
  }

  #reportCount(line: Line, action: Action | undefined): void {
    const { count } = this.#fields;
    const isVersion3 = this.#format === 'fio-iolog-v3';
    const before = isVersion3 ? 'time name' : 'name';
    const device = `"${before} ${action?.device ?? 'open'}"`;
    const record = `"${before} ${action?.name ?? 'read'} offset length"`;
    let expected = `${device} or ${record}`;
    if (action !== undefined) expected = action.device === null ? record : device;
    let found = count === 1 ? '1 field' : `${count} fields`;
    if (count === 0) found = 'an empty line';
    if (count > FIELD_COUNT_MAX) found = `more than ${FIELD_COUNT_MAX} fields`;
    const isOther = count === (isVersion3 ? 4 : 5);
    const other = isVersion3 ? 'version 2' : 'version 3';
    const hint = isOther ? `lines of ${other} have ${count} fields; is the header right?` : null;
    this.#problems.report(line, line, `${found}; expected ${expected}`, hint);
  }
}
