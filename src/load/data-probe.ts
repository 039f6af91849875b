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
import { DATA_FAULTS } from '../record/run-record.ts';
import { SectorAudit } from '../record/sector-audit.ts';
import { type Stamp, Stamper } from '../record/stamp.ts';
import { ThreadCounters } from '../record/thread-counters.ts';
import { ThreadTime } from '../record/thread-time.ts';
import type { Plan } from '../scenario/plan.ts';

/** With `integrity: sampled`, one read in so many is checked. */
const SAMPLED_PERIOD = 16;

/**
 * One thread's side of the data check: what it writes is stamped, what it reads is judged. All of
 * it happens outside the timed part of an operation.
 */
export class DataProbe {
  readonly #memory: Memory;
  readonly #thread: number;
  readonly #audit: SectorAudit;
  readonly #stamper: Stamper;
  readonly #counters: ThreadCounters;
  readonly #random: RandomStream;
  readonly #writeWord: number;
  readonly #readWord: number;
  readonly #findings: number;
  readonly #floors: Int32Array;
  readonly #stamp: Stamp = { lba: 0, generation: 0, writer: 0 };
  readonly #period: number;
  #untilChecked = 1;
  #checking = false;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const { layout } = memory;
    this.#memory = memory;
    this.#thread = thread;
    this.#audit = new SectorAudit(memory.words, layout);
    this.#stamper = new Stamper(memory.words, layout.pool, plan.seed);
    this.#counters = new ThreadCounters(memory, thread);
    this.#random = streamFor(plan.seed, thread, 'payload');
    this.#writeWord = partOf(layout.staging, thread, 2 * layout.stagingWords);
    this.#readWord = this.#writeWord + layout.stagingWords;
    this.#findings = partOf(layout.findings, thread, FINDING_LOG_COUNT * FindingEntry.wordCount);
    this.#floors = new Int32Array(layout.stagingWords / SECTOR_WORDS);
    this.#period = plan.integrity === 'sampled' ? SAMPLED_PERIOD : 1;
  }

  /** Fills the thread's write buffer with a body from the pool and a stamp a sector. */
  beforeWrite(lba: number, sectorCount: number): void {
    const { layout, blocks } = this.#memory;
    const offset = this.#stamper.offsetFor(this.#random.nextInt32());
    blocks.copy(
      this.#writeWord * WORD_BYTES,
      (layout.pool + offset) * WORD_BYTES,
      sectorCount * SECTOR_WORDS * WORD_BYTES,
    );
    for (let index = 0; index < sectorCount; index++) {
      const generation = this.#audit.beginWrite(lba + index);
      const words = index * SECTOR_WORDS;
      const at = this.#writeWord + words;
      this.#stamper.write(at, lba + index, generation, this.#thread + 1, offset + words);
    }
  }

  afterWrite(lba: number, sectorCount: number, done: boolean): void {
    for (let index = 0; index < sectorCount; index++) {
      if (done) this.#audit.endWrite(lba + index);
      else this.#audit.refuseWrite(lba + index);
    }
  }

  beforeRead(lba: number, sectorCount: number): void {
    this.#checking = --this.#untilChecked === 0;
    if (!this.#checking) return;
    this.#untilChecked = this.#period;
    for (let index = 0; index < sectorCount; index++) {
      this.#floors[index] = this.#audit.floorOf(lba + index);
    }
  }

  /** Judges the thread's read buffer. */
  afterRead(lba: number, sectorCount: number, times: Float64Array): void {
    if (!this.#checking) return;
    this.#counters.add(ThreadFloat.readSectors, sectorCount);
    for (let index = 0; index < sectorCount; index++) {
      const at = this.#readWord + index * SECTOR_WORDS;
      const reading = this.#stamper.read(at, false, this.#stamp);
      const floor = this.#floors[index] as number;
      // The common case, decided without an object: a sector nobody has written, as expected.
      if (reading === 'never-written' && floor === 0) continue;
      this.#judge(lba + index, reading, floor, times);
    }
  }

  #judge(
    lba: number,
    reading: Parameters<typeof dataFaultOf>[0],
    floor: number,
    times: Float64Array,
  ) {
    const issued = this.#audit.issuedOf(lba);
    const fault = dataFaultOf(reading, this.#stamp, { lba, floor, issued }, false);
    if (fault === null) return;
    const kind = DATA_FAULTS.indexOf(fault);
    this.#counters.add(ThreadFloat.faults + kind, 1);
    const count = this.#counters.get(ThreadFloat.findings);
    if (count >= FINDING_LOG_COUNT) return;
    const { words, floats } = this.#memory;
    const at = this.#findings + count * FindingEntry.wordCount;
    const readable = reading === 'stamped' || reading === 'torn';
    words[at + FindingEntry.fault] = kind;
    words[at + FindingEntry.lba] = lba;
    words[at + FindingEntry.foundLba] = readable ? this.#stamp.lba : -1;
    words[at + FindingEntry.foundGeneration] = this.#stamp.generation;
    words[at + FindingEntry.foundWriter] = this.#stamp.writer;
    words[at + FindingEntry.allowedFrom] = floor;
    words[at + FindingEntry.allowedTo] = issued;
    floats[(at + FindingEntry.timeNs) / 2] =
      (times[ThreadTime.completion] as number) - (times[ThreadTime.gate] as number);
    this.#counters.set(ThreadFloat.findings, count + 1);
  }
}
