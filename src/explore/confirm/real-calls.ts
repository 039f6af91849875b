import { Outcome } from '../../device/outcome.ts';
import type { Rendezvous } from '../../lock/rendezvous.ts';
import { SECTOR_WORDS, WORD_BYTES } from '../../memory/layout.ts';
import { contentIn } from '../program/sector-contents.ts';
import type { Journal } from '../program/thread-program.ts';

/** One call of one thread; begin and end are tickets that all threads draw from one word. */
export interface RealCall {
  readonly kind: (typeof KINDS)[number];
  /** A spare for allocate and release, else an LBA. */
  readonly key: number;
  /** What was read or written; the spare of a remap; of an allocation, the owner found there. */
  readonly value: number;
  readonly begin: number;
  readonly end: number;
}

const KINDS = ['allocate', 'release', 'read', 'write', 'attach', 'detach', 'forget'] as const;
const CALL_WORDS = 5;
const CALLS_MOST = 64;

/** A thread's calls in shared words: how many, and then each. One writer, read between rounds. */
export const CALL_LOG_WORDS = 1 + CALLS_MOST * CALL_WORDS;

/** The calls that a thread wrote down since its log was begun. */
export function callsIn(log: Int32Array): RealCall[] {
  return Array.from({ length: log[0] as number }, (_, index) => {
    const [kind = 0, key = 0, value = 0, begin = 0, end = 0] = log.subarray(
      1 + index * CALL_WORDS,
      1 + (index + 1) * CALL_WORDS,
    );
    return { kind: KINDS[kind] as RealCall['kind'], key, value, begin, end };
  });
}

/** Journal of a program on real threads: an interval is wider than its call, never tighter. */
export class RealCalls implements Journal {
  readonly #words: Int32Array;
  readonly #log: Int32Array;
  readonly #meeting: Rendezvous;
  readonly #sourceWord: number;
  readonly #targetWord: number;
  #operationBegin = 0;
  #callBegin = 0;
  #pendingSpareEnd = 0;
  #writeLba = 0;
  #writeCount = 0;

  constructor(
    words: Int32Array,
    log: Int32Array,
    meeting: Rendezvous,
    staging: { readonly sourceByte: number; readonly targetByte: number },
  ) {
    this.#words = words;
    this.#log = log;
    this.#meeting = meeting;
    this.#sourceWord = staging.sourceByte / WORD_BYTES;
    this.#targetWord = staging.targetByte / WORD_BYTES;
  }

  /** Before every round. */
  begin(): void {
    this.#log[0] = 0;
    this.#writeCount = 0;
  }

  beginOperation(): void {
    this.#operationBegin = this.#meeting.ticket();
  }

  endOperation(): void {}

  beginAllocation(): void {
    this.#callBegin = this.#meeting.ticket();
  }

  endAllocation(_thread: number, spare: number): void {
    this.#pendingSpareEnd = this.#meeting.ticket();
    if (spare < 0) this.#write('allocate', spare, 0, this.#callBegin, this.#pendingSpareEnd);
  }

  claimed(_thread: number, spare: number, ownerBefore: number): void {
    this.#write('allocate', spare, ownerBefore, this.#callBegin, this.#pendingSpareEnd);
  }

  beginRelease(): void {
    this.#callBegin = this.#meeting.ticket();
  }

  endRelease(_thread: number, spare: number): void {
    this.#write('release', spare, 0, this.#callBegin, this.#meeting.ticket());
  }

  stageWrite(thread: number, lba: number): void {
    this.#writeCount++;
    this.#writeLba = lba;
    const value = 100 * (thread + 1) + this.#writeCount;
    this.#words.fill(value, this.#sourceWord, this.#sourceWord + SECTOR_WORDS);
  }

  noteWritten(): void {
    const value = this.#words[this.#sourceWord] as number;
    this.#write('write', this.#writeLba, value, this.#operationBegin, this.#meeting.ticket());
  }

  noteRead(_thread: number, lba: number): void {
    const value = contentIn(this.#words, this.#targetWord);
    this.#write('read', lba, value, this.#operationBegin, this.#meeting.ticket());
  }

  attached(_thread: number, lba: number, spare: number, outcome: number): void {
    if (outcome !== Outcome.done) return;
    this.#write('attach', lba, spare, this.#operationBegin, this.#meeting.ticket());
  }

  detached(_thread: number, lba: number, spare: number): void {
    this.#write('detach', lba, spare, this.#operationBegin, this.#meeting.ticket());
  }

  forgotten(): void {
    this.#write('forget', 0, 0, this.#operationBegin, this.#meeting.ticket());
  }

  /** What a message was answered decides nothing that is judged here. */
  sent(): void {}

  completed(): void {}

  #write(kind: RealCall['kind'], key: number, value: number, begin: number, end: number): void {
    const log = this.#log;
    const count = log[0] as number;
    if (count >= CALLS_MOST) return;
    log.set([KINDS.indexOf(kind), key, value, begin, end], 1 + count * CALL_WORDS);
    log[0] = count + 1;
  }
}
