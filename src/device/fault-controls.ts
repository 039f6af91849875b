import { FaultControl, type Layout } from '../memory/layout.ts';
import type { SurfaceName } from '../scenario/plan.ts';
import { BadSectors } from './bad-sectors.ts';

/** What the coordinator does to a FaultyMedium from outside. */
export class FaultControls {
  readonly #words: Int32Array;
  readonly #control: number;
  readonly #switches: number;
  readonly #main: BadSectors;
  readonly #spare: BadSectors;

  constructor(words: Int32Array, layout: Layout) {
    this.#words = words;
    this.#control = layout.faultControl;
    this.#switches = layout.faultSwitches;
    this.#main = new BadSectors(words, layout.badMain);
    this.#spare = new BadSectors(words, layout.badSpare);
  }

  /** See badWordOf(); 0 makes the sector sound. */
  setBad(surface: SurfaceName, sector: number, word: number): void {
    this.stateOf(surface).set(sector, word);
  }

  stateOf(surface: SurfaceName): BadSectors {
    return surface === 'main' ? this.#main : this.#spare;
  }

  /** Whether an entry of faults.corruption has a say. */
  setCorrupting(entry: number, isOn: boolean): void {
    Atomics.store(this.#words, this.#switches + entry, isOn ? 0 : 1);
  }

  /** Requests wait from now on, until resume(). */
  stall(): void {
    Atomics.store(this.#words, this.#control + FaultControl.stall, 1);
  }

  resume(): void {
    Atomics.store(this.#words, this.#control + FaultControl.stall, 0);
    Atomics.notify(this.#words, this.#control + FaultControl.stall);
  }

  /** For good. Nothing is transferred after the sector that each thread is at. */
  cutPower(): void {
    Atomics.store(this.#words, this.#control + FaultControl.power, 1);
    this.resume();
  }
}
