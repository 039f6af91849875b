import { isAllocationHistoryLegal } from '../explore/oracle/allocation-history.ts';
import type { FaultKind } from '../scenario/plan.ts';
import { PROMISES, type StressCall, type StressRound } from './judge.ts';

/**
 * acceptable: what calls one after the other could have been answered as well; interesting: right,
 * and only because calls were under way together, or a sign of what may go wrong; forbidden: breaks
 * a promise. (The classes of jcstress, the OpenJDK's stress tests of concurrency.)
 */
export type OutcomeClass = 'acceptable' | 'interesting' | 'forbidden';

/** What a round came to. Rounds of all devices are counted together. */
export interface Outcome {
  /** Calls of two threads were under way at once. */
  readonly isTogether: boolean;
  /** Somebody was told "none". */
  readonly isUsedUp: boolean;
  /** The order in which calls ended explains all answers; else only some other order does. */
  readonly isInOrder: boolean;
  /** A word changed under the holder of its lock, where nothing forbids that. */
  readonly isChanged: boolean;
  readonly fault: FaultKind | null;
}

export interface OutcomeRow {
  readonly class: OutcomeClass;
  readonly text: string;
  readonly rounds: number;
}

/** Calls that were under way while a call of another thread was. */
export function overlappingCalls(calls: readonly StressCall[]): number {
  return calls.filter((call) =>
    calls.some(
      (other) => other.thread !== call.thread && other.begin < call.end && call.begin < other.end,
    ),
  ).length;
}

/** Whether the order in which the calls to the allocator ended explains their answers. */
export function isInOrderOfCompletion({ calls, program }: StressRound): boolean {
  const isGuarded = program.protocol === 'guarded';
  const history = calls.flatMap(({ kind, key, end }) =>
    kind === 'allocate' || (isGuarded && kind === 'release') ? [{ kind, spare: key, end }] : [],
  );
  const { reservedCount, spareCount } = program;
  // Calls that begin when they end leave no other order than this one.
  return isAllocationHistoryLegal(
    history,
    reservedCount,
    spareCount - reservedCount,
    (call) => call.end,
  );
}

export function classOf({ fault, isInOrder, isChanged }: Outcome): OutcomeClass {
  if (fault !== null) return 'forbidden';
  return isInOrder && !isChanged ? 'acceptable' : 'interesting';
}

function outcomeText(outcome: Outcome): string {
  const { fault, isTogether, isUsedUp, isInOrder, isChanged } = outcome;
  if (fault !== null) return `${fault}, against: ${PROMISES[fault] ?? fault}`;
  const rest = isUsedUp ? 'all spares used up' : 'spares left';
  if (isChanged) return 'a word changed under the holder of the lock, where nothing guards it';
  if (!isInOrder) return `${rest}, right only in another order than that of completion`;
  return `calls ${isTogether ? 'together' : 'apart'}, ${rest}`;
}

/** Outcomes and how often each was seen; those that read alike are one row. */
export class OutcomeTable {
  readonly #rows = new Map<string, OutcomeRow>();

  add(outcome: Outcome, rounds = 1): void {
    const text = outcomeText(outcome);
    const before = this.#rows.get(text)?.rounds ?? 0;
    this.#rows.set(text, { class: classOf(outcome), text, rounds: before + rounds });
  }

  merge(rows: readonly OutcomeRow[]): void {
    for (const row of rows) {
      const before = this.#rows.get(row.text)?.rounds ?? 0;
      this.#rows.set(row.text, { ...row, rounds: before + row.rounds });
    }
  }

  /** By class, and in each the most frequent first. */
  rows(): readonly OutcomeRow[] {
    return [...this.#rows.values()].sort(
      (one, other) =>
        CLASSES.indexOf(one.class) - CLASSES.indexOf(other.class) || other.rounds - one.rounds,
    );
  }
}

const CLASSES: readonly OutcomeClass[] = ['acceptable', 'interesting', 'forbidden'];
