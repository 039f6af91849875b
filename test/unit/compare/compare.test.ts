import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../src/compare/compare.ts';
import { type Measure, measureNamed } from '../../../src/compare/measures.ts';
import { type RandomStream, streamFor } from '../../../src/random.ts';
import {
  drawn,
  normalDraw,
  recordedRuns,
  sideOf,
  someComparedRun,
} from '../../support/compared.ts';
import { risingSamples } from '../../support/run-record.ts';

const P99 = 'read.service.p99';
/** As many as five repeats of a load on a quiet machine are compared by. */
const NAMES = [
  'read.service.p50',
  P99,
  'write.service.p50',
  'write.service.p99',
  'allocation.p50',
  'allocation.p99',
  'lock.wait.p99',
  'throughput',
];
const PAIRS = 40;
const RUNS = 5;

function side(name: string, values: readonly number[], metric = P99) {
  return sideOf(
    name,
    values.map((value) => someComparedRun({ [metric]: value })),
  );
}

/** A run whose figures differ from those of others by 2 %, all of them together by 1 %. */
function quietRun(random: RandomStream, factors: Readonly<Record<string, number>> = {}) {
  const mood = 0.01 * normalDraw(random);
  return someComparedRun(
    Object.fromEntries(
      NAMES.map((name) => [
        name,
        1000 * Math.exp(mood + 0.02 * normalDraw(random)) * (factors[name] ?? 1),
      ]),
    ),
  );
}

/** The most out of PAIRS that a rate of 5 % gives in 39 of 40 cases: the binomial interval. */
const FALSE_MOST = 5;

describe('the same build on both sides', () => {
  test('is seldom called a regression, on a noisy machine', () => {
    const random = streamFor(1, null, 'pairs');
    const all = recordedRuns();
    expect(all.length).toBeGreaterThan(150);
    const regressions = Array.from({ length: PAIRS }, () => {
      const runs = drawn(all, 2 * RUNS, random);
      return compareRuns(sideOf('a', runs.slice(0, RUNS)), sideOf('b', runs.slice(RUNS)));
    }).filter(({ exitCode }) => exitCode === 1);
    expect(regressions.length).toBeLessThanOrEqual(FALSE_MOST);
  });

  test('is seldom called a regression, on a quiet one', () => {
    const random = streamFor(2, null, 'pairs');
    const sideOfRuns = (name: string) =>
      sideOf(
        name,
        Array.from({ length: RUNS }, () => quietRun(random)),
      );
    const regressions = Array.from({ length: PAIRS }, () =>
      compareRuns(sideOfRuns('a'), sideOfRuns('b')),
    ).filter(({ exitCode }) => exitCode === 1);
    expect(regressions.length).toBeLessThanOrEqual(FALSE_MOST);
  });
});

test('a p99 that is 10 % higher is found in nine of ten, and by its name', () => {
  const random = streamFor(3, null, 'pairs');
  const found = Array.from({ length: PAIRS }, () => {
    const base = Array.from({ length: RUNS }, () => quietRun(random));
    const next = Array.from({ length: RUNS }, () => quietRun(random, { [P99]: 1.1 }));
    return compareRuns(sideOf('a', base), sideOf('b', next)).measures.find(
      ({ name }) => name === P99,
    );
  });
  const regressions = found.filter((measure) => measure?.verdict === 'regression');
  expect(regressions.length).toBeGreaterThanOrEqual(0.9 * PAIRS);
  const covered = found.filter(
    (measure) => (measure?.interval?.low ?? 1) <= 0.1 && (measure?.interval?.high ?? 0) >= 0.1,
  );
  // 95 % of forty, and what chance takes off.
  expect(covered.length).toBeGreaterThanOrEqual(34);
});

