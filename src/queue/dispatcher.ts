/**
 * What a sweep needs of a queue, and nothing else: a few functions over any engine that hands each
 * run to one machine at a time, and hands it out again when that machine is gone.
 */

/** What came of a run, as it travels back. */
export interface RunReport {
  readonly id: string;
  /** JSON of result and details, compressed, base64. */
  readonly packed: string;
  readonly host: string;
}

/** A run that is being made somewhere. */
export interface ActiveRun {
  readonly id: string;
  /** Of its load, 0 to 1; null when that cannot be told. */
  readonly share: number | null;
  readonly worker: string;
}

/** A run that nobody could make, and why. */
export interface DeadRun {
  readonly id: string;
  readonly reason: string;
}

/** The side that asks. */
export interface Dispatcher {
  /** Hands runs out. One that is there already, in whatever state, is left as it is. */
  submit(runs: readonly { readonly id: string; readonly payload: unknown }[]): Promise<void>;
  /** Of these runs, those that the queue does not know. */
  unknownOf(ids: ReadonlySet<string>): Promise<string[]>;
  /** Of these runs, those that are done, each with its report. */
  doneOf(
    ids: ReadonlySet<string>,
  ): AsyncIterable<{ readonly id: string; readonly report: unknown }>;
  /** Runs on the dead-letter list. */
  dead(): Promise<DeadRun[]>;
  active(): Promise<ActiveRun[]>;
  /** Knows these no longer, if they are dead or done: whoever hands them in has them made anew. */
  forget(ids: ReadonlySet<string>): Promise<void>;
  close(): Promise<void>;
}

/** A reason to put a run on the dead-letter list at once: no machine will find it otherwise. */
export class PoisonedRun extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PoisonedRun';
  }
}

export interface WorkOptions {
  /** A run whose worker has not been heard of for so long is handed to another one. */
  readonly leaseMs: number;
  /** Ends the work after the run that is under way. */
  readonly signal: AbortSignal;
  /** Ends it when there has been nothing to do for so long; null: never. */
  readonly idleMs: number | null;
  readonly onLost?: (message: string) => void;
}

/**
 * The side that does: takes one run at a time, until told to end. Throws PoisonedRun to give up.
 */
export type Work = (
  make: (id: string, payload: unknown, tell: (share: number | null) => void) => Promise<RunReport>,
  options: WorkOptions,
) => Promise<void>;
