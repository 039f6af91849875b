import { ON_MAIN } from '../../device/remap-table.ts';
import { type Call, isLinearizable } from './linearizability.ts';

/** One call of a table: what it found, and, for an insertion, the spare that it put there. */
export interface TableCall extends Call {
  readonly letter: 'l' | 'i' | 'd';
  readonly lba: number;
  /** The spare of the LBA as the call saw it, or ON_MAIN. */
  readonly found: number;
  readonly spare: number;
}

/** What is wrong with the calls of one LBA. */
export interface IllegalCalls {
  readonly lba: number;
  /** Found for the LBA, and never put there by anybody; null if each was. */
  readonly foreign: number | null;
}

/**
 * Whether each LBA behaved as in a table that does one call at a time: a lookup finds the spare of
 * the last insertion, or none after a removal. LBAs have nothing to do with each other, so each is
 * judged by itself (linearizability is local, Herlihy and Wing).
 *
 * @param initial LBA -> spare before the first call
 */
export function firstIllegalLba(
  calls: readonly TableCall[],
  initial: ReadonlyMap<number, number>,
): IllegalCalls | null {
  for (const lba of new Set(calls.map((call) => call.lba))) {
    const own = calls.filter((call) => call.lba === lba);
    const first = initial.get(lba) ?? ON_MAIN;
    const apply = (held: number, { letter, found, spare }: TableCall): number | null => {
      if (found !== held) return null;
      if (letter === 'l') return held;
      if (letter === 'd') return ON_MAIN;
      return held === ON_MAIN ? spare : held;
    };
    if (isLinearizable(own, first, apply)) continue;
    const known = new Set([ON_MAIN, first, ...own.map(({ spare }) => spare)]);
    const foreign = own.find(({ found }) => !known.has(found));
    return { lba, foreign: foreign?.found ?? null };
  }
  return null;
}
