import type { Memory } from '../memory/attach.ts';
import { isPaced, jobOf, type Plan } from '../scenario/plan.ts';
import { PacedLoop } from './paced-loop.ts';
import { ThreadLoop } from './thread-loop.ts';

/** What a thread of load does from the gate to the end of its load. */
export interface Loop {
  run(startNs: number): void;
}

export function loopFor(plan: Plan, memory: Memory, thread: number): Loop {
  return isPaced(plan, jobOf(plan, thread))
    ? new PacedLoop(plan, memory, thread)
    : new ThreadLoop(plan, memory, thread);
}
