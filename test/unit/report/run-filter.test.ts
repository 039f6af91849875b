import { describe, expect, test } from 'vitest';
import { filtered, momentOf } from '../../../src/report/run-filter.ts';

const RUNS = [
  { name: 'Cheap', folder: 'a_cheap_s1', startedAt: '2026-11-20T10:00:00Z', outcome: 'pass' },
  { name: 'race', folder: 'b_race_s1', startedAt: '2026-11-21T10:00:00Z', outcome: 'integrity' },
  { name: 'cheap', folder: 'c_cheap_s2', startedAt: '2026-11-22T10:00:00Z', outcome: 'broken' },
] as const;

const foldersOf = (filter: Parameters<typeof filtered>[1]) =>
  filtered(RUNS, filter, (run) => run).map(({ folder }) => folder[0]);

describe('filters of runs', () => {
  test.each([
    [{}, ['a', 'b', 'c']],
    [{ name: 'cheap' }, ['a', 'c']],
    [{ name: 'RACE_S' }, ['b']],
    [{ outcome: ['integrity', 'broken'] as const }, ['b', 'c']],
    [{ outcome: [] }, ['a', 'b', 'c']],
    [{ sinceMs: Date.parse('2026-11-21T10:00:00Z') }, ['b', 'c']],
    [{ name: 'cheap', last: 1 }, ['c']],
    [{ last: 9 }, ['a', 'b', 'c']],
    [{ name: '.*' }, []],
  ])('%j', (filter, folders) => expect(foldersOf(filter)).toEqual(folders));

  test('take a date, a moment, or how long ago', () => {
    const now = Date.parse('2026-11-28T12:00:00Z');
    expect(momentOf('2026-11-20', now)).toBe(Date.parse('2026-11-20T00:00:00Z'));
    expect(momentOf('2026-11-20T06:30', now)).toBe(Date.parse('2026-11-20T06:30:00Z'));
    expect(momentOf('36h', now)).toBe(Date.parse('2026-11-27T00:00:00Z'));
    expect(momentOf('7d', now)).toBe(Date.parse('2026-11-21T12:00:00Z'));
    for (const text of ['yesterday', '2026-13-40', '7', '']) {
      expect(() => momentOf(text, now)).toThrow(/--since takes a date/);
    }
  });
});
