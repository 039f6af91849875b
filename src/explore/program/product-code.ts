import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssertionError } from '../../errors.ts';
import { type Instrumented, instrument, type Patch } from '../transform/instrument.ts';

/** Passing the time is no part of a protocol, and what only declares types has nothing to run. */
const LEFT_OUT: readonly string[] = ['lock/relax.js', 'lock/lock.js'];

/**
 * The emitted files of the locks and the device: those that run. In a source tree they stand in
 * dist/, and must have been built.
 */
export function emittedRoot(): string {
  const here = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  const built = existsSync(`${here}/lock/relax.js`) ? here : resolve(here, '../dist/src');
  if (!existsSync(`${built}/lock/relax.js`)) {
    throw new AssertionError(`${built} holds no built files; npm run build makes them`);
  }
  return built;
}

/** The modules under test, instrumented; with patches, a mutant of them. */
export async function instrumentProduct(patches: readonly Patch[] = []): Promise<ProductCode> {
  const root = emittedRoot();
  const files = [
    ...filesOf(root, 'lock'),
    ...filesOf(root, 'device'),
    'record/owner-table.js',
    'explore/program/thread-program.js',
    'explore/program/lock-program.js',
    'explore/program/interrupts-off-lock.js',
    'explore/program/table-program.js',
  ].filter((file) => !LEFT_OUT.includes(file));
  const code = await instrument({
    files: files.map((file) => `${root}/${file}`),
    root: resolve(root, '../..'),
    patches,
  });
  return {
    ...code,
    module: (name) => code.exportsOf(`${root}/${name}.js`) as never,
  };
}

export interface ProductCode extends Instrumented {
  /** Exports of a module by its path under src/, as they are after instrumenting. */
  module<Exports>(name: string): Exports;
}

function filesOf(root: string, folder: string): string[] {
  return readdirSync(`${root}/${folder}`)
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => `${folder}/${name}`);
}
