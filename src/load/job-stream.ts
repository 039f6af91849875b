import { type RandomStream, streamFor } from '../random.ts';
import { jobOf, type Plan, SOLE_JOB } from '../scenario/plan.ts';

/**
 * The stream of a thread of load for one purpose. It depends on the seed, the name of the thread's
 * job and the thread's number within that, so that a job draws the same whatever others stand
 * beside it. The name of a scenario's only job leaves no trace.
 */
export function jobStream(plan: Plan, thread: number, purpose: string): RandomStream {
  const { name, firstThread } = jobOf(plan, thread);
  return streamFor(plan.seed, thread - firstThread, jobPurpose(name, purpose));
}

/** What all threads of a job have in common. */
export function jobPurpose(name: string, purpose: string): string {
  return name === SOLE_JOB ? purpose : `${purpose} of ${name}`;
}
