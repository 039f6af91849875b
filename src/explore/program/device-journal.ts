import { Outcome } from '../../device/outcome.ts';
import { NO_SPARE } from '../../device/spare-allocator.ts';
import { SECTOR_WORDS, WORD_BYTES } from '../../memory/layout.ts';
import type { Fault } from '../engine/fault.ts';
import type { OperationEvent } from '../engine/subject.ts';
import type { AllocationCall } from '../oracle/allocation-history.ts';
import type { SectorCall } from '../oracle/sector-history.ts';
import { Port } from '../transform/runtime.ts';
import type { ProgramOperation } from './program.ts';
import { contentIn, TORN } from './sector-contents.ts';
import type { Journal } from './thread-program.ts';

/** A call that has begun: after which step, and where it stands in its history once it ends. */
interface Open {
  readonly afterStep: number;
}

/**
 * What the threads of one execution saw. A call's interval is from the first to the last access it
 * makes, so a call that has begun but not touched anything yet has not begun.
 */
export class DeviceJournal implements Journal {
  readonly allocations: (AllocationCall & Open & { readonly thread: number })[] = [];
  readonly sectorCalls: (Omit<SectorCall, 'begin'> & Open & { readonly thread: number })[] = [];
  readonly events: OperationEvent[] = [];
  /** Spare -> threads that keep it now. */
  readonly keptBy = new Map<number, number[]>();
  /** LBA -> spare. */
  readonly remaps = new Map<number, number>();
  /** LBA -> every spare that it has been on. */
  readonly sparesOf = new Map<number, Set<number>>();
  fault: Fault | null = null;
  readonly #port: Int32Array;
  readonly #words: Int32Array;
  readonly #reservedCount: number;
  readonly #sourceByte: (thread: number) => number;
  readonly #targetByte: (thread: number) => number;
  readonly #operationStep: number[] = [];
  readonly #allocationStep: number[] = [];
  readonly #releaseStep: number[] = [];
  readonly #results: string[] = [];
  readonly #writes: number[] = [];

  constructor(
    words: Int32Array,
    port: Int32Array,
    reservedCount: number,
    staging: {
      readonly sourceByte: (thread: number) => number;
      readonly targetByte: (thread: number) => number;
    },
  ) {
    this.#words = words;
    this.#port = port;
    this.#reservedCount = reservedCount;
    this.#sourceByte = staging.sourceByte;
    this.#targetByte = staging.targetByte;
  }

  /** Forgets everything. */
  begin(): void {
    this.allocations.length = 0;
    this.sectorCalls.length = 0;
    this.events.length = 0;
    this.keptBy.clear();
    this.remaps.clear();
    this.sparesOf.clear();
    this.fault = null;
    this.#results.length = 0;
    this.#writes.length = 0;
  }

  /** Answers of each thread in their order: what the threads of a program can tell apart. */
  results(): string {
    return this.#results.map((text) => text ?? '').join('|');
  }

  beginOperation(thread: number, _operation: ProgramOperation): void {
    this.#operationStep[thread] = this.#step();
  }

  endOperation(_thread: number, _letter: string): void {}

  beginAllocation(thread: number): void {
    this.#allocationStep[thread] = this.#step();
  }

  endAllocation(thread: number, spare: number): void {
    const afterStep = this.#allocationStep[thread] as number;
    this.allocations.push({ kind: 'allocate', spare, afterStep, end: this.#step(), thread });
    this.#say(thread, spare === NO_SPARE ? 'allocate: none' : `allocate: spare ${spare}`);
    this.#answer(thread, spare);
    if (spare !== NO_SPARE && spare < this.#reservedCount) {
      this.#accuse({
        kind: 'reserved granted',
        text: `Thread ${thread} was given spare ${spare}, a metadata sector.`,
      });
    }
  }

