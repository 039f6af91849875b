import type { RemappingDevice } from '../device/device.ts';
import { Outcome } from '../device/outcome.ts';
import type { Memory } from '../memory/attach.ts';
import {
  FINDING_LOG_COUNT,
  FindingEntry,
  partOf,
  SECTOR_WORDS,
  ThreadFloat,
  WORD_BYTES,
} from '../memory/layout.ts';
import { type RandomStream, streamFor } from '../random.ts';
import { dataFaultOf } from '../record/data-fault.ts';
import { generationOfTicket, isAllowed, SectorAudit } from '../record/sector-audit.ts';
import { type Reading, type Stamp, Stamper } from '../record/stamp.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime } from '../record/thread-time.ts';
import { DATA_FAULTS, type Plan } from '../scenario/plan.ts';

/** With `integrity: sampled`, one read in so many is checked. */
const SAMPLED_PERIOD = 16;

/**
 * One thread's side of the data check: what it writes is stamped, what it reads is judged. All of
 * it happens outside the timed part of an operation.
 */
export class DataProbe {
  readonly #memory: Memory;
  readonly #thread: number;
  readonly #device: RemappingDevice;
  readonly #audit: SectorAudit;
  readonly #stamper: Stamper;
  readonly #counters: ThreadCounters;
  readonly #random: RandomStream;
  readonly #readWord: number;
  readonly #findings: number;
  /** Of the groups of sectors that the operation at hand covers: expected before, written as. */
  readonly #floors: Int32Array;
  readonly #tickets: Int32Array;
  readonly #stamp: Stamp = { lba: 0, generation: 0, writer: 0 };
  readonly #again: Stamp = { lba: 0, generation: 0, writer: 0 };
  readonly #period: number;
  #untilChecked = 1;
  #checking = false;

  constructor(plan: Plan, memory: Memory, thread: number, device: RemappingDevice) {
    const { layout } = memory;
    this.#memory = memory;
    this.#thread = thread;
    this.#device = device;
    this.#audit = new SectorAudit(memory.words, layout);
    const pool = partOf(layout.pool, thread, layout.poolWords);
    this.#stamper = new Stamper(memory.words, pool, plan.seed);
    this.#counters = new ThreadCounters(memory, thread);
    this.#random = streamFor(plan.seed, thread, 'payload');
    this.#readWord = partOf(layout.staging, thread, 2 * layout.stagingWords) + layout.stagingWords;
    this.#findings = partOf(layout.findings, thread, FINDING_LOG_COUNT * FindingEntry.wordCount);
    // A read need not begin where a group does.
    const groupCount = 1 + ((layout.stagingWords / SECTOR_WORDS) >>> layout.auditShift) + 1;
    this.#floors = new Int32Array(groupCount);
    this.#tickets = new Int32Array(groupCount);
    this.#period = plan.integrity === 'sampled' ? SAMPLED_PERIOD : 1;
  }

  /**
   * Stamps as many payloads as the write has sectors. Returns the word from which it is to write.
   * Plans say that a write covers whole groups of the audit (Layout.auditShift).
   */
  beforeWrite(lba: number, sectorCount: number): number {
    const { shift } = this.#audit;
    const writer = this.#thread + 1;
    const payload = this.#stamper.payloadFor(this.#random.nextInt32());
    const from = this.#stamper.wordOf(payload);
    const perGroup = Math.min(1 << shift, sectorCount);
    const group = lba >>> shift;
    for (let done = 0; done < sectorCount; done += perGroup) {
      const ordinal = done >>> shift;
      const ticket = this.#audit.beginWrite(group + ordinal);
      this.#tickets[ordinal] = ticket;
      const generation = generationOfTicket(ticket);
      const at = from + done * SECTOR_WORDS;
      this.#stamper.write(at, perGroup, lba + done, generation, writer, payload + done);
    }
    return from;
  }

