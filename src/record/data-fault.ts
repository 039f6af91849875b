import type { DataFault } from '../scenario/plan.ts';
import { isAllowed, isOlder } from './sector-audit.ts';
import type { Reading, Stamp } from './stamp.ts';

/**
 * What is wrong with a sector, or null.
 *
 * @param reading what head and tail (and body, in the sweep) of the sector look like
 * @param stamp as read; meaningless unless the sector is stamped
 * @param expected the LBA it was read at, and the generations it may hold
 * @param atRest the sweep after the run: an old generation is then lost, not only late
 */
export function dataFaultOf(
  reading: Reading,
  stamp: Stamp,
  expected: { readonly lba: number; readonly floor: number; readonly issued: number },
  atRest: boolean,
): DataFault | null {
  switch (reading) {
    case 'torn':
      return 'torn-write';
    case 'flipped':
      return 'bit-flip';
    case 'foreign':
      return 'foreign-data';
    case 'never-written':
      if (expected.floor === 0) return null;
      return atRest ? 'lost-write' : 'stale-read';
    case 'stamped':
      if (stamp.lba !== expected.lba) return 'misdirected';
      if (isAllowed(stamp.generation, expected.floor, expected.issued)) return null;
      if (!isOlder(stamp.generation, expected.floor)) return 'foreign-data';
      return atRest ? 'lost-write' : 'stale-read';
  }
}
