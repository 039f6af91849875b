import { describe, expect, test } from 'vitest';
import { ErrorNumber } from '../../../src/device/metadata-store.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { PublishedMetadata } from '../../../src/device/published-metadata.ts';
import {
  type Layout,
  Metadata,
  SECTOR_WORDS,
  STRIDE,
  TableSlot,
  TargetSlot,
} from '../../../src/memory/layout.ts';
import {
  HEADER_SECTORS,
  PUBLISHED_MAGIC,
  PUBLISHED_SECTORS,
  PUBLISHED_VERSION,
  PublishedHeader,
  PublishedState,
  publishedChecksum,
} from '../../../src/metadata/published-header.ts';

/**
 * Goal: what is written, in which order and under which guard, to the word; and what is taken for
 * an image when it is read back.
 *
 * Method: mutex and medium write down what is asked of them. Words that are nobody's hold ELSE, as
 * does what is being written: a load may have left anything there.
 */
const ELSE = 7777;
/** What the medium held before. */
const OLD = 8888;

const LAYOUT = { metadataSyncs: 128, tableSlots: 512, savedMetadata: 4096 } as const;
const HEADER = LAYOUT.savedMetadata + Metadata.context;
const ENTRIES = HEADER + HEADER_SECTORS * SECTOR_WORDS;
const OUTGOING = LAYOUT.savedMetadata + Metadata.outgoing;
const NINTH = HEADER_SECTORS * SECTOR_WORDS;
const THREADS = 3;

/** LBA as the table stores it, and spare. */
type Slot = readonly [number, number];

interface Shape {
  readonly slots?: readonly Slot[];
  readonly isCorrected?: boolean;
  readonly remapsPerSync?: number;
  readonly hasPlainSlots?: boolean;
  /** Which write fails, counted from 0. */
  readonly failing?: number;
}

function published(shape: Shape = {}) {
  const { slots = [], failing, ...rest } = shape;
  const { hasPlainSlots = true, isCorrected = false, remapsPerSync = 0 } = rest;
  const words = new Int32Array(LAYOUT.savedMetadata + Metadata.publishedWords + SECTOR_WORDS);
  words.fill(ELSE);
  words.fill(0, LAYOUT.metadataSyncs, LAYOUT.metadataSyncs + THREADS * STRIDE);
  words.fill(0, LAYOUT.savedMetadata, OUTGOING);
  words[HEADER + PublishedHeader.magic] = PUBLISHED_MAGIC;
  words[HEADER + PublishedHeader.version] = PUBLISHED_VERSION;
  const fill = (now: readonly Slot[]) => {
    now.forEach(([lba, spare], slot) => {
      const at = LAYOUT.tableSlots + slot * (hasPlainSlots ? TargetSlot : TableSlot).wordCount;
      words[at + TargetSlot.lba] = lba;
      words[at + TargetSlot.spare] = spare;
    });
  };
  fill(slots);

  const calls: string[] = [];
  const headers: number[][] = [];
  const written: number[][] = [];
  const medium = new Int32Array((PUBLISHED_SECTORS + 1) * SECTOR_WORDS).fill(OLD);
  let writes = 0;
  const parts = {
    mutex: {
      acquire: (thread: number) => calls.push(`acquire ${thread}`),
      release: (thread: number) => calls.push(`release ${thread}`),
    },
    medium: {
      readSpare(sector: number, count: number, byte: number) {
        calls.push(`read ${sector}+${count}`);
        const from = sector * SECTOR_WORDS;
        words.set(medium.subarray(from, from + count * SECTOR_WORDS), byte / 4);
        return Outcome.done;
      },
      writeSpare(sector: number, count: number, byte: number) {
        calls.push(`write ${sector}+${count}`);
        if (writes++ === failing) return Outcome.writeError;
        const from = words.subarray(byte / 4, byte / 4 + count * SECTOR_WORDS);
        medium.set(from, sector * SECTOR_WORDS);
        written.push([...from]);
        if (sector === 0) headers.push([...from.subarray(0, PublishedHeader.fieldCount)]);
        return Outcome.done;
      },
      flushMain() {
        calls.push('flush main');
        return Outcome.powerOff;
      },
    },
  };
  const layout = { ...LAYOUT, tableCapacity: slots.length } as unknown as Layout;
  const store = new PublishedMetadata(words, layout, parts as never, {
    hasPlainSlots,
    isCorrected,
    remapsPerSync,
  });
  return {
    ...{ store, words, medium, headers, written, fill },
    /** What comes of a call, and what was asked of mutex and medium. */
    of: (call: () => unknown): readonly [unknown, readonly string[]] => {
      calls.length = 0;
      return [call(), [...calls]];
    },
    books: () => ({
      state: words[HEADER + PublishedHeader.state],
      count: words[HEADER + PublishedHeader.count],
      generation: words[HEADER + PublishedHeader.generation],
      saves: words[LAYOUT.savedMetadata + Metadata.saves],
      failures: words[LAYOUT.savedMetadata + Metadata.failures],
    }),
  };
}

