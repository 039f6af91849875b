import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Axis,
  countAxis,
  latencyAxis,
  ninesAxis,
  ninesOf,
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
