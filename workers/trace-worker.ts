import { type Feed, TraceFeeder } from '../src/load/trace/feeder.ts';
import { attachMemory } from '../src/memory/attach.ts';
import type { Plan } from '../src/scenario/plan.ts';

export interface TraceTask {
  readonly plan: Plan;
  readonly shared: WebAssembly.Memory;
  readonly feed: Feed;
}

/** The thread that reads a trace for those that replay it. */
export default function feedTrace({ plan, shared, feed }: TraceTask): void {
  new TraceFeeder(plan, attachMemory(plan, shared), feed).run();
}
