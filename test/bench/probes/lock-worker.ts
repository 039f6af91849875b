import { stampNs } from '../../../src/clock.ts';
import { lockOn } from '../../../src/lock/index.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import type { Gate } from '../../../src/memory/gate.ts';
import { SharedHistogram } from '../../../src/record/shared-histogram.ts';
import { serve } from './member.ts';

export interface LockJob {
  readonly isTimed: boolean;
}

/** Acquisitions of one thread. */
export type Turns = number;

/** Acquisitions between two looks at the stop word. */
const BATCH = 64;

serve<LockJob, Turns>(({ plan, memory, gate, thread, job }) => {
  const { words, layout } = memory;
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  // What the lock guards: a word that has its lines to itself, as the holder's mark needs them.
  const counter = layout.allocationHolder;
  const waits = SharedHistogram.of(memory, thread, 'allocationLock.wait') as SharedHistogram;
  const times = new Float64Array(2);
  return job.isTimed
    ? () => takeTimedTurns(gate, lock, words, counter, thread, times, waits)
    : () => takeTurns(gate, lock, words, counter, thread);
});

function takeTurns(
  gate: Gate,
  lock: Lock,
  words: Int32Array,
  counter: number,
  thread: number,
): Turns {
  let turns = 0;
  while (!gate.mustStop()) {
    takeBatch(lock, words, counter, thread);
    turns += BATCH;
  }
  return turns;
}

function takeBatch(lock: Lock, words: Int32Array, counter: number, thread: number): void {
  for (let turn = 0; turn < BATCH; turn++) {
    lock.acquire(thread);
    words[counter] = ((words[counter] as number) + 1) | 0;
    lock.release(thread);
  }
}

function takeTimedTurns(
  gate: Gate,
  lock: Lock,
  words: Int32Array,
  counter: number,
  thread: number,
  times: Float64Array,
  waits: SharedHistogram,
): Turns {
  let turns = 0;
  while (!gate.mustStop()) {
    takeTimedBatch(lock, words, counter, thread, times, waits);
    turns += BATCH;
  }
  return turns;
}

/** Each wait is recorded after the release, so that the critical section is as short as without. */
function takeTimedBatch(
  lock: Lock,
  words: Int32Array,
  counter: number,
  thread: number,
  times: Float64Array,
  waits: SharedHistogram,
): void {
  for (let turn = 0; turn < BATCH; turn++) {
    stampNs(times, 0);
    lock.acquire(thread);
    stampNs(times, 1);
    words[counter] = ((words[counter] as number) + 1) | 0;
    lock.release(thread);
    waits.record((times[1] as number) - (times[0] as number));
  }
}
