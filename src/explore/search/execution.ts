import type { Fault } from '../engine/fault.ts';
import type { Machine } from '../engine/machine.ts';

/** What is wrong with an execution in which nobody can go on. */
export function faultsAtEnd(machine: Machine): readonly Fault[] {
  if (machine.alive() !== 0) return [machine.deadlock()];
  return machine.subject.judge(machine.stepCount);
}

/** Threads do something for ever: the places that the last steps went through say what. */
export function livelock(machine: Machine): Fault {
  const { subject, stepCount, threadCount } = machine;
  const stands: string[] = [];
  for (let thread = 0; thread < threadCount; thread++) {
    if ((machine.alive() & (1 << thread)) === 0) continue;
    const site = subject.sites[machine.site[thread] as number];
    if (site !== undefined) stands.push(`thread ${thread} at ${site.file}:${site.line}`);
  }
  return {
    kind: 'livelock',
    text: `Not at its end after ${stepCount} steps: ${stands.join(', ')}.`,
  };
}

/** One execution from the beginning, `choose` saying who of the enabled goes next. */
export function execute(machine: Machine, choose: (enabled: number) => number): readonly Fault[] {
  machine.begin();
  for (;;) {
    if (machine.fault !== null) return [machine.fault];
    const enabled = machine.enabled();
    if (enabled === 0) return faultsAtEnd(machine);
    if (machine.stepCount >= machine.who.length) return [livelock(machine)];
    machine.step(choose(enabled));
  }
}

/** Number of the lowest thread of a set that is not empty. */
export function lowestOf(threads: number): number {
  return 31 - Math.clz32(threads & -threads);
}
