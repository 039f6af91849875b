const realWait = Atomics.wait;

/** Thrown where a mutant went on for longer than anything that ends. */
export class StepBoundError extends Error {
  constructor(what: string) {
    super(`step bound: ${what}`);
    this.name = 'StepBoundError';
  }
}

/**
 * Which mutant is on, and how far its code has come: what the schemata know as `$m`. Steps are
 * entries of functions and turns of loops; a test that takes many times as many as it did without a
 * mutant will never end.
 */
export class Switchboard {
  /** Number of the mutant that is on; read at every place that has one. */
  on = 0;
  stepCount = 0;
  stepBound = Number.POSITIVE_INFINITY;
  /** Functions entered since this was last set, while somebody wants to know. */
  entered: Set<number> | null = null;
  /** Texts that the explorer is to read instead of those that were emitted, by path. */
  readonly texts = new Map<string, string>();
  readonly #watchers: (() => void)[] = [];

  /** Also evaluates anew what is evaluated when a file is loaded. */
  switchTo(mutant: number): void {
    this.on = mutant;
    for (const watcher of this.#watchers) watcher();
  }

  textOf(path: string, emitted: string): string {
    return this.texts.get(path) ?? emitted;
  }

  $watch(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  $enter(unit: number): void {
    if (this.entered !== null) this.entered.add(unit);
    this.$turn();
  }

  $turn(): void {
    if (++this.stepCount > this.stepBound) throw new StepBoundError(`${this.stepBound} steps`);
  }

  /** Where one thread plays all of them, nobody is left to wake one that sleeps without a limit. */
  $sleep(view: Int32Array, index: number, seen: number, ms?: number): string {
    const isReal = Atomics.wait === realWait;
    if (isReal && ms === undefined && view[index] === seen) {
      throw new StepBoundError('asleep for ever');
    }
    return Atomics.wait(view, index, seen, ms);
  }

  $otherThan(value: unknown): unknown {
    if (typeof value === 'boolean') return !value;
    if (typeof value === 'number') return value + 1;
    return value === undefined || value === null ? 0 : undefined;
  }
}

export function switchboard(): Switchboard {
  const shared = globalThis as { $mutants?: Switchboard };
  shared.$mutants ??= new Switchboard();
  return shared.$mutants;
}
