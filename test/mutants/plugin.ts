import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutatedFiles } from './mutant.ts';
import { schemataOf } from './schemata.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const TESTS = `${dirname(HERE)}/`;
const SRC = `${dirname(dirname(HERE))}/src/`;
const REGISTRY = `${TESTS}mutants/registry.ts`;
const READS = "return readFileSync(path, 'utf8');";

/**
 * What makes tests run against mutants: sources of locks and device are their emitted files with
 * all mutants in them, tests register with us instead of vitest, and the explorer reads the texts
 * that it is given.
 */
export function mutantsPlugin() {
  const schemata = new Map(
    mutatedFiles().map((mutated) => [
      `${SRC}${mutated.file}.ts`,
      schemataOf(mutated, { sleeps: true, reloads: true }).replace(
        /(from '\.[^']*)\.js'/g,
        "$1.ts'",
      ),
    ]),
  );
  return {
    name: 'mutants',
    enforce: 'pre' as const,
    load: (id: string) => schemata.get(id),
    transform(code: string, id: string) {
      if (id.startsWith(TESTS) && !id.startsWith(`${TESTS}mutants/`)) {
        return code.replace(/from 'vitest'/g, `from '${REGISTRY}'`);
      }
      if (id === `${SRC}explore/transform/instrument.ts`) {
        if (!code.includes(READS)) throw new Error(`${id} no longer says ${READS}`);
        return code.replace(
          READS,
          "return globalThis.$mutants.textOf(path, readFileSync(path, 'utf8'));",
        );
      }
      return undefined;
    },
  };
}
