import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { comparisonIn, judgeSamples } from '../../../src/overhead/judge.ts';
import { expectationOn, judged, verdictName } from '../../../src/overhead/result.ts';
import { parseSamples, SampleBook, type Series } from '../../../src/overhead/samples.ts';
import { streamFor } from '../../../src/random.ts';
import { incompleteBeta } from '../../../src/statistics/incomplete-beta.ts';
import { normalQuantile } from '../../../src/statistics/normal.ts';

const OPTIONS = { marginNs: 100_000, seed: 1 };
const PUBLISHED = 'scenarios/overhead/published-samples.csv';

function said(samples: readonly Series[]): string {
  return judged({ samples }, OPTIONS)
    .paths.flatMap(({ says }) => says)
    .join('\n');
}

describe('the published values', () => {
  const samples = parseSamples(readFileSync(PUBLISHED, 'utf8'), PUBLISHED);
  const [path] = judgeSamples(samples, OPTIONS);
  if (path === undefined) throw new Error('the file has one path');
  const comparison = comparisonIn(path, 'remap');
  if (comparison === null) throw new Error('six values are enough');

  test('do not resolve remap against ping: -2.0 ± 5.1 ms, 3,070 runs', () => {
    expect(verdictName(comparison)).toBe('not resolvable');
    expect(comparison.difference.estimate / 1e6).toBeCloseTo(-1.96, 2);
    expect(comparison.marginOfErrorNs / 1e6).toBeCloseTo(5.08, 2);
    expect(comparison.repetitionsToSeeMargin).toBe(3068);
    expect(comparison.equivalence).toMatchObject({ holds: false, power: 0 });
  });

  test('say so in words', () => {
    const text = said(samples);
    expect(text).toContain('remap - ping is -1.96ms ± 5.08ms (95 %): not resolvable');
    expect(text).toContain('about 3,070 runs of each command');
    expect(text).toContain('There is one value of each');
  });

  test('have no interval of a percentile, and every percentile marked', () => {
    for (const { percentiles } of path.operations) {
      expect(percentiles.every(({ interval, restsOnFew }) => interval === null && restsOnFew)).toBe(
        true,
      );
    }
  });

  test('leave the reference out of the scatter, and out of the comparison', () => {
    const without = samples.filter(({ operation }) => operation !== 'reference');
    const [bare] = judgeSamples(without, OPTIONS);
    expect(bare && comparisonIn(bare, 'remap')).toEqual(comparison);
    expect(comparisonIn(path, 'reference')).toBeNull();
  });
});

describe('the design', () => {
  const series = (operation: string, ns: number[], rounds: number[] | null): Series => ({
    path: 'x',
    operation,
    ns,
    rounds,
  });
  const designOf = (...samples: Series[]) => {
    const [path] = judgeSamples(samples, OPTIONS);
    return path && comparisonIn(path, 'remap')?.difference;
  };

  test('pairs samples of the same round, whatever their order, and leaves out the rest', () => {
    const ping = series('ping', [10, 20, 30, 99], [0, 1, 2, 7]);
    const remap = series('remap', [33, 11, 22, 50], [2, 0, 1, 8]);
    expect(designOf(ping, remap)).toMatchObject({ design: 'paired', count: 3, estimate: 2 });
  });

  test('without rounds compares two sets', () => {
    const ping = series('ping', [10, 20, 30], null);
    const remap = series('remap', [20, 30, 40], null);
    expect(designOf(ping, remap)).toMatchObject({ design: 'two samples', estimate: 10 });
  });

  test('with one value of each and nothing else says nothing', () => {
    const samples = [series('ping', [10], null), series('remap', [20], null)];
    expect(designOf(...samples)).toBeUndefined();
    expect(said(samples)).toMatch(/Nothing can be said/);
  });
});

/** Samples as of a process: skewed, drifting from round to round, with stalls. */
function recorded(seed: number, rounds: number, shiftNs: number): readonly Series[] {
  const random = streamFor(seed, null, 'judge.test');
  const book = new SampleBook();
  for (let round = 0; round < rounds; round++) {
    const driftNs = 10e6 * random.uniform();
    for (const operation of ['ping', 'remap']) {
      const bodyNs = 40e6 * Math.exp(0.05 * normalQuantile(random.uniform() || 0.5));
      const stallNs = random.uniform() < 0.05 ? 100e6 * random.uniform() : 0;
      const extraNs = operation === 'remap' ? shiftNs : 0;
      book.add('process', operation, round, driftNs + bodyNs + stallNs + extraNs);
    }
  }
  return book.all;
}

const remapIn = (samples: readonly Series[], marginNs = OPTIONS.marginNs) => {
  const [path] = judgeSamples(samples, { ...OPTIONS, marginNs });
  const comparison = path && comparisonIn(path, 'remap');
  if (!comparison) throw new Error('there are samples of both');
  return comparison;
};

test('of 200 experiments without a difference, about 5 % see one', () => {
  const experiments = 200;
  let alarms = 0;
  for (let seed = 1; seed <= experiments; seed++) {
    if (remapIn(recorded(seed, 40, 0)).isDifferent) alarms++;
  }
  const atMost = (count: number) =>
    count < 0 ? 0 : 1 - incompleteBeta(0.05, count + 1, experiments - count);
  // Within the middle 95 % of what a chance of 5 % gives: 4 to 17.
  expect(atMost(alarms)).toBeGreaterThan(0.025);
  expect(1 - atMost(alarms - 1)).toBeGreaterThan(0.025);
});

test('a delay is seen where the samples can show it, and not where they cannot', () => {
  const large = remapIn(recorded(1, 40, 20e6), 5e6);
  expect(large).toMatchObject({ isDifferent: true, isBeyondMargin: true, isEquivalent: false });
  const faster = remapIn(recorded(1, 40, -20e6), 5e6);
  expect(faster).toMatchObject({ isDifferent: true, isBeyondMargin: true, isEquivalent: false });
  const small = remapIn(recorded(1, 40, 200e3));
  expect(small).toMatchObject({ isDifferent: false, isEquivalent: false });
  expect(small.detectableNs).toBeGreaterThan(200e3);
  expect(remapIn(recorded(1, 40, 0), 10e6)).toMatchObject({ isEquivalent: true });
});

describe('what is expected', () => {
  const paths = (shiftNs: number, marginNs: number) =>
    judgeSamples(recorded(1, 40, shiftNs), { ...OPTIONS, marginNs });

  test.each([
    { name: 'a large difference', of: paths(20e6, 5e6), holds: ['any', 'different'] },
    { name: 'none to speak of', of: paths(0, 10e6), holds: ['any', 'equivalent'] },
    { name: 'nothing clear', of: paths(200e3, 100e3), holds: ['any', 'unresolved'] },
    { name: 'a small difference', of: paths(20e6, 1e9), holds: ['any', 'equivalent', 'different'] },
    { name: 'no samples', of: [], holds: [] },
  ] as const)('$name', ({ of, holds }) => {
    const all = ['any', 'equivalent', 'different', 'unresolved'] as const;
    expect(all.filter((expect) => expectationOn(of, expect).holds)).toEqual(
      all.filter((expect) => (holds as readonly string[]).includes(expect)),
    );
  });
});
