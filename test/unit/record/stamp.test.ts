import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAYLOAD_COUNT, SECTOR_WORDS } from '../../../src/memory/layout.ts';
import { STAMP_WORDS, type Stamp, Stamper } from '../../../src/record/stamp.ts';

const POOL = 8 * SECTOR_WORDS;

/** Eight sectors, and a pool of payloads. */
function surface(seed = 42) {
  const words = new Int32Array(POOL + PAYLOAD_COUNT * SECTOR_WORDS);
  const stamper = new Stamper(words, POOL, seed);
  stamper.fillPool(PAYLOAD_COUNT * SECTOR_WORDS);
  const stamp: Stamp = { lba: 0, generation: 0, writer: 0 };
  return {
    words,
    stamper,
    write(sector: number, lba: number, generation: number, payload = 10): void {
      const at = sector * SECTOR_WORDS;
      const body = stamper.wordOf(payload);
      words.copyWithin(at, body, body + SECTOR_WORDS);
      stamper.write(at, 1, lba, generation, 3, payload);
    },
    generation: (sector: number, lba: number) => stamper.generationAt(sector * SECTOR_WORDS, lba),
    read: (sector: number, whole: boolean) => stamper.read(sector * SECTOR_WORDS, whole, stamp),
    stamp,
  };
}

describe('a stamped sector', () => {
  test('says who wrote what and when', () => {
    const { write, read, stamp } = surface();
    write(2, 12345, 678);
    expect(read(2, true)).toBe('stamped');
    expect(stamp).toEqual({ lba: 12345, generation: 678, writer: 2 });
  });

  test('is read whole with any payload', () => {
    fc.assert(
      fc.property(fc.integer(), (random) => {
        const { stamper, write, read } = surface();
        write(0, 1, 1, stamper.payloadFor(random));
        expect(read(0, true)).toBe('stamped');
      }),
      { numRuns: 20 },
    );
  });

  test('any flipped bit is seen: at once in head and tail, by the sweep in the body', () => {
    const { words, write, read, generation } = surface();
    write(0, 77, 5);
    for (let word = 0; word < SECTOR_WORDS; word++) {
      const inBody = word >= STAMP_WORDS && word < SECTOR_WORDS - STAMP_WORDS;
      for (const bit of [0, 1, 7, 13, 30, 31]) {
        words[word] = (words[word] as number) ^ (1 << bit);
        expect(read(0, true)).toBe('flipped');
        expect(read(0, false)).toBe(inBody ? 'stamped' : 'flipped');
        expect(generation(0, 77)).toBe(inBody ? 5 : -1);
        words[word] = (words[word] as number) ^ (1 << bit);
      }
    }
    expect(read(0, true)).toBe('stamped');
  });

  test.each([STAMP_WORDS, 7, 40, 64, 100, SECTOR_WORDS - STAMP_WORDS])(
    'of which the first %i words are from a later write is torn',
    (wordCount) => {
      const { words, write, read } = surface();
      write(0, 77, 5, 10);
      write(1, 77, 6, 20);
      words.copyWithin(0, SECTOR_WORDS, SECTOR_WORDS + wordCount);
      expect(read(0, false)).toBe('torn');
      expect(read(0, true)).toBe('torn');
    },
  );

  test('that was half written over a sector of zeros is torn', () => {
    const { words, write, read } = surface();
    write(0, 77, 5);
    words.fill(0, 64, SECTOR_WORDS);
    expect(read(0, false)).toBe('torn');
    write(0, 77, 5);
    words.fill(0, 0, 64);
    expect(read(0, false)).toBe('torn');
  });

  test('of another run is foreign', () => {
    const ours = surface(1);
    const theirs = surface(2);
    theirs.write(0, 77, 5);
    ours.words.set(theirs.words.subarray(0, SECTOR_WORDS));
    expect(ours.read(0, false)).toBe('foreign');
    expect(ours.read(0, true)).toBe('foreign');
  });
});

describe('a sector of zeros', () => {
  test('was never written', () => {
    const { read } = surface();
    expect(read(5, false)).toBe('never-written');
    expect(read(5, true)).toBe('never-written');
  });

  test('with one bit in its body is not what nobody wrote', () => {
    const { words, read } = surface();
    words[5 * SECTOR_WORDS + 60] = 1;
    expect(read(5, true)).toBe('flipped');
  });
});

test('a run of sectors is stamped as each of them would be alone', () => {
  const { words, stamper, read, stamp } = surface();
  words.copyWithin(0, stamper.wordOf(4), stamper.wordOf(8));
  stamper.write(0, 4, 100, 7, 2, 4);
  for (let sector = 0; sector < 4; sector++) {
    expect(read(sector, true)).toBe('stamped');
    expect(stamp).toEqual({ lba: 100 + sector, generation: 7, writer: 1 });
  }
});

test('the quick answer is the generation, and only for the right place in the right run', () => {
  const { write, generation } = surface(1);
  write(0, 77, 5);
  write(1, 77, 0);
  expect([generation(0, 77), generation(1, 77)]).toEqual([5, 0]);
  expect([generation(0, 78), generation(5, 0)]).toEqual([-1, -1]);
  const theirs = surface(2);
  theirs.words.set(surface(1).words.subarray(0, SECTOR_WORDS));
  expect(theirs.generation(0, 77)).toBe(-1);
});

test('runs with different seeds have different magics', () => {
  const magics = new Set<number>();
  for (const seed of [0, 1, 2, 42, 2 ** 31, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER]) {
    const { words, write } = surface(seed);
    write(0, 0, 1);
    expect(words[0]).not.toBe(0);
    magics.add(words[0] as number);
  }
  expect(magics.size).toBe(7);
});
