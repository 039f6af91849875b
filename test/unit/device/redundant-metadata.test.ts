import { describe, expect, test } from 'vitest';
import { Outcome } from '../../../src/device/outcome.ts';
import { RedundantMetadata } from '../../../src/device/redundant-metadata.ts';
import { type Layout, Metadata, SECTOR_WORDS } from '../../../src/memory/layout.ts';
import { redundantAreaOf } from '../../../src/metadata/redundant-area.ts';
import { asCopy, Block, checksumOf, emptyBlock } from '../../../src/metadata/redundant-block.ts';
import { type MetadataPlan, NO_METADATA } from '../../../src/scenario/plan.ts';

/**
 * Goal: what each setting writes and flushes, in which order and to the word; and that nothing is
 * sent after a command that failed.
 *
 * Method: the medium writes down what is asked of it, and what it is given.
 */
const SAVED = 64;
const BLOCKS = SAVED + Metadata.context;
const IDENTITY = 5;

interface Shape {
  readonly flush?: MetadataPlan['flush'];
  readonly order?: MetadataPlan['order'];
  /** Which command fails, counted from 0. */
  readonly failing?: number;
  readonly spareCount?: number;
}

function redundant({ flush = 'never', order = 'primary-first', failing, spareCount = 250 }: Shape) {
  const area = redundantAreaOf({
    positions: [0, 8, 16],
    spareCount,
    allocatableEnd: spareCount,
  });
  const words = new Int32Array(BLOCKS + area.blockCount * SECTOR_WORDS);
  for (let block = 0; block < area.blockCount; block++) {
    words.set(emptyBlock({ identity: IDENTITY, copy: 0, block }), BLOCKS + block * SECTOR_WORDS);
  }
  const calls: string[] = [];
  const written: Int32Array[] = [];
  const command = (text: string) => (calls.push(text) - 1 === failing ? FAILURE : Outcome.done);
  const medium = {
    writeSpare(sector: number, count: number, byte: number) {
      written.push(words.slice(byte / 4, byte / 4 + count * SECTOR_WORDS));
      return command(`write ${sector}+${count}`);
    },
    flushMain: () => command('flush main'),
    flushSpare: () => command('flush spare'),
  };
  const layout = { savedMetadata: SAVED } as Layout;
  const metadata = new RedundantMetadata(words, layout, medium as never, {
    area,
    plan: { ...NO_METADATA, flush, order },
    allocatableEnd: spareCount,
  });
  return {
    ...{ metadata, words },
    /** What comes of a call, what was asked of the medium, and the sectors it was given. */
    of: (call: () => unknown) => {
      calls.length = 0;
      written.length = 0;
      return { answer: call(), calls: [...calls], written: [...written] };
    },
  };
}

const FAILURE = Outcome.powerOff;

/** What is written of block 1 with these entries, by spare: all copies, in this order. */
function copiesOf(
  sequence: number,
  entries: Readonly<Record<number, number>>,
  order: readonly number[],
): Int32Array[] {
  const words = emptyBlock({ identity: IDENTITY, copy: 0, block: 1 });
  words[Block.sequence] = sequence;
  words[Block.used] = Object.keys(entries).length;
  for (const [spare, lba] of Object.entries(entries)) {
    words[Block.firstEntry + Number(spare) - 119] = lba + 1;
  }
  return order.map((copy) => asCopy(words, copy));
}

const FORWARDS = ['write 1+1', 'write 9+1', 'write 17+1'];

const SETTINGS = [
  ['never', [], FORWARDS],
  ['at-end', ['flush main'], [...FORWARDS, 'flush spare']],
  ['per-update', ['flush main'], [...FORWARDS, 'flush spare']],
  ['each-copy', ['flush main'], FORWARDS.flatMap((write) => [write, 'flush spare'])],
] as const;

