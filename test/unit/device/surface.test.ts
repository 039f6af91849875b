import { afterEach, describe, expect, test, vi } from 'vitest';
import { Surface } from '../../../src/device/surface.ts';
import { SECTOR_WORDS, WORD_BYTES } from '../../../src/memory/layout.ts';
import { SECTOR_BYTES } from '../../../src/scenario/plan.ts';

/**
 * Goal: what is copied to and from a surface, and which latches are held meanwhile.
 *
 * Method: the copy is a stand-in that writes its calls down, each with the words of all latches. A
 * wait is where somebody else takes his next step.
 *
 * Not covered: threads; see the model tests.
 */
const LATCHES = 16;
const LATCH_COUNT = 4;
const FIRST = 32;
const SECTOR_COUNT = 8;
const WRITER = 1;
const READER = 2;
const FREE = '0 0 0 0';

const METHODS = ['load', 'store', 'add', 'sub', 'exchange', 'compareExchange'] as const;

function surfaceWith(isLatched = true) {
  const wordCount = FIRST + SECTOR_COUNT * SECTOR_WORDS;
  const words = new Int32Array(new SharedArrayBuffer(wordCount * WORD_BYTES));
  const calls: string[] = [];
  const latches = () => [...words.subarray(LATCHES, LATCHES + LATCH_COUNT)].join(' ');
  const copy = (to: number, from: number, byteCount: number) =>
    void calls.push(`${byteCount} bytes from ${from} to ${to}  ${latches()}`);
  const shape = { first: FIRST, latches: LATCHES, latchMask: LATCH_COUNT - 1, isLatched };
  const surface = new Surface(words, copy, shape);
  return {
    surface,
    words,
    latches,
    of(call: (surface: Surface) => void): readonly string[] {
      calls.length = 0;
      call(surface);
      return [...calls, latches()];
    },
    /** At each wait the next of these steps is taken; answers with the waits, one by one. */
    others(...steps: (() => void)[]): string[] {
      const waits: string[] = [];
      vi.spyOn(Atomics, 'wait').mockImplementation(((_view: unknown, at: number, seen: number) => {
        waits.push(`latch ${at - LATCHES} is ${seen}  ${latches()}`);
        const step = steps.shift();
        if (step === undefined) throw new Error('waits for nobody');
        step();
        return 'timed-out';
      }) as never);
      return waits;
    },
  };
}

