import { describe, expect, test } from 'vitest';
import { type CompareOptions, compareRuns } from '../../../src/compare/compare.ts';
import type { ComparedRun } from '../../../src/compare/compared-run.ts';
import { type Measure, measureNamed } from '../../../src/compare/measures.ts';
import { type RandomStream, streamFor } from '../../../src/random.ts';
import { deviceRuns, drawn, memoryRuns, sideOf } from '../../support/compared.ts';

/**
 * Goal: a p99 that is 10 % slower is found in nine of ten comparisons where the runs bear it, and
 * where they do not it is said how many would. The figures are recorded; no clock is read.
 */
const P99 = 'read.service.p99';
const PAIRS = 40;
const RUNS = 5;
/** The most out of PAIRS that a rate of 5 % gives in 39 of 40 cases: the binomial interval. */
const FALSE_MOST = 5;

describe('a p99 that became slower, in runs that were recorded', () => {
  /** What a comparison of sides of these runs says of the p99, if the new one has so much of it. */
  function verdictsOn(
    all: readonly ComparedRun[],
    factor: number,
    runs: number,
    draw: (count: number, random: RandomStream) => ComparedRun[],
    options: CompareOptions = {},
  ) {
    const random = streamFor(4, null, 'pairs');
    const slower = (run: ComparedRun): ComparedRun => {
      const values = new Map(run.values);
      values.set(P99, (values.get(P99) as number) * factor);
      return { ...run, values };
    };
    expect(all).toHaveLength(30);
    return Array.from({ length: PAIRS }, () => {
      const drawnRuns = draw(2 * runs, random);
      const next = drawnRuns.slice(runs).map(slower);
      const base = sideOf('a', drawnRuns.slice(0, runs));
      const compared = compareRuns(base, sideOf('b', next), options);
      return compared.measures.find(({ name }) => name === P99);
    });
  }
  const found = (measures: ReturnType<typeof verdictsOn>): number =>
    measures.filter((measure) => measure?.verdict === 'regression').length;
  /** As if there had been many more of them. */
  const again = (all: readonly ComparedRun[]) => (count: number, random: RandomStream) =>
    Array.from({ length: count }, () => all[random.below(all.length)] as ComparedRun);
  const apart = (all: readonly ComparedRun[]) => (count: number, random: RandomStream) =>
    drawn(all, count, random);

  test('by 10 %, is found by five runs a side where the device makes the latencies', () => {
    const all = deviceRuns();
    expect(found(verdictsOn(all, 1.1, RUNS, apart(all)))).toBeGreaterThanOrEqual(0.9 * PAIRS);
    expect(found(verdictsOn(all, 1, RUNS, apart(all)))).toBeLessThanOrEqual(FALSE_MOST);
  });

  test('by 10 %, where runs differ by 8 %, is left open by five runs, and found by thirty', () => {
    const all = memoryRuns();
    const five = verdictsOn(all, 1.1, RUNS, apart(all));
    expect(found(five)).toBeLessThan(0.9 * PAIRS);
    const open = five.flatMap((measure) =>
      measure?.verdict === 'inconclusive' ? [measure.runsNeeded as number] : [],
    );
    // Never as if nothing had changed, but for those that lie in the noise of their base.
    expect(open.length).toBeGreaterThan(0);
    for (const needed of open) expect(needed).toBeGreaterThan(RUNS);
    const alone = { measures: [measureNamed(P99) as Measure] };
    const thirty = verdictsOn(all, 1.1, 30, again(all), alone);
    expect(found(thirty)).toBeGreaterThanOrEqual(0.9 * PAIRS);
  });

  test('by three and a half times what runs differ by, is found by five', () => {
    const all = memoryRuns();
    expect(found(verdictsOn(all, 1.32, RUNS, apart(all)))).toBeGreaterThanOrEqual(0.9 * PAIRS);
    expect(found(verdictsOn(all, 1, RUNS, apart(all)))).toBeLessThanOrEqual(FALSE_MOST);
  });
});
