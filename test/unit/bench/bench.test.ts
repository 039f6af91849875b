import { describe, expect, test } from 'vitest';
import { keepBest, readBaseline, shortfalls } from '../../bench/baseline.ts';
import { measure, ratiosOf } from '../../bench/bench.ts';
import { CommandFailed } from '../../bench/command.ts';
import type { Ratio, Row, Subject } from '../../bench/row.ts';
import { spreadOf } from '../../bench/statistics.ts';

function rowOf(id: string, subjects: Record<string, Subject>): Row {
  return { id, title: id, unit: '', scale: 1, isQuick: true, subjects };
}

/** Gives out its figures one a round. */
function inTurn(...figures: number[]): Subject {
  return () => figures.shift() as number;
}

const silent = () => {};

const ratio: Ratio = {
  id: 'ours/theirs',
  title: '',
  rows: ['speed'],
  bar: 2,
  of: (figures) => figures('speed', 'ours') / figures('speed', 'theirs'),
};

describe('spreadOf', () => {
  test.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 5], { median: 5, min: 1, max: 9 }],
    [[4, 10, 2, 6], { median: 5, min: 2, max: 10 }],
  ])('%j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });
});

describe('measure', () => {
  test('goes round by round, and every second time backwards through the programs', () => {
    const order: string[] = [];
    const noted = (name: string) => () => order.push(name);
    const rows = [rowOf('a', { x: noted('ax'), y: noted('ay') }), rowOf('b', { x: noted('bx') })];
    measure(rows, 2, silent);
    expect(order).toEqual(['ax', 'ay', 'bx', 'ay', 'ax', 'bx']);
  });

  test('goes on without a program that fails, and says so', () => {
    const fails = () => {
      throw new CommandFailed('cannot');
    };
    const row = rowOf('speed', { ours: inTurn(1, 2), theirs: fails });
    const { values, failures } = measure([row], 2, silent);
    expect(failures).toEqual(['speed, theirs: cannot']);
    expect([...(values.get(row) ?? [])]).toEqual([['ours', [1, 2]]]);
    expect(ratiosOf(values, [ratio])).toEqual([]);
  });
});

test('a ratio is that of the medians; its range is that of the rounds', () => {
  const row = rowOf('speed', { ours: inTurn(10, 40, 20), theirs: inTurn(5, 10, 40) });
  const { values } = measure([row], 3, silent);
  expect(ratiosOf(values, [ratio])).toMatchObject([
    { value: 2, min: 0.5, max: 4, isReached: true },
  ]);
  expect(ratiosOf(values, [{ ...ratio, bar: 2.01 }])).toMatchObject([{ isReached: false }]);
});

describe('the baseline', () => {
  const measured = (value: number) =>
    ratiosOf(measure([rowOf('speed', { ours: () => value, theirs: () => 1 })], 1, silent).values, [
      ratio,
    ]);

  test('holds as soon as one try reaches it', () => {
    const best = new Map<string, number>();
    keepBest(best, measured(1.4));
    expect(shortfalls({ ratios: { 'ours/theirs': 1.5 } }, best)).toEqual([
      { id: 'ours/theirs', bound: 1.5, value: 1.4 },
    ]);
    keepBest(best, measured(1.5));
    keepBest(best, measured(1.2));
    expect(shortfalls({ ratios: { 'ours/theirs': 1.5 } }, best)).toEqual([]);
  });

  test('does not hold for a ratio that was not measured', () => {
    expect(shortfalls({ ratios: { 'gone/away': 1 } }, new Map())).toEqual([
      { id: 'gone/away', bound: 1, value: null },
    ]);
  });

  test('of the project names ratios that there are', async () => {
    const { RATIOS } = await import('../../bench/ratios.ts');
    const known = RATIOS.map(({ id }) => id);
    expect(new Set(known).size).toBe(known.length);
    for (const id of Object.keys(readBaseline('bench/baseline.json').ratios)) {
      expect(known).toContain(id);
    }
  });

  test.each([
    ['nowhere.json', /nowhere.json: there is no such file/],
    ['package.json', /package.json: .*ratios/s],
    ['README.md', /README.md: this is no JSON/],
  ])('%s is none, and that is said in a sentence', (file, sentence) => {
    expect(() => readBaseline(file)).toThrow(sentence);
  });
});
