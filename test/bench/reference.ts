import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from './command.ts';
import { DEVICE_BYTES, type Load, SECTOR_BYTES, WARMUP_SECONDS, ZIPF_THETA } from './load.ts';

/** The C reference, built anew for every run of the benches. */
export class Reference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sparestorm-reference-'));
  readonly #program = join(this.#folder, 'reference');
  readonly compiler: string;

  /**
   * @param sources folder of its C files
   * @throws CommandFailed where there is no C compiler
   */
  constructor(sources: string) {
    const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
    const flags = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-pthread', '-o', this.#program];
    outputOf('cc', [...flags, ...files.map((name) => join(sources, name)), '-lm']);
    this.compiler = outputOf('cc', ['--version']).split('\n', 1)[0] as string;
  }

  /** One subcommand; its figures. */
  run(parameters: readonly (string | number)[]): Record<string, number> {
    return JSON.parse(outputOf(this.#program, parameters.map(String)));
  }

  operationsPerSecond(load: Load): number {
    const figures = this.run([
      ...['load', '--threads', load.threads, '--seconds', load.seconds],
      ...['--warmup', WARMUP_SECONDS, '--sectors', DEVICE_BYTES / SECTOR_BYTES],
      ...['--block', load.blockBytes / SECTOR_BYTES, '--read', 50, '--write', 50],
      ...['--medium', load.medium, '--distribution', load.distribution],
      ...(load.distribution === 'zipf' ? ['--theta', ZIPF_THETA] : []),
      ...['--timing', load.timing ?? 'each', '--seed', 1],
    ]);
    return figures.perSecond as number;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
