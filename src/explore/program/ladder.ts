import { type Program, programWith } from './program.ts';
import type { TableProgram } from './table-subject.ts';

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

/**
 * What is done to a table of four entries. Of the ten LBAs, 0, 2 and 5 share a chain, and so do 4
 * and 7; a table with 0, 2, 5 and 7 is full, so that the next insertion uses a slot again.
 */
const TABLE_CALLS: readonly (readonly [present: string, threads: string])[] = [
  ['', 'l0|i0'],
  ['', 'i0|i0'],
  ['', 'l0l0|i0'],
  ['', 'i0d0|i2'],
  ['', 'l0|i2|i0'],
  ['0', 'd0|d0'],
  ['02', 'l0|d2'],
  ['02', 'l2|d0'],
  ['025', 'l0|d2'],
  ['025', 'l0|d5i2'],
  ['025', 'l0|d2i5'],
  ['025', 'd0i0|d2i2'],
  ['0257', 'l0|d2i4'],
  ['0257', 'l0|d5i4'],
  ['0257', 'l7|d5i4'],
  ['0257', 'l0l4|d5i4'],
  ['0257', 'l4l0|d5i4'],
  ['0257', 'l0|d2i4|d5'],
  ['0257', 'l0|l7|d5i4'],
];

/** Lookups beside insertions and removals, smallest first. */
export function tableLadder(lookup: TableProgram['lookup']): readonly TableProgram[] {
  return TABLE_CALLS.map(([present, threads]) => ({
    lookup,
    present: [...present].map(Number),
    threads: threads.split('|'),
  }));
}
