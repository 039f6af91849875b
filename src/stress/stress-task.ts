import type { Fault } from '../explore/engine/fault.ts';
import type { Program } from '../explore/program/program.ts';
import { RENDEZVOUS_WORDS } from '../lock/rendezvous.ts';
import { STRIDE } from '../memory/layout.ts';
import type { FaultKind } from '../scenario/plan.ts';
import type { Choice, Deal } from './deal.ts';
import type { StressCall } from './judge.ts';
import type { OutcomeRow } from './outcome.ts';

/** What a thread is handed when it starts. It lives until the last turn. */
export interface StressTask {
  readonly thread: number;
  readonly threadCount: number;
  /** The scenario's devices, and last the control's; each with a memory of its own. */
  readonly geometries: readonly Program[];
  readonly memories: readonly WebAssembly.Memory[];
  /** The scenario names the operations; seeds then differ in device and disturbance only. */
  readonly isFixed: boolean;
  readonly choice: Choice;
  /** Kinds that end a turn; null = every kind does. */
  readonly stopsAt: readonly FaultKind[] | null;
  /** How long a thread that is ready for a round spins before it naps. */
  readonly startSpinNs: number;
  /** What one look of a waiter takes: for lock/relax.ts. */
  readonly lookNs: number;
  readonly control: Int32Array;
  /** A log of calls a thread. */
  readonly logs: Int32Array;
  /** DisturbanceWord.count words a thread. */
  readonly disturbances: Int32Array;
}

/**
 * Control words.
 *
 *     meeting    where the threads meet; its last word is the ticket drawn next
 *     rounds     held so far; thread 0 writes, the coordinator reads live
 *     seed       of the round at hand; the same
 *     place      its geometry; the same
 *     over       1 = the turn ends with this meeting; thread 0, before the meeting
 *     stop       1 = asks for that; the coordinator, read plainly once a round
 *     quiet      always 0, far from the others: what noise waits on
 */
export const StressWord = {
  ticket: RENDEZVOUS_WORDS - 1,
  rounds: RENDEZVOUS_WORDS,
  seed: RENDEZVOUS_WORDS + 1,
  place: RENDEZVOUS_WORDS + 2,
  over: RENDEZVOUS_WORDS + 3,
  stop: RENDEZVOUS_WORDS + 4,
  quiet: STRIDE,
  count: STRIDE + 1,
} as const;

/** What all threads do next, together: some seeds, so many rounds of each. */
export interface Turn {
  readonly fromSeed: number;
  readonly toSeed: number;
  readonly rounds: number;
  /** The control's device and program instead of what the seeds draw. */
  readonly isControl: boolean;
  /** Goes on after a violation, to count how often it shows. */
  readonly isCounting: boolean;
}

/** A fault, and the round in which it showed. */
export interface Violation {
  readonly deal: Deal;
  /** Of its seed, from 1. */
  readonly round: number;
  /** The first is the cause, or the gravest. */
  readonly faults: readonly [Fault, ...Fault[]];
  readonly calls: readonly StressCall[];
}

/** What thread 0 reports of a turn. */
export interface TurnReport {
  readonly seedsDone: number;
  readonly rounds: number;
  readonly operations: number;
  readonly calls: number;
  readonly overlappingCalls: number;
  readonly roundsTogether: number;
  readonly outcomes: readonly OutcomeRow[];
  readonly violation: Violation | null;
  readonly changes: number;
  /** The first change that a watchpoint saw where there must be none. */
  readonly race: Violation | null;
  /** How often each kind of fault showed, in rounds. */
  readonly faultRounds: Readonly<Partial<Record<FaultKind, number>>>;
}
