import { describe, expect, it } from 'vitest';
import { ScenarioError } from '../../../src/errors.ts';
import { cellText } from '../../../src/scenario/matrix.ts';
import { type ParsedSweep, parseScenario, parseSweep } from '../../../src/scenario/parse.ts';
import { valuesInRange } from '../../../src/scenario/value-range.ts';
import { problemsOf } from './support.ts';

const BASE = 'version: 1\nname: sweep\nload: { threads: 1, operations: 10 }\n';

function sweepOf(matrix: string, sets: readonly string[] = []): ParsedSweep {
  return parseSweep(`${BASE}matrix:\n${matrix}`, { file: 's.yaml', sets });
}

function cellsOf(matrix: string, sets: readonly string[] = []): string[] {
  return sweepOf(matrix, sets).cells.map(({ cell }) => cellText(cell));
}

function problemsOfSweep(text: string, sets: readonly string[] = []) {
  try {
    parseSweep(text, { file: 's.yaml', sets });
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

function saidOf(matrix: string, sets: readonly string[] = []): string[] {
  return problemsOfSweep(`${BASE}matrix:\n${matrix}`, sets).map(
    ({ position, message, hint }) =>
      `${position?.line}:${position?.column} ${message}${hint === null ? '' : ` (${hint})`}`,
  );
}

describe('a range', () => {
  it.each([
    ['1..4', ['1', '2', '3', '4']],
    ['7..7', ['7']],
    ['2..64 x2', ['2', '4', '8', '16', '32', '64']],
    ['1..10 x3', ['1', '3', '9']],
    ['0.1..0.5 +0.1', ['0.1', '0.2', '0.3', '0.4', '0.5']],
    ['0..1 +0.25', ['0', '0.25', '0.5', '0.75', '1']],
    ['4k..32k x2', ['4k', '8k', '16k', '32k']],
    ['1k/s..4k/s x2', ['1k/s', '2k/s', '4k/s']],
    ['10us..30us +10', ['10us', '20us', '30us']],
  ])('%s', (text, values) => {
    expect(valuesInRange(text, 100)).toEqual({ values });
  });

  it.each([
    ['8..1', /smaller end first/],
    ['1..8 x1', /never comes to its end/],
    ['0..8 x2', /never comes to its end/],
    ['1..8 +0', /never comes to its end/],
    ['1k..8M', /same unit/],
    ['1..1000', /more than 100 values/],
  ])('%s is refused', (text, says) => {
    expect(valuesInRange(text, 100)).toEqual({ problem: expect.stringMatching(says) });
  });

  it.each(['ticket', '4', '1.5', '1...3', '..3', '1..', '-1..3', '1..2..3'])(
    '%s is none',
    (text) => {
      expect(valuesInRange(text, 100)).toBeNull();
    },
  );
});

describe('a matrix', () => {
  it('has a cell for every choice, the last key varying fastest', () => {
    expect(cellsOf('  load.threads: [1, 2]\n  lock.kind: [ticket, mcs]\n')).toEqual([
      'load.threads=1, lock.kind=ticket',
      'load.threads=1, lock.kind=mcs',
      'load.threads=2, lock.kind=ticket',
      'load.threads=2, lock.kind=mcs',
    ]);
  });

  it('puts the values into the plans', () => {
    const { cells } = sweepOf('  load.threads: 1..3\n  device.spare.sectors: [1Ki, 2Ki]\n');
    expect(cells.map(({ plan }) => [plan.load.threadCount, plan.device.spare.sectorCount])).toEqual(
      [1, 2, 3].flatMap((threads) => [
        [threads, 1024],
        [threads, 2048],
      ]),
    );
  });

  it('takes ranges within lists, and maps and lists as values', () => {
    expect(cellsOf('  load.threads: [1..2, 8]\n')).toEqual(
      ['1', '2', '8'].map((threads) => `load.threads=${threads}`),
    );
    const matrix = '  load.mix: [{ read: 1 }, { remap: 1 }]\n';
    expect(cellsOf(matrix)).toEqual(['load.mix={ read: 1 }', 'load.mix={ remap: 1 }']);
    expect(sweepOf(matrix).cells.map(({ plan }) => plan.jobs[0]?.mix.remap)).toEqual([0, 1]);
  });

  it('leaves out what is excluded, by any value of a list', () => {
    const axes = '  load.threads: 1..4\n  lock.kind: [ticket, mcs]\n';
    expect(cellsOf(`${axes}  exclude: [{ lock.kind: mcs, load.threads: [1, 3..4] }]\n`)).toEqual([
      'load.threads=1, lock.kind=ticket',
      'load.threads=2, lock.kind=ticket',
      'load.threads=2, lock.kind=mcs',
      'load.threads=3, lock.kind=ticket',
      'load.threads=4, lock.kind=ticket',
    ]);
  });

  it('takes in what is included, once, its keys in the order of the matrix', () => {
    const include =
      '  include: [{ lock.kind: none, load.threads: 7 }, { load.threads: 1, lock.kind: mcs }]\n';
    expect(cellsOf(`  load.threads: [1]\n  lock.kind: [mcs]\n${include}`)).toEqual([
      'load.threads=1, lock.kind=mcs',
      'load.threads=7, lock.kind=none',
    ]);
  });

  it('has seeds and repeats beside its cells', () => {
    const sweep = sweepOf('  load.threads: [1]\n  seeds: 3..5\n  repeats: 2\n');
    expect([sweep.seeds, sweep.repeats]).toEqual([[3, 4, 5], 2]);
    expect(sweepOf('  load.threads: [1]\n', ['seed=9']).seeds).toEqual([9]);
  });

  it('is one cell when there is none', () => {
    const { cells, seeds, repeats } = parseSweep(BASE, { file: 's.yaml' });
    expect([cells.length, seeds.length, repeats]).toEqual([1, 1, 1]);
  });

  it('is overridden key by key from the command line', () => {
    expect(cellsOf('  load.threads: 1..8\n', ['matrix.load.threads=[5]'])).toEqual([
      'load.threads=5',
    ]);
    expect(cellsOf('  load.threads: 1..8\n', ['matrix={}'])).toEqual(['']);
  });

  it.each([
    [
      '  load.threads: 4\n',
      '5:17 matrix.load.threads must be a list of values, or a range such as 1..8 or 2..64 x2, not 4',
    ],
    ['  load.threads: []\n', '5:17 matrix.load.threads has no value'],
    ['  load.threads: [1, 1]\n', '5:21 1 is there twice'],
    ['  load.threads: 8..1\n', '5:17 8..1 goes downwards; write the smaller end first'],
    [
      '  seed: [1, 2]\n',
      '5:3 matrix cannot vary "seed" (write matrix.seeds: 1..5; every cell then runs with each seed)',
    ],
    [
      '  load..threads: [1]\n',
      '5:3 matrix cannot vary "load..threads" (write keys joined by dots)',
    ],
    [
      '  load.threads: [1]\n  seeds: [a]\n',
      '6:10 matrix.seeds must be whole numbers from 0, as a list or a range such as 1..5, not a list',
    ],
    ['  load.threads: [1]\n  seeds: [1, 1]\n', '6:10 matrix.seeds names a seed twice'],
    [
      '  load.threads: [1]\n  repeats: 0\n',
      '6:12 matrix.repeats must be a whole number from 1 to 10000, not 0',
    ],
    [
      '  load.threads: [1]\n  exclude: [{ load.thread: 1 }]\n',
      '6:15 matrix.exclude names "load.thread", which the matrix does not vary (did you mean "load.threads"?)',
    ],
    [
      '  load.threads: [1]\n  exclude: [{ load.threads: 2 }]\n',
      '6:29 load.threads has no value 2 (did you mean "1"?)',
    ],
    ['  load.threads: [1]\n  exclude: [{}]\n', '6:13 matrix.exclude would exclude every cell'],
    [
      '  load.threads: [1, 2]\n  exclude: [{ load.threads: 1 }, { load.threads: 1 }]\n',
      '6:34 no cell is excluded by this (an entry before it may exclude them already)',
    ],
    [
      '  load.threads: [1]\n  exclude: 5\n',
      '6:12 matrix.exclude must be a list of maps such as [{ lock.kind: mcs, load.threads: 8 }], not 5',
    ],
    [
      '  load.threads: 1..200\n  load.operations: 1..100\n',
      '5:3 matrix has 20000 cells, and may have 10000',
    ],
    [
      '  load.threads: 1..2\n  repeats: 10000\n  seeds: 1..10\n',
      '5:3 matrix comes to 200000 runs, and may come to 100000',
    ],
  ])('%j is refused at its place', (matrix, says) => {
    expect(saidOf(matrix)).toEqual([says]);
  });

  it('reports what is wrong with a value where the value stands', () => {
    expect(saidOf('  load.threads: [1, 0]\n  lock.kind: [tiket, mcs]\n')).toEqual([
      expect.stringMatching(
        /^5:21 load\.threads must be .* not 0 \(in the cell load\.threads=0, lock\.kind=tiket and 1 more\)$/,
      ),
      expect.stringMatching(
        /^6:15 lock\.kind must be one of .*did you mean "ticket"\?; in the cell load\.threads=1, lock\.kind=tiket and 1 more\)$/,
      ),
    ]);
    expect(saidOf('  lok.kind: [mcs]\n')).toEqual(['5:3 unknown key "lok" (did you mean "lock"?)']);
  });

  it('reports a rule that some cells break with one of them', () => {
    const text = `version: 1\nname: s\nload: { threads: 1, operations: 10 }\nfaults: { thread: { index: 1, does: throw } }\nmatrix: { load.threads: 1..3 }\n`;
    const [problem] = problemsOfSweep(text);
    expect(problem?.hint).toMatch(/in the cell load\.threads=1$/);
  });

  it('is not for commands that take one scenario, which say what is', () => {
    const text = `${BASE}matrix: { load.threads: 1..4 }\n`;
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      position: { line: 4, column: 1 },
      message: 'matrix has 4 cells, and this takes one scenario',
      hint: expect.stringMatching(/^sparestorm sweep .* runs every cell; --set matrix={} leaves/),
    });
    expect(parseScenario(text, { file: 's.yaml', sets: ['matrix={}'] }).plan.load.threadCount).toBe(
      1,
    );
  });
});
