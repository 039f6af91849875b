import type { Lock } from '../lock/lock.ts';
import type { BlockCopy } from '../memory/block-copy.ts';
import { type Layout, LogEntry, LogWord, SECTOR_WORDS, WORD_BYTES } from '../memory/layout.ts';
import { SECTOR_BYTES } from '../scenario/plan.ts';

/**
 * What the log can say. `at` and `count` are operands; sectors are taken down with some.
 *
 *     writeMain, writeSpare   a request: at = first sector, count sectors, with their contents
 *     moveToSpare, moveToMain the copy of a remap: at = the sector written, with its contents
 *     flushMain, flushSpare   what was written before is durable
 *     issue                   a caller asks for a write: at = LBA, count sectors, with contents
 *     written                 that caller was told that its last issue is done
 *     syncBegin, syncEnd      a caller asks for a flush, and was told that it is done
 *     remapBegin, remapped    a caller asks for LBA `at` on spare `count`, and was told it is done
 *     unremapBegin, unremapped   the same of its undoing; at = LBA
 *     cleared                 all remaps were undone at once
 */
export const LogKind = {
  writeMain: 1,
  writeSpare: 2,
  moveToSpare: 3,
  moveToMain: 4,
  flushMain: 5,
  flushSpare: 6,
  issue: 7,
  written: 8,
  syncBegin: 9,
  syncEnd: 10,
  remapBegin: 11,
  remapped: 12,
  unremapBegin: 13,
  unremapped: 14,
  cleared: 15,
} as const;

/**
 * Takes down every command to the medium in the order in which they take effect, like the kernel's
 * dm-log-writes, and with them, as marks, what callers asked for and were told. A power cut
 * anywhere in the load can then be tried after it.
 *
 * A command is taken down and carried out under one lock, or else two writes to one sector might
 * stand in the log in the other order. That makes writes wait for each other; a run with metadata
 * is not there to be fast. A mark needs no lock: it stands where it drew its number.
 *
 * An entry is drawn with an atomic add, and so are its sectors; what is drawn is written by nobody
 * else. Once an entry finds no room its kind stays 0, and the log ends before it: it is always the
 * beginning of the load.
 */
export class WriteLog {
  readonly #words: Int32Array;
  readonly #copy: BlockCopy;
  readonly #lock: Lock;
  readonly #log: number;
  readonly #sectorsByte: number;
  readonly #entryCountMost: number;
  readonly #sectorCountMost: number;

  constructor(
    words: Int32Array,
    layout: Layout,
    parts: { readonly copy: BlockCopy; readonly lock: Lock },
    room: { readonly entryCount: number; readonly sectorCount: number },
  ) {
    this.#words = words;
    this.#copy = parts.copy;
    this.#lock = parts.lock;
    this.#log = layout.log;
    this.#sectorsByte = layout.logSectors * WORD_BYTES;
    this.#entryCountMost = room.entryCount;
    this.#sectorCountMost = room.sectorCount;
  }

  /** A command: taken down by append(), and carried out by the caller before endCommand(). */
  beginCommand(): void {
    this.#lock.acquire(0);
  }

  endCommand(): void {
    this.#lock.release(0);
  }

  /** A mark, or a flush: nothing but an entry. */
  mark(kind: number, thread: number, at: number, count: number): void {
    const index = this.#draw();
    if (index >= 0) this.#write(index, kind, thread, at, count, 0);
  }

  /** An entry with `count` sectors, from shared memory at sourceByte. */
  append(kind: number, thread: number, at: number, count: number, sourceByte: number): void {
    const words = this.#words;
    const index = this.#draw();
    const first = Atomics.add(words, this.#log + LogWord.sectorCount, count);
    if (index < 0 || first + count > this.#sectorCountMost) return;
    const target = (this.#sectorsByte + Math.imul(first, SECTOR_BYTES)) | 0;
    this.#copy(target, sourceByte, Math.imul(count, SECTOR_BYTES));
    this.#write(index, kind, thread, at, count, first);
  }

  /** Number of an entry; −1 when there is no room. */
  #draw(): number {
    const index = Atomics.add(this.#words, this.#log + LogWord.entryCount, 1);
    return index < this.#entryCountMost ? index : -1;
  }

  #write(
    index: number,
    kind: number,
    thread: number,
    at: number,
    count: number,
    firstSector: number,
  ): void {
    const words = this.#words;
    const entry = this.#log + LogWord.entries + index * LogEntry.wordCount;
    words[entry + LogEntry.thread] = thread;
    words[entry + LogEntry.at] = at;
    words[entry + LogEntry.count] = count;
    words[entry + LogEntry.sector] = firstSector;
    words[entry + LogEntry.kind] = kind;
  }
}

/** One entry as it was taken down. */
export interface Logged {
  readonly kind: number;
  readonly thread: number;
  readonly at: number;
  readonly count: number;
  /** Word of the first of its sectors, and how many it has: only requests and moves have any. */
  readonly word: number;
  readonly sectorCount: number;
}

const WITH_SECTORS: readonly number[] = [
  LogKind.writeMain,
  LogKind.writeSpare,
  LogKind.moveToSpare,
  LogKind.moveToMain,
  LogKind.issue,
];

/**
 * The log of a run that is over, or of a program that has come to its end.
 *
 * @param entryCountMost entries that it has room for
 */
export function loggedIn(
  words: Int32Array,
  layout: Layout,
  entryCountMost: number,
): { readonly entries: readonly Logged[]; readonly isFull: boolean } {
  const drawnCount = words[layout.log + LogWord.entryCount] as number;
  const entries: Logged[] = [];
  for (let index = 0; index < Math.min(drawnCount, entryCountMost); index++) {
    const entry = layout.log + LogWord.entries + index * LogEntry.wordCount;
    const kind = words[entry + LogEntry.kind] as number;
    if (kind === 0) break;
    const count = words[entry + LogEntry.count] as number;
    entries.push({
      kind,
      thread: words[entry + LogEntry.thread] as number,
      at: words[entry + LogEntry.at] as number,
      count,
      word: layout.logSectors + (words[entry + LogEntry.sector] as number) * SECTOR_WORDS,
      sectorCount: WITH_SECTORS.includes(kind) ? count : 0,
    });
  }
  return { entries, isFull: entries.length < drawnCount };
}
