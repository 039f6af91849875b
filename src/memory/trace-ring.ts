import type { Memory } from './attach.ts';
import { RingEntry, TraceFeed, TraceRing } from './layout.ts';

/** What the reader of a trace is about; the word is 0 before it has begun. */
export const FEED_STATE = { reading: 0, waitsForRoom: 1, ended: 2, failed: 3 } as const;

/** Records that are made visible together. */
const PUBLISHED_AT_ONCE = 256;

/**
 * Records of a trace on their way from the thread that reads it to the one that replays them: a
 * ring with one writer and one reader, so neither ever waits for a lock.
 *
 *     written  records put in, mod 2^32    the reading thread alone
 *     taken    records taken out           the replaying thread alone
 *     entries  record i is in entry i mod capacity, which is a power of two
 *
 *     written = taken             empty
 *     written = taken + capacity  full
 *
 * The writer fills entries first and adds them to `written` then; the reader copies them first and
 * adds them to `taken` then. So each sees what the other has finished.
 */
export class RingWriter {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #ring: number;
  readonly #mask: number;
  /** Put in, and of these not yet published. The writing thread's own; there is one writer. */
  #written = 0;
  #unpublished = 0;

  constructor(memory: Memory, place: number) {
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#ring = memory.layout.trace[place] as number;
    this.#mask = memory.layout.ringEntryCount - 1;
  }

  isFull(): boolean {
    const taken = Atomics.load(this.#words, this.#ring + TraceRing.taken);
    return ((this.#written - taken) | 0) > this.#mask;
  }

  /** To be called only when there is room. */
  put(arrivalNs: number, kind: number, lba: number, sectorCount: number): void {
    const entry =
      this.#ring + TraceRing.entries + (this.#written & this.#mask) * RingEntry.wordCount;
    this.#floats[(entry + RingEntry.arrivalNs) / 2] = arrivalNs;
    this.#words[entry + RingEntry.kind] = kind;
    this.#words[entry + RingEntry.lba] = lba;
    this.#words[entry + RingEntry.sectorCount] = sectorCount;
    this.#written = (this.#written + 1) | 0;
    if (++this.#unpublished === PUBLISHED_AT_ONCE) this.publish();
  }

  /** Pairs with the load in RingReader.available(): entries before the count. */
  publish(): void {
    if (this.#unpublished === 0) return;
    this.#unpublished = 0;
    Atomics.store(this.#words, this.#ring + TraceRing.written, this.#written);
    Atomics.notify(this.#words, this.#ring + TraceRing.written);
  }
}

/** The other end. */
export class RingReader {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #ring: number;
  readonly #feed: number;
  readonly #mask: number;

  constructor(memory: Memory, place: number) {
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#ring = memory.layout.trace[place] as number;
    this.#feed = memory.layout.traceFeed;
    this.#mask = memory.layout.ringEntryCount - 1;
  }

  available(): number {
    const written = Atomics.load(this.#words, this.#ring + TraceRing.written);
    return (written - (this.#words[this.#ring + TraceRing.taken] as number)) | 0;
  }

  /** First word of the n-th record that is there. */
  entryOf(n: number): number {
    const at = ((this.#words[this.#ring + TraceRing.taken] as number) + n) & this.#mask;
    return this.#ring + TraceRing.entries + at * RingEntry.wordCount;
  }

  /** Gives the room of so many records back. Pairs with the load in RingWriter.isFull(). */
  take(count: number): void {
    const at = this.#ring + TraceRing.taken;
    Atomics.store(this.#words, at, ((this.#words[at] as number) + count) | 0);
  }

  /** Sleeps until there may be a record, or so long. */
  sleepNs(durationNs: number): void {
    const taken = this.#words[this.#ring + TraceRing.taken] as number;
    Atomics.wait(this.#words, this.#ring + TraceRing.written, taken, durationNs / 1e6);
  }

  /** Whether no more will come. What was put in before is seen by whoever has seen the end. */
  hasEnded(): boolean {
    return Atomics.load(this.#words, this.#feed + TraceFeed.state) >= FEED_STATE.ended;
  }

  /** Whether the reading thread has filled the rings and waits for some of it to be taken. */
  feedWaits(): boolean {
    return Atomics.load(this.#words, this.#feed + TraceFeed.state) === FEED_STATE.waitsForRoom;
  }

  /** Changes as long as the reading thread gets on. */
  feedProgress(): number {
    return Atomics.load(this.#words, this.#feed + TraceFeed.progress);
  }

  /** The replaying thread had to wait for a record that it should have issued. */
  starved(ns: number): void {
    const count = this.#ring + TraceRing.starvedCount;
    const float = (this.#ring + TraceRing.starvedNs) / 2;
    this.#words[count] = (this.#words[count] as number) + 1;
    this.#floats[float] = (this.#floats[float] as number) + ns;
  }

  get starvedCount(): number {
    return (this.#words[this.#ring + TraceRing.starvedCount] as number) >>> 0;
  }

  get starvedNs(): number {
    return this.#floats[(this.#ring + TraceRing.starvedNs) / 2] as number;
  }
}

/** Where the reading thread says how it is getting on. */
export class FeedReport {
  readonly #words: Int32Array;
  readonly #feed: number;

  constructor(memory: Memory) {
    this.#words = memory.words;
    this.#feed = memory.layout.traceFeed;
  }

  progress(): void {
    Atomics.add(this.#words, this.#feed + TraceFeed.progress, 1);
  }

  /** One of FEED_STATE; ended and failed after the last publish(). */
  tell(state: number): void {
    Atomics.store(this.#words, this.#feed + TraceFeed.state, state);
  }
}

/** Whether a trace could not be read to its end; the reader's own words follow as a message. */
export function hasFeedFailed({ words, layout }: Memory): boolean {
  if (layout.trace.length === 0) return false;
  return Atomics.load(words, layout.traceFeed + TraceFeed.state) === FEED_STATE.failed;
}
