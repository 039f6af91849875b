import { describe, expect, test } from 'vitest';
import { isAllocationHistoryLegal } from '../../../src/explore/oracle/allocation-history.ts';
import { firstIllegalSector } from '../../../src/explore/oracle/sector-history.ts';

const allocate = (spare: number, begin: number, end: number) =>
  ({ kind: 'allocate', spare, begin, end }) as const;
const release = (spare: number, begin: number, end: number) =>
  ({ kind: 'release', spare, begin, end }) as const;

describe('an area of two spares', () => {
  test.each([
    ['each once', [allocate(1, 0, 1), allocate(0, 2, 3)], true],
    ['one twice', [allocate(1, 0, 1), allocate(1, 0, 1)], false],
    [
      'one twice, given back between',
      [allocate(1, 0, 1), release(1, 2, 3), allocate(1, 4, 5)],
      true,
    ],
    ['given back too late', [allocate(1, 0, 1), allocate(1, 2, 3), release(1, 4, 5)], false],
    ['given back at the same time', [allocate(1, 0, 1), allocate(1, 2, 5), release(1, 3, 9)], true],
    ['"none" of two', [allocate(0, 0, 1), allocate(-1, 2, 3)], false],
    ['"none" of none', [allocate(0, 0, 1), allocate(1, 0, 5), allocate(-1, 2, 3)], true],
  ] as const)('%s', (_name, calls, expected) => {
    expect(isAllocationHistoryLegal(calls, 0, 2, ({ begin }) => begin)).toBe(expected);
  });
});

describe('a sector', () => {
  const read = (value: number, begin: number, end: number) =>
    ({ kind: 'read', lba: 3, value, begin, end }) as const;
  const write = (value: number, begin: number, end: number) =>
    ({ kind: 'write', lba: 3, value, begin, end }) as const;
  test.each([
    ['as it was born', [read(0, 0, 1)], null],
    ['written, then read', [write(5, 0, 1), read(5, 2, 3)], null],
    ['a write that is lost', [write(5, 0, 1), read(0, 2, 3)], 3],
    ['a write under way', [write(5, 0, 9), read(0, 2, 3), read(5, 4, 5)], null],
    ['a write that comes and goes', [write(5, 0, 9), read(5, 2, 3), read(0, 4, 5)], 3],
  ] as const)('%s', (_name, calls, expected) => {
    expect(firstIllegalSector(calls, () => 0)).toBe(expected);
  });
});
