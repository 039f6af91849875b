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
}
