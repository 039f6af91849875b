import { expect, test } from 'vitest';
import { CachedSurface } from '../../../src/crash/cached-surface.ts';
import {
  choicesAt,
  combinationCount,
  combinationsOf,
  subsetsOf,
} from '../../../src/crash/choices.ts';
import { Contents } from '../../../src/crash/contents.ts';
import { streamFor } from '../../../src/random.ts';

const sector = (...words: number[]) => Int32Array.from({ length: 128 }, (_, at) => words[at] ?? 0);
const random = streamFor(1, null, 'test');

test('equal sectors have one number, zeros the first', () => {
  const contents = new Contents();
  expect(contents.idOf(sector())).toBe(0);
  expect(contents.idOf(sector(1))).toBe(contents.idOf(sector(1)));
  expect(contents.idOf(sector(1))).not.toBe(contents.idOf(sector(2)));
});

test('a torn sector is old up to a byte and new from there, or the other way round', () => {
  const contents = new Contents();
  const [before, after] = [contents.idOf(sector(0)), contents.idOf(sector(0x0403_0201))];
  const torn = contents.tornBetween(before, after).map((id) => contents.wordsOf(id)[0]);
  expect(torn.toSorted()).toEqual(
    [0x01, 0x0201, 0x03_0201, 0x0403_0200, 0x0403_0000, 0x0400_0000].toSorted(),
  );
  expect(contents.tornBetween(before, before)).toEqual([]);
});

test('a turned bit is one bit, always the same', () => {
  const contents = new Contents();
  const id = contents.idOf(sector(7, 8, 9));
  const flipped = contents.wordsOf(contents.withFlippedBit(id));
  const bits = contents
    .wordsOf(id)
    .reduce(
      (sum, word, at) =>
        sum +
        [...((word ^ (flipped[at] as number)) >>> 0).toString(2)].filter((bit) => bit === '1')
          .length,
      0,
    );
  expect(bits).toBe(1);
  expect(contents.withFlippedBit(id)).toBe(contents.idOf(flipped));
});

test('a cache may have written any version of a sector, or none', () => {
  const contents = new Contents();
  const surface = new CachedSurface(new Map([[3, 10]]));
  surface.write(3, { content: 11, isMove: false });
  surface.write(3, { content: 12, isMove: false });
  surface.write(4, { content: 13, isMove: false });
  const choices = choicesAt(surface, [3, 4, 5], contents, false);
  expect(choices).toEqual([
    { sector: 3, options: [10, 11, 12], latest: 2 },
    { sector: 4, options: [0, 13], latest: 1 },
  ]);
  expect(combinationCount(choices)).toBe(6);
  const all = [...combinationsOf(choices, 6, random)].map((places) => places.join());
  expect(all).toHaveLength(6);
  surface.flush();
  expect([surface.durableOf(3), surface.durableOf(4)]).toEqual([12, 13]);
  expect(choicesAt(surface, [3, 4], contents, false)).toEqual([]);
});

test('every combination is tried once, or as many as were asked for', () => {
  const choices = [0, 1, 2, 3].map((at) => ({ sector: at, options: [0, 1, 2], latest: 2 }));
  const texts = (most: number) =>
    [...combinationsOf(choices, most, random)].map((places) => places.join(''));
  const all: string[] = [];
  for (const places of combinationsOf(choices, 81, random)) all.push(places.join(''));
  expect(new Set(all).size).toBe(81);
  const some: string[] = [];
  for (const places of combinationsOf(choices, 20, random)) some.push(places.join(''));
  expect(some).toHaveLength(20);
  expect(some.slice(0, 4)).toEqual(['0000', '2222', '2000', '0222']);
  expect(texts(1)).toHaveLength(1);
});

test.each([
  [3, 0, [[]]],
  [3, 1, [[0], [1], [2]]],
  [
    3,
    2,
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  ],
  [2, 3, []],
])('choices of %i copies, %i at a time', (count, size, expected) => {
  expect(subsetsOf(count, size).toSorted()).toEqual(expected);
});
