import { describe, expect, test } from 'vitest';
import { Scatter } from '../../../src/load/scatter.ts';
import { AliasTable, RejectionInversion, zipfPositions } from '../../../src/load/zipf.ts';
import { streamFor } from '../../../src/random.ts';

describe('alias table', () => {
  test('an item of weight 0 is never drawn', () => {
    const table = new AliasTable(Float64Array.of(1, 0, 3, 0), streamFor(1, 0, 'x'));
    const seen = new Set(Array.from({ length: 10_000 }, () => table.next()));
    expect([...seen].sort()).toEqual([0, 2]);
  });

  test('a single item is always drawn', () => {
    const table = new AliasTable(Float64Array.of(0.1), streamFor(1, 0, 'x'));
    expect(Array.from({ length: 5 }, () => table.next())).toEqual([0, 0, 0, 0, 0]);
  });

  test('weights that add up to nothing, or to no number, are refused', () => {
    const random = streamFor(1, 0, 'x');
    expect(() => new AliasTable(new Float64Array(3), random)).toThrow('add up to 0');
    expect(() => new AliasTable(Float64Array.of(1, Number.NaN), random)).toThrow('add up to NaN');
  });
});

describe('rejection-inversion', () => {
  test.each([1, 2, 3])('of %i items it draws each and no other', (itemCount) => {
    for (const theta of [0.01, 1, 4]) {
      const sampler = new RejectionInversion(itemCount, theta, streamFor(1, 0, 'x'));
      const seen = new Set(Array.from({ length: 20_000 }, () => sampler.next()));
      expect([...seen].sort()).toEqual([0, 1, 2].slice(0, itemCount));
    }
  });

  test('an extreme theta leaves only the hottest item', () => {
    const sampler = new RejectionInversion(2 ** 22, 400, streamFor(1, 0, 'x'));
    expect(Array.from({ length: 100 }, () => sampler.next()).every((rank) => rank === 0)).toBe(
      true,
    );
  });
});

describe('positions', () => {
  test('a theta of 0 or less is refused', () => {
    const streams = { draws: streamFor(1, 0, 'x'), scatter: streamFor(1, null, 'y') };
    expect(() => zipfPositions({ itemCount: 10, theta: 0 }, streams)).toThrow('theta');
    expect(() => zipfPositions({ itemCount: 10, theta: Number.NaN }, streams)).toThrow('theta');
  });
});

describe('scatter', () => {
  test('hot ranks are spread over the whole range', () => {
    const scatter = new Scatter(100_000, streamFor(1, null, 'scatter'));
    const hundredths = new Set(
      Array.from({ length: 500 }, (_, rank) => Math.floor(scatter.positionOf(rank) / 1000)),
    );
    // 500 items dropped at random into 100 bins leave fewer than one empty on average.
    expect(hundredths.size).toBeGreaterThan(95);
  });

  test('neighbours are rarely neighbours afterwards', () => {
    const scatter = new Scatter(100_000, streamFor(1, null, 'scatter'));
    let near = 0;
    for (let rank = 1; rank < 10_000; rank++) {
      if (Math.abs(scatter.positionOf(rank) - scatter.positionOf(rank - 1)) < 100) near++;
    }
    expect(near).toBeLessThan(100);
  });

  test('another seed gives another permutation', () => {
    const [a, b] = [1, 2].map((seed) => {
      const scatter = new Scatter(1000, streamFor(seed, null, 'scatter'));
      return Array.from({ length: 1000 }, (_, rank) => scatter.positionOf(rank));
    });
    expect(a).not.toEqual(b);
  });

  test('no items, or more than addresses have bits for, are refused', () => {
    expect(() => new Scatter(0, streamFor(1, null, 'x'))).toThrow('scatter 0');
    expect(() => new Scatter(2 ** 32 + 1, streamFor(1, null, 'x'))).toThrow('scatter');
  });
});
