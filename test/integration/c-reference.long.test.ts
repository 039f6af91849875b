import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outputOf } from '../bench/command.ts';
import { Reference } from '../bench/reference.ts';
import { sparestorm } from '../support/cli.ts';

/**
 * Goal: the C program of the benches does the same work: only then does a ratio mean something.
 *
 * Method: both draw the same number of operations from the same seed; the digest over operation,
 * address and size of every one of them must be equal, thread by thread.
 *
 * Not covered: where there is no C compiler, nothing is compared.
 */
const hasCompiler = (() => {
  try {
    return outputOf('cc', ['--version']) !== '';
  } catch {
    return false;
  }
})();

let reference: Reference;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparestorm-digest-'));
  if (hasCompiler)
    reference = new Reference(fileURLToPath(new URL('../bench/c/', import.meta.url)));
});

afterAll(() => {
  if (hasCompiler) reference.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasCompiler).each([
  ['uniform', 1, 8, 'chained'],
  ['uniform', 3, 3, 'each'],
  ['zipf', 2, 8, 'each'],
  ['sequential', 3, 1, 'each'],
])(
  'draws what sparestorm draws: %s, %i threads, %i sectors, timing %s',
  async (distribution, threads, block, timing) => {
    const operations = 30_000;
    const theta = distribution === 'zipf' ? ', theta: 1.1' : '';
    const file = join(folder, `${distribution}-${threads}.yaml`);
    writeFileSync(
      file,
      `version: 1
name: digest
seed: 7
device: { sectors: 20000, medium: none }
integrity: off
load:
  threads: ${threads}
  warmup: 0ms
  operations: ${operations}
  mix: { read: 60, write: 40 }
  blockSize: ${block * 512}
  timing: ${timing}
  addresses: { distribution: ${distribution}${theta} }
`,
    );
    const words = ['run', file, '--json', '--no-progress', '--out', join(folder, 'results')];
    const { stdout } = await sparestorm(words);
    const [result] = JSON.parse(stdout).results;
    const ours = result.threads.map(
      (thread: { operationDigest: number }) => thread.operationDigest,
    );
    const theirs = reference.run([
      ...['load', '--threads', threads, '--seconds', 1, '--warmup', 0, '--sectors', 20_000],
      ...['--block', block, '--read', 60, '--write', 40, '--medium', 'none', '--seed', 7],
      ...['--distribution', distribution, '--operations', operations, '--timing', timing],
      ...(distribution === 'zipf' ? ['--theta', 1.1] : []),
    ]);
    expect(ours).toHaveLength(threads);
    expect(theirs.digests).toEqual(ours);
  },
);
