import { CALL_LOG_WORDS, callsIn } from '../explore/confirm/real-calls.ts';
import { operationsOf, type Program, planOf } from '../explore/program/program.ts';
import { runProgram } from '../explore/program/thread-program.ts';
import { RENDEZVOUS_WORDS, Rendezvous } from '../lock/rendezvous.ts';
import { createMemory } from '../memory/attach.ts';
import { streamFor } from '../random.ts';
import type { FaultKind } from '../scenario/plan.ts';
import { DisturbanceWord } from './disturbance.ts';
import { faultsIn, type StressCall } from './judge.ts';
import { Noise } from './noisy-lock.ts';
import { FreshMemory, type Stage, stageOn } from './stage.ts';

/**
 * What goes wrong when the threads do the same one after the other, thread 0 first: what shows here
 * needs no second thread, and is no race.
 */
export function faultsAlone(program: Program): readonly FaultKind[] {
  const { shared } = createMemory(planOf(program));
  const meeting = new Rendezvous(new Int32Array(RENDEZVOUS_WORDS), 1);
  const random = streamFor(0, null, 'stress alone');
  const record = new Int32Array(DisturbanceWord.count);
  // No noise and no watchpoint is begun, so neither of them does anything.
  const noise = new Noise(random, record, record);
  const logs = program.threads.map(() => new Int32Array(CALL_LOG_WORDS));
  const stages = program.threads.map((_, thread) => {
    const log = logs[thread] as Int32Array;
    return stageOn(program, { thread, shared, meeting, log, quiet: record, record, noise, random });
  });
  const [{ memory, table }] = stages as [Stage];
  new FreshMemory(program, memory);
  for (const [thread, { journal, parts }] of stages.entries()) {
    journal.begin();
    runProgram({ ...parts, operations: operationsOf(program.threads[thread] as string) });
  }
  const calls = logs.flatMap((log, thread) =>
    callsIn(log).map((call): StressCall => ({ ...call, thread })),
  );
  const { words, layout } = memory;
  return faultsIn({ program, words, layout, table, calls }).map(({ kind }) => kind);
}
