import type { Lock } from '../../lock/lock.ts';

/** What one thread of a lock's program does. Plain code, instrumented with the lock. */
export interface LockParts {
  readonly thread: number;
  readonly rounds: number;
  readonly lock: Lock;
  /** A word written plainly inside the critical section. */
  readonly words: Int32Array;
  readonly counter: number;
  readonly journal: LockJournal;
}

export interface LockJournal {
  /** About to ask for the lock; nothing of it has been touched yet. */
  asks(thread: number): void;
  /** waited: what acquire() returned. */
  enters(thread: number, waited: number): void;
  leaves(thread: number): void;
}

/** The counter is read and written apart: two that are inside at the same time count one. */
export function runRounds({ thread, rounds, lock, words, counter, journal }: LockParts): void {
  for (let round = 0; round < rounds; round++) {
    journal.asks(thread);
    const waited = lock.acquire(thread);
    journal.enters(thread, waited);
    const seen = words[counter] as number;
    words[counter] = seen + 1;
    journal.leaves(thread);
    lock.release(thread);
  }
}
