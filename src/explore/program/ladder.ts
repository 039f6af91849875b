import { type Program, programWith } from './program.ts';

/** What is taken for granted of every rung: which allocator, lock and table. */
export type LadderSettings = Partial<
  Omit<Program, 'threads' | 'spareCount' | 'slotCount' | 'batchCount'>
>;

/** What one thread may do, shortest first. */
const PAIRS_OF: readonly string[] = ['a', 'aa', 'af', 'aaa', 'afa'];
const TRIPLES: readonly (readonly string[])[] = [
  ['a', 'a', 'a'],
  ['a', 'a', 'af'],
  ['a', 'af', 'af'],
  ['a', 'a', 'aa'],
  ['a', 'a', 'afa'],
  ['a', 'a', 'aaa'],
];
const POOLS: readonly number[] = [1, 2, 3];
const SLOTS: readonly number[] = [1, 2];

/**
 * Small programs, smallest first: every pair of threads of up to three operations and some of
 * three threads, each with pools and rings so small that exhaustion and wrap-around come by
 * themselves.
 */
export function ladder(settings: LadderSettings = {}): readonly Program[] {
  const pairs = PAIRS_OF.flatMap((one, place) =>
    PAIRS_OF.slice(place).map((other) => [one, other] as const),
  );
  return [...pairs, ...TRIPLES]
    .flatMap((threads) =>
      POOLS.flatMap((spareCount) =>
        SLOTS.map((slotCount) =>
          programWith({
            ...settings,
            spareCount: spareCount + (settings.reservedCount ?? 0),
            slotCount,
            batchCount: slotCount,
            threads,
          }),
        ),
      ),
    )
    .sort((one, other) => sizeOf(one) - sizeOf(other));
}

/** Operations, and then spares and slots. */
function sizeOf({ threads, spareCount, slotCount }: Program): number {
  return threads.join('').length * 100 + threads.length * 20 + spareCount * 3 + slotCount;
}
