import type { Memory } from '../memory/attach.ts';
import {
  ClaimEntry,
  CONFLICT_LOG_COUNT,
  ConflictEntry,
  partOf,
  ThreadFloat,
} from '../memory/layout.ts';
import { ownerMarkOf, UNLOGGED } from './owner-table.ts';
import { ThreadCounters } from './thread-counters.ts';
import { ThreadTime } from './thread-time.ts';

/** One thread's log of what it was given and what it gave back, in its own order. */
export class ClaimLog {
  readonly #memory: Memory;
  readonly #thread: number;
  readonly #counters: ThreadCounters;
  readonly #base: number;
  readonly #capacity: number;
  readonly #conflicts: number;

  constructor(memory: Memory, thread: number) {
    const { layout } = memory;
    this.#memory = memory;
    this.#thread = thread;
    this.#counters = new ThreadCounters(memory, thread);
    this.#base = partOf(layout.claims, thread, layout.claimCapacity * ClaimEntry.wordCount);
    this.#capacity = Math.min(layout.claimCapacity, UNLOGGED - 1);
    this.#conflicts = partOf(
      layout.conflicts,
      thread,
      CONFLICT_LOG_COUNT * ConflictEntry.wordCount,
    );
  }

  /** The mark the next claim goes under in the owner table. */
  nextMark(): number {
    const position = this.#counters.get(ThreadFloat.claims);
    return ownerMarkOf(this.#thread, position < this.#capacity ? position : UNLOGGED);
  }

  /** The allocator call is timed by `asked` and `answered`. */
  claimed(lba: number, spare: number, times: Float64Array): void {
    this.#write(lba, spare, times);
  }

  /** `asked` precedes the clearing of the owner word, `answered` follows the release. */
  released(lba: number, spare: number, times: Float64Array): void {
    this.#write(lba, -1 - spare, times);
  }

  /** Claimed, and kept out of use because it is bad: for no LBA. */
  retired(spare: number, times: Float64Array): void {
    this.#write(-1, spare, times);
  }

  /** The owner table held `firstMark` when this thread put `secondMark` there. */
  conflicted(spare: number, firstMark: number, secondMark: number): void {
    const count = this.#counters.get(ThreadFloat.ownerConflicts);
    this.#counters.set(ThreadFloat.ownerConflicts, count + 1);
    if (count >= CONFLICT_LOG_COUNT) return;
    const at = this.#conflicts + count * ConflictEntry.wordCount;
    this.#memory.words[at + ConflictEntry.spare] = spare;
    this.#memory.words[at + ConflictEntry.first] = firstMark;
    this.#memory.words[at + ConflictEntry.second] = secondMark;
  }

  #write(lba: number, spareOrRelease: number, times: Float64Array): void {
    const position = this.#counters.get(ThreadFloat.claims);
    if (position >= this.#capacity) {
      this.#counters.add(ThreadFloat.unloggedClaims, 1);
      return;
    }
    const { words, floats } = this.#memory;
    const at = this.#base + position * ClaimEntry.wordCount;
    words[at + ClaimEntry.lba] = lba + 1;
    words[at + ClaimEntry.spare] = spareOrRelease;
    const gateNs = times[ThreadTime.gate] as number;
    floats[(at + ClaimEntry.issueNs) / 2] = (times[ThreadTime.asked] as number) - gateNs;
    floats[(at + ClaimEntry.completionNs) / 2] = (times[ThreadTime.answered] as number) - gateNs;
    // Last, so that a live or post-mortem reader finds only whole entries.
    this.#counters.set(ThreadFloat.claims, position + 1);
  }
}
