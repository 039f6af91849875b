import { IdleLoop } from '../src/load/idle-loop.ts';
import { attachMemory } from '../src/memory/attach.ts';
import { Gate } from '../src/memory/gate.ts';
import type { IoTask } from './io-worker.ts';

/** The thread that watches for pauses of the machine, for as long as the threads of load run. */
export default function runIdleLoop({ plan, shared }: IoTask): void {
  const memory = attachMemory(plan, shared);
  const gate = new Gate(memory.words, memory.floats, memory.layout);
  const loop = new IdleLoop(plan, memory);
  loop.rehearse();
  gate.arrive();
  loop.run(gate.awaitStart());
  gate.awaitExit();
}