/** The fields of a header, checked, with its entries. */
function headerOf(
  fields: { readonly state: number; readonly generation: number; readonly checksum?: number },
  entries: readonly Slot[],
  isCorrected = false,
): number[] {
  const { state, generation, checksum } = fields;
  const header = [PUBLISHED_MAGIC, PUBLISHED_VERSION, 0, state, generation, entries.length];
  while (header.length < PublishedHeader.fieldCount) header.push(0);
  const covered = new Int32Array([...header, ...wordsOf(entries)]);
  header[PublishedHeader.checksum] =
    checksum ?? publishedChecksum(covered, entries.length, isCorrected);
  return header;
}

const wordsOf = (entries: readonly Slot[]): number[] =>
  entries.flatMap(([lba, spare]) => [lba, 0, spare, 0]);

const WRITE_HEADER = ['write 0+8', 'read 8+1', 'write 8+1'];

function writing(entrySectors: number): readonly string[] {
  const entries = entrySectors === 0 ? [] : [`write 8+${entrySectors}`];
  return ['acquire 0', ...WRITE_HEADER, ...entries, ...WRITE_HEADER, 'release 0'];
}

const rangeOf = (count: number): Slot[] =>
  Array.from({ length: count }, (_, index) => [1000 + index, 2000 + index]);

