import type { Fault } from '../engine/fault.ts';
import type { Race } from '../engine/race-detector.ts';
import type { Subject } from '../engine/subject.ts';

/** A data race as the fault that it is when nothing worse came of it. */
export function raceFault(subject: Subject, race: Race): Fault {
  const [one, other] = race.sites.map((index) => {
    const site = subject.sites[index];
    return `${site?.file}:${site?.line}`;
  });
  const word = subject.wordName(race.word);
  return { kind: 'data race', text: `Nothing orders ${one} and ${other} on ${word}.` };
}
