import {
  formattedSectors,
  identityOf,
  metadataAreaOf,
  reservedSectorsOf,
} from '../device/metadata-area.ts';
import type { MediumImage, Recovered } from '../metadata/medium-image.ts';
import { PUBLISHED_SECTORS } from '../metadata/published-header.ts';
import { recoverPublished } from '../metadata/recover-published.ts';
import { recoverRedundant } from '../metadata/recover-redundant.ts';
import { sectorOf } from '../metadata/redundant-area.ts';
import type { Plan } from '../scenario/plan.ts';

/** How a target comes up again from what is left on its spare device. */
export interface Restart {
  /** Sectors that it reads, and what they held when the target was new. */
  readonly formatted: ReadonlyMap<number, Int32Array>;
  /** Sectors of each copy of the metadata. */
  readonly copies: readonly (readonly number[])[];
  /** One byte a spare: 1 = reserved for metadata. */
  readonly reserved: Uint8Array;
  recover(image: MediumImage): Recovered;
  /** What a sector of metadata is called, in words. */
  nameOf(sector: number): string;
}

/**
 * Null without metadata: then there is nothing to come up from.
 *
 * @param written sectors of the spare device that were ever written. A block of which no copy is
 *   among them is as it was formatted, and is not read again at every restart
 */
export function restartOf(plan: Plan, written: ReadonlySet<number>): Restart | null {
  const { format, checksum } = plan.metadata;
  const reserved = reservedSectorsOf(plan);
  if (format === 'none') return null;
  if (format === 'published') {
    const sectors = Array.from({ length: PUBLISHED_SECTORS }, (_, sector) => sector);
    const isCorrected = checksum === 'corrected';
    return {
      formatted: new Map(sectors.map((sector) => [sector, new Int32Array(128)])),
      copies: [sectors],
      reserved,
      recover: (image) => recoverPublished({ reserved, isCorrected }, image),
      nameOf: (sector) => (sector < 8 ? `header ${sector}` : `entries ${sector - 8}`),
    };
  }
  const area = metadataAreaOf(plan);
  const identity = identityOf(plan.seed);
  const formatted = formattedSectors(plan);
  const copies = area.positions.map((_, copy) =>
    Array.from({ length: area.blockCount }, (_, block) => sectorOf(area, copy, block)),
  );
  const blocks = Array.from({ length: area.blockCount }, (_, block) => block).filter((block) =>
    copies.some((sectors) => written.has(sectors[block] as number)),
  );
  const names = new Map(
    copies.flatMap((sectors, copy) =>
      sectors.map((sector, block) => [sector, `copy ${copy} of block ${block}`] as const),
    ),
  );
  return {
    formatted,
    copies,
    reserved,
    recover: (image) => recoverRedundant({ identity, area, reserved, blocks }, image),
    nameOf: (sector) => names.get(sector) ?? `spare ${sector}`,
  };
}
