/** What a write put into the cache of the disk. */
export interface Version {
  readonly content: number;
  /** A copy that a remap made, as opposed to a write that somebody asked for. */
  readonly isMove: boolean;
}

/**
 * A disk surface with a volatile write cache. A write goes to the cache; a flush makes all writes
 * before it durable. Until then the disk may have written any of them, in any order, so when power
 * fails a sector holds what was durable, or any of the versions written since: each sector for
 * itself. A sector is written whole; what a torn one holds is for Contents to say.
 */
export class CachedSurface {
  readonly #durable: Map<number, number>;
  readonly #pending = new Map<number, Version[]>();

  /** @param durable contents by sector; those that are not named hold zeros */
  constructor(durable: ReadonlyMap<number, number> = new Map()) {
    this.#durable = new Map(durable);
  }

  write(sector: number, version: Version): void {
    const versions = this.#pending.get(sector);
    if (versions === undefined) this.#pending.set(sector, [version]);
    else versions.push(version);
  }

  /** Returns the sectors that had anything to lose until now. */
  flush(): number[] {
    const sectors = [...this.#pending.keys()];
    for (const [sector, versions] of this.#pending) {
      this.#durable.set(sector, (versions.at(-1) as Version).content);
    }
    this.#pending.clear();
    return sectors;
  }

  durableOf(sector: number): number {
    return this.#durable.get(sector) ?? 0;
  }

  /** Oldest first. */
  pendingOf(sector: number): readonly Version[] {
    return this.#pending.get(sector) ?? [];
  }

  /** Sectors with anything to lose. */
  pendingSectors(): IterableIterator<number> {
    return this.#pending.keys();
  }

  isPending(sector: number): boolean {
    return this.#pending.has(sector);
  }
}
