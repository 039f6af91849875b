import { allocatorOn, remapTableOn } from '../device/index.ts';
import { ON_MAIN, type RemapTable } from '../device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../device/spare-allocator.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import type { Memory } from '../memory/attach.ts';
import { type Plan, targetLockKindOf } from '../scenario/plan.ts';
import type { CommandTarget } from './command-target.ts';

const THREAD = 0;

/**
 * The commands of the target over the simulated device: its own allocator, remap table and target
 * lock. `remap`, `verify` and `clear` hold the target lock, as dm-remap's message handler does.
 *
 * As published, `info`, `debug`, `stats` and `status` are not commands, and get the answer that any
 * unknown word gets (dm-remap v4.0, control path). Corrected, they answer with the counters.
 *
 * Not modelled: the lines that the handler logs, and that its replies never reach user space.
 */
export class SimulatedTarget implements CommandTarget {
  readonly #plan: Plan;
  readonly #allocator: SpareAllocator;
  readonly #table: RemapTable;
  readonly #targetLock: Lock;
  /** In the order in which they were remapped. */
  #lbas: number[] = [];

  constructor(plan: Plan, { words, layout }: Memory) {
    this.#plan = plan;
    const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
    this.#allocator = allocatorOn(plan, words, layout, allocationLock);
    this.#table = remapTableOn(plan, words, layout);
    this.#targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  }

  command(text: string): string {
    const gap = text.indexOf(' ');
    const word = gap < 0 ? text : text.slice(0, gap);
    switch (word) {
      case 'ping':
        return 'pong';
      case 'remap':
        return this.#remap(Number(text.slice(gap + 1)));
      case 'verify':
        return this.#verify(Number(text.slice(gap + 1)));
      case 'clear':
        return this.#clear();
      default:
        return this.#counters(word);
    }
  }

  #remap(lba: number): string {
    this.#targetLock.acquire(THREAD);
    if (this.#table.spareFor(lba) !== ON_MAIN) {
      this.#targetLock.release(THREAD);
      return `error: sector ${lba} already remapped`;
    }
    const spare = this.#table.isFull() ? NO_SPARE : this.#allocator.allocate(THREAD);
    if (spare === NO_SPARE) {
      this.#targetLock.release(THREAD);
      return 'error: no unreserved spare sectors';
    }
    this.#table.insert(lba, spare);
    this.#lbas.push(lba);
    this.#targetLock.release(THREAD);
    return `remapped sector ${lba} -> spare sector ${spare}`;
  }

  #verify(lba: number): string {
    this.#targetLock.acquire(THREAD);
    const spare = this.#table.spareFor(lba);
    this.#targetLock.release(THREAD);
    return spare === ON_MAIN ? `sector ${lba} not remapped` : `sector ${lba} -> spare ${spare}`;
  }

  /** The spares stay allocated, as published. */
  #clear(): string {
    this.#targetLock.acquire(THREAD);
    for (const lba of this.#lbas) this.#table.remove(lba);
    this.#lbas = [];
    this.#targetLock.release(THREAD);
    return 'cleared all remap entries';
  }

  #counters(word: string): string {
    const isKnown = ['info', 'debug', 'stats', 'status'].includes(word);
    if (!isKnown || this.#plan.allocator.protocol === 'as-published') {
      return `error: unknown command ${word}`;
    }
    return `${word}: ${this.#lbas.length} of ${this.#plan.device.spare.sectorCount} spares used`;
  }
}
