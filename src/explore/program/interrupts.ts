import { type Layout, partOf, ThreadWord } from '../../memory/layout.ts';
import type { Interrupt } from '../engine/subject.ts';
import { hostsOf, type Program } from './program.ts';

/** The threads of a program that are interrupts of others. */
export function interruptsOf({ threads }: Program, layout: Layout): readonly Interrupt[] {
  return hostsOf(threads).flatMap((host, thread) => {
    if (host < 0) return [];
    const offWord = partOf(layout.threads, host, ThreadWord.wordCount) + ThreadWord.interruptsOff;
    return [{ thread, host, offWord }];
  });
}

/**
 * The word by which a thread turns interrupts off while it has the target lock; null if none can
 * come, or if it leaves them on: so it is published for messages, the map and sysfs (P4).
 */
export function interruptsOffWord(program: Program, layout: Layout, thread: number): number | null {
  if (program.protocol === 'as-published') return null;
  const mine = interruptsOf(program, layout).find(({ host }) => host === thread);
  return mine?.offWord ?? null;
}
