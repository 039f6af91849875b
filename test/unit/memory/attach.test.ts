import { describe, expect, test } from 'vitest';
import { attachMemory, createMemory, touchPages } from '../../../src/memory/attach.ts';
import { Control, WORD_BYTES } from '../../../src/memory/layout.ts';
import { planWith } from '../../support/plans.ts';

const plan = planWith();

describe('attachMemory', () => {
  test('sees the same words as whoever created them', () => {
    const created = createMemory(plan);
    const attached = attachMemory(structuredClone(plan), created.shared);
    created.words[created.layout.main] = 7;
    expect(attached.words[attached.layout.main]).toBe(7);
    expect(attached.layout).toEqual(created.layout);
  });

  test.each([
    ['another seed', planWith({ seed: 43 })],
    ['another layout', planWith({ device: { sectorCount: 2048 } })],
    ['another block size', planWith({ load: { blockSizes: [{ sectorCount: 16, weight: 1 }] } })],
    ['another threshold of patience', planWith({ watchdogNs: 1_000_001 })],
  ])('refuses memory of a plan with %s', (_, other) => {
    expect(() => attachMemory(other, createMemory(plan).shared)).toThrow('another plan');
  });

  test('refuses memory that nobody stamped', () => {
    const { shared, words, layout } = createMemory(plan);
    words[layout.control + Control.magic] = 0;
    expect(() => attachMemory(plan, shared)).toThrow('another plan');
  });
});

describe('createMemory', () => {
  test('is large enough, shared, and all zero but for its header', () => {
    const { shared, words, layout } = createMemory(plan);
    expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shared.buffer.byteLength).toBeGreaterThanOrEqual(layout.wordCount * WORD_BYTES);
    const header = [layout.control + Control.magic, layout.control + Control.digest];
    expect(words.findLastIndex((word, index) => word !== 0 && !header.includes(index))).toBe(-1);
    for (const index of header) expect(words[index]).not.toBe(0);
  });

  test('refuses a plan that no memory could hold', () => {
    const huge = planWith({
      device: { sectorCount: 2 ** 23 - 1, spare: { sectorCount: 2 ** 22 } },
    });
    expect(() => createMemory(huge)).toThrow(/words of shared memory; 2\^30 is the most/);
  });
});

test('the threads together touch every word of the device, each its own part', () => {
  const memory = createMemory(plan);
  const { words, layout } = memory;
  const { word, wordCount } = layout.regions.find(({ name }) => name === 'main device') ?? {
    word: 0,
    wordCount: 0,
  };
  words.fill(7, word, word + wordCount);
  const left = [0, 1, 2].map((thread) => {
    touchPages(memory, thread, 3);
    return words.subarray(word, word + wordCount).filter((value) => value === 7).length;
  });
  expect(left.map((count) => Math.round((3 * count) / wordCount))).toEqual([2, 1, 0]);
  expect(left[2]).toBe(0);
});