/** Every atomic operation on a latch, in order. */
function operationsOf(call: () => void): string[] {
  const operations: string[] = [];
  for (const method of METHODS) {
    const real = Atomics[method] as (...args: unknown[]) => unknown;
    vi.spyOn(Atomics, method).mockImplementation(((...args: unknown[]) => {
      operations.push(`${method} ${(args[1] as number) - LATCHES}`);
      return real.apply(Atomics, args);
    }) as never);
  }
  call();
  vi.restoreAllMocks();
  return operations;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('without latches', () => {
  test('a request is one copy, and no latch is touched', () => {
    const { words, of, surface } = surfaceWith(false);
    words.fill(5, LATCHES, LATCHES + LATCH_COUNT);
    const at = FIRST * WORD_BYTES + 5 * SECTOR_BYTES;
    expect(of(() => surface.read(5, 14, 64))).toEqual([
      `${14 * SECTOR_BYTES} bytes from ${at} to 64  5 5 5 5`,
      '5 5 5 5',
    ]);
    expect(of(() => surface.write(5, 14, 64))).toEqual([
      `${14 * SECTOR_BYTES} bytes from 64 to ${at}  5 5 5 5`,
      '5 5 5 5',
    ]);
    expect(of(() => surface.writePart(5, 64, 100))).toEqual([
      `100 bytes from 64 to ${at}  5 5 5 5`,
      '5 5 5 5',
    ]);
    expect(
      of(() => {
        surface.flip(5, 33);
        surface.enterAsReader(5);
        surface.leaveAsReader(5);
      }),
    ).toEqual(['5 5 5 5']);
    expect(words[FIRST + 5 * SECTOR_WORDS + 1]).toBe(2);
  });

  test('beyond 2 GiB bytes are negative, and words are not', () => {
    const words: Record<number, number> = {};
    const shape = { first: 0, latches: 0, latchMask: 0, isLatched: false };
    const surface = new Surface(words as unknown as Int32Array, () => {}, shape);
    expect(surface.byteOf(2 ** 22)).toBe(-(2 ** 31));
    surface.flip(2 ** 22, 0);
    expect(words).toEqual({ [2 ** 29]: 1 });
  });
});

describe('a latch is held for each block of eight sectors, one after the other', () => {
  const byteOf = (sector: number) => FIRST * WORD_BYTES + sector * SECTOR_BYTES;
  const near = 2 ** 31 - SECTOR_BYTES;
  const memory = (sectors: number) => (near + sectors * SECTOR_BYTES) | 0;
  const blocks = [
    { first: 5, sectors: 3, from: 0, latch: 0 },
    { first: 8, sectors: 8, from: 3, latch: 1 },
    { first: 16, sectors: 1, from: 11, latch: 2 },
  ];
  const held = (latch: number, how: number) =>
    Array.from({ length: LATCH_COUNT }, (_, one) => (one === latch ? how : 0)).join(' ');

  test('as a reader', () => {
    const { of, surface } = surfaceWith();
    expect(of(() => surface.read(5, 12, near))).toEqual([
      ...blocks.map(
        ({ first, sectors, from, latch }) =>
          `${sectors * SECTOR_BYTES} bytes from ${byteOf(first)} to ${memory(from)}  ${held(latch, READER)}`,
      ),
      FREE,
    ]);
  });

  test('as a writer', () => {
    const { of, surface } = surfaceWith();
    expect(of(() => surface.write(5, 12, near))).toEqual([
      ...blocks.map(
        ({ first, sectors, from, latch }) =>
          `${sectors * SECTOR_BYTES} bytes from ${memory(from)} to ${byteOf(first)}  ${held(latch, WRITER)}`,
      ),
      FREE,
    ]);
  });

  test('blocks far apart have one latch', () => {
    const { of, surface } = surfaceWith();
    expect(of(() => surface.writePart(8 * 7 + 1, 64, 100))[0]).toMatch(/ {2}0 0 0 1$/);
    expect(of(() => surface.writePart(8 * 8, 64, 100))[0]).toMatch(/ {2}1 0 0 0$/);
  });
});

test.each([
  ['a read', (surface: Surface) => surface.read(8, 1, 0), ['add 1', 'sub 1']],
  ['a move that begins', (surface: Surface) => surface.enterAsReader(8), ['add 1']],
  ['a move that ends', (surface: Surface) => surface.leaveAsReader(8), ['sub 1']],
  ['a write', (surface: Surface) => surface.write(8, 1, 0), ['compareExchange 1', 'sub 1']],
  [
    'half a write',
    (surface: Surface) => surface.writePart(8, 0, 7),
    ['compareExchange 1', 'sub 1'],
  ],
] as const)('for %s, to come in and to leave is one operation each', (_name, call, operations) => {
  const { surface } = surfaceWith();
  expect(operationsOf(() => call(surface))).toEqual(operations);
});

describe('who finds somebody in', () => {
  const changes = [
    ['write', (surface: Surface) => surface.write(8, 1, 64)],
    ['writePart', (surface: Surface) => surface.writePart(8, 64, SECTOR_BYTES)],
  ] as const;
  const at = LATCHES + 1;

  test.each(changes)('%s waits for readers, and for another writer', (_name, change) => {
    const { words, others, of } = surfaceWith();
    words[at] = 2 * READER;
    const waits = others(
      () => {
        words[at] = READER;
      },
      () => {
        words[at] = WRITER;
      },
      () => {
        words[at] = 0;
      },
    );
    expect(of(change)[0]).toMatch(/ {2}0 1 0 0$/);
    expect(waits).toEqual([
      'latch 1 is 4  0 4 0 0',
      'latch 1 is 2  0 2 0 0',
      'latch 1 is 1  0 1 0 0',
    ]);
  });

  test('a reader steps back before it waits for a writer, and shares with readers', () => {
    const { words, others, of } = surfaceWith();
    words[at] = WRITER;
    const waits = others(() => {
      words[at] = READER;
    });
    expect(of((surface) => surface.read(8, 1, 64))).toEqual([
      expect.stringMatching(/ {2}0 4 0 0$/),
      '0 2 0 0',
    ]);
    expect(waits).toEqual(['latch 1 is 1  0 1 0 0']);
  });

  test.each(changes)('%s leaves the count of a reader that came too early', (_name, change) => {
    const { words, latches, surface } = surfaceWith();
    const compareExchange = Atomics.compareExchange;
    vi.spyOn(Atomics, 'compareExchange').mockImplementation(((...args: never[]) => {
      const seen = (compareExchange as (...all: never[]) => number)(...args);
      words[at] = (words[at] as number) + READER;
      return seen;
    }) as never);
    change(surface);
    expect(words[at]).toBe(READER);
    expect(latches()).toBe('0 2 0 0');
  });
});
