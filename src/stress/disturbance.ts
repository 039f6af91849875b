/** How often threads are disturbed, and how. Seeds differ in it: what shows one hides another. */
export interface Disturbance {
  /** After one lock release in so many there is noise; 0 = never. */
  readonly noisePeriod: number;
  /** The noise is a nap, in which others get far; else some turns of an empty loop. */
  readonly isNap: boolean;
  /** One holder of a lock in so many watches what the lock guards; 0 = none. */
  readonly watchPeriod: number;
}

/**
 * A thread's own shared words about it: written by that thread, read by thread 0 between rounds,
 * which also sets `changed` back.
 *
 *     looked               watchpoints so far
 *     changed              watchpoints of this round that saw a change
 *     word, before, after  the last of them
 *     noises               made so far
 */
export const DisturbanceWord = {
  looked: 0,
  changed: 1,
  word: 2,
  before: 3,
  after: 4,
  noises: 5,
  count: 6,
} as const;
