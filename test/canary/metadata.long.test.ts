import { afterEach, describe, expect, test } from 'vitest';
import type { MetadataLoss } from '../../src/record/run-record.ts';
import type { MetadataPlan } from '../../src/scenario/plan.ts';
import {
  type CrashParts,
  metadataPlan,
  PRODUCT,
  powerCutsIn,
  type Step,
} from '../support/crash.ts';
import { Mutant, type Mutation } from '../support/mutant.ts';
import type { Overrides } from '../support/run-record.ts';

/**
 * Goal: the power cuts see the faults that they exist for: in the order of an update, in the
 * format, in the restart.
 *
 * Method: the built product with one text replaced, and a load of one thread in which the fault can
 * matter. Without the fault the same load survives.
 */
const LOAD: readonly Step[] = [
  ['write', 3],
  ['flush'],
  ['remap', 3],
  ['write', 3],
  ['flush'],
  ['remap', 4],
  ['write', 5],
  ['remap', 5],
  ['flush'],
  ['unremap', 3],
  ['remap', 6],
  ['write', 6],
  ['flush'],
];

const WRITER = 'device/redundant-metadata.js';
const BLOCK = 'metadata/redundant-block.js';
const RESTART = 'metadata/recover-redundant.js';

const FAULTS: readonly {
  readonly name: string;
  readonly mutations: readonly Mutation[];
  readonly metadata?: Overrides<MetadataPlan>;
  readonly losses: readonly MetadataLoss[];
}[] = [
  {
    name: 'no flush before a remap is acknowledged',
    mutations: [
      {
        file: WRITER,
        find: 'return outcome;\n        return this.#medium.flushSpare();',
        replace: 'return outcome; return Outcome.done;',
      },
    ],
    losses: ['lost remap'],
  },
  {
    name: 'no flush of the data before the metadata leads to it',
    mutations: [
      {
        file: WRITER,
        find: "if (this.#flush === 'each-copy' || this.#flush === 'per-update') {",
        replace: 'if (false) {',
      },
    ],
    losses: ['lost data'],
  },
  {
    name: 'a remap acknowledged before its metadata is written',
    mutations: [
      {
        file: 'device/device.js',
        find: 'outcome = this.#metadata.recordRemap(lba, spare);',
        replace: ';',
      },
      {
        file: 'device/logged-device.js',
        find: 'this.#log.mark(LogKind.remapped, thread, lba, spare);',
        replace:
          'this.#log.mark(LogKind.remapped, thread, lba, spare); this.#metadata.recordRemap(lba, spare);',
      },
    ],
    losses: ['lost remap'],
  },
  {
    name: 'an undoing that is never written',
    mutations: [
      { file: WRITER, find: 'return this.#update(spare, 0);', replace: 'return Outcome.done;' },
    ],
    losses: ['stray remap'],
  },
  {
    name: 'data not flushed on the main device before an undoing',
    mutations: [{ file: WRITER, find: "if (this.#flush !== 'never') {", replace: 'if (false) {' }],
    losses: ['lost data'],
  },
  {
    name: 'a checksum that covers itself',
    mutations: [{ file: BLOCK, find: 'Block.checksum * 4)', replace: 'Block.wordCount * 4)' }],
    losses: ['lost remap'],
  },
  {
    name: 'a checksum that nobody looks at',
    mutations: [
      { file: BLOCK, find: 'words[Block.checksum] !== checksumOf(words)', replace: 'false' },
    ],
    metadata: { crash: { corruptCopyCount: 1 } },
    losses: ['stray remap'],
  },
  {
    name: 'the lowest sequence wins',
    mutations: [{ file: BLOCK, find: '| 0) > 0', replace: '| 0) < 0' }],
    metadata: { crash: { corruptCopyCount: 1, corruption: 'stale' } },
    losses: ['lost remap'],
  },
  {
    name: 'the primary copy wins as long as it is valid',
    mutations: [{ file: RESTART, find: '!isLater(block.sequence, latest)', replace: 'true' }],
    metadata: { crash: { corruptCopyCount: 1, corruption: 'stale' } },
    losses: ['lost remap'],
  },
  {
    name: 'repairs that are not flushed',
    mutations: [{ file: RESTART, find: "commands.push({ kind: 'flush' });", replace: ';' }],
    losses: ['copies differ'],
  },
  {
    name: 'a repair that writes the good copy anew as well',
    mutations: [
      {
        file: RESTART,
        find: 'other.digest === digest)',
        replace: 'other.digest === digest && found.every((one) => one.digest === digest))',
      },
      {
        file: RESTART,
        find: 'const words = asCopy(image.read(sectorOf(area, best, block)), copy);',
        replace:
          'const later = image.read(sectorOf(area, best, block)).slice(); later[Block.sequence]++; const words = asCopy(later, copy);',
      },
    ],
    losses: ['repair unsafe', 'lost remap'],
  },
  {
    name: 'a bitmap that is not built anew',
    mutations: [{ file: RESTART, find: 'marked[first + offset] = 1;', replace: '' }],
    losses: ['spare owned twice'],
  },
];

const mutants: Mutant[] = [];

afterEach(() => {
  for (const mutant of mutants.splice(0)) mutant.dispose();
});

async function partsWith(mutations: readonly Mutation[]): Promise<CrashParts> {
  const mutant = new Mutant(mutations);
  mutants.push(mutant);
  const names = ['memory/attach', 'device/index', 'lock/index', 'crash/index'];
  const modules = await Promise.all(names.map((name) => mutant.load(name)));
  return Object.assign({}, ...modules);
}

describe.each(FAULTS)('$name', ({ mutations, metadata = {}, losses }) => {
  test('is reported, and is not there without it', async () => {
    const plan = metadataPlan(metadata);
    const broken = powerCutsIn(plan, LOAD, await partsWith(mutations));
    expect(broken.failedPointCount).toBeGreaterThan(0);
    const seen = losses.filter((loss) => broken.lossCounts[loss] > 0);
    expect({ seen, of: broken.lossCounts }).not.toMatchObject({ seen: [] });
    expect(broken.losses[0]?.text).toMatch(/^power cut (before the first|after) command/);
    expect(powerCutsIn(plan, LOAD, PRODUCT).losses).toEqual([]);
  });
});