describe.each(SETTINGS)('flush: %s', (flush, data, copies) => {
  const isDataFlushed = flush === 'each-copy' || flush === 'per-update';
  const remapping = [...(isDataFlushed ? ['flush spare'] : []), ...copies];
  const undoing = [...data, ...copies];

  test('a remap, another of the same block, and the undoing of the first', () => {
    const { metadata, of } = redundant({ flush });
    expect(of(() => metadata.recordRemap(0, 130))).toEqual({
      answer: Outcome.done,
      calls: remapping,
      written: copiesOf(1, { 130: 0 }, [0, 1, 2]),
    });
    expect(of(() => metadata.recordRemap(9, 119))).toEqual({
      answer: Outcome.done,
      calls: remapping,
      written: copiesOf(2, { 130: 0, 119: 9 }, [0, 1, 2]),
    });
    expect(of(() => metadata.recordUnremap(0, 130))).toEqual({
      answer: Outcome.done,
      calls: undoing,
      written: copiesOf(3, { 119: 9 }, [0, 1, 2]),
    });
  });

  test.each(remapping.map((_, failing) => failing))(
    'ends with command %i of a remap',
    (failing) => {
      const { metadata, of } = redundant({ flush, failing });
      const { answer, calls } = of(() => metadata.recordRemap(7, 130));
      expect({ answer, calls }).toEqual({
        answer: FAILURE,
        calls: remapping.slice(0, failing + 1),
      });
    },
  );

  test.each(undoing.map((_, failing) => failing))(
    'ends with command %i of an undoing',
    (failing) => {
      const { metadata, of } = redundant({ flush, failing });
      const { answer, calls } = of(() => metadata.recordUnremap(7, 130));
      expect({ answer, calls }).toEqual({ answer: FAILURE, calls: undoing.slice(0, failing + 1) });
    },
  );
});

test('primary last: the copies the other way round', () => {
  const { metadata, of } = redundant({ order: 'primary-last' });
  expect(of(() => metadata.recordRemap(7, 130))).toEqual({
    answer: Outcome.done,
    calls: FORWARDS.toReversed(),
    written: copiesOf(1, { 130: 7 }, [2, 1, 0]),
  });
});

test('the last spare of a block, where the area is full of them and where it ends before', () => {
  for (const spareCount of [119, 250, 20]) {
    const { metadata, of } = redundant({ spareCount });
    const last = Math.min(spareCount, 119) - 1;
    const [first] = of(() => metadata.recordRemap(7, last)).written as [Int32Array];
    expect(first[Block.firstEntry + last]).toBe(8);
    expect(first[Block.checksum]).toBe(checksumOf(first));
  }
});

test('the sequence is one for all blocks, and wraps', () => {
  const { metadata, of, words } = redundant({});
  words[SAVED + Metadata.sequence] = 0x7fffffff;
  const [first] = of(() => metadata.recordRemap(7, 0)).written as [Int32Array];
  const [second] = of(() => metadata.recordRemap(7, 238)).written as [Int32Array];
  expect([first[Block.sequence], second[Block.sequence]]).toEqual([-0x80000000, -0x7fffffff]);
  expect(words[SAVED + Metadata.sequence]).toBe(-0x7fffffff);
});

test('a flush of the target reaches both surfaces, the data first', () => {
  const both = ['flush main', 'flush spare'];
  const { metadata, of } = redundant({});
  expect(of(() => metadata.flush())).toMatchObject({ answer: Outcome.done, calls: both });
  for (const failing of [0, 1]) {
    const target = redundant({ failing });
    const { answer, calls } = target.of(() => target.metadata.flush());
    expect({ answer, calls }).toEqual({ answer: FAILURE, calls: both.slice(0, failing + 1) });
  }
});

test('nothing is ever left to be saved', () => {
  const { metadata, of } = redundant({ flush: 'each-copy' });
  metadata.recordRemap(7, 130);
  const later = () => {
    metadata.finishRemap();
    metadata.sync();
    metadata.autosave();
  };
  expect(of(later).calls).toEqual([]);
});
