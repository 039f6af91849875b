import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSchedule, parseSchedule } from '../../../src/explore/index.ts';

describe('schedules', () => {
  test('read as runs of steps', () => {
    const threads = [0, 0, 0, ...Array.from({ length: 52 }, () => 1), 0];
    const text = formatSchedule({ fingerprint: 'abcd1234', name: 'lock~mcs~1-1', threads });
    expect(text).toBe('x1.abcd1234.lock~mcs~1-1.A3B1gA1');
    expect(parseSchedule(text).threads).toEqual(threads);
  });

  test('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(7)), (threads) => {
        const schedule = { fingerprint: '0', name: 'a.b', threads };
        expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
      }),
    );
  });

  test.each(['', 'x2.a.b.A1', 'x1.a.A1', 'x1.a.b.I1', 'x1.a.b.A'])('%j is none', (text) => {
    expect(() => parseSchedule(text)).toThrow(RangeError);
  });
});
