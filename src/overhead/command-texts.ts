import { Scatter } from '../load/scatter.ts';
import { streamFor } from '../random.ts';
import type { Command, Plan } from '../scenario/plan.ts';

/**
 * The words of each command. A remap names an LBA that was not remapped before, from anywhere on
 * the device; a verify names the last one that was.
 */
export class CommandTexts {
  readonly #scatter: Scatter;
  #remapped = 0;
  #lastLba = 0;

  constructor(plan: Plan) {
    const random = streamFor(plan.seed, null, 'overhead.lba');
    this.#scatter = new Scatter(plan.device.sectorCount, random);
  }

  next(command: Command): string {
    if (command === 'verify') return `verify ${this.#lastLba}`;
    if (command !== 'remap') return command;
    this.#lastLba = this.nextLba();
    return `remap ${this.#lastLba}`;
  }

  nextLba(): number {
    return this.#scatter.positionOf(this.#remapped++);
  }
}
