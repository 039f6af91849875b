import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentilesNs } from '../../../../src/record/latency-summary.ts';
import { curveOf, faintFrom, placesFor } from '../../../../src/report/html/curve.ts';
import { samples } from '../../../support/run-record.ts';

const latencies = fc.array(fc.integer({ min: 0, max: 2 ** 38 }), { minLength: 1, maxLength: 300 });

test('at a whole nine stands the percentile of the tables, and no line falls', () => {
  fc.assert(
    fc.property(latencies, (ns) => {
      const histogram = samples(...ns);
      const places = placesFor([1000]);
      const values = curveOf(histogram, places);
      const known = values.filter((value) => value !== null);
      expect(known).toEqual(known.toSorted((one, other) => one - other));
      const [p90, p99] = percentilesNs(histogram, [90, 99]);
      if (ns.length >= 10) expect(values[places.indexOf(1)]).toBe(p90);
      if (ns.length >= 100) expect(values[places.indexOf(2)]).toBe(p99);
    }),
  );
});

test('a line ends with its last latency', () => {
  const places = placesFor([100_000]);
  const values = curveOf(samples(...Array.from({ length: 100 }, (_, index) => index)), places);
  const last = values.findLastIndex((value) => value !== null);
  expect(places[last]).toBeGreaterThanOrEqual(2);
  expect(places[last]).toBeLessThan(2.1);
});

test('latencies that overflowed the range stand at the maximum', () => {
  const histogram = { ...samples(10, 20), count: 4, overflowCount: 2, maxNs: 1e12 };
  expect(curveOf(histogram, [0, 0.3, 0.6])).toEqual([10, 20, 1e12]);
});

test('a line is faint where fewer than ten latencies lie beyond', () => {
  const places = placesFor([10_000]);
  expect(places[faintFrom(10_000, places) - 1]).toBe(3);
  expect(faintFrom(5, places)).toBe(1);
});