describe('sync', () => {
  /** A remap, one that was cleared, one of LBA 0, and a slot that was never used. */
  const slots: readonly Slot[] = [
    [5, 9],
    [-1, 4],
    [0, 3],
    [0, 0],
  ];
  const entries: readonly Slot[] = [
    [5, 9],
    [0, 3],
    [0, 0],
  ];

  test.each([false, true])('is header, entries, header under the mutex; corrected: %s', (fixed) => {
    const target = published({ slots, isCorrected: fixed });
    const { store, of, words, headers, written, medium, books } = target;
    const before = words.slice();
    expect(of(() => store.sync(2))).toEqual([undefined, writing(1)]);
    expect(books()).toEqual({ state: 0, count: 3, generation: 3, saves: 1, failures: 0 });
    const first = headerOf({ state: PublishedState.writing, generation: 3 }, entries, fixed);
    const last = headerOf(
      {
        state: PublishedState.clean,
        generation: 3,
        // The check word is made again only where it can be right at all.
        ...(fixed ? {} : { checksum: first[PublishedHeader.checksum] as number }),
      },
      entries,
      fixed,
    );
    expect(headers).toEqual([first, last]);
    const array = [...wordsOf(entries), ...Array(SECTOR_WORDS - 12).fill(0)];
    expect(written[2]).toEqual(array);
    // The header's end lies over the LBA of the first entry.
    expect([...medium]).toEqual([
      ...[...last, ...Array(NINTH - last.length).fill(ELSE)],
      ...[0, 0, ...array.slice(2)],
      ...Array((PUBLISHED_SECTORS - HEADER_SECTORS) * SECTOR_WORDS).fill(OLD),
    ]);
    // Nothing is changed in front of the metadata, nor behind the entries that are put together.
    const changed = [...words.keys()].filter((word) => words[word] !== before[word]);
    const astray = changed.filter(
      (word) => word < LAYOUT.savedMetadata || (word >= ENTRIES + 12 && word < OUTGOING),
    );
    expect(astray).toEqual([]);
  });

  test('of a table whose slots hold an LBA and one more', () => {
    const { store, of, medium, books, words } = published({
      slots: [[6, 9], ...slots.slice(3), [1, 4]],
      hasPlainSlots: false,
    });
    expect(of(() => store.sync(2))[1]).toEqual(writing(1));
    expect(books().count).toBe(3);
    const array = wordsOf([
      [5, 9],
      [0, 0],
      [0, 4],
    ]);
    expect([...words.subarray(ENTRIES, ENTRIES + 13)]).toEqual([...array, 0]);
    expect([...medium.subarray(NINTH + 2, NINTH + 15)]).toEqual([...array.slice(2), 0, 0, 0]);
  });

  test('leaves out what is beyond the 252nd', () => {
    const { store, of, headers, medium, books } = published({ slots: rangeOf(300) });
    expect(of(() => store.sync(2))[1]).toEqual(writing(8));
    expect(books()).toMatchObject({ count: 252, generation: 252, saves: 1 });
    const first = headerOf({ state: PublishedState.writing, generation: 252 }, rangeOf(252));
    expect(headers[0]).toEqual(first);
    expect([...medium.subarray(NINTH + 2)]).toEqual([
      ...wordsOf(rangeOf(252)).slice(2),
      ...Array(8 * SECTOR_WORDS - 252 * 4).fill(0),
      ...Array(SECTOR_WORDS).fill(OLD),
    ]);
  });

  test('of a table that was cleared empties the image, which is not written', () => {
    const { store, of, fill, books } = published({ slots: rangeOf(3) });
    store.sync(0);
    fill(rangeOf(3).map(() => [-1, 0]));
    expect(of(() => store.sync(0))).toEqual([undefined, []]);
    expect(books()).toEqual({ state: 0, count: 0, generation: 3, saves: 1, failures: 0 });
  });

  test('is sent by a thread after so many of its own remaps, and by others not', () => {
    const { store, of, words } = published({ slots: rangeOf(3), remapsPerSync: 2 });
    const remaps = () =>
      Array.from({ length: THREADS }, (_, thread) => words[LAYOUT.metadataSyncs + thread * STRIDE]);
    expect(of(() => store.finishRemap(2))[1]).toEqual([]);
    expect(of(() => store.finishRemap(1))[1]).toEqual([]);
    expect(remaps()).toEqual([0, 1, 1]);
    expect(of(() => store.finishRemap(2))[1]).toEqual(writing(1));
    expect(remaps()).toEqual([0, 1, 0]);
    expect(of(() => store.finishRemap(2))[1]).toEqual([]);
    expect(of(() => store.finishRemap(1))[1]).toEqual(writing(1));
    expect(remaps()).toEqual([0, 0, 1]);
  });

  test('is sent after every remap, or after none', () => {
    const each = published({ slots: rangeOf(3), remapsPerSync: 1 });
    expect(each.of(() => each.store.finishRemap(0))[1]).toEqual(writing(1));
    const none = published({ slots: rangeOf(3) });
    expect(none.of(() => none.store.finishRemap(0))[1]).toEqual([]);
    expect(none.words[LAYOUT.metadataSyncs]).toBe(0);
  });
});

