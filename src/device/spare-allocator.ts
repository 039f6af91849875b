/** What an allocator answers when it has no spare to give. */
export const NO_SPARE = -1;

/**
 * Hands out spares. Objects are stateless: any thread may build one over the same words. An
 * allocator takes its own lock where its protocol has one; it never takes the target lock.
 */
export interface SpareAllocator {
  /** A spare nobody else holds, or NO_SPARE. Whether that is kept is the question put to it. */
  allocate(thread: number): number;
  /** Takes a spare back. As published there is no such thing, and this does nothing. */
  release(thread: number, spare: number): void;
  /**
   * Takes this very spare, for a restore of what was remapped before. False when it is not free; as
   * published there is no such thing, and it never is.
   */
  take(thread: number, spare: number): boolean;
  /** Spares that wait in a cache become free. Without a cache, or as published, nothing is done. */
  flush(thread: number): void;
}
