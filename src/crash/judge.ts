import type { Recovered } from '../metadata/medium-image.ts';
import type { MetadataLoss } from '../record/run-record.ts';
import { type Mapping, ON_MAIN, type Promises } from './promises.ts';
import type { Restart } from './restart.ts';
import type { Surfaces } from './surfaces.ts';

/** One thing that a restart got wrong. */
export interface Loss {
  readonly kind: MetadataLoss;
  readonly lba: number | null;
  readonly spare: number | null;
  /** A clause: what became of what. */
  readonly text: string;
}

/**
 * Compares a restart with what callers were promised. The time it takes is that of looking at each
 * remap once.
 */
export class Judge {
  readonly #promises: Promises;
  readonly #surfaces: Surfaces;
  readonly #restart: Restart;
  /** Spare + 1 that serves each LBA of the restart at hand; all 0 between two. */
  readonly #servedBy: Int32Array;
  /** The same by spare: LBA + 1. */
  readonly #owners: Int32Array;

  constructor(
    parts: {
      readonly promises: Promises;
      readonly surfaces: Surfaces;
      readonly restart: Restart;
    },
    sectorCount: number,
  ) {
    this.#promises = parts.promises;
    this.#surfaces = parts.surfaces;
    this.#restart = parts.restart;
    this.#servedBy = new Int32Array(sectorCount);
    this.#owners = new Int32Array(parts.restart.reserved.length);
  }

  /** Everything that a restart to this state has lost; empty when it lost nothing. */
  lossesOf({ entries, marked }: Recovered): Loss[] {
    const losses: Loss[] = [];
    const servedBy = this.#servedBy;
    const owners = this.#owners;
    for (const { lba, spare } of entries) {
      if (lba < 0 || lba >= servedBy.length || spare < 0 || spare >= owners.length) {
        losses.push(loss('stray remap', lba, spare, `LBA ${lba} came back on spare ${spare}`));
        continue;
      }
      const other = (owners[spare] as number) - 1;
      const fault = this.#ownershipFault(spare, other, marked);
      if (fault !== null) losses.push(loss('spare owned twice', lba, spare, fault));
      owners[spare] = lba + 1;
      if (servedBy[lba] === 0) servedBy[lba] = spare + 1;
      else {
        const text = `LBA ${lba} came back on spare ${spare} as well`;
        losses.push(loss('stray remap', lba, spare, text));
      }
    }
    this.#judgeMappings(losses);
    this.#judgeUnknown(entries, losses);
    this.#judgeData(losses);
    for (const { lba, spare } of entries) {
      if (lba >= 0 && lba < servedBy.length) servedBy[lba] = 0;
      if (spare >= 0 && spare < owners.length) owners[spare] = 0;
    }
    return losses;
  }

  #ownershipFault(spare: number, otherLba: number, marked: Uint8Array): string | null {
    if (otherLba >= 0) return `spare ${spare} serves another LBA too, ${otherLba}`;
    if (this.#restart.reserved[spare] === 1) return `spare ${spare} holds metadata`;
    if (marked[spare] === 1) return null;
    return `spare ${spare} serves an LBA, and its bit is clear: it will be handed out again`;
  }

  #judgeMappings(losses: Loss[]): void {
    for (const [lba, mapping] of this.#promises.mappings) {
      const place = (this.#servedBy[lba] as number) - 1;
      if (place === mapping.acknowledged || mapping.inDoubt.includes(place)) continue;
      losses.push(wrongPlace(lba, place, mapping));
    }
  }

  #judgeUnknown(entries: Recovered['entries'], losses: Loss[]): void {
    for (const { lba, spare } of entries) {
      if (this.#promises.mappings.has(lba)) continue;
      const text = `LBA ${lba} was never remapped, and came back on spare ${spare}`;
      losses.push(loss('stray remap', lba, spare, text));
    }
  }

  #judgeData(losses: Loss[]): void {
    const { spoiltOnMain, spoiltOnSpare } = this.#surfaces;
    for (const lba of spoiltOnMain) {
      if (this.#servedBy[lba] !== 0) continue;
      const text = `LBA ${lba} is read from the main device, which may not hold what was flushed`;
      losses.push(loss('lost data', lba, null, text));
    }
    for (const [spare, lbas] of spoiltOnSpare) {
      for (const lba of lbas) {
        if (this.#servedBy[lba] !== spare + 1) continue;
        const text = `LBA ${lba} is read from spare ${spare}, which may not hold its data`;
        losses.push(loss('lost data', lba, spare, text));
      }
    }
  }
}

function wrongPlace(lba: number, place: number, { acknowledged }: Mapping): Loss {
  if (acknowledged === ON_MAIN) {
    const text = `LBA ${lba} is on spare ${place} again, although its remap was undone`;
    return loss('stray remap', lba, place, text);
  }
  const found = place === ON_MAIN ? 'is on the main device' : `is on spare ${place}`;
  const text = `LBA ${lba} ${found}, although its remap to spare ${acknowledged} was acknowledged`;
  return loss('lost remap', lba, acknowledged, text);
}

function loss(kind: MetadataLoss, lba: number, spare: number | null, text: string): Loss {
  return { kind, lba, spare, text };
}
