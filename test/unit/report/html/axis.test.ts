import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Axis,
  countAxis,
  latencyAxis,
  ninesAxis,
  ninesOf,
  placesAxis,
  shareAxis,
  timeAxis,
} from '../../../../src/report/html/axis.ts';

function expectSound(axis: Axis): void {
  expect(axis.share(axis.from)).toBeCloseTo(0, 6);
  expect(axis.share(axis.to)).toBeCloseTo(1, 6);
  expect(axis.ticks.length).toBeGreaterThan(0);
  expect(axis.ticks.length).toBeLessThanOrEqual(16);
  for (const { value } of axis.ticks) {
    expect(axis.share(value)).toBeGreaterThanOrEqual(-0.01);
    expect(axis.share(value)).toBeLessThanOrEqual(1.01);
  }
  const labels = axis.ticks.map(({ label }) => label);
  expect(new Set(labels).size).toBe(labels.length);
}

test('any range has an axis with ticks in it, no two of one name', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 1e12 }),
      (low, more) => {
        expectSound(timeAxis('t', 0, more + 1e6));
        expectSound(latencyAxis('l', low, low + more));
        expectSound(countAxis('count', 'c', more));
        expectSound(countAxis('rate', 'c', more));
      },
    ),
  );
  for (const least of [0, 0.4, 0.6, 0.93, 0.995, 1]) expectSound(shareAxis('s', least));
});

test('the axis of nines gives each further nine the same room', () => {
  const axis = ninesAxis('p', 5);
  expect(axis.ticks.map(({ label }) => label)).toEqual([
    '0%',
    '90%',
    '99%',
    '99.9%',
    '99.99%',
    '99.999%',
  ]);
  expect(ninesOf(0.999)).toBeCloseTo(3);
  expectSound(axis);
});

test('labels have no needless zeros', () => {
  expect(latencyAxis('l', 100, 1e6).ticks.map(({ label }) => label)).toEqual([
    '100ns',
    '1µs',
    '10µs',
    '100µs',
    '1ms',
  ]);
  expect(countAxis('rate', 'c', 900).ticks.map(({ label }) => label)).toEqual([
    '0/s',
    '200/s',
    '400/s',
    '600/s',
    '800/s',
    '1k/s',
  ]);
});

test('what is counted has whole ticks, each once', () => {
  for (const most of [1, 2, 3, 4, 7, 9, 12, 40, 130]) {
    const { ticks } = countAxis('count', 'threads', most);
    expect(ticks.every(({ value }) => Number.isInteger(value))).toBe(true);
    expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
  }
});

describe('an axis of places', () => {
  const of = (values: readonly number[]) =>
    placesAxis(
      'x',
      values.map((value) => ({ value, label: `${value}` })),
    );

  test('has a tick at each, and none between', () => {
    const axis = of([1, 2, 3, 4, 6, 8]);
    expect(axis.ticks.map(({ value }) => value)).toEqual([1, 2, 3, 4, 6, 8]);
    expect([axis.from, axis.to, axis.isLog, axis.share(4)]).toEqual([0, 8, false, 0.5]);
  });

  test('puts equal factors at equal distances where the values lie far apart', () => {
    const axis = of([512, 1024, 2048, 4096, 8192]);
    expect(axis.isLog).toBe(true);
    expect([512, 2048, 8192].map(axis.share)).toEqual([0, expect.closeTo(0.5), 1]);
  });

  test('leaves out ticks that would lie on one another', () => {
    const values = Array.from({ length: 64 }, (_, index) => index + 1);
    const shares = of(values).ticks.map(({ value }) => of(values).share(value));
    expect(shares.at(-1)).toBe(1);
    expect(shares.slice(1).every((share, index) => share - (shares[index] ?? 0) > 0.08)).toBe(true);
  });
});
