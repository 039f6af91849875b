import { SECTOR_WORDS } from '../memory/layout.ts';

/**
 * What a thread is about to do to shared memory: one scheduling point each. The numbers are those
 * in the engine's arrays; 0 means that the thread has come to its end.
 */
export const Access = {
  none: 0,
  /** `words[i]`, and `words[i] = …`: plain, so subject to data races. */
  read: 1,
  write: 2,
  load: 3,
  store: 4,
  /** Read and write in one: add, or, exchange, compareExchange … */
  change: 5,
  /** relax(): can only be done once the word is no longer what was seen. */
  until: 6,
  /** spin(): one look, after which the thread gives up. */
  look: 7,
  /** Atomics.wait: compares, and goes to sleep or goes on. */
  wait: 8,
  /** Asleep in Atomics.wait; can do nothing before it is notified or its time is up. */
  parked: 9,
  /** Awake again, not yet gone on. */
  woken: 10,
  notify: 11,
  /** Half a sector of the simulated surfaces. */
  copy: 12,
  /** compareExchange: a change if it finds what it expects, else no more than a load. */
  attempt: 13,
} as const;

/**
 * A copy through shared memory does not move a sector as one. Two halves are enough to see one that
 * is torn; each counts as its first word.
 */
export const COPY_WORDS = SECTOR_WORDS / 2;

export type AccessKind = (typeof Access)[keyof typeof Access];

const CHANGING: readonly number[] = [
  Access.write,
  Access.store,
  Access.change,
  Access.wait,
  Access.notify,
  Access.copy,
  Access.attempt,
];

/** By kind: whether the access may change its word, or what others may do with it. */
export const MAY_CHANGE: readonly boolean[] = Object.values(Access).map((kind) =>
  CHANGING.includes(kind),
);

const NAMES = Object.keys(Access);

export function accessName(kind: number): string {
  return NAMES[kind] ?? `access ${kind}`;
}

/** A place in the source that touches shared memory. */
export interface Site {
  readonly kind: AccessKind;
  /** The original file where a source map names one, else the file itself; relative to the root. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `Class.method` or the function's name. */
  readonly place: string;
  /** The access as the emitted file has it. */
  readonly text: string;
}
