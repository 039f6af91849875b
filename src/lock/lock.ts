/**
 * A lock over shared words. Objects hold no state but where their words are, so that any number of
 * threads may build one over the same words; words that are all zero are a free lock, so it needs
 * no initialising. Not recursive. Whoever releases must be the one who acquired.
 */
export interface Lock {
  /**
   * Returns what the wait cost: 0 when the lock was free, else the turns spent spinning plus PARKED
   * for each time the thread went to sleep.
   */
  acquire(thread: number): number;
  release(thread: number): void;
}
