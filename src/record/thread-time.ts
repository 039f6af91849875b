/**
 * Clock readings that a thread keeps of itself and of the operation at hand, in an array of floats:
 * passed on as numbers they would become objects. All are absolute; results count from `gate`.
 */
export const ThreadTime = {
  /** The gate's opening, the start of measurement, the end of the load. */
  gate: 0,
  measure: 1,
  end: 2,
  /** Of the operation. The planned arrival is set only where there is one. */
  arrival: 3,
  issue: 4,
  completion: 5,
  /** Of the allocator call within it. */
  asked: 6,
  answered: 7,
  /** When the thread's job began: the gate's opening, or the end of the job it waited for. */
  start: 8,
  /** Of a thread that paces itself: the last look at the clock, and what it waits for. */
  now: 9,
  due: 10,
  /** From when on a closed load may issue again. */
  ready: 11,
  count: 12,
} as const;
