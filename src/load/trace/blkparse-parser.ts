import { SECTOR_BYTES } from '../../scenario/plan.ts';
import type { DeviceChoice } from './device-choice.ts';
import { Fields, isBlank, numberIn } from './fields.ts';
import type { LineParser } from './line-parser.ts';
import type { LineProblems } from './line-problems.ts';
import type { Line } from './lines.ts';
import { quote, type Stretch } from './problems.ts';
import { RecordedTime } from './recorded-time.ts';
import { READ, SYNC, TRIM, type TraceRecord, WRITE } from './trace.ts';

/** Events that blkparse prints, by its letters. */
const EVENTS: ReadonlySet<string> = new Set('A B C D F G I M P Q R S T U UT X m d'.split(' '));

/** Which events are taken for accesses: those given to the device, or those queued. */
export type BlkparseEvent = 'D' | 'Q';

const FIELD_COUNT_MAX = 12;
const DEVICE = 0;
const TIME = 3;
const EVENT = 5;
const FLAGS = 6;
const SECTOR = 7;
const COUNT = 9;

const PLUS = 0x2b;

/**
 * What blkparse prints by default:
 *
 *     device cpu sequence seconds.ns pid event flags sector + count [process]
 *
 * A request passes through several events. Taken are its issues to the device (D); where a trace
 * has none, its arrivals in the queue (Q). Flags are those of the block layer: a flush before or
 * after data (F), then W, R, D for a discard, or N for neither, then more about how. A flush with
 * data is the write; one without is a sync.
 *
 * The summary that blkparse prints at its end is no part of the trace.
 */
export class BlkparseParser implements LineParser {
  readonly record: TraceRecord = { arrivalNs: 0, kind: 0, lba: 0, sectorCount: 0 };
  readonly #event: number;
  readonly #choice: DeviceChoice;
  readonly #problems: LineProblems;
  readonly #time: RecordedTime;
  readonly #fields = new Fields(FIELD_COUNT_MAX);
  #isSummary = false;
  /** Requests that carry neither data nor a flush: commands to the drive. */
  #commandCount = 0;

  constructor(event: BlkparseEvent, choice: DeviceChoice, problems: LineProblems) {
    this.#event = event.charCodeAt(0);
    this.#choice = choice;
    this.#problems = problems;
    this.#time = new RecordedTime(problems, 9, 'zero');
  }

  get deviceName(): string {
    return this.#choice.name;
  }

  get otherDeviceCount(): number {
    return this.#choice.otherCount;
  }