  afterWrite(lba: number, sectorCount: number, done: boolean): void {
    const { shift } = this.#audit;
    const group = lba >>> shift;
    const groupCount = ((lba + sectorCount - 1) >>> shift) - group + 1;
    for (let ordinal = 0; ordinal < groupCount; ordinal++) {
      if (done) this.#audit.endWrite(group + ordinal, this.#tickets[ordinal] as number);
      else this.#audit.refuseWrite(group + ordinal);
    }
  }

  beforeRead(lba: number, sectorCount: number): void {
    this.#checking = --this.#untilChecked === 0;
    if (!this.#checking) return;
    this.#untilChecked = this.#period;
    const { shift } = this.#audit;
    const first = lba >>> shift;
    const last = (lba + sectorCount - 1) >>> shift;
    for (let group = first; group <= last; group++) {
      this.#floors[group - first] = this.#audit.floorOf(group);
    }
  }

  /** Judges the thread's read buffer. */
  afterRead(lba: number, sectorCount: number, times: Float64Array): void {
    if (!this.#checking) return;
    this.#counters.add(ThreadFloat.readSectors, sectorCount);
    const { shift } = this.#audit;
    const first = lba >>> shift;
    for (let index = 0; index < sectorCount; index++) {
      const at = this.#readWord + index * SECTOR_WORDS;
      const sector = lba + index;
      const group = sector >>> shift;
      const floor = this.#floors[group - first] as number;
      const generation = this.#stamper.generationAt(at, sector);
      if (generation >= 0 && isAllowed(generation, floor, this.#audit.issuedOf(group))) continue;
      this.#judge(sector, at, floor, times);
    }
  }

  /** What is wrong with a sector at word `at` that is not plainly right, if anything is. */
  #judge(lba: number, at: number, floor: number, times: Float64Array): void {
    const reading = this.#stamper.read(at, false, this.#stamp);
    // A sector nobody has written, as expected: decided without an object.
    if (reading === 'never-written' && floor === 0) return;
    const issued = this.#audit.issuedOf(lba >>> this.#audit.shift);
    const seen = dataFaultOf(reading, this.#stamp, { lba, floor, issued }, false);
    if (seen === null) return;
    const fault = seen === 'stale-read' && this.#isStillOld(lba, at, floor) ? 'lost-write' : seen;
    const kind = DATA_FAULTS.indexOf(fault);
    this.#counters.add(ThreadFloat.faults + kind, 1);
    const count = this.#counters.get(ThreadFloat.findings);
    if (count >= FINDING_LOG_COUNT) return;
    const { words, floats } = this.#memory;
    const entry = this.#findings + count * FindingEntry.wordCount;
    const readable = reading === 'stamped' || reading === 'torn';
    words[entry + FindingEntry.fault] = kind;
    words[entry + FindingEntry.lba] = lba;
    words[entry + FindingEntry.foundLba] = readable ? this.#stamp.lba : -1;
    words[entry + FindingEntry.foundGeneration] = this.#stamp.generation;
    words[entry + FindingEntry.foundWriter] = this.#stamp.writer;
    words[entry + FindingEntry.allowedFrom] = floor;
    words[entry + FindingEntry.allowedTo] = issued;
    floats[(entry + FindingEntry.timeNs) / 2] =
      (times[ThreadTime.completion] as number) - (times[ThreadTime.gate] as number);
    this.#counters.set(ThreadFloat.findings, count + 1);
  }

  /**
   * Reads a sector once more that was older than it may be. If it still is, no read came too early:
   * the write is not there. (If it has been written anew meanwhile, nobody can tell any more.)
   */
  #isStillOld(lba: number, at: number, floor: number): boolean {
    const outcome = this.#device.read(this.#thread, lba, 1, Math.imul(at, WORD_BYTES));
    if (outcome !== Outcome.done) return false;
    const reading: Reading = this.#stamper.read(at, false, this.#again);
    const issued = this.#audit.issuedOf(lba >>> this.#audit.shift);
    return dataFaultOf(reading, this.#again, { lba, floor, issued }, true) === 'lost-write';
  }
}
