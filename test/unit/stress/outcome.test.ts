import { describe, expect, test } from 'vitest';
import { remapTableOn } from '../../../src/device/index.ts';
import { type Program, planOf, programWith } from '../../../src/explore/program/program.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { Allocator, SECTOR_WORDS } from '../../../src/memory/layout.ts';
import { ownerMarkOf } from '../../../src/record/owner-table.ts';
import { faultsIn, type StressCall, type StressRound } from '../../../src/stress/judge.ts';
import {
  classOf,
  isInOrderOfCompletion,
  type Outcome,
  OutcomeTable,
  overlappingCalls,
} from '../../../src/stress/outcome.ts';

/** A bitmap device of three spares, and what two threads say they were answered. */
function round(calls: readonly StressCall[], overrides: Partial<Program> = {}): StressRound {
  const program = programWith({ allocator: 'bitmap', ...overrides });
  const plan = planOf(program);
  const { words, layout } = createMemory(plan);
  for (const { kind, key } of calls) {
    const bit = 1 << Math.max(key, 0);
    if (kind === 'allocate' && key >= 0) words[layout.bitmap] = (words[layout.bitmap] ?? 0) | bit;
    if (kind === 'release') words[layout.bitmap] = (words[layout.bitmap] ?? 0) & ~bit;
  }
  return { program, words, layout, table: remapTableOn(plan, words, layout), calls };
}

function call(thread: number, kind: StressCall['kind'], key: number, span: [number, number]) {
  const [begin, end] = span;
  return { thread, kind, key, value: 0, begin, end };
}

const kindsIn = (one: StressRound) => faultsIn(one).map(({ kind }) => kind);

describe('faults of a round', () => {
  test('none where all is as it should be', () => {
    const calls = [call(0, 'allocate', 0, [1, 2]), call(1, 'allocate', 1, [3, 4])];
    expect(faultsIn(round(calls))).toEqual([]);
  });

  test('a spare with two owners, both named', () => {
    const second = { ...call(1, 'allocate', 0, [3, 4]), value: ownerMarkOf(0, 0) };
    const faults = faultsIn(round([call(0, 'allocate', 0, [1, 2]), second]));
    expect(faults[0]?.kind).toBe('double grant');
    expect(faults[0]?.text).toBe('Spare 0 was handed out to threads 0 and 1.');
  });

  test('metadata handed out', () => {
    const calls = [call(1, 'allocate', 0, [1, 2])];
    expect(kindsIn(round(calls, { reservedCount: 1 }))).toContain('reserved granted');
  });

  test('a "none" that no order explains, and one that another order does', () => {
    const none = call(1, 'allocate', -1, [5, 6]);
    expect(kindsIn(round([call(0, 'allocate', 0, [1, 2]), none]))).toEqual(['false exhaustion']);
    const all = [0, 1, 2].map((spare) => call(0, 'allocate', spare, [spare, spare + 4]));
    expect(kindsIn(round([...all, call(1, 'allocate', -1, [2, 3])]))).toEqual([]);
  });

  test('a spare that nobody has and nobody will find', () => {
    const one = round([call(0, 'allocate', 0, [1, 2])]);
    one.words[one.layout.bitmap] = 0b011;
    expect(kindsIn(one)).toEqual(['lost sector']);
  });

  test('a ring that is none', () => {
    const one = round([], { allocator: 'cached' });
    one.words[one.layout.allocator + Allocator.count] = 9;
    expect(kindsIn(one)).toEqual(['cache']);
  });

  test('a read of what was not written last', () => {
    const write = { ...call(0, 'write', 0, [1, 2]), value: 101 };
    const read = { ...call(1, 'read', 0, [3, 4]), value: 0 };
    const one = round([write, read], { threads: ['w', 'r'] });
    one.words.fill(101, one.layout.main, one.layout.main + SECTOR_WORDS);
    expect(kindsIn(one)).toEqual(['data lost']);
    expect(kindsIn({ ...one, calls: [write, { ...read, begin: 1 }] })).toEqual([]);
  });

  test('a table that leads elsewhere', () => {
    const attach = { ...call(0, 'attach', 1, [1, 4]), value: 0 };
    const calls = [call(0, 'allocate', 0, [2, 3]), attach];
    expect(kindsIn(round(calls, { threads: ['m', 'm'] }))).toEqual(['remap table']);
  });
});

describe('an outcome', () => {
  const calm: Outcome = {
    isTogether: true,
    isUsedUp: false,
    isInOrder: true,
    isChanged: false,
    fault: null,
  };

  test.each([
    [calm, 'acceptable'],
    [{ ...calm, isInOrder: false }, 'interesting'],
    [{ ...calm, isChanged: true }, 'interesting'],
    [{ ...calm, isInOrder: false, fault: 'cache' as const }, 'forbidden'],
  ] as const)('%o is %s', (outcome, expected) => {
    expect(classOf(outcome)).toBe(expected);
  });

  test('counts calls of different threads that were under way at once', () => {
    const apart = [call(0, 'allocate', 0, [1, 2]), call(1, 'allocate', 1, [3, 4])];
    const together = [call(0, 'allocate', 0, [1, 3]), call(1, 'allocate', 1, [2, 4])];
    const own = [call(0, 'attach', 0, [1, 4]), call(0, 'allocate', 1, [2, 3])];
    expect([apart, together, own].map(overlappingCalls)).toEqual([0, 2, 0]);
  });

  test('is in order of completion, or right in another order only', () => {
    const first = call(0, 'allocate', 0, [1, 2]);
    const freed = call(0, 'release', 0, [3, 6]);
    const again = (end: number) => call(1, 'allocate', 0, [4, end]);
    expect(isInOrderOfCompletion(round([first, freed, again(7)]))).toBe(true);
    expect(isInOrderOfCompletion(round([first, freed, again(5)]))).toBe(false);
  });

  test('is counted in one row with those that read alike, the forbidden last', () => {
    const table = new OutcomeTable();
    table.add({ ...calm, fault: 'double grant' });
    table.add(calm);
    table.add(calm);
    const sum = new OutcomeTable();
    sum.merge(table.rows());
    sum.merge(table.rows());
    expect(sum.rows().map((row) => [row.class, row.rounds])).toEqual([
      ['acceptable', 4],
      ['forbidden', 2],
    ]);
  });
});
