import { nowNs } from '../clock.ts';
import type { CommandTarget } from './command-target.ts';

/** A target whose remaps take longer: a difference of known size, which must be found. */
export class DelayedTarget implements CommandTarget {
  readonly #inner: CommandTarget;
  readonly #delayNs: number;

  constructor(inner: CommandTarget, delayNs: number) {
    this.#inner = inner;
    this.#delayNs = delayNs;
  }

  command(text: string): string {
    if (text.startsWith('remap ')) {
      const untilNs = nowNs() + this.#delayNs;
      while (nowNs() < untilNs);
    }
    return this.#inner.command(text);
  }
}
