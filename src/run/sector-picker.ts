import { Scatter } from '../load/scatter.ts';
import { streamFor } from '../random.ts';
import type { SectorChoice } from '../scenario/plan.ts';

/**
 * Which sectors of a surface a plan means: those it lists, a share of all, or clusters, which begin
 * at multiples of their length so that no two overlap. What is left to chance depends on the seed
 * and on `purpose` alone.
 */
export class SectorPicker {
  readonly #sectorCount: number;
  readonly #scatter: Scatter;
  readonly #picked: Uint8Array;
  #next = 0;

  constructor(sectorCount: number, seed: number, purpose: string) {
    this.#sectorCount = sectorCount;
    this.#scatter = new Scatter(sectorCount, streamFor(seed, null, purpose));
    this.#picked = new Uint8Array(sectorCount);
  }

  /** The sectors of a choice, each once. */
  pick({ listed, share, clusters }: SectorChoice): number[] {
    const sectors: number[] = [];
    for (const { first, sectorCount } of listed) this.#take(first, sectorCount, sectors);
    if (share > 0)
      sectors.push(...this.further(Math.max(1, Math.round(share * this.#sectorCount))));
    if (clusters.count > 0) {
      const placeCount = Math.floor(this.#sectorCount / clusters.sectorCount);
      for (let index = 0, found = 0; found < clusters.count; index++) {
        const place = this.#scatter.positionOf(index);
        if (place >= placeCount) continue;
        this.#take(place * clusters.sectorCount, clusters.sectorCount, sectors);
        found++;
      }
    }
    return sectors;
  }

  /** So many that have not been picked yet, or as many as there are. */
  further(count: number): number[] {
    const sectors: number[] = [];
    while (sectors.length < count && this.#next < this.#sectorCount) {
      this.#take(this.#scatter.positionOf(this.#next++), 1, sectors);
    }
    return sectors;
  }

  #take(first: number, count: number, into: number[]): void {
    for (let sector = first; sector < first + count; sector++) {
      if (this.#picked[sector] === 1) continue;
      this.#picked[sector] = 1;
      into.push(sector);
    }
  }
}
