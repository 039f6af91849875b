import { describe, expect, test } from 'vitest';
import { BadSectors, badWordOf, SOUND } from '../../../src/device/bad-sectors.ts';
import { FAILING, LASTING, type SectorFailure } from '../../../src/scenario/plan.ts';

/** Goal: each way of failing, for as long as it is meant to, and no other. */
function badAt(failure: Partial<SectorFailure>) {
  const bad = new BadSectors(new Int32Array(16), 0);
  bad.set(5, badWordOf({ fails: 'both', lasts: 'for-ever', failedWrites: 0, ...failure }));
  return {
    bad,
    read: () => bad.firstFailingRead(0, 16) !== SOUND,
    /** Returns whether it failed; one that goes through has rewritten the sector. */
    write: () => {
      const fails = bad.firstFailingWrite(0, 16) !== SOUND;
      if (!fails) bad.rewritten(0, 16);
      return fails;
    },
  };
}

test('a sector that is sound serves everything', () => {
  const bad = new BadSectors(new Int32Array(16), 0);
  expect([bad.firstFailingRead(0, 16), bad.firstFailingWrite(0, 16)]).toEqual([SOUND, SOUND]);
});

test('the first that fails is named, and only within the range', () => {
  const { bad } = badAt({});
  bad.set(7, badWordOf({ fails: 'reads', lasts: 'for-ever', failedWrites: 0 }));
  expect(bad.firstFailingRead(0, 16)).toBe(5);
  expect(bad.firstFailingRead(6, 4)).toBe(7);
  expect(bad.firstFailingWrite(6, 4)).toBe(SOUND);
  expect(bad.firstFailingRead(0, 5)).toBe(SOUND);
});

describe.each(FAILING)('%s', (fails) => {
  const failsReads = fails !== 'writes';
  const failsWrites = fails !== 'reads';

  test('for ever: again and again, whatever is written', () => {
    const { read, write } = badAt({ fails });
    for (let turn = 0; turn < 3; turn++) {
      expect([read(), write()]).toEqual([failsReads, failsWrites]);
    }
  });

  test('once: the first request that it can fail', () => {
    const { read, write } = badAt({ fails, lasts: 'once' });
    expect([read(), read()]).toEqual([failsReads, false]);
    expect([write(), write()]).toEqual([failsWrites && !failsReads, false]);
    expect([read(), write()]).toEqual([false, false]);
  });

  test('until rewritten: reads fail until a write goes through', () => {
    const failedWrites = failsWrites ? 2 : 0;
    const { read, write } = badAt({ fails, lasts: 'until-rewritten', failedWrites });
    expect([read(), read()]).toEqual([failsReads, failsReads]);
    for (let failed = 0; failed < failedWrites; failed++) {
      expect([write(), read()]).toEqual([true, failsReads]);
    }
    expect(write()).toBe(false);
    expect([read(), write()]).toEqual([false, false]);
  });
});

test('set to 0 it is sound, however it failed', () => {
  for (const fails of FAILING) {
    for (const lasts of LASTING) {
      const { bad, read, write } = badAt({ fails, lasts, failedWrites: 3 });
      bad.set(5, 0);
      expect([bad.isBad(5), read(), write()]).toEqual([false, false, false]);
    }
  }
});

test('lost: reads fail until it is written, events or not', () => {
  const { bad, read, write } = badAt({ fails: 'writes', lasts: 'once' });
  bad.lose(5);
  bad.set(5, 0);
  expect([bad.isLost(5), bad.isUnreadable(5), read()]).toEqual([true, true, true]);
  expect([write(), read(), bad.isLost(5)]).toEqual([false, false, false]);
});

test('unreadable is what no number of reads would return', () => {
  expect(badAt({ fails: 'reads' }).bad.isUnreadable(5)).toBe(true);
  expect(badAt({ fails: 'reads', lasts: 'until-rewritten' }).bad.isUnreadable(5)).toBe(true);
  expect(badAt({ fails: 'reads', lasts: 'once' }).bad.isUnreadable(5)).toBe(false);
  expect(badAt({ fails: 'writes' }).bad.isUnreadable(5)).toBe(false);
});

test('one reader is given what is hidden, whatever else the sector is', () => {
  const { bad, read } = badAt({ lasts: 'until-rewritten', failedWrites: 60_000 });
  expect([bad.hideBehind(5, 63), bad.hideBehind(5, 1)]).toEqual([true, false]);
  expect(read()).toBe(true);
  expect([bad.takeHidden(5), bad.takeHidden(5)]).toEqual([63, SOUND]);
  expect(read()).toBe(true);
});

test('bad is what fails reads, or writes, or both, and nothing else', () => {
  for (const fails of FAILING) expect(badAt({ fails }).bad.isBad(5)).toBe(true);
  const bad = new BadSectors(new Int32Array(8), 0);
  bad.lose(5);
  bad.hideBehind(5, 3);
  expect(bad.isBad(5)).toBe(false);
});

test('what lasts for ever is not used up', () => {
  const words = new Int32Array(1);
  const bad = new BadSectors(words, 0);
  const word = badWordOf({ fails: 'both', lasts: 'for-ever', failedWrites: 0 });
  bad.set(0, word);
  expect([bad.firstFailingRead(0, 1), bad.firstFailingWrite(0, 1)]).toEqual([0, 0]);
  expect(words[0]).toBe(word);
});

test('a read that fails because the sector is lost is not the one that it fails once', () => {
  const { bad, read } = badAt({ fails: 'reads', lasts: 'once' });
  bad.lose(5);
  expect([read(), read()]).toEqual([true, true]);
  bad.rewritten(5, 1);
  expect([bad.isLost(5), read(), read()]).toEqual([false, true, false]);
});

test('written, a lost sector fails as it did before', () => {
  const { bad, read, write } = badAt({ fails: 'reads' });
  bad.lose(5);
  expect([write(), bad.isLost(5), read()]).toEqual([false, false, true]);
});