describe('an image', () => {
  test('is dirty as soon as an entry is put, and as long as that one', () => {
    const { store, of, words, books } = published();
    expect(of(() => store.put(2, 5, 9))).toEqual([undefined, []]);
    expect(books()).toMatchObject({ state: PublishedState.dirty, count: 3, generation: 1 });
    expect([...words.subarray(ENTRIES + 8, ENTRIES + 12)]).toEqual([5, 0, 9, 0]);
    store.put(0, 6, 8);
    expect(books()).toMatchObject({ state: PublishedState.dirty, count: 1, generation: 2 });
    expect(store.generation()).toBe(2);
  });

  test('is written when it is dirty, and not again', () => {
    const { store, of } = published();
    expect(of(() => store.save())).toEqual([0, []]);
    store.put(0, 5, 9);
    expect(of(() => store.save())).toEqual([0, writing(1)]);
    expect(of(() => store.save())).toEqual([0, []]);
    store.put(0, 5, 9);
    expect(of(() => store.autosave(2))[1]).toEqual(writing(1));
    expect(store.saveCount()).toBe(2);
  });

  test('has as many entries as are committed; with none there is a header alone', () => {
    const { store, of, headers, medium, books } = published();
    store.put(1, 6, 8);
    expect(of(() => store.commit(0))).toEqual([0, writing(0)]);
    expect([...medium.subarray(NINTH, NINTH + 4)]).toEqual([0, 0, OLD, OLD]);
    store.put(0, 5, 9);
    expect(of(() => store.commit(1))).toEqual([0, writing(1)]);
    expect(headers.map((header) => header[PublishedHeader.count])).toEqual([0, 0, 1, 1]);
    expect(books()).toEqual({ state: 0, count: 1, generation: 2, saves: 2, failures: 0 });
  });

  test.each([
    [0, WRITE_HEADER.slice(0, 1)],
    [1, WRITE_HEADER],
    [2, [...WRITE_HEADER, 'write 8+1']],
    [3, [...WRITE_HEADER, 'write 8+1', 'write 0+8']],
    [4, [...WRITE_HEADER, 'write 8+1', ...WRITE_HEADER]],
  ])('whose write %i fails ends there, and is not tried again', (failing, commands) => {
    const { store, of, books } = published({ failing });
    store.put(0, 5, 9);
    const made = ['acquire 0', ...commands, 'release 0'];
    expect(of(() => store.save())).toEqual([ErrorNumber.io, made]);
    const after = { state: PublishedState.error, count: 1, generation: 1, saves: 0, failures: 1 };
    expect(books()).toEqual(after);
    expect([store.saveCount(), store.failureCount()]).toEqual([0, 1]);
    expect(of(() => store.save())).toEqual([0, []]);
    expect(books()).toEqual(after);
  });
});

describe('an image that is read back', () => {
  /** With so many entries on the medium, and right. */
  function written(count: number, isCorrected = true) {
    const target = published({ isCorrected });
    const header = headerOf({ state: 0, generation: 7 }, rangeOf(count), isCorrected);
    target.medium.set(header);
    target.medium.set(wordsOf(rangeOf(count)), NINTH);
    return target;
  }

  const READING = ['acquire 0', 'read 0+16', 'release 0'];

  test.each([0, 1, 252])('has %i entries', (count) => {
    const { store, of } = written(count);
    expect(of(() => store.load())).toEqual([count, READING]);
    const loaded = Array.from({ length: count }, (_, entry) => [
      store.lbaOf(entry),
      store.spareOf(entry),
    ]);
    expect(loaded).toEqual(rangeOf(count));
  });

  test.each([
    ['another magic, which no check word covers', { [PublishedHeader.magic]: 1 }],
    ['a state that the check word does not know', { [PublishedHeader.state]: 3 }],
    ['a count below 0', { [PublishedHeader.count]: -1 }],
    ['another entry', { [NINTH + 4]: 1 }],
  ])('is none with %s', (_what, wrong) => {
    const { store, of, medium } = written(2);
    for (const [word, value] of Object.entries(wrong)) medium[Number(word)] = value;
    expect(of(() => store.load())).toEqual([ErrorNumber.invalid, READING]);
  });

  test('is none with one entry too many, or a check word that covers itself', () => {
    const long = written(0);
    const header = headerOf({ state: 0, generation: 7 }, [...rangeOf(252), [0, 0]], true);
    long.medium.set([...header, ...Array(NINTH - header.length), ...wordsOf(rangeOf(252))]);
    expect(long.store.load()).toBe(ErrorNumber.invalid);
    expect(written(2, false).store.load()).toBe(ErrorNumber.invalid);
  });

  test('lies where the next one is put together: a write leaves what is beyond its last sector', () => {
    const { store } = written(80);
    store.load();
    for (let entry = 0; entry < 80; entry++) store.put(entry, 1, 1);
    store.commit(64);
    expect([store.lbaOf(63), store.lbaOf(64), store.spareOf(79)]).toEqual([1, 1064, 2079]);
  });
});

test('no remap and no undoing saves anything, and a flush goes to the main device only', () => {
  const { store, of } = published();
  expect(of(() => [store.recordRemap(), store.recordUnremap()])).toEqual([[0, 0], []]);
  expect(of(() => store.flush())).toEqual([Outcome.powerOff, ['flush main']]);
});
