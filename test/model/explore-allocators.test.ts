import { beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  explore,
  instrumentProduct,
  ladder,
  type ProductCode,
  type Program,
  programWith,
} from '../../src/explore/index.ts';

/**
 * Goal: the allocators of ours keep their promises in every interleaving of every small program.
 *
 * Method: a ladder of programs of up to three operations a thread over one to three spares and
 * rings of one or two slots, each exhausted by partial-order reduction, data races being faults.
 *
 * Not covered: larger programs; and the memory model beyond interleavings, which without races is
 * all there is.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

/** Executions it took to cover all of it; fails the test with what went wrong. */
function exhaust(program: Program): number {
  const { name, verdict, fault, executions } = explore(new DeviceSubject(program, code), {
    strategy: { kind: 'dpor' },
    races: 'fail',
  });
  expect({ name, verdict, fault }).toEqual({
    name,
    verdict: { kind: 'pass-exhaustive' },
    fault: null,
  });
  return executions;
}

function exhaustAll(programs: readonly Program[]): number {
  return programs.reduce((sum, program) => sum + exhaust(program), 0);
}

describe('the guarded cache', () => {
  test('a ladder of 126 programs', () => {
    const programs = ladder();
    expect(programs).toHaveLength(126);
    expect(exhaustAll(programs)).toBe(130_020);
  });

  test('two threads of four operations', () => {
    expect(exhaust(programWith({ threads: ['afaf', 'afaf'], spareCount: 2 }))).toBe(12_300);
  });

  test('metadata is never granted', () => {
    exhaustAll(ladder({ reservedCount: 1 }).filter(({ threads }) => threads.join('').length < 4));
  });

  test.each(['ticket', 'mcs', 'queued', 'mutex'] as const)('under the %s lock', (lock) => {
    const programs = ladder({ lock }).filter(
      ({ threads, slotCount, spareCount }) =>
        slotCount === 1 && spareCount === 2 && threads.length === 2 && threads.join('').length < 4,
    );
    expect(programs).toHaveLength(3);
    exhaustAll(programs);
  });
});

describe.each(['linear', 'bitmap', 'per-worker'] as const)('%s', (allocator) => {
  test('two threads of two operations', () => {
    const programs = ladder({ allocator }).filter(
      ({ threads, slotCount }) =>
        slotCount === 1 && threads.length === 2 && threads.every((text) => text.length <= 2),
    );
    expect(programs).toHaveLength(18);
    exhaustAll(programs);
  });

  test('three threads', () => {
    exhaust(programWith({ allocator, threads: ['a', 'a', 'a'], spareCount: 2 }));
  });

  test('across the end of a word', () => {
    for (const threads of [
      ['aa', 'aa'],
      ['af', 'af'],
      ['af', 'aa'],
    ]) {
      exhaust(programWith({ allocator, threads, spareCount: 34, reservedCount: 31 }));
    }
  });
});

test('the published cache under an outer lock', () => {
  exhaustAll(
    [
      ['a', 'a'],
      ['aa', 'aa'],
      ['aaa', 'aa'],
    ].map((threads) => programWith({ protocol: 'as-published', outerLock: true, threads })),
  );
});
