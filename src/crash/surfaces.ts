import { LogKind } from '../device/write-log.ts';
import { CachedSurface, type Version } from './cached-surface.ts';
import type { LogStep, Promises } from './promises.ts';

/**
 * Main device and spare area as a power cut may leave them, kept up to date entry by entry, and for
 * every LBA whether what it may be found to hold is what it should hold: on the main device, and on
 * each spare that it was ever moved to. What one sector of data holds does not depend on any other,
 * so each is looked at with every value that it may have, and not in every combination.
 */
export class Surfaces {
  readonly main = new CachedSurface();
  readonly spare: CachedSurface;
  /** LBAs that must not be read from the main device after a power cut now. */
  readonly spoiltOnMain = new Set<number>();
  /** LBAs that must not be read from a spare, by that spare. */
  readonly spoiltOnSpare = new Map<number, Set<number>>();
  readonly #promises: Promises;
  readonly #tornSectors: boolean;

  constructor(formatted: ReadonlyMap<number, number>, promises: Promises, tornSectors: boolean) {
    this.spare = new CachedSurface(formatted);
    this.#promises = promises;
    this.#tornSectors = tornSectors;
  }

  /** Takes in an entry of the log, and the LBAs whose expectation it changed. */
  take(step: LogStep, changedLbas: readonly number[]): void {
    for (const lba of changedLbas) this.#judgeEverywhere(lba);
    const { kind, at, contents } = step;
    const isMove = kind === LogKind.moveToMain || kind === LogKind.moveToSpare;
    if (kind === LogKind.writeMain || kind === LogKind.moveToMain) {
      this.#write(this.main, at, contents, isMove);
      for (let offset = 0; offset < contents.length; offset++) this.#judgeMain(at + offset);
    } else if (kind === LogKind.writeSpare || kind === LogKind.moveToSpare) {
      this.#write(this.spare, at, contents, isMove);
      for (let offset = 0; offset < contents.length; offset++) this.#judgeSpare(at + offset);
    } else if (kind === LogKind.flushMain) {
      for (const lba of this.main.flush()) this.#judgeMain(lba);
    } else if (kind === LogKind.flushSpare) {
      for (const spare of this.spare.flush()) this.#judgeSpare(spare);
    }
  }

  #write(
    surface: CachedSurface,
    first: number,
    contents: readonly number[],
    isMove: boolean,
  ): void {
    for (const [offset, content] of contents.entries()) {
      surface.write(first + offset, { content, isMove });
    }
  }

  #judgeEverywhere(lba: number): void {
    this.#judgeMain(lba);
    for (const spare of this.#promises.sparesOf.get(lba) ?? []) this.#judgePair(lba, spare);
  }

  #judgeMain(lba: number): void {
    if (this.#isSound(this.main, lba, lba)) this.spoiltOnMain.delete(lba);
    else this.spoiltOnMain.add(lba);
  }

  #judgeSpare(spare: number): void {
    for (const lba of this.#promises.lbasOf.get(spare) ?? []) this.#judgePair(lba, spare);
  }

  #judgePair(lba: number, spare: number): void {
    const spoilt = this.spoiltOnSpare.get(spare);
    if (this.#isSound(this.spare, spare, lba)) spoilt?.delete(lba);
    else if (spoilt === undefined) this.spoiltOnSpare.set(spare, new Set([lba]));
    else spoilt.add(lba);
  }

  /** Whether all that the sector may hold may be found of the LBA. */
  #isSound(surface: CachedSurface, sector: number, lba: number): boolean {
    let before = surface.durableOf(sector);
    if (!this.#promises.allows(lba, before)) return false;
    for (const version of surface.pendingOf(sector)) {
      if (!this.#promises.allows(lba, version.content)) return false;
      if (this.#mayTear(version, before)) return false;
      before = version.content;
    }
    return true;
  }

  /**
   * Whoever writes over a sector that may tear risks what it held; a copy that a remap makes must
   * not, since nobody asked for it.
   */
  #mayTear({ content, isMove }: Version, before: number): boolean {
    return this.#tornSectors && isMove && content !== before;
  }
}
