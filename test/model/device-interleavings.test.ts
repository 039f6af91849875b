import { afterEach, describe, expect, test, vi } from 'vitest';
import { ON_MAIN, type RemapTable } from '../../src/device/remap-table.ts';
import { NO_SPARE, type SpareAllocator } from '../../src/device/spare-allocator.ts';
import { allocatorIn, memoryFor, planWith, tableIn } from '../support/plans.ts';

/**
 * Goal: what takes no lock stands one pre-emption at any of its shared accesses: lookups beside
 * changes of the table, and allocations beside others.
 *
 * Method: one thread plays two. For each n, the second thread's whole part happens just before the
 * first one's n-th Atomics call. n runs until the part no longer happens, so every place is tried.
 *
 * Not covered: more pre-emptions than one, and plain accesses between the atomic ones.
 */
const METHODS = [
  'load',
  'store',
  'add',
  'sub',
  'or',
  'and',
  'exchange',
  'compareExchange',
] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs `first` with `second` inserted before its n-th shared access; false when it has fewer. */
function interleave(nth: number, first: () => void, second: () => void): boolean {
  let calls = 0;
  let inserted = false;
  for (const method of METHODS) {
    const real = Atomics[method] as (...args: unknown[]) => unknown;
    vi.spyOn(Atomics, method).mockImplementation(((...args: unknown[]) => {
      if (!inserted && ++calls === nth) {
        inserted = true;
        second();
      }
      return real.apply(Atomics, args);
    }) as never);
  }
  first();
  vi.restoreAllMocks();
  return inserted;
}

/**
 * Tries every place; `arrange` builds a fresh world each time, and `judge` looks at it after.
 * Returns how many places there were.
 */
function atEveryAccess<World>(
  arrange: () => World,
  parts: {
    readonly first: (world: World) => void;
    readonly second: (world: World) => void;
    readonly judge: (world: World) => void;
  },
): number {
  for (let nth = 1; ; nth++) {
    const world = arrange();
    const inserted = interleave(
      nth,
      () => parts.first(world),
      () => parts.second(world),
    );
    if (!inserted) return nth - 1;
    parts.judge(world);
  }
}

describe('hash lookups beside changes', () => {
  /** A full table of four slots and chains: LBAs meet in chains, and slots are used again. */
  const plan = planWith({
    device: { sectorCount: 16, spare: { sectorCount: 2 } },
    integrity: 'off',
  });
  /** The first three share a chain. */
  const live = [2, 5, 10, 7] as const;
  const spareOf = (lba: number) => 100 + lba;

  function full(): { table: RemapTable; answer: number } {
    const memory = memoryFor(plan);
    expect(memory.layout.tableCapacity).toBe(4);
    const table = tableIn(plan, memory);
    for (const lba of live) table.insert(lba, spareOf(lba));
    return { table, answer: Number.NaN };
  }

  const pairs = live.flatMap((reader) =>
    live.filter((gone) => gone !== reader).map((gone) => [reader, gone] as const),
  );

  test.each(pairs)('a lookup of %i finds it while %i is replaced by others', (reader, gone) => {
    for (let newcomer = 0; newcomer < 16; newcomer++) {
      if ((live as readonly number[]).includes(newcomer)) continue;
      const places = atEveryAccess(full, {
        first: (world) => {
          world.answer = world.table.spareFor(reader);
        },
        second: ({ table }) => {
          table.remove(gone);
          table.insert(newcomer, spareOf(newcomer));
        },
        judge: ({ table, answer }) => {
          expect(answer).toBe(spareOf(reader));
          expect(table.spareFor(newcomer)).toBe(spareOf(newcomer));
          expect(table.spareFor(gone)).toBe(ON_MAIN);
        },
      });
      expect(places).toBeGreaterThanOrEqual(4);
    }
  });

  test.each(pairs)('a lookup of %i amid the removal of %i finds it', (reader, gone) => {
    atEveryAccess(full, {
      first: ({ table }) => table.remove(gone),
      second: (world) => {
        world.answer = world.table.spareFor(reader);
      },
      judge: ({ answer }) => expect(answer).toBe(spareOf(reader)),
    });
  });

  test('amid an insertion, a lookup finds the sector on its spare or on the main device', () => {
    const answers = new Set<number>();
    atEveryAccess(
      () => {
        const world = full();
        world.table.remove(5);
        return world;
      },
      {
        first: ({ table }) => table.insert(13, 7),
        second: (world) => {
          world.answer = world.table.spareFor(13);
        },
        judge: ({ table, answer }) => {
          answers.add(answer);
          expect(table.spareFor(13)).toBe(7);
        },
      },
    );
    // Never the spare that the slot held last: the filter bit comes after all else.
    expect([...answers]).toEqual([ON_MAIN]);
  });
});

describe.each(['bitmap', 'per-worker'] as const)('%s allocations beside others', (kind) => {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 70 } },
    allocator: { kind },
    load: { threadCount: 2 },
    integrity: 'off',
  });

  interface World {
    readonly allocator: SpareAllocator;
    readonly held: Set<number>;
    taken: number;
  }

  /** An area of 70 with all but `left` spares held. */
  function withLeft(left: number): World {
    const allocator = allocatorIn(plan, memoryFor(plan));
    const held = new Set(Array.from({ length: 70 - left }, () => allocator.allocate(0)));
    return { allocator, held, taken: Number.NaN };
  }

  function hold({ held }: World, spare: number): void {
    expect(held.has(spare)).toBe(false);
    held.add(spare);
  }

  test.each([70, 40, 7, 2])('with %i left, each gets one of its own', (left) => {
    atEveryAccess(() => withLeft(left), {
      first: (world) => {
        world.taken = world.allocator.allocate(0);
      },
      second: (world) => hold(world, world.allocator.allocate(1)),
      judge: (world) => {
        hold(world, world.taken);
        expect(world.held.has(NO_SPARE)).toBe(false);
      },
    });
  });

  test('with one left, one of them gets it', () => {
    atEveryAccess(() => withLeft(1), {
      first: (world) => {
        world.taken = world.allocator.allocate(0);
      },
      second: (world) => {
        const spare = world.allocator.allocate(1);
        if (spare !== NO_SPARE) hold(world, spare);
      },
      judge: (world) => {
        if (world.taken !== NO_SPARE) hold(world, world.taken);
        expect(world.held.size).toBe(70);
      },
    });
  });

  test.each([
    [5, 69],
    [40, 65],
    [40, 3],
    [69, 3],
    [69, 40],
  ])(
    '%i being free, "none" is not said when %i comes free and only then it is taken',
    (free, given) => {
      // Somebody else takes the free one, wherever he was searching. At no moment was there none.
      atEveryAccess(
        () => {
          const memory = memoryFor(plan);
          const allocator = allocatorIn(plan, memory);
          for (let spare = 0; spare < 70; spare++) allocator.allocate(0);
          allocator.release(0, free);
          return { memory, allocator, taken: Number.NaN, isGone: false };
        },
        {
          first: (world) => {
            world.taken = world.allocator.allocate(0);
          },
          second: (world) => {
            const { words, layout } = world.memory;
            world.allocator.release(1, given);
            const bit = 1 << (free & 31);
            world.isGone = (Atomics.or(words, layout.bitmap + (free >>> 5), bit) & bit) !== 0;
          },
          judge: ({ taken, isGone }) => {
            if (isGone) expect(taken).toBe(free);
            else expect(taken).toBe(given);
          },
        },
      );
    },
  );
});
