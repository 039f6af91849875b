import { CONTROL_COMMANDS, type ControlCommand, type MessageStep } from './plan.ts';

/** LBAs of messages are kept in 32 bits, one of them for "none". */
const LBA_MAX = 2 ** 31 - 2;

/** Commands that name a sector, those that name none; any other word is one the target refuses. */
const WITH_SECTOR: readonly string[] = ['remap', 'verify'];
const WITHOUT_SECTOR: readonly string[] = CONTROL_COMMANDS.slice(
  CONTROL_COMMANDS.indexOf('clear'),
  CONTROL_COMMANDS.indexOf('unknown'),
);

interface SectorRange {
  readonly firstLba: number;
  readonly lastLba: number;
}

/** `100` or `0..99`, both ends included; null when it is neither. */
export function readSectorRange(text: string): SectorRange | null {
  const match = /^(\d{1,10})(?:\.\.(\d{1,10}))?$/.exec(text.trim());
  if (match === null) return null;
  const firstLba = Number(match[1]);
  const lastLba = Number(match[2] ?? match[1]);
  return firstLba <= lastLba && lastLba <= LBA_MAX ? { firstLba, lastLba } : null;
}

/** A message of a script, as it is typed after `dmsetup message TARGET 0`. */
export function readMessage(
  text: string,
):
  | { readonly step: MessageStep; readonly problem: null }
  | { readonly step: null; readonly problem: string } {
  const words = text.trim().split(/\s+/);
  const [command = '', ...rest] = words;
  if (command === '') return { step: null, problem: 'must not be empty' };
  const none = { firstLba: 0, lastLba: 0 };
  if (WITH_SECTOR.includes(command)) {
    const range = rest.length === 1 ? readSectorRange(rest[0] as string) : null;
    if (range === null) {
      const rule = `must name one sector up to ${LBA_MAX}, or a range of them`;
      return { step: null, problem: `${rule}: "${command} 100" or "${command} 0..99"` };
    }
    return stepOf(command as ControlCommand, range, words.length);
  }
  if (!WITHOUT_SECTOR.includes(command)) return stepOf('unknown', none, words.length);
  if (rest.length > 0) return { step: null, problem: `must be "${command}", and nothing after it` };
  return stepOf(command as ControlCommand, none, words.length);
}

function stepOf(command: ControlCommand, range: SectorRange, wordCount: number) {
  return { step: { command, ...range, times: 1, wordCount }, problem: null };
}
