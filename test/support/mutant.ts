import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/src', import.meta.url));

/** A text of an emitted file, found exactly once, and what stands there in the mutant. */
export interface Mutation {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** The built product with a fault planted in it, in a folder of its own until disposed of. */
export class Mutant {
  readonly #folder: string;

  constructor(mutations: readonly Mutation[]) {
    this.#folder = mkdtempSync(join(tmpdir(), 'mutant-'));
    cpSync(BUILT, this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'package.json'), '{"type":"module"}');
    for (const { file, find, replace } of mutations) {
      const path = join(this.#folder, file);
      const parts = readFileSync(path, 'utf8').split(find);
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
      writeFileSync(path, parts.join(replace));
    }
  }

  /** A module of the mutant by its path in src, without ending. */
  load(name: string): Promise<Record<string, never>> {
    return import(pathToFileURL(join(this.#folder, `${name}.js`)).href);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
