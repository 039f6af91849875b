import { Refusal, type TargetControl } from '../device/target-control.ts';
import { CONTROL_COMMANDS, type ControlCommand, type Protocol } from '../scenario/plan.ts';

/**
 * Commands by number, as the script of a run and the texts of messages both use them. No strings
 * and no objects: a thread of load sends them between two readings of the clock.
 */
export const Command = Object.fromEntries(CONTROL_COMMANDS.map((name, index) => [name, index])) as {
  readonly [C in ControlCommand]: number;
};

/** Lines of its own that dm-remap v4.0 logs for a command, after those for its words. */
const OWN_LOG_LINES = CONTROL_COMMANDS.map((name) => {
  if (name === 'ping') return 5;
  return name === 'verify' ? 0 : 1;
});

/**
 * Does what a command says. Its answer: a spare, a count, or 0; ON_MAIN from verify; else a Refusal
 * or an error number, both below 0. See isRefused().
 */
export function perform(
  control: TargetControl,
  thread: number,
  command: number,
  lba: number,
): number {
  switch (command) {
    case Command.remap:
      return control.remap(thread, lba);
    case Command.verify:
      return control.verify(thread, lba);
    case Command.clear:
      return control.clear(thread);
    case Command.save:
      return control.save(thread);
    case Command.sync:
      return control.sync(thread);
    case Command.restore:
      return control.restore(thread);
    case Command.unknown:
      return Refusal.unknownCommand;
    case Command['write error']:
      control.completeWrite(thread, lba, true);
      return 0;
    case Command['auto-remap']:
      return control.autoRemap(thread, lba);
    default:
      // ping and metadata_status change nothing.
      return 0;
  }
}

/** To verify, "not remapped" is an answer like any other. */
export function isRefused(command: number, answer: number): boolean {
  return command === Command.verify ? answer === Refusal.outOfRange : answer < 0;
}

/** Whether the sender sees the reply. As published the kernel is never told that there is one. */
export function isDelivered(protocol: Protocol, refused: boolean, wordCount: number): boolean {
  return protocol === 'guarded' && !refused && wordCount > 0;
}

/**
 * Lines in the kernel's log. As published one for the message, one for each of its words, and the
 * command's own; corrected, one for a refusal. What is no message (no words) logs nothing here.
 */
export function logLinesOf(
  protocol: Protocol,
  command: number,
  refused: boolean,
  wordCount: number,
): number {
  if (wordCount === 0) return 0;
  if (protocol === 'guarded') return refused ? 1 : 0;
  return 1 + wordCount + (OWN_LOG_LINES[command] as number);
}
