import { expect, test } from 'vitest';
import { ErrorNumber, HeldMetadata, NothingToSave } from '../../../src/device/metadata-store.ts';
import { Metadata } from '../../../src/memory/layout.ts';
import { NO_METADATA } from '../../../src/scenario/plan.ts';
import { memoryFor, planWith } from '../../support/plans.ts';

/** Goal: an image is read back as it was put, and its books are kept; see the interface. */
const held = planWith({
  device: { sectorCount: 64, spare: { sectorCount: 64 } },
  remap: { lookup: 'linear' },
  target: { protocol: 'as-published' },
  load: { messages: [] },
});

test('held in memory: entries, their number, and an image a commit', () => {
  const { words, layout } = memoryFor(held);
  const store = new HeldMetadata(words, layout, true);
  store.put(0, 5, 9);
  store.put(1, 6, 8);
  expect(store.commit(2)).toBe(0);
  expect([store.generation(), store.saveCount(), store.failureCount()]).toEqual([1, 1, 0]);
  expect(store.load()).toBe(2);
  expect([store.lbaOf(0), store.spareOf(0)]).toEqual([5, 9]);
  expect([store.lbaOf(1), store.spareOf(1)]).toEqual([6, 8]);
  store.put(1, 7, 4);
  expect([store.lbaOf(0), store.spareOf(0), store.lbaOf(1), store.spareOf(1)]).toEqual([
    5, 9, 7, 4,
  ]);
  store.commit(1);
  expect([store.load(), store.generation(), store.saveCount()]).toEqual([1, 2, 2]);
  expect(store.save()).toBe(0);
  expect([store.generation(), store.saveCount()]).toEqual([2, 2]);
});

test('as published it is not valid when it is read back', () => {
  const { words, layout } = memoryFor(held);
  const store = new HeldMetadata(words, layout, false);
  store.put(0, 5, 9);
  store.commit(1);
  expect(store.load()).toBe(ErrorNumber.invalid);
  expect(store.generation()).toBe(1);
});

test('where every remap is on the medium already, the generation counts the updates', () => {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 128, placement: 'v4-dynamic' } },
    allocator: { kind: 'bitmap' },
    metadata: { ...NO_METADATA, format: 'redundant' },
  });
  const { words, layout } = memoryFor(plan);
  const store = new NothingToSave(words, layout);
  words[layout.savedMetadata + Metadata.sequence] = 7;
  expect([store.generation(), store.saveCount(), store.failureCount()]).toEqual([7, 7, 0]);
  expect([store.commit(), store.save(), store.load()]).toEqual([0, 0, 0]);
  expect([store.lbaOf(), store.spareOf()]).toEqual([-1, -1]);
});
