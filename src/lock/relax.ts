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
 * How long a waiter spins before it sleeps, in ns, where whoever runs may take what is waited for:
 * longer than any critical section here. A waiter that spins on while the owner is descheduled only
 * keeps the owner off its core.
 */
const BRIEFLY = 2000;

/**
 * The same for a waiter in line: long enough that a line of threads on cores of their own never
 * sleeps. Otherwise, once one in the line has slept, the next waits for it to wake, gives up and
 * sleeps too, and from then on all of them sleep in turn, at a hundredth of the speed (a convoy).
 */
export const IN_LINE = 30_000;

/**
 * A kernel thread would spin on; user space can lose its core, and with more threads than cores a
 * lock may be handed to a thread that is not running. The nap bounds what that costs. With the
 * slack of the system's timers it takes some 60 µs.
 */
const NAP_MS = 0.01;

const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * Looks at a word in one ns. A look takes 5 ns without Atomics.pause and ten times that with it,
 * and differs from machine to machine; so each thread is told, before it begins, what a look was
 * measured to take. Until then it is assumed to be short, and waiters spin longer than they should.
 */
let looksPerNs = 0.2;

/** Never fewer than one look, whatever a disturbed measurement said. */
export function calibrateRelax(lookNs: number): void {
  looksPerNs = 1 / Math.max(lookNs, 0.5);
}

/**
 * Waits until view[index] is no longer `seen`, or for a while. Returns 1, or PARKED if it slept.
 */
export function relax(view: Int32Array, index: number, seen: number, spinNs = BRIEFLY): number {
  if (spin(view, index, seen, spinNs)) return 1;
  Atomics.wait(view, index, seen, NAP_MS);
  return PARKED;
}

/**
 * The spinning half of relax(). True as soon as the word changed, false when it did not in time.
 */
export function spin(view: Int32Array, index: number, seen: number, spinNs = BRIEFLY): boolean {
  return lookUpTo(view, index, seen, 1 + Math.floor(spinNs * looksPerNs));
}

/** What calibrateRelax() wants to know the price of. True when the word changed. */
export function lookUpTo(view: Int32Array, index: number, seen: number, looks: number): boolean {
  for (let look = 0; look < looks; look++) {
    if (Atomics.load(view, index) !== seen) return true;
    pause();
  }
  return false;
}

/** Lets some time pass without touching shared memory: the back-off of a lock that was lost. */
export function delay(turns: number): void {
  for (let turn = 0; turn < turns; turn++) pause();
}
