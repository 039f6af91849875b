/**
 * A lock over shared words. Objects hold no state but where their words are, so that any number of
 * threads may build one over the same words; a lock's state is all zero when it is free, and needs
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
