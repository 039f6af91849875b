import { parseArgs } from 'node:util';
import { UsageError } from '../../../src/errors.ts';

interface Range {
  readonly min: number;
  readonly max: number;
  /** What holds if the option is not given; without it, the option must be. */
  readonly otherwise?: number;
}

/** Options of a probe, as `--name value`. What is wrong with them is a UsageError. */
export class Options {
  readonly #values: Readonly<Record<string, string | undefined>>;

  constructor(names: readonly string[], texts: readonly string[]) {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
    try {
      this.#values = parseArgs({ args: [...texts], options }).values;
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  }

  choice<T extends string>(name: string, choices: readonly T[], otherwise?: T): T {
    const text = this.#text(name, otherwise);
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new UsageError(`--${name} must be one of ${choices.join(', ')}, not '${text}'`);
  }

  whole(name: string, { min, max, otherwise }: Range): number {
    const text = this.#text(name, otherwise?.toString());
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not '${text}'`);
  }

  number(name: string, { min, max, otherwise }: Range): number {
    const text = this.#text(name, otherwise?.toString());
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a number from ${min} to ${max}, not '${text}'`);
  }

  isSet(name: string): boolean {
    return this.choice(name, ['0', '1']) === '1';
  }

  #text(name: string, otherwise: string | undefined): string {
    const text = this.#values[name] ?? otherwise;
    if (text === undefined) throw new UsageError(`--${name} is missing`);
    return text;
  }
}
