import type { TargetControl, TargetStatus } from './target-control.ts';
import { LogKind, type WriteLog } from './write-log.ts';

/**
 * The published control path with its answers taken down. It changes the table by itself, without a
 * device, so that what it has done is known only when it answers; it copies nothing meanwhile.
 */
export class LoggedControl implements TargetControl {
  readonly #control: TargetControl;
  readonly #log: WriteLog;

  constructor(control: TargetControl, log: WriteLog) {
    this.#control = control;
    this.#log = log;
  }

  remap(thread: number, lba: number): number {
    return this.#answered(thread, lba, this.#control.remap(thread, lba));
  }

  autoRemap(thread: number, lba: number): number {
    return this.#answered(thread, lba, this.#control.autoRemap(thread, lba));
  }

  clear(thread: number): number {
    const count = this.#control.clear(thread);
    this.#log.mark(LogKind.cleared, thread, 0, 0);
    return count;
  }

  verify(thread: number, lba: number): number {
    return this.#control.verify(thread, lba);
  }

  save(thread: number): number {
    return this.#control.save(thread);
  }

  sync(thread: number): number {
    return this.#control.sync(thread);
  }

  restore(thread: number): number {
    return this.#control.restore(thread);
  }

  completeWrite(thread: number, lba: number, isError: boolean): boolean {
    return this.#control.completeWrite(thread, lba, isError);
  }

  status(thread: number): TargetStatus {
    return this.#control.status(thread);
  }

  #answered(thread: number, lba: number, answer: number): number {
    if (answer < 0) return answer;
    this.#log.mark(LogKind.remapBegin, thread, lba, answer);
    this.#log.mark(LogKind.remapped, thread, lba, answer);
    return answer;
  }
}