  readLine(line: Line): boolean {
    if (this.#isSummary) return false;
    this.#fields.split(line);
    if (this.#fields.count === 0) return false;
    if (isSummary(line)) {
      this.#isSummary = true;
      return false;
    }
    if (!this.#isEvent(line)) return false;
    const eventAt = this.#fields.at(EVENT);
    const isTaken = eventAt.end - eventAt.start === 1 && line.bytes[eventAt.start] === this.#event;
    if (!isTaken || !this.#choice.accepts(line, this.#fields.at(DEVICE))) return false;
    if (!this.#time.read(line, this.#fields.at(TIME))) return false;
    return this.#readRequest(line);
  }

  warnings(): string[] {
    const warnings = this.#time.warnings();
    if (this.#commandCount > 0) {
      const requests = this.#commandCount === 1 ? '1 request' : `${this.#commandCount} requests`;
      warnings.push(`${requests} of the trace neither moved data nor flushed: passed over.`);
    }
    return warnings;
  }

  /** Whether the line has the columns that all events have. */
  #isEvent(line: Line): boolean {
    const { count } = this.#fields;
    const { bytes } = line;
    if (count <= FLAGS && !this.#isShort(line)) {
      const found = count === 1 ? '1 field' : `${count} fields`;
      const expected = 'device cpu sequence time pid event flags sector + count';
      this.#problems.report(line, line, `${found}; expected "${expected}"`);
      return false;
    }
    if (!isDeviceNumber(bytes, this.#fields.at(DEVICE))) {
      const at = this.#fields.at(DEVICE);
      this.#problems.notANumber(line, at, 'device', 'two numbers such as 8,16');
      return false;
    }
    const eventAt = this.#fields.at(EVENT);
    if (!EVENTS.has(bytes.toString('latin1', eventAt.start, eventAt.end))) {
      const known = [...EVENTS].join(', ');
      const message = `unknown event ${quote(bytes, eventAt)}`;
      this.#problems.report(line, eventAt, message, `blkparse knows ${known}`);
      return false;
    }
    return true;
  }

  /** Notes (m) and timers may have nothing after the event. */
  #isShort({ bytes }: Line): boolean {
    const at = this.#fields.at(EVENT);
    return this.#fields.count === FLAGS && bytes[at.start] !== this.#event;
  }

  #readRequest(line: Line): boolean {
    const { bytes } = line;
    const { start, end } = this.#fields.at(FLAGS);
    const flushes = bytes[start] === 0x46 && end - start > 1;
    const letter = String.fromCharCode(bytes[flushes ? start + 1 : start] as number);
    const hasRange =
      this.#fields.count > COUNT && bytes[this.#fields.at(SECTOR + 1).start] === PLUS;
    const isEmpty = !hasRange || numberIn(bytes, this.#fields.at(COUNT)) === 0;
    if (letter === 'F' || (flushes && isEmpty)) return this.#fill(SYNC, 0, 0);
    if (letter === 'N') {
      this.#commandCount++;
      return false;
    }
    const kind = letter === 'R' ? READ : letter === 'W' ? WRITE : letter === 'D' ? TRIM : -1;
    if (kind < 0) {
      const at = this.#fields.at(FLAGS);
      const message = `flags ${quote(bytes, at)} are of no read, write, discard or flush`;
      this.#problems.report(line, at, message);
      return false;
    }
    if (!hasRange) {
      this.#problems.report(line, line, 'a request without "sector + count"');
      return false;
    }
    const action = kind === READ ? 'read' : kind === WRITE ? 'write' : 'discard';
    const range = this.#problems.range(line, this.#fields.at(SECTOR), this.#fields.at(COUNT), {
      action,
      unitBytes: SECTOR_BYTES,
      lengthUnitBytes: SECTOR_BYTES,
    });
    if (range === null) return false;
    return this.#fill(kind, range.offset / SECTOR_BYTES, range.length / SECTOR_BYTES);
  }

  #fill(kind: number, lba: number, sectorCount: number): true {
    this.record.arrivalNs = this.#time.ns;
    this.record.kind = kind;
    this.record.lba = lba;
    this.record.sectorCount = sectorCount;
    return true;
  }
}

const SUMMARIES = ['CPU', 'Total', 'Throughput', 'Events', 'Skips'];

function isSummary({ bytes, start, end }: Line): boolean {
  const first = bytes[start] as number;
  if (first < 0x41 || first > 0x5a) return false;
  const text = bytes.toString('latin1', start, Math.min(end, start + 12));
  return SUMMARIES.some((word) => text.startsWith(word));
}

function isDeviceNumber(bytes: Buffer, { start, end }: Stretch): boolean {
  const comma = bytes.subarray(start, end).indexOf(0x2c);
  if (comma < 1) return false;
  const major = numberIn(bytes, { start, end: start + comma });
  return major >= 0 && numberIn(bytes, { start: start + comma + 1, end }) >= 0;
}

/** Whether a first line is one of blkparse's. */
export function looksLikeBlkparse({ bytes, start, end }: Line): boolean {
  let last = end;
  while (last > start && isBlank(bytes[last - 1] as number)) last--;
  const text = bytes.toString('latin1', start, Math.min(last, start + 200));
  return /^\s*\d+,\d+\s+\d+\s+\d+\s+\d+\.\d+\s+\d+\s+[A-Za-z]{1,2}(\s|$)/.test(text);
}
