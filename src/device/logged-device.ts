import type { Device, RemappingDevice } from './device.ts';
import type { MetadataWriter } from './metadata-writer.ts';
import { Outcome } from './outcome.ts';
import { ON_MAIN } from './remap-table.ts';
import { LogKind, type WriteLog } from './write-log.ts';

/**
 * A device whose callers' wishes and answers are taken down beside what it does to the medium: what
 * was acknowledged must survive. A wish is taken down before anything is done about it, an answer
 * when all has been done.
 */
export class LoggedDevice implements RemappingDevice {
  readonly #device: Device;
  readonly #metadata: MetadataWriter;
  readonly #log: WriteLog;

  constructor(device: Device, metadata: MetadataWriter, log: WriteLog) {
    this.#device = device;
    this.#metadata = metadata;
    this.#log = log;
  }

  read(thread: number, lba: number, sectorCount: number, targetByte: number): number {
    return this.#device.read(thread, lba, sectorCount, targetByte);
  }

  write(thread: number, lba: number, sectorCount: number, sourceByte: number): number {
    this.#log.append(LogKind.issue, thread, lba, sectorCount, sourceByte);
    const outcome = this.#device.write(thread, lba, sectorCount, sourceByte);
    if (outcome === Outcome.done) this.#log.mark(LogKind.written, thread, lba, sectorCount);
    return outcome;
  }

  flush(thread: number): number {
    this.#log.mark(LogKind.syncBegin, thread, 0, 0);
    const outcome = this.#metadata.flush();
    if (outcome === Outcome.done) this.#log.mark(LogKind.syncEnd, thread, 0, 0);
    return outcome;
  }

  lockTarget(thread: number): void {
    this.#device.lockTarget(thread);
  }

  unlockTarget(thread: number): void {
    this.#device.unlockTarget(thread);
  }

  attach(lba: number, spare: number): number {
    this.#log.mark(LogKind.remapBegin, 0, lba, spare);
    return this.#device.attach(lba, spare);
  }

  finishRemap(thread: number, lba: number, spare: number): void {
    this.#metadata.finishRemap(thread);
    this.#log.mark(LogKind.remapped, thread, lba, spare);
  }

  detach(lba: number): number {
    this.#log.mark(LogKind.unremapBegin, 0, lba, 0);
    const spare = this.#device.detach(lba);
    if (spare !== ON_MAIN) this.#log.mark(LogKind.unremapped, 0, lba, spare);
    return spare;
  }

  spareOf(lba: number): number {
    return this.#device.spareOf(lba);
  }

  relocate(lba: number, spare: number, readCount: number): number {
    return this.#device.relocate(lba, spare, readCount);
  }

  failedLba(): number {
    return this.#device.failedLba();
  }

  failedSpare(): number {
    return this.#device.failedSpare();
  }

  syncMetadata(thread: number): void {
    this.#metadata.sync(thread);
  }

  autosaveMetadata(thread: number): void {
    this.#metadata.autosave(thread);
  }
}
