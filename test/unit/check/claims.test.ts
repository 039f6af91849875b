import { expect, test } from 'vitest';
import { cachedSpares, settleClaims } from '../../../src/check/claims.ts';
import { claim, drain, inOrder, release } from '../../support/checks.ts';

const held = claim({ thread: 0, lba: 1, spare: 8, issueNs: 100 });
const back = release({ thread: 0, lba: 1, spare: 8, issueNs: 200 });

test('a release ends the claim of its spare and LBA', () => {
  const other = claim({ thread: 1, lba: 2, spare: 8, issueNs: 150 });
  const settled = settleClaims(inOrder([held, other, back, drain(9, 300)]));
  expect(settled.live.map(({ lba }) => lba)).toEqual([2, null]);
  expect(settled.strayReleases).toEqual([]);
});

test('a spare may be held by the same LBA again', () => {
  const again = claim({ thread: 0, lba: 1, spare: 8, issueNs: 300 });
  expect(settleClaims(inOrder([held, back, again])).live.map(({ order }) => order)).toEqual([2]);
});

test('a release of one clock step with its claim ends it, whichever comes first', () => {
  const sameStep = [back, held].map((event, order) => ({ ...event, order, completionNs: 210 }));
  expect(settleClaims(sameStep)).toEqual({ live: [], strayReleases: [] });
});

test('a release of another LBA, or a second one, is stray', () => {
  const foreign = release({ thread: 1, lba: 2, spare: 8, issueNs: 400 });
  const second = release({ thread: 0, lba: 1, spare: 8, issueNs: 500 });
  const { live, strayReleases } = settleClaims(inOrder([held, back, foreign, second]));
  expect(live).toEqual([]);
  expect(strayReleases.map(({ order }) => order)).toEqual([2, 3]);
});

test('the ring is read from its head, as far as it is filled and once round at most', () => {
  const slots = [10, 11, 12, 13];
  const ring = { slotCount: 4, head: 3, tail: 1, count: 2, slots };
  expect(cachedSpares(ring)).toEqual([13, 10]);
  expect(cachedSpares({ ...ring, count: 128 })).toEqual([13, 10, 11, 12]);
  expect(cachedSpares({ ...ring, count: -3 })).toEqual([]);
  expect(cachedSpares({ ...ring, head: -1 })).toEqual([13, 10]);
  expect(cachedSpares(null)).toEqual([]);
});
