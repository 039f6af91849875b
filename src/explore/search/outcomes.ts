import { Machine } from '../engine/machine.ts';
import type { Subject } from '../engine/subject.ts';
import { DepthFirst, type Reduction } from './depth-first.ts';

export interface Outcomes {
  /** Answers and final memory of the executions that came to their end, and how others stopped. */
  readonly outcomes: ReadonlySet<string>;
  readonly executions: number;
  /** False if the executions allowed were not enough. */
  readonly isComplete: boolean;
}

/** All that a subject can come to. Any reduction must find the same set: so engines are checked. */
export function outcomesOf(subject: Subject, reduction: Reduction, executions: number): Outcomes {
  const machine = new Machine(subject, null);
  const search = new DepthFirst(machine, reduction);
  const outcomes = new Set<string>();
  let isComplete = false;
  while (search.executionCount < executions) {
    const faults = search.next();
    if (faults === false) {
      isComplete = true;
      break;
    }
    const stopped = faults.map(({ kind }) => kind).join();
    if (search.isComplete || stopped !== '') {
      outcomes.add(`${stopped} ${subject.outcome()} ${machine.memoryDigest()}`);
    }
  }
  machine.restore();
  return { outcomes, executions: search.executionCount, isComplete };
}
