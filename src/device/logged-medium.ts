import type { Medium } from './medium.ts';
import { Outcome } from './outcome.ts';
import type { Surface } from './surface.ts';
import { LogKind, type WriteLog } from './write-log.ts';

/**
 * Takes down what is written to a medium, and passes it on. A write is taken down before it is
 * made: one that the power interrupts may have reached the medium, or part of it. A flush is taken
 * down when it is done. After the first answer other than `done` nobody may send anything more.
 */
export class LoggedMedium implements Medium {
  readonly #medium: Medium;
  readonly #log: WriteLog;
  readonly #main: Surface;
  readonly #spare: Surface;

  constructor(
    medium: Medium,
    log: WriteLog,
    surfaces: { readonly main: Surface; readonly spare: Surface },
  ) {
    this.#medium = medium;
    this.#log = log;
    this.#main = surfaces.main;
    this.#spare = surfaces.spare;
  }

  readMain(lba: number, sectorCount: number, targetByte: number): number {
    return this.#medium.readMain(lba, sectorCount, targetByte);
  }

  readSpare(spare: number, sectorCount: number, targetByte: number): number {
    return this.#medium.readSpare(spare, sectorCount, targetByte);
  }

  writeMain(lba: number, sectorCount: number, sourceByte: number): number {
    this.#log.beginCommand();
    this.#log.append(LogKind.writeMain, 0, lba, sectorCount, sourceByte);
    const outcome = this.#medium.writeMain(lba, sectorCount, sourceByte);
    this.#log.endCommand();
    return outcome;
  }

  writeSpare(spare: number, sectorCount: number, sourceByte: number): number {
    this.#log.beginCommand();
    this.#log.append(LogKind.writeSpare, 0, spare, sectorCount, sourceByte);
    const outcome = this.#medium.writeSpare(spare, sectorCount, sourceByte);
    this.#log.endCommand();
    return outcome;
  }

  /** Under the log's lock nobody writes, so what is taken down is what is copied. */
  moveToSpare(lba: number, spare: number): number {
    this.#log.beginCommand();
    this.#log.append(LogKind.moveToSpare, 0, spare, 1, this.#main.byteOf(lba));
    const outcome = this.#medium.moveToSpare(lba, spare);
    this.#log.endCommand();
    return outcome;
  }

  moveToMain(spare: number, lba: number): number {
    this.#log.beginCommand();
    this.#log.append(LogKind.moveToMain, 0, lba, 1, this.#spare.byteOf(spare));
    const outcome = this.#medium.moveToMain(spare, lba);
    this.#log.endCommand();
    return outcome;
  }

  moveSpare(from: number, to: number): number {
    return this.#medium.moveSpare(from, to);
  }

  loseSpare(spare: number): number {
    return this.#medium.loseSpare(spare);
  }

  flushMain(): number {
    const outcome = this.#medium.flushMain();
    if (outcome === Outcome.done) this.#log.mark(LogKind.flushMain, 0, 0, 0);
    return outcome;
  }

  flushSpare(): number {
    const outcome = this.#medium.flushSpare();
    if (outcome === Outcome.done) this.#log.mark(LogKind.flushSpare, 0, 0, 0);
    return outcome;
  }

  failedSector(): number {
    return this.#medium.failedSector();
  }
}
