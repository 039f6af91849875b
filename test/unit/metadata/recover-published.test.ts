import { describe, expect, test } from 'vitest';
import {
  HEADER_SECTORS,
  PUBLISHED_MAGIC,
  PublishedEntry,
  PublishedHeader,
} from '../../../src/metadata/published-header.ts';
import { recoverPublished } from '../../../src/metadata/recover-published.ts';
import { NO_METADATA, type Plan } from '../../../src/scenario/plan.ts';
import { loadOf, PRODUCT, type Step } from '../../support/crash.ts';
import { planWith } from '../../support/plans.ts';

const published = (checksum: Plan['metadata']['checksum']): Plan =>
  planWith({
    device: { sectorCount: 64, spare: { sectorCount: 128, placement: 'v4-dynamic' } },
    remap: { lookup: 'linear' },
    load: { mix: { read: 1, write: 1, remap: 1, unremap: 0 } },
    metadata: {
      ...NO_METADATA,
      format: 'published',
      checksum,
      crash: { ...NO_METADATA.crash, logSectorCount: 256 },
    },
  });

/** What is on the spare device after the steps, and what a restart makes of it. */
function restartAfter(checksum: Plan['metadata']['checksum'], steps: readonly Step[]) {
  const { words, layout } = loadOf(published(checksum), steps, PRODUCT);
  const read = (sector: number) =>
    words.subarray(layout.spare + sector * 128, layout.spare + (sector + 1) * 128);
  const reserved = new Uint8Array(128);
  const isCorrected = checksum === 'corrected';
  return { read, restart: recoverPublished({ reserved, isCorrected }, { read }) };
}

describe('the published metadata', () => {
  test('is not there before anybody sends sync', () => {
    const { restart } = restartAfter('as-published', [['remap', 3]]);
    expect(restart.describe()).toEqual(['clean start: no magic']);
  });

  test('never validates: its checksum covers itself', () => {
    const { read, restart } = restartAfter('as-published', [['remap', 0], ['sync']]);
    expect(read(0)[PublishedHeader.magic]).toBe(PUBLISHED_MAGIC);
    expect(restart.describe()).toEqual(['clean start: the checksum does not match']);
  });

  test('saves every slot of the table, used or not', () => {
    const { read } = restartAfter('as-published', [['remap', 3], ['sync']]);
    expect(read(0)[PublishedHeader.count]).toBe(64);
    expect(read(0)[PublishedHeader.generation]).toBe(64);
  });

  test('ends its header over the first entry, and wipes out its LBA', () => {
    const { read } = restartAfter('as-published', [['remap', 3], ['remap', 5], ['sync']]);
    const entries = read(HEADER_SECTORS);
    expect(entries[PublishedEntry.lba]).toBe(0);
    expect(entries[PublishedEntry.spare]).toBe(40);
    expect(entries[PublishedEntry.wordCount + PublishedEntry.lba]).toBe(5);
  });

  test('with a corrected checksum does not validate either, but for LBA 0 in the first slot', () => {
    const wiped = restartAfter('corrected', [['remap', 3], ['sync']]);
    expect(wiped.restart.describe()).toEqual(['clean start: the checksum does not match']);
    const spared = restartAfter('corrected', [['remap', 0], ['remap', 5], ['sync']]);
    expect(spared.restart.describe()).toEqual(['64 entries restored']);
    // Unused slots come back as LBA 0 on spare 0, and no spare is marked.
    expect(spared.restart.entries.filter(({ lba }) => lba === 0)).toHaveLength(63);
    expect(spared.restart.marked[41]).toBe(0);
  });
});
