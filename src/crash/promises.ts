import { LogKind } from '../device/write-log.ts';

/** Where an LBA must be found after a restart. ON_MAIN = on the main device. */
export interface Mapping {
  /** Spare that was acknowledged last, or ON_MAIN. */
  acknowledged: number;
  /** What it may be as well: a remap, or its undoing, that was asked for and not acknowledged. */
  readonly inDoubt: number[];
}

export const ON_MAIN = -1;

/** One write of one sector, as its caller knows of it; times are positions in the log. */
interface Written {
  readonly lba: number;
  readonly content: number;
  readonly issuedAt: number;
  acknowledgedAt: number;
}

/** Contents that a sector may have. */
interface Expected {
  versions: Written[];
  /** Issue of the latest write that was promised to be durable; −1 before the first. */
  promisedFrom: number;
}

/** An entry of the log, with the contents of its sectors by number. */
export interface LogStep {
  readonly kind: number;
  readonly thread: number;
  readonly at: number;
  readonly count: number;
  readonly contents: readonly number[];
}

/**
 * What callers were told up to a point of the log, and so may rely on after a power cut there.
 *
 * A remap is promised once it was acknowledged. Data is promised once a flush was acknowledged that
 * was asked for after the write was. A write that was never flushed may be there or not. Of writes
 * that overlapped, any may have come last: so what a sector may hold is all that was issued, less
 * what had been acknowledged before the issue of a write that is promised.
 */
export class Promises {
  readonly mappings = new Map<number, Mapping>();
  /** LBAs that were ever asked to be moved to a spare, by spare. */
  readonly lbasOf = new Map<number, Set<number>>();
  readonly sparesOf = new Map<number, Set<number>>();
  #promisedCount = 0;
  #remapCount = 0;
  readonly #expected = new Map<number, Expected>();
  readonly #open = new Map<number, Written[]>();
  readonly #acknowledged: Written[] = [];
  #flushedUpTo = 0;
  readonly #syncFrom = new Map<number, number>();

  /** Remaps that were acknowledged so far. */
  get remapCount(): number {
    return this.#remapCount;
  }

  /** Sectors written and promised to be durable so far. */
  get promisedCount(): number {
    return this.#promisedCount;
  }

  /** Takes in an entry; returns the LBAs of which more, or less, is expected now. */
  take(step: LogStep, position: number): readonly number[] {
    const { kind, thread, at, count } = step;
    switch (kind) {
      case LogKind.issue:
        return this.#issue(step, position);
      case LogKind.written:
        for (const written of this.#open.get(thread) ?? []) {
          written.acknowledgedAt = position;
          this.#acknowledged.push(written);
        }
        this.#open.delete(thread);
        return [];
      case LogKind.syncBegin:
        this.#syncFrom.set(thread, this.#acknowledged.length);
        return [];
      case LogKind.syncEnd:
        return this.#promise(this.#syncFrom.get(thread) ?? 0);
      case LogKind.remapBegin:
        setOf(this.lbasOf, count).add(at);
        setOf(this.sparesOf, at).add(count);
        this.#mappingOf(at).inDoubt.push(count);
        return [at];
      case LogKind.remapped:
        this.#remapCount++;
        this.#settle(at, count);
        return [];
      case LogKind.unremapBegin:
        this.#mappingOf(at).inDoubt.push(ON_MAIN);
        return [];
      case LogKind.unremapped:
        this.#settle(at, ON_MAIN);
        return [];
      case LogKind.cleared:
        for (const lba of this.mappings.keys()) this.#settle(lba, ON_MAIN);
        return [];
      default:
        return [];
    }
  }

  /** Whether a sector that holds this may be what is found of the LBA. */
  allows(lba: number, content: number): boolean {
    const expected = this.#expected.get(lba);
    if (expected === undefined) return content === 0;
    if (content === 0 && expected.promisedFrom < 0) return true;
    return expected.versions.some((version) => version.content === content);
  }

  #mappingOf(lba: number): Mapping {
    const known = this.mappings.get(lba);
    if (known !== undefined) return known;
    const mapping = { acknowledged: ON_MAIN, inDoubt: [] };
    this.mappings.set(lba, mapping);
    return mapping;
  }

  #settle(lba: number, place: number): void {
    const mapping = this.#mappingOf(lba);
    mapping.acknowledged = place;
    mapping.inDoubt.length = 0;
  }

  #issue({ thread, at, contents }: LogStep, position: number): number[] {
    const open = contents.map((content, offset): Written => {
      const lba = at + offset;
      return { lba, content, issuedAt: position, acknowledgedAt: Number.POSITIVE_INFINITY };
    });
    for (const written of open) {
      const expected = this.#expected.get(written.lba);
      if (expected === undefined) {
        this.#expected.set(written.lba, { versions: [written], promisedFrom: -1 });
      } else expected.versions.push(written);
    }
    this.#open.set(thread, open);
    return open.map(({ lba }) => lba);
  }

  #promise(upTo: number): number[] {
    const promised = this.#acknowledged.slice(this.#flushedUpTo, upTo);
    this.#flushedUpTo = Math.max(this.#flushedUpTo, upTo);
    this.#promisedCount += promised.length;
    for (const { lba, issuedAt } of promised) {
      const expected = this.#expected.get(lba) as Expected;
      const from = Math.max(expected.promisedFrom, issuedAt);
      expected.promisedFrom = from;
      expected.versions = expected.versions.filter(({ acknowledgedAt }) => acknowledgedAt >= from);
    }
    return promised.map(({ lba }) => lba);
  }
}

function setOf(sets: Map<number, Set<number>>, key: number): Set<number> {
  const known = sets.get(key);
  if (known !== undefined) return known;
  const fresh = new Set<number>();
  sets.set(key, fresh);
  return fresh;
}
