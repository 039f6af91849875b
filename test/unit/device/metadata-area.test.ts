import { describe, expect, test } from 'vitest';
import {
  formatMetadata,
  formattedSectors,
  identityOf,
  metadataAreaOf,
  reservedSectorsOf,
} from '../../../src/device/metadata-area.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { Metadata, SECTOR_WORDS } from '../../../src/memory/layout.ts';
import { PUBLISHED_MAGIC, PUBLISHED_VERSION } from '../../../src/metadata/published-header.ts';
import { emptyBlock } from '../../../src/metadata/redundant-block.ts';
import { type MetadataPlan, NO_METADATA, type Placement } from '../../../src/scenario/plan.ts';
import { planWith } from '../../support/plans.ts';

const planFor = (
  spare: { readonly sectorCount: number; readonly placement: Placement; readonly limit?: number },
  metadata: Partial<MetadataPlan>,
) =>
  planWith({
    device: { sectorCount: 64, spare: { limit: null, ...spare } },
    allocator: { kind: 'bitmap' },
    metadata: { ...NO_METADATA, format: 'redundant', ...metadata },
  });

/** What stands wherever nothing is formatted. */
const ELSE = 7777;

/** Sectors in a row. */
const run = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

describe('where the blocks lie', () => {
  test('at the first of the published places, as many as there are copies', () => {
    const plan = planFor({ sectorCount: 128, placement: 'v4-dynamic' }, { copyCount: 3 });
    const shape = { blockCount: 2, headCount: 2, extents: 128 };
    expect(metadataAreaOf(plan)).toEqual({ positions: [0, 8, 16], ...shape });
  });

  test('side by side where there are no places', () => {
    const plan = planFor({ sectorCount: 300, placement: 'none', limit: 240 }, { copyCount: 2 });
    const shape = { blockCount: 3, headCount: 3, extents: 300 };
    expect(metadataAreaOf(plan)).toEqual({ positions: [0, 3], ...shape });
  });
});

describe('reserved', () => {
  const reserved = (plan: Parameters<typeof reservedSectorsOf>[0]) =>
    [...reservedSectorsOf(plan).keys()].filter((sector) => reservedSectorsOf(plan)[sector] === 1);

  test('are the published places, used or not, and the extents beyond them', () => {
    const plan = planFor({ sectorCount: 1100, placement: 'v4-dynamic' }, { copyCount: 2 });
    expect(reservedSectorsOf(plan)).toHaveLength(1100);
    // Ten blocks a copy, of which two do not fit.
    expect(reserved(plan)).toEqual([
      ...[...run(0, 8), ...run(275, 8), ...run(550, 8), ...run(825, 8)],
      ...run(1096, 4),
    ]);
  });

  test('are the blocks alone where there are no places', () => {
    const plan = planFor({ sectorCount: 300, placement: 'none' }, { copyCount: 2 });
    expect(reserved(plan)).toEqual(run(0, 6));
  });

  test('is nothing more for the published format', () => {
    const spare = { sectorCount: 1100, placement: 'none' } as const;
    expect(reserved(planFor(spare, { format: 'published' }))).toEqual([]);
  });
});

test.each([
  [0, 0],
  [1, 1],
  [42, 42],
  [2 ** 32 + 42, 43],
  [2 ** 40 + 1, 257],
  [2 ** 32 - 1, -1],
])('who has seed %d is named by both its halves', (seed, folded) => {
  expect(identityOf(seed)).toBe(Math.imul(folded, 0x9e3779b1) ^ 0x4d455441);
});

describe('formatted', () => {
  const plan = planFor({ sectorCount: 128, placement: 'v4-dynamic' }, { copyCount: 2 });
  const blockOf = (copy: number, block: number) =>
    emptyBlock({ identity: identityOf(plan.seed), copy, block });

  test('is an empty block in each place of each copy', () => {
    expect(formattedSectors(plan)).toEqual(
      new Map([
        [0, blockOf(0, 0)],
        [1, blockOf(0, 1)],
        [8, blockOf(1, 0)],
        [9, blockOf(1, 1)],
      ]),
    );
  });

  test('are these sectors of the medium, and in memory the blocks of the first copy', () => {
    const { words, layout } = createMemory(plan);
    const expected = words.fill(ELSE).slice();
    formatMetadata(plan, words, layout);
    for (const [sector, block] of formattedSectors(plan)) {
      expected.set(block, layout.spare + sector * SECTOR_WORDS);
    }
    const context = layout.savedMetadata + Metadata.context;
    expected.set(blockOf(0, 0), context);
    expected.set(blockOf(0, 1), context + SECTOR_WORDS);
    expect(wordsThatDiffer(words, expected)).toEqual([]);
  });

  test('as published, is a header in memory and nothing on the medium', () => {
    const published = planFor({ sectorCount: 128, placement: 'none' }, { format: 'published' });
    const { words, layout } = createMemory(published);
    const expected = words.fill(ELSE).slice();
    formatMetadata(published, words, layout);
    const header = layout.savedMetadata + Metadata.context;
    expected.set([PUBLISHED_MAGIC, PUBLISHED_VERSION], header);
    expect(wordsThatDiffer(words, expected)).toEqual([]);
  });
});

function wordsThatDiffer(words: Int32Array, expected: Int32Array): readonly number[] {
  const differing: number[] = [];
  words.forEach((word, index) => {
    if (word !== expected[index]) differing.push(index);
  });
  return differing;
}
