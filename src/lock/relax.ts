/**
 * How a thread waits for a word to change. Every spin loop in lock/ and device/ goes through here,
 * so that the waiting policy is one decision, and so that an explorer of interleavings can read a
 * call as "this thread is disabled until the word changes".
 */

/**
 * What relax() returns for a sleep. Far above any number of turns, so that one sum carries both.
 */
export const PARKED = 2 ** 32;

/** Times a wait parked, from what acquire() returned. */
export function parksOf(waited: number): number {
  return Math.floor(waited / PARKED);
}

/**
 * Looks at the word this often before sleeping: some microseconds, longer than any critical section
 * here. A waiter that spins on while the owner is descheduled only keeps the owner off its core.
 */
const SPINS = 400;

/**
 * A kernel thread would spin on; user space can lose its core, and with more threads than cores a
 * lock may be handed to a thread that is not running. The nap bounds what that costs.
 */
const NAP_MS = 0.05;

const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * Waits until view[index] is no longer `seen`, or for a while. Returns 1, or PARKED if it slept.
 */
export function relax(view: Int32Array, index: number, seen: number): number {
  if (spin(view, index, seen)) return 1;
  Atomics.wait(view, index, seen, NAP_MS);
  return PARKED;
}

/**
 * The spinning half of relax(). True as soon as the word changed, false when it did not in time.
 */
export function spin(view: Int32Array, index: number, seen: number): boolean {
  for (let turn = 0; turn < SPINS; turn++) {
    if (Atomics.load(view, index) !== seen) return true;
    pause();
  }
  return false;
}

/** Lets some time pass without touching shared memory: the back-off of a lock that was lost. */
export function delay(turns: number): void {
  for (let turn = 0; turn < turns; turn++) pause();
}