describe('verdicts', () => {
  const base = side('base', [100, 101, 102, 103, 104]);
  const verdictOf = (values: readonly number[], maxRegression = 0) =>
    compareRuns(base, side('new', values), { maxRegression }).measures[0];

  test('worse beyond doubt', () => {
    const measure = verdictOf([120, 121, 122, 123, 124]);
    expect(measure?.verdict).toBe('regression');
    expect(measure?.change).toBeCloseTo(0.196, 3);
    expect(measure?.p).toBeCloseTo(1 / 252, 9);
    expect(measure?.rankP).toBeCloseTo(1 / 252, 9);
  });

  test('worse by no more than is tolerated', () => {
    expect(verdictOf([120, 121, 122, 123, 124], 0.25)?.verdict).toBe('tolerated');
    const comparison = compareRuns(base, side('new', [120, 121, 122, 123, 124]), {
      maxRegression: 0.25,
    });
    expect(comparison.exitCode).toBe(0);
  });

  test('better', () => expect(verdictOf([80, 81, 82, 83, 84])?.verdict).toBe('better'));

  test('a single outlier is no regression', () => {
    expect(verdictOf([100, 101, 102, 103, 1e6])?.verdict).toBe('inconclusive');
  });

  test('a difference smaller than that of the base among itself', () => {
    const noisy = side('base', [100, 110, 120, 130, 140]);
    const next = side('new', [141, 141.1, 141.2, 141.3, 141.4]);
    const [measure] = compareRuns(noisy, next).measures;
    expect(measure?.verdict).toBe('regression');
    const [less] = compareRuns(
      side('base', [100, 140, 141, 142, 143]),
      side('new', [144, 144, 144, 144, 144]),
    ).measures;
    expect([less?.verdict, (less?.noiseFloor ?? 0) > (less?.change ?? 1)]).toEqual([
      'within-noise',
      true,
    ]);
  });

  test('no change, and known to be none', () => {
    expect(verdictOf([100, 101, 102, 103, 104])?.verdict).toBe('within-noise');
  });

  test('what too few runs cannot tell names how many could', () => {
    const measure = verdictOf([90, 120, 95, 130, 104]);
    expect(measure?.verdict).toBe('inconclusive');
    expect(measure?.runsNeeded).toBeGreaterThan(5);
  });

  test('single runs are indicative, whatever they say', () => {
    const comparison = compareRuns(side('base', [100]), side('new', [1000]));
    expect(comparison.measures[0]?.verdict).toBe('indicative');
    expect(comparison.exitCode).toBe(0);
    expect(comparison.notes.join(' ')).toContain('indicative');
  });

  test('less throughput is worse, more is better', () => {
    const [low, high] = [
      [50, 51, 52],
      [100, 101, 102],
    ] as const;
    const of = (from: readonly number[], to: readonly number[]) =>
      compareRuns(side('a', from, 'throughput'), side('b', to, 'throughput')).measures[0]?.verdict;
    expect([of(high, low), of(low, high)]).toEqual(['regression', 'better']);
  });

  test('shares are compared in points, also where they are 0', () => {
    const of = (values: readonly number[]) => side('a', values, 'lock.contended');
    const [measure] = compareRuns(of([0, 0, 0]), of([0.1, 0.11, 0.12])).measures;
    expect([measure?.verdict, measure?.change]).toEqual(['regression', expect.closeTo(0.11, 9)]);
  });

  test('the more is looked at, the more it takes', () => {
    const random = streamFor(4, null, 'many');
    const runs = Array.from({ length: 10 }, () => quietRun(random));
    const [all] = [compareRuns(sideOf('a', runs.slice(0, 5)), sideOf('b', runs.slice(5)))];
    const alone = compareRuns(sideOf('a', runs.slice(0, 5)), sideOf('b', runs.slice(5)), {
      measures: [measureNamed('read.p99') as Measure],
    });
    expect(alone.measures).toHaveLength(1);
    const same = all?.measures.find(({ name }) => name === P99);
    expect(same?.p).toBeGreaterThan(alone.measures[0]?.p as number);
  });
});

describe('sides that are not alike', () => {
  const base = sideOf('base', [someComparedRun({ [P99]: 1 })]);
  const host = { cpu: 'another cpu', cores: 2, platform: 'linux', node: 'Node 20' };
  test.each([
    ['hosts', { host }, /processor some cpu, another cpu/],
    ['scenarios', { scenario: { load: { threads: 4 } } }, /load\.threads 2, 4/],
  ])('%s are refused, and compared when that is asked for', (_, overrides, words) => {
    const next = sideOf('new', [someComparedRun({ [P99]: 1 }, {}, overrides)]);
    expect(() => compareRuns(base, next)).toThrow(words);
    const forced = compareRuns(base, next, { force: true });
    expect(forced.differences.join()).toMatch(words);
  });

  test('have at least one figure in common', () => {
    const next = sideOf('new', [someComparedRun({ throughput: 1 })]);
    expect(() => compareRuns(base, next)).toThrow(/no figure in common/);
  });
});

describe('shapes', () => {
  const runsOf = (fromNs: number, stepNs: number) =>
    Array.from({ length: 4 }, (_, index) =>
      someComparedRun(
        { [P99]: 5 },
        { 'read.service': risingSamples(1000, fromNs + index, stepNs) },
      ),
    );
  test('a split around the same median is seen, and where it moved to', () => {
    const [shape] = compareRuns(
      sideOf('a', runsOf(500_000, 10)),
      sideOf('b', runsOf(5_000, 1000)),
    ).shapes;
    expect(shape).toMatchObject({ name: 'read.service', isChanged: true });
    expect(shape?.distance).toBeGreaterThan(0.4);
  });
  test('the same shape is not', () => {
    const [shape] = compareRuns(
      sideOf('a', runsOf(5_000, 10)),
      sideOf('b', runsOf(5_000, 10)),
    ).shapes;
    expect(shape).toMatchObject({ isChanged: false });
  });
});
