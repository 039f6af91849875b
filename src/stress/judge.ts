import type { RealCall } from '../explore/confirm/real-calls.ts';
import { faultLeftBehind, type Round, showsFault } from '../explore/confirm/real-judge.ts';
import type { Fault } from '../explore/engine/fault.ts';
import { ownerOf } from '../record/owner-table.ts';
import type { FaultKind } from '../scenario/plan.ts';

/** A call, and whose it was. */
export interface StressCall extends RealCall {
  readonly thread: number;
}

/** A round as it is judged: what the calls were answered, and the memory afterwards. */
export interface StressRound extends Round {
  readonly calls: readonly StressCall[];
}

/** What is promised; a fault of the kind breaks it. */
export const PROMISES: Readonly<Partial<Record<FaultKind, string>>> = {
  'mutual exclusion': 'one thread at a time is inside what a lock guards',
  'double grant': 'a spare has one owner at most',
  'reserved granted': 'a metadata sector is handed out to nobody',
  cache: 'the ring holds free spares, each once',
  'lost sector': 'a spare that nobody has can be had',
  bitmap: 'the bit of a spare that somebody has is set',
  'remap table': 'the table leads to the spare that the last remap was told',
  'data lost': 'a read returns what was last written',
  'false exhaustion': '"none" is said only when no spare is free',
  'data race': 'what a lock guards is changed by its holder only',
};

/**
 * Every fault of a round but those that the locks tell of, causes before what follows from them.
 * Judged are answers and what is left behind, by the oracles that judge explored executions.
 */
export function faultsIn(round: StressRound): readonly Fault[] {
  const { calls, program } = round;
  const faults: Fault[] = [];
  for (const call of calls) {
    if (call.kind !== 'allocate' || call.key < 0) continue;
    if (call.value !== 0) faults.push(doubleGrant(call));
    if (call.key < program.reservedCount) {
      const text = `Spare ${call.key} is metadata, and was handed out to thread ${call.thread}.`;
      faults.push({ kind: 'reserved granted', text });
    }
  }
  const left = faultLeftBehind(round);
  if (left !== null) faults.push(left);
  if (showsFault(round, 'remap table')) {
    faults.push({ kind: 'remap table', text: 'The table leads elsewhere than its last remap.' });
  }
  if (calls.some(({ kind }) => kind === 'read') && showsFault(round, 'data lost')) {
    const text = 'No order of the reads and writes of a sector explains what was read.';
    faults.push({ kind: 'data lost', text });
  }
  const refusal = calls.find(({ kind, key }) => kind === 'allocate' && key < 0);
  if (refusal !== undefined && showsFault(round, 'false exhaustion')) {
    const text = `Thread ${refusal.thread} was told "none", and no order of the calls explains it.`;
    faults.push({ kind: 'false exhaustion', text });
  }
  return faults;
}

function doubleGrant({ key, value, thread }: StressCall): Fault {
  const other = ownerOf(value).thread;
  const owners = other === thread ? `thread ${thread} twice` : `threads ${other} and ${thread}`;
  return { kind: 'double grant', text: `Spare ${key} was handed out to ${owners}.` };
}
