import type { LockKind } from '../scenario/plan.ts';
import type { Lock } from './lock.ts';
import { McsLock } from './mcs-lock.ts';
import { Mutex } from './mutex.ts';
import { NoLock } from './no-lock.ts';
import { QueuedLock } from './queued-lock.ts';
import { TestAndSetLock } from './test-and-set-lock.ts';
import { TestAndTestAndSetLock } from './test-and-test-and-set-lock.ts';
import { TicketLock } from './ticket-lock.ts';

const LOCKS: { readonly [K in LockKind]: new (words: Int32Array, base: number) => Lock } = {
  none: NoLock,
  'test-and-set': TestAndSetLock,
  'test-and-test-and-set': TestAndTestAndSetLock,
  ticket: TicketLock,
  mcs: McsLock,
  queued: QueuedLock,
  mutex: Mutex,
};

/** The lock of that name over the words that start at `base`. */
export function lockOn(kind: LockKind, words: Int32Array, base: number): Lock {
  return new LOCKS[kind](words, base);
}