  claimed(thread: number, spare: number, ownerBefore: number): void {
    const others = this.keptBy.get(spare) ?? [];
    this.keptBy.set(spare, [...others, thread]);
    if (ownerBefore === 0) return;
    this.#accuse({
      kind: 'double grant',
      text: `Spare ${spare} was given to thread ${thread} while thread ${others.join(', ')} had it.`,
    });
  }

  beginRelease(thread: number, spare: number): void {
    this.#releaseStep[thread] = this.#step();
    const keepers = this.keptBy.get(spare) ?? [];
    // A remap that another thread made may be undone by this one, which then gives its spare back.
    const gone = Math.max(0, keepers.indexOf(thread));
    const others = keepers.filter((_, place) => place !== gone);
    if (others.length === 0) this.keptBy.delete(spare);
    else this.keptBy.set(spare, others);
  }

  endRelease(thread: number, spare: number): void {
    const afterStep = this.#releaseStep[thread] as number;
    this.allocations.push({ kind: 'release', spare, afterStep, end: this.#step(), thread });
    this.#say(thread, `free: spare ${spare}`);
  }

  stageWrite(thread: number, lba: number): void {
    const value = 100 * (thread + 1) + this.#nextWrite(thread);
    const first = this.#sourceByte(thread) / WORD_BYTES;
    this.#words.fill(value, first, first + SECTOR_WORDS);
    this.#pendingWrite[thread] = { lba, value };
  }

  noteRead(thread: number, lba: number): void {
    const value = contentIn(this.#words, this.#targetByte(thread) / WORD_BYTES);
    const afterStep = this.#operationStep[thread] as number;
    this.sectorCalls.push({ kind: 'read', lba, value, afterStep, end: this.#step(), thread });
    this.#say(thread, `read ${lba}: ${value === TORN ? 'half of each' : value}`);
    this.#answer(thread, value);
  }

  noteWritten(thread: number): void {
    const { lba, value } = this.#pendingWrite[thread] as { lba: number; value: number };
    const afterStep = this.#operationStep[thread] as number;
    this.sectorCalls.push({ kind: 'write', lba, value, afterStep, end: this.#step(), thread });
    this.#say(thread, `write ${lba}: ${value}`);
  }

  attached(thread: number, lba: number, spare: number, outcome: number): void {
    if (outcome === Outcome.done) {
      this.remaps.set(lba, spare);
      this.sparesOf.set(lba, (this.sparesOf.get(lba) ?? new Set()).add(spare));
    }
    this.#say(
      thread,
      `remap ${lba} to spare ${spare}: ${outcome === Outcome.done ? 'done' : 'no'}`,
    );
    this.#answer(thread, outcome);
  }

  detached(thread: number, lba: number, spare: number): void {
    if (spare !== NO_SPARE) this.remaps.delete(lba);
    this.#say(thread, `undo remap of ${lba}: ${spare === NO_SPARE ? 'not remapped' : 'done'}`);
    this.#answer(thread, spare);
  }

  /** As published the bits of the spares stay set, as with those that a thread gives back. */
  forgotten(thread: number): void {
    for (const spare of this.keptBy.keys()) {
      const end = this.#step();
      this.allocations.push({ kind: 'release', spare, afterStep: end, end, thread });
    }
    this.keptBy.clear();
    this.remaps.clear();
    this.#say(thread, 'clear');
  }

  sent(thread: number, answer: number): void {
    this.#answer(thread, answer);
  }

  completed(thread: number): void {
    this.#say(thread, 'complete an I/O');
  }

  readonly #pendingWrite: { lba: number; value: number }[] = [];

  #nextWrite(thread: number): number {
    const next = (this.#writes[thread] ?? 0) + 1;
    this.#writes[thread] = next;
    return next;
  }

  #step(): number {
    return this.#port[Port.step] as number;
  }

  #say(thread: number, text: string): void {
    this.events.push({ thread, step: this.#step(), text });
  }

  #answer(thread: number, value: number): void {
    this.#results[thread] = `${this.#results[thread] ?? ''},${value}`;
  }

  #accuse(fault: Fault): void {
    this.fault ??= fault;
    this.#port[Port.fault] = 1;
  }
}
