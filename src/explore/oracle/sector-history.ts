import { type Call, isLinearizable } from './linearizability.ts';

/** A read or a write of one LBA, with the value read or written. */
export interface SectorCall extends Call {
  readonly kind: 'read' | 'write';
  readonly lba: number;
  readonly value: number;
}

/**
 * Whether each sector behaved like one sector: a read returns what was last written.
 *
 * @param contentAtFirst by LBA: what was there before the first call
 */
export function firstIllegalSector(
  calls: readonly SectorCall[],
  contentAtFirst: (lba: number) => number,
): number | null {
  for (const lba of new Set(calls.map((call) => call.lba))) {
    const own = calls.filter((call) => call.lba === lba);
    const apply = (held: number, { kind, value }: SectorCall): number | null => {
      if (kind === 'write') return value;
      return value === held ? held : null;
    };
    if (!isLinearizable(own, contentAtFirst(lba), apply)) return lba;
  }
  return null;
}
