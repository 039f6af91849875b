import { initialiseDevice } from '../device/index.ts';
import { createMemory, touchPages } from '../memory/attach.ts';
import type { Plan } from '../scenario/plan.ts';
import { messageTargetOn } from '../target/messages.ts';
import type { CommandTarget } from './command-target.ts';
import { CommandTexts } from './command-texts.ts';
import { DelayedTarget } from './delayed-target.ts';
import { rehearsalPlanOf } from './device-plan.ts';

/** Whoever owns a target is alone with it. */
const THREAD = 0;
/** Until the engine has compiled what a command does. */
const REHEARSED_ROUNDS = 3000;

/**
 * The target's message interface over shared memory of its own, which only the thread that asks for
 * it touches. It has been rehearsed on another device: the first thousand calls of cold code take
 * many times as long, and are no property of a path.
 *
 * @param plan as devicePlanOf() makes it
 */
export function makeTarget(plan: Plan): CommandTarget {
  rehearse(plan);
  return targetOn(plan);
}

function targetOn(plan: Plan): CommandTarget {
  const memory = createMemory(plan);
  touchPages(memory, 0, 1);
  initialiseDevice(plan, memory);
  const messages = messageTargetOn(plan, memory, THREAD);
  // The text that was made, delivered or not: it is how an experiment knows what it timed.
  const target: CommandTarget = { command: (text) => messages.message(text).reply };
  const { delayNs } = plan.overhead;
  return delayNs === 0 ? target : new DelayedTarget(target, delayNs);
}

function rehearse(plan: Plan): void {
  const small = rehearsalPlanOf(plan, REHEARSED_ROUNDS);
  const target = targetOn({ ...small, overhead: { ...small.overhead, delayNs: 0 } });
  const texts = new CommandTexts(small);
  for (let round = 0; round < REHEARSED_ROUNDS; round++) {
    for (const command of plan.overhead.commands) {
      // An emptied table would leave the search for duplicates unrehearsed.
      if (command !== 'clear') target.command(texts.next(command));
    }
  }
}
